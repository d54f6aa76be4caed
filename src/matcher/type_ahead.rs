//! Suggests vetted questions while somebody is typing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::snapshot::Snapshot;
use crate::index::EntryNumber;
use crate::knowledge::{EntryId, Library};
use crate::language::words;

/// How many phrasings of an entry are searched, its question included. A suggestion must come while
/// somebody types, and the usual phrasings come first.
const MAX_PHRASINGS: usize = 40;

/// An inverted index of words over the first phrasings of every entry, searched by prefix.
pub(super) struct TypeAhead {
    /// The words, sorted.
    words: Vec<String>,
    /// The offset of each word's postings, and the total number of postings.
    starts: Vec<u32>,
    /// The phrasings that contain each word, as indices into `phrasings`.
    postings: Vec<u32>,
    phrasings: Vec<Phrasing>,
}

struct Phrasing {
    entry: u32,
    is_question: bool,
    /// The number of different words.
    words: u16,
}

/// How well an entry matches; better ones are greater. The fields are: the most typed words in one
/// of its phrasings, the number of typed words in its question, and the length of that phrasing.
type Fit = (u16, u16, Reverse<u16>);

impl TypeAhead {
    /// Indexes the vetted entries.
    pub fn new(library: &Library) -> Self {
        let mut phrasings = Vec::new();
        let mut by_word: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (entry, faq_entry) in library.vetted().enumerate() {
            for (index, text) in faq_entry.ways_of_asking().take(MAX_PHRASINGS).enumerate() {
                let mut contained: Vec<String> =
                    words(text).into_iter().map(|word| word.surface).collect();
                contained.sort_unstable();
                contained.dedup();
                let number = phrasings.len() as u32;
                phrasings.push(Phrasing {
                    entry: entry as u32,
                    is_question: index == 0,
                    words: contained.len() as u16,
                });
                for word in contained {
                    by_word.entry(word).or_default().push(number);
                }
            }
        }
        let mut type_ahead =
            Self { words: Vec::new(), starts: vec![0], postings: Vec::new(), phrasings };
        for (word, postings) in by_word {
            type_ahead.words.push(word);
            type_ahead.postings.extend(postings);
            type_ahead.starts.push(type_ahead.postings.len() as u32);
        }
        type_ahead
    }

    /// The entries that match what was typed, best first.
    fn matching(&self, typed: &str) -> Vec<EntryNumber> {
        let typed_words = words(typed);
        // For each phrasing: how many typed words it contains, and the number of the typed word
        // that was counted last, from 1. Two words of a phrasing with the same prefix count once.
        let mut counts = vec![(0_u16, 0_u16); self.phrasings.len()];
        let mut touched: Vec<u32> = Vec::new();
        for (number, word) in (1..).zip(&typed_words) {
            let unfinished =
                usize::from(number) == typed_words.len() && typed.ends_with(char::is_alphanumeric);
            // The ending of a finished word does not matter.
            let prefix = if unfinished { &word.surface } else { &word.term };
            for &phrasing in self.postings_of(prefix) {
                let (count, last) = &mut counts[phrasing as usize];
                if *count == 0 {
                    touched.push(phrasing);
                }
                if *last != number {
                    (*count, *last) = (*count + 1, number);
                }
            }
        }
        let entries = self.phrasings.last().map_or(0, |phrasing| phrasing.entry as usize + 1);
        let mut best: Vec<Fit> = vec![(0, 0, Reverse(u16::MAX)); entries];
        for index in touched {
            let (phrasing, (count, _)) = (&self.phrasings[index as usize], counts[index as usize]);
            let (most, in_question, shortest) = &mut best[phrasing.entry as usize];
            if phrasing.is_question {
                *in_question = count;
            }
            (*most, *shortest) = (*most, *shortest).max((count, Reverse(phrasing.words)));
        }
        let found = (0..).zip(best).filter(|(_, (most, ..))| *most > 0);
        let mut matching: Vec<(Reverse<Fit>, u32)> =
            found.map(|(entry, fit)| (Reverse(fit), entry)).collect();
        matching.sort_unstable();
        matching.into_iter().map(|(_, entry)| EntryNumber(entry)).collect()
    }

    /// The phrasings that contain a word with this prefix. A phrasing occurs once for each such
    /// word.
    fn postings_of(&self, prefix: &str) -> &[u32] {
        let from = self.words.partition_point(|word| word.as_str() < prefix);
        let count = self.words[from..].iter().take_while(|word| word.starts_with(prefix)).count();
        &self.postings[self.starts[from] as usize..self.starts[from + count] as usize]
    }
}

impl Snapshot {
    /// At most `limit` entries that match what somebody has typed so far, best first. The last word
    /// may be unfinished. If nothing is typed: the lead entry of each topic, in the order of
    /// topics.
    pub fn type_ahead(&self, typed: &str, limit: usize) -> Vec<EntryId> {
        if words(typed).is_empty() {
            let leads = self.library().topics.iter().filter_map(|topic| topic.lead.clone());
            return leads.filter(|id| self.library().is_vetted(id)).take(limit).collect();
        }
        let matching = self.type_ahead_index().matching(typed);
        matching.into_iter().take(limit).map(|number| self.entry_id(number).clone()).collect()
    }
}
