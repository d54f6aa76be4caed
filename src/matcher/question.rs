//! A question as the matcher sees it.

use super::fingerprint::fingerprint;
use crate::index::WeightedTerm;
use crate::language::{Analyzer, Word, is_filler, is_opening};

/// From how many words on a question of several sentences is also read sentence by sentence: in a
/// long story only one of them asks.
const STORY_WORDS: usize = 18;

/// How many words a sentence of a story needs to be looked at by itself, and how many sentences are
/// looked at; the last ones are, because people tell first and ask last.
const SENTENCE_WORDS: usize = 3;
const SENTENCES: usize = 6;

/// A question, or one sentence of it.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its words in order, spelling mended.
    pub words: Vec<Word>,
    /// Its text, with the spelling mended.
    pub text: String,
}

impl Question {
    /// Reads a question. Any text will do.
    pub fn read(text: &str, analyzer: &Analyzer) -> Self {
        let words = analyzer.read(text);
        let text = words.iter().map(|word| word.surface.as_str()).collect::<Vec<_>>().join(" ");
        Self { words, text }
    }

    /// What is searched for: every term and every concept once, in order of first use.
    pub fn terms(&self) -> Vec<WeightedTerm<'_>> {
        let mut terms: Vec<WeightedTerm<'_>> = Vec::new();
        for word in &self.words {
            for term in [Some(&word.term), word.concept.as_ref()].into_iter().flatten() {
                if !terms.iter().any(|seen| seen.term == term) {
                    terms.push(WeightedTerm { term, weight: word.weight });
                }
            }
        }
        terms
    }

    /// Its words that say what it is about, each once.
    pub fn content_words(&self) -> Vec<&Word> {
        let mut content: Vec<&Word> = Vec::new();
        for word in self.words.iter().filter(|word| !word.is_function_word) {
            if !content.iter().any(|seen| seen.term == word.term) {
                content.push(word);
            }
        }
        content
    }

    /// The sentences of a long question, the last ones first; none for a short one.
    pub fn sentences(&self, text: &str, analyzer: &Analyzer) -> Vec<Question> {
        if self.words.len() < STORY_WORDS {
            return Vec::new();
        }
        let read = sentences_of(text).rev().map(|sentence| Question::read(sentence, analyzer));
        let sentences: Vec<Question> = read
            .filter(|sentence| sentence.words.len() >= SENTENCE_WORDS)
            .take(SENTENCES)
            .collect();
        if sentences.len() > 1 { sentences } else { Vec::new() }
    }

    /// What a text asks: of a story the sentences with a question mark, or for want of one its
    /// last; of anything shorter the whole.
    pub fn asked(&self, text: &str, analyzer: &Analyzer) -> Vec<Question> {
        if self.words.len() < STORY_WORDS {
            return vec![self.clone()];
        }
        let asking = sentences_of(text).filter(|sentence| sentence.ends_with('?'));
        let asking: Vec<Question> =
            asking.map(|sentence| Question::read(sentence, analyzer)).collect();
        if !asking.is_empty() {
            return asking;
        }
        let last = sentences_of(text).rev().map(|sentence| Question::read(sentence, analyzer));
        last.filter(|sentence| !sentence.words.is_empty()).take(1).collect()
    }
}

/// A number that texts share which ask in the very same words, but for fillers at either end and an
/// opening: "so is it over??" and "is it over", "and Germany?" and "what about Germany". None for a
/// text of nothing but fillers.
pub(super) fn fingerprint_of(words: &[Word]) -> Option<u64> {
    let words = without_fillers(words);
    (!words.is_empty()).then(|| fingerprint(words.iter().map(|word| word.term.as_str())))
}

/// A text cut where a sentence ends; the mark stays with its sentence.
fn sentences_of(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split_inclusive(['.', '!', '?', '\n', ';']).map(str::trim)
}

fn without_fillers(words: &[Word]) -> &[Word] {
    let fills = |word: &Word| is_filler(&word.surface);
    let mut left = words;
    loop {
        left = match left {
            [first, rest @ ..] if fills(first) => rest,
            [rest @ .., last] if fills(last) => rest,
            [first, second, rest @ ..]
                if is_opening(&first.surface, &second.surface) && !rest.is_empty() =>
            {
                rest
            }
            _ => return left,
        };
    }
}
