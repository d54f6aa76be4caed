//! Rules about phrasings: every answer has some, and no phrasing leads to two answers.

use std::collections::{BTreeSet, HashMap};

use super::{Rule, Subject};
use crate::knowledge::{FaqEntry, Finding, Place, Severity};
use crate::language::{Word, words};

/// Two phrasings of different answers are nearly the same if they have at least
/// [`MIN_COMMON_TERMS`] terms in common and the Jaccard index of their terms is at least this
/// numerator over this denominator.
const NEARLY_SAME_JACCARD: (usize, usize) = (4, 5);
const MIN_COMMON_TERMS: usize = 3;

pub(super) const SAME: Rule = Rule {
    name: "same-phrasing",
    severity: Severity::Error,
    ensures: "a phrasing leads to one answer only",
    check: |subject| {
        let mut first_seen: HashMap<Vec<String>, AskedText<'_>> = HashMap::new();
        let mut findings = Vec::new();
        for asked in every_phrasing(subject) {
            let terms = asked.terms();
            if let Some(first) = first_seen.get(&terms) {
                findings.push(asked.place.error(
                    "same-phrasing",
                    format!("the phrasing “{}” already leads to `{}`", asked.text, first.entry.id),
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
    ensures: "the phrasings of different answers differ in their words",
    check: |subject| {
        let all = with_term_ranks(every_phrasing(subject).collect());
        let mut with_term: HashMap<usize, Vec<usize>> = HashMap::new();
        let mut findings = Vec::new();
        for (place, asked) in all.iter().enumerate() {
            let earlier: BTreeSet<usize> = asked
                .prefix()
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
            asked.prefix().iter().for_each(|&term| with_term.entry(term).or_default().push(place));
        }
        findings
    },
};

fn nearly_same(asked: &AskedText<'_>, other: &AskedText<'_>) -> Finding {
    asked.place.warning(
        "nearly-same-phrasing",
        format!("“{}” is nearly the same as “{}” of `{}`", asked.text, other.text, other.entry.id),
        format!(
            "reword one of them so that it fits only its own answer ({}:{})",
            other.place.file, other.place.line
        ),
    )
}

pub(super) const NONE: Rule = Rule {
    name: "no-phrasings",
    severity: Severity::Warning,
    ensures: "every vetted answer can be found by other words than those of its question",
    check: |subject| {
        let unphrased =
            subject.knowledge.library.vetted().filter(|entry| entry.phrasings.is_empty());
        let finding = |entry: &FaqEntry| {
            entry.place.warning(
                "no-phrasings",
                format!("`{}` can be found only by its own question", entry.id),
                "add phrasings: other ways in which people ask it, as different as possible",
            )
        };
        unphrased.map(finding).collect()
    },
};

/// The question or a phrasing of an entry, split into words.
pub(super) struct AskedText<'a> {
    pub entry: &'a FaqEntry,
    pub text: &'a str,
    pub words: Vec<Word>,
    pub place: Place,
}

impl AskedText<'_> {
    pub fn terms(&self) -> Vec<String> {
        terms_of(&self.words)
    }
}

pub(super) fn terms_of(words: &[Word]) -> Vec<String> {
    words.iter().map(|word| word.term.clone()).collect()
}

/// A phrasing and the set of its terms.
struct TermSet<'a> {
    asked: AskedText<'a>,
    /// The ranks of its terms by rarity among all phrasings, sorted, the rarest first.
    terms: Vec<usize>,
}

impl TermSet<'_> {
    /// The rarest terms, enough of them that every nearly equal phrasing shares at least one. This
    /// is the prefix filter of Chaudhuri, Ganti and Kaushik, *A Primitive Operator for Similarity
    /// Joins in Data Cleaning* (2006).
    fn prefix(&self) -> &[usize] {
        let (share, whole) = NEARLY_SAME_JACCARD;
        let common = (share * self.terms.len()).div_ceil(whole);
        &self.terms[..self.terms.len() + 1 - common]
    }

    fn common_terms(&self, other: &Self) -> usize {
        self.terms.iter().filter(|term| other.terms.binary_search(term).is_ok()).count()
    }
}

/// Ranks the terms of each phrasing by their rarity among all phrasings.
fn with_term_ranks(all: Vec<AskedText<'_>>) -> Vec<TermSet<'_>> {
    let mut frequencies: HashMap<&str, usize> = HashMap::new();
    for word in all.iter().flat_map(|asked| &asked.words) {
        *frequencies.entry(&word.term).or_default() += 1;
    }
    let mut order: Vec<&str> = frequencies.keys().copied().collect();
    order.sort_unstable_by_key(|term| (frequencies[term], *term));
    let ranks: HashMap<&str, usize> =
        order.into_iter().enumerate().map(|(rank, term)| (term, rank)).collect();
    let ranks_of =
        |asked: &AskedText<'_>| asked.words.iter().map(|word| ranks[word.term.as_str()]).collect();
    let terms: Vec<BTreeSet<usize>> = all.iter().map(ranks_of).collect();
    all.into_iter()
        .zip(terms)
        .map(|(asked, terms)| TermSet { asked, terms: terms.into_iter().collect() })
        .collect()
}

/// The questions and phrasings of all answers that are not withdrawn, except those without words.
pub(super) fn every_phrasing<'a>(subject: &Subject<'a>) -> impl Iterator<Item = AskedText<'a>> {
    let entries = subject.knowledge.library.entries.values();
    let entries = entries
        .filter(|entry| !matches!(entry.vetting, crate::knowledge::Vetting::Withdrawn { .. }));
    let asked = entries.flat_map(|entry| {
        let question = (entry.question.as_str(), entry.place.clone());
        let phrasings = entry.phrasings.iter().map(|p| (p.value.as_str(), p.place.clone()));
        std::iter::once(question).chain(phrasings).map(move |(text, place)| AskedText {
            entry,
            text,
            words: words(text),
            place,
        })
    });
    asked.filter(|asked| !asked.words.is_empty())
}

/// Whether two phrasings of different answers are nearly the same. Equal ones break the rule
/// [`SAME`].
fn is_nearly_same(a: &TermSet<'_>, b: &TermSet<'_>) -> bool {
    if a.asked.entry.id == b.asked.entry.id {
        return false;
    }
    let shared = a.common_terms(b);
    let either = a.terms.len() + b.terms.len() - shared;
    let equal = shared == either && a.asked.terms() == b.asked.terms();
    let (share, whole) = NEARLY_SAME_JACCARD;
    !equal && shared >= MIN_COMMON_TERMS && whole * shared >= share * either
}
