//! Reads a text as the matcher does: words, mended spelling, concepts.

use std::collections::HashMap;

use super::spelling::Speller;
use super::synonyms::Synonyms;
use super::words::{Word, words};

/// Cuts texts into words and mends them. The index is built and searched through the same analyzer.
pub struct Analyzer {
    speller: Speller,
    synonyms: Synonyms,
    is_word: Box<IsWord>,
}

/// Tells whether a folded word belongs to the language.
pub type IsWord = dyn Fn(&str) -> bool + Send + Sync;

/// How often a word must occur in what people ask before it counts as a word: phrasings hold misspellings on purpose.
const COMMON: u32 = 3;

impl Analyzer {
    /// Learns the words of the field.
    ///
    /// `careful` are texts that editors wrote with care, whose every word is right; `careless` are texts as people type them;
    /// `is_word` tells whether a word belongs to the language at all.
    pub fn learn<'t>(
        careful: impl Iterator<Item = &'t str>,
        careless: impl Iterator<Item = &'t str>,
        is_word: Box<IsWord>,
        synonyms: Synonyms,
    ) -> Self {
        let mut frequencies: HashMap<String, u32> = HashMap::new();
        for text in careless {
            count(text, &mut frequencies);
        }
        frequencies.retain(|word, count| *count >= COMMON || is_word(word));
        for text in careful {
            count(text, &mut frequencies);
        }
        Self { speller: Speller::new(&frequencies), synonyms, is_word }
    }

    /// Reads a text: its words, each mended if nobody knows it, with the concepts marked.
    pub fn read(&self, text: &str) -> Vec<Word> {
        let mut read = Vec::new();
        for word in words(text) {
            match self.mend(&word) {
                Some(mended) => read.extend(mended),
                None => read.push(word),
            }
        }
        self.synonyms.mark(&mut read);
        read
    }

    fn mend(&self, word: &Word) -> Option<Vec<Word>> {
        if self.speller.knows(&word.surface) || (self.is_word)(&word.surface) {
            return None;
        }
        let mended = self.speller.mend(&word.surface)?;
        let pieces = mended.words.iter().flat_map(|piece| words(piece));
        Some(pieces.map(|piece| Word { weight: mended.weight, typed: Some(word.surface.clone()), ..piece }).collect())
    }
}

fn count(text: &str, frequencies: &mut HashMap<String, u32>) {
    for word in text.lines().flat_map(words) {
        *frequencies.entry(word.surface).or_default() += 1;
    }
}
