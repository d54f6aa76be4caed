//! Vetted questions for somebody who is still typing.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::snapshot::Snapshot;
use crate::index::EntryNumber;
use crate::knowledge::{EntryId, Library};
use crate::language::words;

/// How many ways of asking an entry are looked through: a suggestion must come while somebody
/// types, and the usual ways come first.
const WAYS: usize = 40;

/// The words of the usual ways of asking, to be looked up by how they begin.
pub(super) struct TypeAhead {
    /// The words, sorted.
    words: Vec<String>,
    /// Where the ways of asking that hold each word begin in `places`; one number more than there
    /// are words.
    starts: Vec<u32>,
    places: Vec<u32>,
    ways: Vec<Way>,
}

/// A way of asking.
struct Way {
    entry: u32,
    is_question: bool,
    words: u16,
}

/// How well an entry fits, better ones greater: how many of the typed words stand in one of its
/// ways of asking, and in its question, and how short that way is.
type Fit = (u16, u16, Reverse<u16>);

impl TypeAhead {
    /// Reads the usual ways of asking the vetted entries.
    pub fn new(library: &Library) -> Self {
        let mut ways = Vec::new();
        let mut by_word: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (entry, faq_entry) in library.vetted().enumerate() {
            for (place, text) in faq_entry.ways_of_asking().take(WAYS).enumerate() {
                let mut held: Vec<String> =
                    words(text).into_iter().map(|word| word.surface).collect();
                held.sort_unstable();
                held.dedup();
                let number = ways.len() as u32;
                ways.push(Way {
                    entry: entry as u32,
                    is_question: place == 0,
                    words: held.len() as u16,
                });
                held.into_iter().for_each(|word| by_word.entry(word).or_default().push(number));
            }
        }
        let mut type_ahead = Self { words: Vec::new(), starts: vec![0], places: Vec::new(), ways };
        for (word, places) in by_word {
            type_ahead.words.push(word);
            type_ahead.places.extend(places);
            type_ahead.starts.push(type_ahead.places.len() as u32);
        }
        type_ahead
    }

    /// The entries that fit what was typed, best first.
    fn fitting(&self, typed: &str) -> Vec<EntryNumber> {
        let typed_words = words(typed);
        // For each way of asking, how many words were counted, and which was the last one, numbered
        // from 1.
        let mut counts = vec![(0_u16, 0_u16); self.ways.len()];
        let mut touched: Vec<u32> = Vec::new();
        for (number, word) in (1..).zip(&typed_words) {
            let unfinished =
                usize::from(number) == typed_words.len() && typed.ends_with(char::is_alphanumeric);
            // The ending of a finished word does not matter.
            let start = if unfinished { &word.surface } else { &word.term };
            for &place in self.places_of(start) {
                let (count, last) = &mut counts[place as usize];
                if *count == 0 {
                    touched.push(place);
                }
                if *last != number {
                    (*count, *last) = (*count + 1, number);
                }
            }
        }
        let entries = self.ways.last().map_or(0, |way| way.entry as usize + 1);
        let mut best: Vec<Fit> = vec![(0, 0, Reverse(u16::MAX)); entries];
        for place in touched {
            let (way, (count, _)) = (&self.ways[place as usize], counts[place as usize]);
            let (most, in_question, shortest) = &mut best[way.entry as usize];
            if way.is_question {
                *in_question = count;
            }
            (*most, *shortest) = (*most, *shortest).max((count, Reverse(way.words)));
        }
        let found = (0..).zip(best).filter(|(_, (most, ..))| *most > 0);
        let mut fitting: Vec<(Reverse<Fit>, u32)> =
            found.map(|(entry, fit)| (Reverse(fit), entry)).collect();
        fitting.sort_unstable();
        fitting.into_iter().map(|(_, entry)| EntryNumber(entry)).collect()
    }

    /// The ways of asking that hold a word that begins like this.
    fn places_of(&self, start: &str) -> &[u32] {
        let from = self.words.partition_point(|word| word.as_str() < start);
        let count = self.words[from..].iter().take_while(|word| word.starts_with(start)).count();
        &self.places[self.starts[from] as usize..self.starts[from + count] as usize]
    }
}

impl Snapshot {
    /// The entries that fit what somebody has typed so far, best first, at most `limit`. The last
    /// word may be unfinished. For nothing typed: the leading answer of each topic, in the order of
    /// the topics.
    pub fn type_ahead(&self, typed: &str, limit: usize) -> Vec<EntryId> {
        if words(typed).is_empty() {
            let leads = self.library().topics.iter().filter_map(|topic| topic.lead.clone());
            let is_vetted = |id: &EntryId| {
                self.library().entry(id.as_str()).is_some_and(|entry| entry.is_vetted())
            };
            return leads.filter(is_vetted).take(limit).collect();
        }
        let fitting = self.typing().fitting(typed);
        fitting.into_iter().take(limit).map(|number| self.entry_id(number).clone()).collect()
    }
}
