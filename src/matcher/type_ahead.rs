//! Suggests vetted questions while somebody is typing.

use std::cmp::{Ordering, Reverse};
use std::collections::BTreeMap;

use super::snapshot::Snapshot;
use crate::index::{EntryNumber, IndexError};
use crate::knowledge::{EntryId, FaqEntry, Library};
use crate::language::words;

/// How many phrasings of an entry are searched, its question included. A suggestion must come while
/// somebody types, and the usual phrasings come first.
const MAX_PHRASINGS: usize = 40;

/// How many times the phrasings of a topic's lead entry count, because more people ask for it.
const LEAD: u16 = 3;

/// If fewer phrasings than this have all the words that were typed, the matcher is asked, too.
const ENOUGH: u32 = 5;

/// An inverted index of words over the first phrasings of every entry, searched by prefix.
pub(super) struct TypeAhead {
    /// The words, sorted.
    words: Vec<String>,
    /// The offset of each word's postings, and the total number of postings.
    starts: Vec<u32>,
    /// The phrasings that contain each word, as indices into `phrasings`.
    postings: Vec<u32>,
    phrasings: Vec<Phrasing>,
    /// How many times the phrasings of each entry count.
    weights: Vec<u16>,
}

struct Phrasing {
    entry: u32,
    is_question: bool,
    /// The number of different words.
    words: u16,
}

/// How well an entry matches; better ones are greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Fit {
    /// The most typed words in one of its phrasings.
    words: u16,
    /// In how many of its phrasings so many occur, times the entry's weight. People who begin like
    /// this ask for the entry where that is usual: “money” is for whether somebody is paid before it
    /// is for taxes.
    phrasings: u16,
    in_question: u16,
    shortest: Reverse<u16>,
}

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
        let leads: Vec<_> = library.topics.iter().filter_map(|topic| topic.lead.as_ref()).collect();
        let weight = |entry: &FaqEntry| if leads.contains(&&entry.id) { LEAD } else { 1 };
        let mut type_ahead = Self {
            words: Vec::new(),
            starts: vec![0],
            postings: Vec::new(),
            phrasings,
            weights: library.vetted().map(weight).collect(),
        };
        for (word, postings) in by_word {
            type_ahead.words.push(word);
            type_ahead.postings.extend(postings);
            type_ahead.starts.push(type_ahead.postings.len() as u32);
        }
        type_ahead
    }

    /// The entries that match what was typed, best first, and how many phrasings have all its words.
    fn matching(&self, typed: &str) -> (Vec<EntryNumber>, u32) {
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
        let mut best = vec![Fit::default(); self.weights.len()];
        for index in touched {
            let (phrasing, (count, _)) = (&self.phrasings[index as usize], counts[index as usize]);
            let fit = &mut best[phrasing.entry as usize];
            if phrasing.is_question {
                fit.in_question = count;
            }
            let length = Reverse(phrasing.words);
            match count.cmp(&fit.words) {
                Ordering::Greater => {
                    (fit.words, fit.phrasings, fit.shortest) = (count, 1, length);
                }
                Ordering::Equal => {
                    (fit.phrasings, fit.shortest) = (fit.phrasings + 1, fit.shortest.max(length));
                }
                Ordering::Less => {}
            }
        }
        let most = best.iter().map(|fit| fit.words).max().unwrap_or_default();
        let with_most = best.iter().filter(|fit| fit.words == most);
        let with_most = with_most.map(|fit| u32::from(fit.phrasings)).sum();
        for (fit, weight) in best.iter_mut().zip(&self.weights) {
            fit.phrasings *= weight;
        }
        let found = (0..).zip(best).filter(|(_, fit)| fit.words > 0);
        let mut matching: Vec<(Reverse<Fit>, u32)> =
            found.map(|(entry, fit)| (Reverse(fit), entry)).collect();
        matching.sort_unstable();
        let matching = matching.into_iter().map(|(_, entry)| EntryNumber(entry)).collect();
        let complete = if usize::from(most) == typed_words.len() { with_most } else { 0 };
        (matching, complete)
    }

    /// Whether the last word that was typed is a word of a phrasing.
    fn ends_with_a_word(&self, typed: &str) -> bool {
        words(typed).last().is_some_and(|last| self.words.binary_search(&last.surface).is_ok())
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
    /// At most `limit` lead entries, in the order of topics.
    pub fn leads(&self, limit: usize) -> Vec<EntryId> {
        let leads = self.library().topics.iter().filter_map(|topic| topic.lead.clone());
        leads.filter(|id| self.library().is_vetted(id)).take(limit).collect()
    }

    /// At most `limit` entries that match what somebody has typed so far, best first. The last word
    /// may be unfinished. If nothing is typed: the lead entries.
    pub fn type_ahead(&self, typed: &str, limit: usize) -> Result<Vec<EntryId>, IndexError> {
        if words(typed).is_empty() {
            return Ok(self.leads(limit));
        }
        let index = self.type_ahead_index();
        let (matching, complete) = index.matching(typed);
        // The matcher also understands misspelt words and others than those of a phrasing, but no
        // unfinished ones.
        let is_rare = complete == 0 || (complete < ENOUGH && index.ends_with_a_word(typed));
        let understood =
            if is_rare { self.decide(typed)?.outcome.into_entries() } else { Vec::new() };
        let matching = matching.into_iter().map(|number| self.entry_id(number).clone());
        let mut found: Vec<EntryId> = Vec::new();
        for entry in understood.into_iter().chain(matching) {
            if found.len() < limit && !found.contains(&entry) {
                found.push(entry);
            }
        }
        Ok(found)
    }
}
