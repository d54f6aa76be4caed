//! Finds the entry that has a question as a phrasing, word for word.

use serde::{Deserialize, Serialize};

use super::fingerprint;
use crate::index::EntryNumber;
use crate::language::{Word, is_filler, is_opening};

/// The sorted fingerprints of all phrasings, each with the number of its entry.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::matcher) struct ExactPhrasings {
    whole: Vec<(u64, u32)>,
    /// The same without fillers at either end and without an opening, so that "so is it over??"
    /// equals "is it over", and "what about Germany" equals "and Germany?".
    trimmed: Vec<(u64, u32)>,
}

impl ExactPhrasings {
    pub fn new(phrasings: &[(&[Word], u32)]) -> Self {
        let of = |trim: fn(&[Word]) -> &[Word]| {
            let known = phrasings.iter().map(|(words, entry)| (trim(words), *entry));
            let known = known.filter(|(words, _)| !words.is_empty());
            unambiguous(known.map(|(words, entry)| (fingerprint_of(words), entry)).collect())
        };
        Self { whole: of(|words| words), trimmed: of(trimmed) }
    }

    /// The entry that has these words as a phrasing. An identical phrasing wins over one that only
    /// matches without fillers.
    pub fn find(&self, words: &[Word]) -> Option<EntryNumber> {
        entry_in(&self.whole, words).or_else(|| entry_in(&self.trimmed, trimmed(words)))
    }
}

/// The fingerprint of a phrasing without fillers. Only phrasings with the same fingerprint can lead
/// to the same [`ExactPhrasings::find`].
pub(super) fn fingerprint_without_fillers(words: &[Word]) -> u64 {
    fingerprint_of(trimmed(words))
}

fn entry_in(known: &[(u64, u32)], words: &[Word]) -> Option<EntryNumber> {
    if words.is_empty() {
        return None;
    }
    let wanted = fingerprint_of(words);
    let at = known.binary_search_by_key(&wanted, |(fingerprint, _)| *fingerprint).ok()?;
    Some(EntryNumber(known[at].1))
}

/// Sorts fingerprints and drops those that belong to more than one entry.
fn unambiguous(mut known: Vec<(u64, u32)>) -> Vec<(u64, u32)> {
    known.sort_unstable();
    known.dedup();
    let unique = known.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() == 1);
    unique.map(|same| same[0]).collect()
}

fn fingerprint_of(words: &[Word]) -> u64 {
    fingerprint(words.iter().map(|word| word.term.as_str()))
}

fn trimmed(words: &[Word]) -> &[Word] {
    let is_filler_word = |word: &Word| is_filler(&word.surface);
    let mut remaining = words;
    loop {
        remaining = match remaining {
            [first, rest @ ..] if is_filler_word(first) => rest,
            [rest @ .., last] if is_filler_word(last) => rest,
            [first, second, rest @ ..]
                if is_opening(&first.surface, &second.surface) && !rest.is_empty() =>
            {
                rest
            }
            _ => return remaining,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::{Analyzer, Synonyms, Vocabulary};

    fn found(text: &str) -> Option<u32> {
        let (vocabulary, synonyms) = (Vocabulary::default(), Synonyms::default());
        let analyzer = Analyzer::new(&vocabulary, Box::new(|_| true), synonyms);
        let phrasings = [
            ("Is it over", 0),
            ("is it dead?", 0),
            ("who won", 1),
            ("any news", 1),
            ("so, any news?", 2),
            ("and the money", 2),
        ];
        let phrasings = phrasings.map(|(text, entry)| (analyzer.read(text), entry));
        let phrasings: Vec<(&[Word], u32)> =
            phrasings.iter().map(|(words, entry)| (words.as_slice(), *entry)).collect();
        ExactPhrasings::new(&phrasings).find(&analyzer.read(text)).map(|number| number.0)
    }

    #[test]
    fn fillers_at_either_end_do_not_matter() {
        assert_eq!(found("so is it over??"), Some(0));
        assert_eq!(found("ok wait, who WON then lol"), Some(1));
        assert_eq!(found("is it not over"), None);
        assert_eq!(found("so"), None);
        assert_eq!(found("ok but what about the money?"), Some(2));
        assert_eq!(found("what about"), None);
    }

    #[test]
    fn two_phrasings_that_differ_in_fillers_only_keep_their_own_words() {
        assert_eq!(found("any news"), Some(1));
        assert_eq!(found("So any news"), Some(2));
        assert_eq!(found("ok any news"), None);
    }
}
