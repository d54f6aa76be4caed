//! Rules of words, recognised in a text all at once.

use std::collections::HashMap;

use super::function_words::is_filler;
use super::words::{Word, words};

/// The words of a rule, each a word or a phrase of several.
#[derive(Debug, Clone, Copy)]
pub struct Pattern<'p> {
    /// One of these must occur.
    pub any: &'p [String],
    /// One of each of these lists must occur, too.
    pub and: &'p [Vec<String>],
    /// None of these may occur.
    pub unless: &'p [String],
    /// Whether the text must consist of nothing but words of `any` and fillers.
    pub only: bool,
}

/// Patterns in order, ready to be recognised.
#[derive(Default)]
pub struct Patterns {
    /// The phrases by their first term.
    phrases: HashMap<String, Vec<Phrase>>,
    shapes: Vec<Shape>,
}

/// A phrase of a pattern.
struct Phrase {
    /// The terms that must follow its first one.
    following: Vec<String>,
    pattern: usize,
    part: Part,
}

/// Where in its pattern a phrase stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// In this list of those of which one must occur; `any` is the first.
    List(usize),
    Unless,
}

struct Shape {
    lists: usize,
    only: bool,
}

/// A phrase that was found.
struct Hit {
    pattern: usize,
    part: Part,
    start: usize,
    end: usize,
}

impl Patterns {
    /// Reads patterns. The endings of words do not matter, nor does punctuation.
    pub fn new<'p>(patterns: impl Iterator<Item = Pattern<'p>>) -> Self {
        let mut read = Self::default();
        for (number, pattern) in patterns.enumerate() {
            let lists = std::iter::once(pattern.any).chain(pattern.and.iter().map(Vec::as_slice));
            for (list, phrases) in lists.enumerate() {
                read.add(phrases, number, Part::List(list));
            }
            read.add(pattern.unless, number, Part::Unless);
            read.shapes.push(Shape { lists: 1 + pattern.and.len(), only: pattern.only });
        }
        read
    }

    fn add(&mut self, phrases: &[String], pattern: usize, part: Part) {
        for phrase in phrases {
            let mut terms = words(phrase).into_iter().map(|word| word.term);
            if let Some(first) = terms.next() {
                let following = terms.collect();
                self.phrases.entry(first).or_default().push(Phrase { following, pattern, part });
            }
        }
    }

    /// The patterns that a text fits, by their numbers, in order.
    pub fn fitting(&self, words: &[Word]) -> Vec<usize> {
        let mut hits = self.hits(words);
        hits.sort_by_key(|hit| hit.pattern);
        let of_patterns = hits.chunk_by(|a, b| a.pattern == b.pattern);
        let fitting = of_patterns.filter(|hits| self.shapes[hits[0].pattern].fits(words, hits));
        fitting.map(|hits| hits[0].pattern).collect()
    }

    fn hits(&self, words: &[Word]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (start, word) in words.iter().enumerate() {
            for Phrase { following, pattern, part } in
                self.phrases.get(&word.term).into_iter().flatten()
            {
                let end = start + 1 + following.len();
                let next = words.get(start + 1..end);
                if next.is_some_and(|next| next.iter().map(|word| &word.term).eq(following)) {
                    hits.push(Hit { pattern: *pattern, part: *part, start, end });
                }
            }
        }
        hits
    }
}

impl Shape {
    fn fits(&self, words: &[Word], hits: &[Hit]) -> bool {
        let occurs = |part| hits.iter().any(|hit| hit.part == part);
        let stands_in_any = |place| {
            hits.iter()
                .any(|hit| hit.part == Part::List(0) && (hit.start..hit.end).contains(&place))
        };
        let nothing_else = || {
            words
                .iter()
                .enumerate()
                .all(|(place, word)| is_filler(&word.surface) || stands_in_any(place))
        };
        (0..self.lists).all(|list| occurs(Part::List(list)))
            && !occurs(Part::Unless)
            && (!self.only || nothing_else())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn fitting(text: &str) -> Vec<usize> {
        let (anthropic, linkedin) =
            (strings(&["anthropic", "new york times"]), strings(&["linkedin"]));
        let (settle, much) =
            (strings(&["settle", "settlement"]), [strings(&["how much", "amount"])]);
        let greetings = strings(&["hello", "good morning"]);
        let patterns = [
            Pattern { any: &anthropic, and: &[], unless: &linkedin, only: false },
            Pattern { any: &settle, and: &much, unless: &[], only: false },
            Pattern { any: &greetings, and: &[], unless: &[], only: true },
        ];
        Patterns::new(patterns.into_iter()).fitting(&words(text))
    }

    #[test]
    fn one_word_is_enough_unless_another_occurs() {
        assert_eq!(fitting("what happened in the New York Times case?"), [0]);
        assert_eq!(fitting("is LinkedIn sued like Anthropic"), Vec::<usize>::new());
        assert_eq!(fitting("new in york"), Vec::<usize>::new());
    }

    #[test]
    fn each_list_must_be_met() {
        assert_eq!(fitting("how much did they settle for"), [1]);
        assert_eq!(fitting("did they settle"), Vec::<usize>::new());
    }

    #[test]
    fn a_message_of_nothing_else_may_have_fillers() {
        assert_eq!(fitting("hey good morning lol"), [2]);
        assert_eq!(fitting("good morning, is it over"), Vec::<usize>::new());
        assert_eq!(fitting("hey lol"), Vec::<usize>::new());
    }

    #[test]
    fn several_patterns_fit_in_order() {
        assert_eq!(fitting("how much did Anthropic settle for"), [0, 1]);
    }
}
