//! Questions that are asked in the very words of a phrasing.

use serde::{Deserialize, Serialize};

use super::question::{Question, fingerprint_of};
use crate::index::EntryNumber;
use crate::language::Word;

/// The fingerprints of all ways of asking, each with the entry that it leads to, sorted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct SameWords(Vec<(u64, u32)>);

impl SameWords {
    /// Learns ways of asking, read, each with the number of its entry. One that leads to two
    /// entries leads to neither.
    pub fn new(asked: &[Vec<Word>], entries: &[u32]) -> Self {
        let asked = asked.iter().zip(entries);
        let mut known: Vec<(u64, u32)> =
            asked.filter_map(|(words, &entry)| Some((fingerprint_of(words)?, entry))).collect();
        known.sort_unstable();
        known.dedup();
        let leads_to_two = |at: usize| {
            let same =
                |other: Option<&(u64, u32)>| other.is_some_and(|other| other.0 == known[at].0);
            same(at.checked_sub(1).and_then(|before| known.get(before))) || same(known.get(at + 1))
        };
        Self((0..known.len()).filter(|&at| !leads_to_two(at)).map(|at| known[at]).collect())
    }

    /// The entry of which one way of asking is the question itself, but for fillers at either end.
    pub fn find(&self, question: &Question) -> Option<EntryNumber> {
        let fingerprint = fingerprint_of(&question.words)?;
        let at = self.0.binary_search_by_key(&fingerprint, |(known, _)| *known).ok()?;
        Some(EntryNumber(self.0[at].1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Analyzer, Synonyms, Vocabulary};

    fn read(text: &str) -> Question {
        Question::read(
            text,
            &Analyzer::new(&Vocabulary::default(), Box::new(|_| true), Synonyms::default()),
        )
    }

    fn found(text: &str) -> Option<u32> {
        let asked = [
            ("Is it over", 0),
            ("is it dead?", 0),
            ("who won", 1),
            ("any news", 1),
            ("so, any news?", 2),
            ("and the money", 2),
        ];
        let (asked, entries): (Vec<_>, Vec<_>) =
            asked.into_iter().map(|(text, entry)| (read(text).words, entry)).unzip();
        SameWords::new(&asked, &entries).find(&read(text)).map(|n| n.0)
    }

    #[test]
    fn fillers_at_the_ends_do_not_matter() {
        assert_eq!(found("so is it over??"), Some(0));
        assert_eq!(found("ok wait, who WON then lol"), Some(1));
        assert_eq!(found("is it not over"), None);
        assert_eq!(found("so"), None);
        assert_eq!(found("ok but what about the money?"), Some(2));
        assert_eq!(found("what about"), None);
    }

    #[test]
    fn what_leads_to_two_entries_leads_to_neither() {
        assert_eq!(found("any news"), None);
    }
}
