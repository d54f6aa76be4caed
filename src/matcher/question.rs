//! A question, parsed once.

use crate::index::WeightedTerm;
use crate::language::{Analyzer, Word};

/// A text with at least this many words is a story: only some of its sentences ask something.
const MIN_STORY_WORDS: usize = 18;

/// A sentence of a story is ranked by itself if it has at least this many words. Only the last few
/// sentences are ranked, because people tell first and ask last.
const MIN_SENTENCE_WORDS: usize = 3;
const MAX_RANKED_SENTENCES: usize = 6;

#[derive(Debug, Clone)]
pub struct Question {
    pub(super) whole: ParsedText,
    /// The sentences of a story, in order; empty for a shorter text.
    sentences: Vec<Sentence>,
}

/// A text, split into words with their spelling corrected.
#[derive(Debug, Clone)]
pub(super) struct ParsedText {
    pub words: Vec<Word>,
    /// The corrected words, joined by spaces.
    pub text: String,
}

#[derive(Debug, Clone)]
struct Sentence {
    parsed: ParsedText,
    has_question_mark: bool,
}

impl Question {
    /// Parses a question. Any text is valid.
    pub(super) fn parse(text: &str, analyzer: &Analyzer) -> Self {
        let whole = ParsedText::new(text, analyzer);
        if whole.words.len() < MIN_STORY_WORDS {
            return Self { whole, sentences: Vec::new() };
        }
        let sentences = text.split_inclusive(['.', '!', '?', '\n', ';']).map(str::trim);
        let sentences = sentences.map(|sentence| Sentence {
            parsed: ParsedText::new(sentence, analyzer),
            has_question_mark: sentence.ends_with('?'),
        });
        Self { whole, sentences: sentences.collect() }
    }

    /// The sentences of a story that are ranked by themselves, in addition to the whole.
    pub(super) fn ranked_sentences(&self) -> Vec<&ParsedText> {
        let long_enough = self.sentences.iter().map(|sentence| &sentence.parsed);
        let long_enough = long_enough.filter(|parsed| parsed.words.len() >= MIN_SENTENCE_WORDS);
        let last: Vec<&ParsedText> = long_enough.rev().take(MAX_RANKED_SENTENCES).collect();
        // A single sentence would only repeat the whole.
        if last.len() > 1 { last } else { Vec::new() }
    }

    /// The sentences that ask something. In a story: those with a question mark, or the last
    /// sentence if there are none. In a shorter text: the whole text.
    pub(super) fn asking_sentences(&self) -> Vec<&ParsedText> {
        if self.sentences.is_empty() {
            return vec![&self.whole];
        }
        let questions = self.sentences.iter().filter(|sentence| sentence.has_question_mark);
        let questions: Vec<&ParsedText> = questions.map(|sentence| &sentence.parsed).collect();
        if !questions.is_empty() {
            return questions;
        }
        let last = self.sentences.iter().map(|sentence| &sentence.parsed);
        last.rev().find(|parsed| !parsed.words.is_empty()).into_iter().collect()
    }
}

impl ParsedText {
    pub fn new(text: &str, analyzer: &Analyzer) -> Self {
        let words = analyzer.read(text);
        let surfaces: Vec<&str> = words.iter().map(|word| word.surface.as_str()).collect();
        Self { text: surfaces.join(" "), words }
    }

    /// Whether somebody typed a single word, such as "optout", which may read as two.
    pub fn is_one_word(&self) -> bool {
        let typed = |word: &Word| word.typed.clone().unwrap_or_else(|| word.surface.clone());
        self.words.first().is_some_and(|first| {
            self.words.len() == 1 || self.words.iter().all(|word| typed(word) == typed(first))
        })
    }

    /// The search terms: every term and concept once, in the order of first use.
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

    /// The words that are not function words, each once.
    pub fn content_words(&self) -> Vec<&Word> {
        let mut content: Vec<&Word> = Vec::new();
        for word in self.words.iter().filter(|word| !word.is_function_word) {
            if !content.iter().any(|seen| seen.term == word.term) {
                content.push(word);
            }
        }
        content
    }
}
