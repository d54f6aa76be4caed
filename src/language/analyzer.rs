//! Analyses a text for the matcher: splits it into words, corrects spelling, marks concepts.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::english::is_english;
use super::spelling::{Correction, Speller};
use super::synonyms::Synonyms;
use super::words::{Word, words};

/// Splits texts into words and corrects their spelling. The index is built and searched with the
/// same analyzer.
pub struct Analyzer {
    speller: Speller,
    joined: BTreeMap<String, usize>,
    synonyms: Synonyms,
    is_common: Box<IsCommon>,
    /// Worth it because phrasings repeat the same unknown words.
    corrections: CorrectionCache,
}

/// More than the unknown words of any FAQ, and few enough that nobody can fill the memory by
/// asking.
const CACHE_SIZE: usize = 20_000;

/// How many unknown words of a text are corrected, the first ones. It is more than people misspell in
/// a message, and few enough that a message cannot keep the program busy.
const MAX_CORRECTED: usize = 60;

/// Whether a folded word is a common word or a name.
pub type IsCommon = dyn Fn(&str) -> bool + Send + Sync;

/// How often a word must occur in phrasings to count as known. Phrasings contain misspellings on
/// purpose.
const MIN_COUNT: u32 = 3;

/// If a word is one edit away from another word that is this many times as frequent, it counts as a
/// misspelling of that word, even if it is frequent itself.
const MISSPELT_RATIO: u32 = 20;

/// How often the FAQ must write two words next to each other, and how many times as often as in
/// one, so that the two in one are read as two: "classaction", "optout".
const MIN_PAIR: u32 = 10;
const JOINED_RATIO: u32 = 4;

/// The words of the FAQ.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Vocabulary {
    frequencies: BTreeMap<String, u32>,
    /// Words that people run together, and where to cut them, in bytes.
    joined: BTreeMap<String, usize>,
}

/// How often each word occurs; a vocabulary is chosen from it.
#[derive(Debug, Clone)]
pub struct WordCounts {
    edited: BTreeMap<String, u32>,
    typed: BTreeMap<String, u32>,
    /// Pairs of neighbouring words, written as one: how often they occur, and where to cut.
    pairs: HashMap<String, (u32, usize)>,
}

impl WordCounts {
    /// `edited` are texts by editors, without misspellings. `typed` are texts as people type them.
    /// `expected` are words that editors expect people to type.
    pub fn new<'t>(
        edited: impl Iterator<Item = &'t str>,
        typed: impl Iterator<Item = &'t str>,
        expected: impl Iterator<Item = &'t str>,
    ) -> Self {
        let (edited_words, typed_words) = (BTreeMap::new(), BTreeMap::new());
        let mut counts = Self { edited: edited_words, typed: typed_words, pairs: HashMap::new() };
        for text in typed {
            count(text, 1, &mut counts.typed);
            counts.count_pairs(text);
        }
        expected.for_each(|text| count(text, MIN_COUNT, &mut counts.typed));
        for text in edited {
            count(text, 1, &mut counts.edited);
            counts.count_pairs(text);
        }
        counts
    }

    /// The words that count as known.
    pub fn vocabulary(&self, is_common: &IsCommon) -> Vocabulary {
        let is_enough = |word: &str, count: u32| count >= MIN_COUNT || is_common(word);
        let typed = self.typed.iter().filter(|(word, count)| is_enough(word, **count));
        let mut words = self.edited.clone();
        typed.clone().for_each(|(word, count)| *words.entry(word.clone()).or_default() += count);
        let is_doubtful = |word: &str| !self.edited.contains_key(word) && !is_common(word);
        let speller = Speller::new(&words);
        for (word, _) in typed.filter(|(word, _)| is_doubtful(word)) {
            if speller.has_likelier(word, MISSPELT_RATIO) {
                words.remove(word);
            }
        }
        let joined = self.pairs.iter().filter(|(joined, (count, _))| {
            let as_one = words.get(*joined).copied().unwrap_or_default();
            *count >= MIN_PAIR && *count >= JOINED_RATIO * as_one && !is_english(joined)
        });
        let joined: BTreeMap<String, usize> =
            joined.map(|(joined, (_, cut))| (joined.clone(), *cut)).collect();
        // Nothing may be corrected to a word that is read as two.
        words.retain(|word, _| !joined.contains_key(word));
        Vocabulary { frequencies: words, joined }
    }

    fn count_pairs(&mut self, text: &str) {
        for line in text.lines() {
            for pair in words(line).windows(2) {
                let joined = format!("{}{}", pair[0].surface, pair[1].surface);
                self.pairs.entry(joined).or_insert((0, pair[0].surface.len())).0 += 1;
            }
        }
    }

    /// The counts without one of the typed texts, if a word is then no longer known. `None` if all
    /// words stay known.
    pub fn without(&self, typed: &str, is_common: &IsCommon) -> Option<Self> {
        let mut removed = BTreeMap::new();
        count(typed, 1, &mut removed);
        let becomes_unknown = |(word, removed): (&String, &u32)| {
            let count = self.typed.get(word).copied().unwrap_or_default();
            let suffices = |count: u32| count >= MIN_COUNT;
            let is_known_anyway = self.edited.contains_key(word) || is_common(word);
            !is_known_anyway && suffices(count) && !suffices(count.saturating_sub(*removed))
        };
        removed.iter().any(becomes_unknown).then(|| {
            let mut fewer = self.clone();
            for (word, removed) in removed {
                let count = fewer.typed.entry(word).or_default();
                *count = count.saturating_sub(removed);
            }
            fewer
        })
    }
}

impl Analyzer {
    pub fn new(vocabulary: &Vocabulary, is_common: Box<IsCommon>, synonyms: Synonyms) -> Self {
        Self {
            speller: Speller::new(&vocabulary.frequencies),
            joined: vocabulary.joined.clone(),
            synonyms,
            is_common,
            corrections: CorrectionCache::default(),
        }
    }

    /// Whether the FAQ uses a folded word.
    pub fn knows(&self, word: &str) -> bool {
        self.speller.knows(word)
    }

    /// The words of a text, with unknown words corrected and concepts marked.
    pub fn read(&self, text: &str) -> Vec<Word> {
        let mut read = Vec::new();
        let mut unknown = 0;
        for word in words(text) {
            let is_unknown = !self.is_known(&word.surface);
            unknown += usize::from(is_unknown);
            match is_unknown && unknown <= MAX_CORRECTED {
                true => read.extend(self.correct(&word).unwrap_or_else(|| vec![word])),
                false => read.push(word),
            }
        }
        self.synonyms.mark(&mut read);
        read
    }

    /// Whether a word needs no correction. What has other characters than letters is never corrected.
    fn is_known(&self, word: &str) -> bool {
        let has_letters_only = word.bytes().all(|byte| byte.is_ascii_lowercase());
        !self.joined.contains_key(word)
            && (!has_letters_only || self.speller.knows(word) || (self.is_common)(word))
    }

    /// What an unknown word means.
    fn correct(&self, word: &Word) -> Option<Vec<Word>> {
        if let Some(&cut) = self.joined.get(&word.surface) {
            let (first, second) = word.surface.split_at(cut);
            let pieces = [first, second].into_iter().flat_map(words);
            let typed = Some(word.surface.clone());
            return Some(pieces.map(|piece| Word { typed: typed.clone(), ..piece }).collect());
        }
        let correction =
            self.corrections.get_or_search(&word.surface, || self.search(&word.surface))?;
        let pieces = correction.words.iter().flat_map(|piece| words(piece));
        Some(
            pieces
                .map(|piece| Word {
                    weight: correction.weight,
                    typed: Some(word.surface.clone()),
                    ..piece
                })
                .collect(),
        )
    }

    fn search(&self, word: &str) -> Option<Correction> {
        if is_english(word) { self.speller.correct_rare(word) } else { self.speller.correct(word) }
    }
}

/// The results of earlier searches, by the word as typed.
#[derive(Default)]
struct CorrectionCache(Mutex<HashMap<String, Option<Correction>>>);

impl CorrectionCache {
    /// The correction of a word, from the cache or from a search.
    ///
    /// The lock is not held during the search, so that one slow word does not block every other
    /// question. Two threads may search for the same word at once; the results are equal.
    fn get_or_search(
        &self,
        word: &str,
        search: impl FnOnce() -> Option<Correction>,
    ) -> Option<Correction> {
        let known = self.lock().get(word).cloned();
        if let Some(known) = known {
            return known;
        }
        let correction = search();
        let mut cache = self.lock();
        if cache.len() < CACHE_SIZE {
            cache.insert(word.to_owned(), correction.clone());
        }
        correction
    }

    /// A poisoned lock is harmless: every entry is complete even if a thread panicked.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Option<Correction>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn count(text: &str, times: u32, frequencies: &mut BTreeMap<String, u32>) {
    for word in text.lines().flat_map(words) {
        *frequencies.entry(word.surface).or_default() += times;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A search is slow, so other threads must be able to use the cache meanwhile.
    #[test]
    fn the_cache_is_not_locked_during_a_search() {
        let cache = CorrectionCache::default();
        let mut was_free = false;
        cache.get_or_search("lawsiut", || {
            was_free = cache.0.try_lock().is_ok();
            None
        });
        assert!(was_free, "a search holds the lock of the cache");
    }

    #[test]
    fn words_that_the_faq_writes_apart_are_read_apart() {
        let texts = ["is there a class action", "no to it"].repeat(MIN_PAIR as usize);
        let texts = texts.into_iter().chain(["ClassAction.org", "notice"]);
        let counts = WordCounts::new(texts, std::iter::empty(), std::iter::empty());
        let is_common = |word: &str| word == "classaction";
        let vocabulary = counts.vocabulary(&is_common);
        let analyzer = Analyzer::new(&vocabulary, Box::new(is_common), Synonyms::default());
        let read = |text| {
            analyzer.read(text).into_iter().map(|word| word.surface).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(read("classaction?"), "class action");
        assert_eq!(read("classactions"), "classactions");
        assert_eq!(read("notice"), "notice");
    }

    #[test]
    fn a_text_of_misspelt_words_is_corrected_only_at_its_beginning() {
        let counts =
            WordCounts::new(["settlement"; 3].into_iter(), std::iter::empty(), std::iter::empty());
        let is_common = |_: &str| false;
        let vocabulary = counts.vocabulary(&is_common);
        let analyzer = Analyzer::new(&vocabulary, Box::new(is_common), Synonyms::default());
        // Words that repeat themselves are read once.
        let typed = (0..2 * MAX_CORRECTED).map(|number| format!("setlement {number} "));
        let read = analyzer.read(&typed.collect::<String>());
        let count = |surface| read.iter().filter(|word| word.surface == surface).count();
        assert_eq!(count("settlement"), MAX_CORRECTED);
        assert_eq!(count("setlement"), MAX_CORRECTED);
    }

    #[test]
    fn a_word_is_searched_for_once() {
        let cache = CorrectionCache::default();
        let found = Some(Correction { words: vec!["lawsuit".to_owned()], weight: 0.9 });
        assert_eq!(cache.get_or_search("lawsiut", || found.clone()), found);
        assert_eq!(cache.get_or_search("lawsiut", || unreachable!("it is in the cache")), found);
    }
}
