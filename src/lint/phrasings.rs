//! Whether people can find the right answer: phrasings that belong to one entry, and enough of them.

use std::collections::HashMap;

use super::{Rule, Subject};
use crate::knowledge::{FaqEntry, Place, Severity};
use crate::language::{Word, words};

/// From this share of common words on, two phrasings of different answers are nearly the same (Jaccard's measure over their
/// terms, and at least [`FEWEST_COMMON`] terms in common).
const NEARLY_SAME_SHARE: f64 = 0.8;
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
        let all: Vec<Distinct<'_>> = every_phrasing(subject).map(Distinct::new).collect();
        // Only phrasings that share a term can be alike, so look them up by their terms.
        let mut by_term: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, asked) in all.iter().enumerate() {
            asked.terms.iter().for_each(|term| by_term.entry(term).or_default().push(place));
        }
        let mut findings = Vec::new();
        for (place, asked) in all.iter().enumerate() {
            let mut common: HashMap<usize, usize> = HashMap::new();
            for earlier in asked.terms.iter().flat_map(|term| &by_term[term.as_str()]).filter(|&&p| p < place) {
                *common.entry(*earlier).or_default() += 1;
            }
            let mut alike: Vec<usize> = common
                .into_iter()
                .filter(|&(other, shared)| is_nearly_same(asked, &all[other], shared))
                .map(|(other, _)| other)
                .collect();
            alike.sort_unstable();
            if let Some(&other) = alike.first() {
                let other = &all[other];
                let asked = &asked.asked;
                let other = &other.asked;
                findings.push(asked.place.warning(
                    "nearly-same-phrasing",
                    format!("“{}” is nearly “{}” of `{}`", asked.text, other.text, other.entry.id),
                    format!(
                        "reword one of the two so that it fits only its own answer ({}:{})",
                        other.place.file, other.place.line
                    ),
                ));
            }
        }
        findings
    },
};

pub(super) const NONE: Rule = Rule {
    name: "no-phrasings",
    severity: Severity::Warning,
    guards: "every vetted answer can be found by other words than its question",
    check: |subject| {
        let lonely = subject.corpus.vetted().filter(|entry| entry.phrasings.is_empty());
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
    terms: Vec<String>,
}

impl<'a> Distinct<'a> {
    fn new(asked: Asked<'a>) -> Self {
        let mut terms = asked.terms();
        terms.sort();
        terms.dedup();
        Self { asked, terms }
    }
}

/// The question and the phrasings of every answer that is not withdrawn. Phrasings without a word in them are left out.
pub(super) fn every_phrasing<'a>(subject: &Subject<'a>) -> impl Iterator<Item = Asked<'a>> {
    let entries = subject.corpus.entries.values();
    let entries = entries.filter(|entry| !matches!(entry.vetting, crate::knowledge::Vetting::Withdrawn { .. }));
    let asked = entries.flat_map(|entry| {
        let question = (entry.question.as_str(), entry.place.clone());
        let phrasings = entry.phrasings.iter().map(|p| (p.value.as_str(), entry.place.at_line(p.line)));
        std::iter::once(question).chain(phrasings).map(move |(text, place)| Asked {
            entry,
            text,
            words: words(text),
            place,
        })
    });
    asked.filter(|asked| !asked.words.is_empty())
}

/// Whether two phrasings of different answers are nearly the same. Those that are wholly the same are for the other rule.
fn is_nearly_same(a: &Distinct<'_>, b: &Distinct<'_>, shared: usize) -> bool {
    let either = a.terms.len() + b.terms.len() - shared;
    let wholly = shared == either && a.asked.terms() == b.asked.terms();
    let same_entry = a.asked.entry.id == b.asked.entry.id;
    !wholly && !same_entry && shared >= FEWEST_COMMON && shared as f64 / either as f64 >= NEARLY_SAME_SHARE
}
