//! Whether people can find the right answer: phrasings that belong to one entry, and enough of
//! them.

use std::collections::{BTreeSet, HashMap};

use super::{Rule, Subject};
use crate::knowledge::{FaqEntry, Finding, Place, Severity};
use crate::language::{Word, words};

/// From this share of common words on, a numerator and a denominator, two phrasings of different
/// answers are nearly the same (Jaccard's measure over their terms, and at least [`FEWEST_COMMON`]
/// terms in common).
const NEARLY_SAME_SHARE: (usize, usize) = (4, 5);
const FEWEST_COMMON: usize = 3;

pub(super) const SAME: Rule = Rule {
    name: "same-phrasing",
    severity: Severity::Error,
    guards: "one way of asking leads to one answer",
    check: |subject| {
        let mut first_seen: HashMap<Vec<String>, Asked<'_>> = HashMap::new();
        let mut findings = Vec::new();
        for asked in every_phrasing(subject) {
            let terms = asked.terms();
            if let Some(first) = first_seen.get(&terms) {
                findings.push(asked.place.error(
                    "same-phrasing",
                    format!("“{}” already leads to `{}`", asked.text, first.entry.id),
                    format!("remove it here, or there ({}:{})", first.place.file, first.place.line),
                ));
            } else {
                first_seen.insert(terms, asked);
            }
        }
        findings
    },
};

pub(super) const NEARLY_SAME: Rule = Rule {
    name: "nearly-same-phrasing",
    severity: Severity::Warning,
    guards: "ways of asking different answers differ in their words",
    check: |subject| {
        let all = by_rarity(every_phrasing(subject).collect());
        let mut with_term: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut findings = Vec::new();
        for (place, asked) in all.iter().enumerate() {
            let earlier: BTreeSet<usize> = asked
                .telling_terms()
                .iter()
                .filter_map(|term| with_term.get(term))
                .flatten()
                .copied()
                .collect();
            let other = earlier
                .into_iter()
                .map(|other| &all[other])
                .find(|other| is_nearly_same(asked, other));
            findings.extend(other.map(|other| nearly_same(&asked.asked, &other.asked)));
            asked
                .telling_terms()
                .iter()
                .for_each(|&term| with_term.entry(term).or_default().push(place));
        }
        findings
    },
};

fn nearly_same(asked: &Asked<'_>, other: &Asked<'_>) -> Finding {
    asked.place.warning(
        "nearly-same-phrasing",
        format!("“{}” is nearly “{}” of `{}`", asked.text, other.text, other.entry.id),
        format!(
            "reword one of the two so that it fits only its own answer ({}:{})",
            other.place.file, other.place.line
        ),
    )
}

pub(super) const NONE: Rule = Rule {
    name: "no-phrasings",
    severity: Severity::Warning,
    guards: "every vetted answer can be found by other words than its question",
    check: |subject| {
        let lonely = subject.knowledge.library.vetted().filter(|entry| entry.phrasings.is_empty());
        let finding = |entry: &FaqEntry| {
            entry.place.warning(
                "no-phrasings",
                format!("nobody will find `{}` but by its own question", entry.id),
                "add phrasings: other ways in which people ask it, as different as you can think of",
            )
        };
        lonely.map(finding).collect()
    },
};

/// A way of asking an answer.
pub(super) struct Asked<'a> {
    pub entry: &'a FaqEntry,
    pub text: &'a str,
    pub words: Vec<Word>,
    pub place: Place,
}

impl Asked<'_> {
    /// Its terms, in order.
    pub fn terms(&self) -> Vec<String> {
        terms_of(&self.words)
    }
}

/// The terms of some words, in order.
pub(super) fn terms_of(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.term.clone()).collect()
}

/// A way of asking, with each of its terms once.
struct Distinct<'a> {
    asked: Asked<'a>,
    /// The places of its terms among all terms, the rarest first.
    terms: Vec<usize>,
}

impl Distinct<'_> {
    /// The rarest of its terms, so many that whatever is nearly the same has one of them among its
    /// own: the prefix filter of Chaudhuri, Ganti and Kaushik, *A Primitive Operator for Similarity
    /// Joins in Data Cleaning* (2006).
    fn telling_terms(&self) -> &[usize] {
        let (share, whole) = NEARLY_SAME_SHARE;
        let common = (share * self.terms.len()).div_ceil(whole);
        &self.terms[..self.terms.len() + 1 - common]
    }

    fn common_terms(&self, other: &Self) -> usize {
        self.terms.iter().filter(|term| other.terms.binary_search(term).is_ok()).count()
    }
}

/// Puts the terms of each way of asking in order of their rarity among all.
fn by_rarity(all: Vec<Asked<'_>>) -> Vec<Distinct<'_>> {
    let mut frequencies: HashMap<&str, usize> = HashMap::new();
    let said = all.iter().flat_map(|asked| &asked.words);
    said.for_each(|word| *frequencies.entry(&word.term).or_default() += 1);
    let mut order: Vec<&str> = frequencies.keys().copied().collect();
    order.sort_unstable_by_key(|term| (frequencies[term], *term));
    let places: HashMap<&str, usize> =
        order.into_iter().enumerate().map(|(place, term)| (term, place)).collect();
    let places_of =
        |asked: &Asked<'_>| asked.words.iter().map(|word| places[word.term.as_str()]).collect();
    let terms: Vec<BTreeSet<usize>> = all.iter().map(places_of).collect();
    all.into_iter()
        .zip(terms)
        .map(|(asked, terms)| Distinct { asked, terms: terms.into_iter().collect() })
        .collect()
}

/// The question and the phrasings of every answer that is not withdrawn. Phrasings without a word
/// in them are left out.
pub(super) fn every_phrasing<'a>(subject: &Subject<'a>) -> impl Iterator<Item = Asked<'a>> {
    let entries = subject.knowledge.library.entries.values();
    let entries = entries
        .filter(|entry| !matches!(entry.vetting, crate::knowledge::Vetting::Withdrawn { .. }));
    let asked = entries.flat_map(|entry| {
        let question = (entry.question.as_str(), entry.place.clone());
        let phrasings = entry.phrasings.iter().map(|p| (p.value.as_str(), p.place.clone()));
        std::iter::once(question).chain(phrasings).map(move |(text, place)| Asked {
            entry,
            text,
            words: words(text),
            place,
        })
    });
    asked.filter(|asked| !asked.words.is_empty())
}

/// Whether two phrasings of different answers are nearly the same. Those that are wholly the same
/// are for the other rule.
fn is_nearly_same(a: &Distinct<'_>, b: &Distinct<'_>) -> bool {
    if a.asked.entry.id == b.asked.entry.id {
        return false;
    }
    let shared = a.common_terms(b);
    let either = a.terms.len() + b.terms.len() - shared;
    let wholly = shared == either && a.asked.terms() == b.asked.terms();
    let (share, whole) = NEARLY_SAME_SHARE;
    !wholly && shared >= FEWEST_COMMON && whole * shared >= share * either
}
