//! A question as the matcher sees it.

use crate::language::{Word, words};

/// A question, cut into words.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its words in order.
    pub words: Vec<Word>,
}

impl Question {
    /// Reads a question. Any text will do.
    pub fn read(text: &str) -> Self {
        Self { words: words(text) }
    }

    /// What is searched for: every term once, in order of first use.
    pub fn terms(&self) -> Vec<&str> {
        let mut terms: Vec<&str> = Vec::new();
        for word in &self.words {
            if !terms.contains(&word.term.as_str()) {
                terms.push(&word.term);
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
}
