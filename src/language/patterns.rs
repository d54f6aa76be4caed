//! Patterns of words, matched against a text in one pass.

use std::collections::HashMap;

use super::function_words::is_filler;
use super::words::{Word, words};

/// What a text must contain to match. Each string is a word or a phrase.
#[derive(Debug, Clone, Copy)]
pub struct Pattern<'p> {
    /// At least one of these must occur.
    pub any: &'p [String],
    /// At least one of each of these lists must occur too.
    pub and: &'p [Vec<String>],
    /// None of these may occur.
    pub unless: &'p [String],
    /// Whether the text may hold nothing but phrases of `any` and fillers.
    pub only: bool,
}

/// Patterns in order, indexed so that a text can be searched for all of them at once.
#[derive(Default)]
pub struct Patterns {
    /// The phrases by their first term.
    phrases: HashMap<String, Vec<Phrase>>,
    shapes: Vec<Shape>,
}

struct Phrase {
    /// The terms after its first one.
    following: Vec<String>,
    pattern: usize,
    part: Part,
}

/// The part of its pattern to which a phrase belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// One of the lists of which a phrase must occur; `any` is the first.
    List(usize),
    Unless,
}

struct Shape {
    lists: usize,
    only: bool,
}

/// A phrase found in a text, at the words `start..end`.
struct Hit {
    pattern: usize,
    part: Part,
    start: usize,
    end: usize,
}

impl Patterns {
    /// Word endings and punctuation in the patterns do not matter.
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

    /// The numbers of the patterns that a text matches, in order.
    pub fn fitting(&self, words: &[Word]) -> Vec<usize> {
        let mut hits = self.hits(words);
        hits.sort_by_key(|hit| hit.pattern);
        let of_patterns = hits.chunk_by(|a, b| a.pattern == b.pattern);
        let matching = of_patterns.filter(|hits| self.shapes[hits[0].pattern].matches(words, hits));
        matching.map(|hits| hits[0].pattern).collect()
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
    fn matches(&self, words: &[Word], hits: &[Hit]) -> bool {
        let occurs = |part| hits.iter().any(|hit| hit.part == part);
        let is_in_any = |place| {
            hits.iter()
                .any(|hit| hit.part == Part::List(0) && (hit.start..hit.end).contains(&place))
        };
        let nothing_else = || {
            words
                .iter()
                .enumerate()
                .all(|(place, word)| is_filler(&word.surface) || is_in_any(place))
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
        let (makers, lantern) =
            (strings(&["glowworm", "bright desk lamps"]), strings(&["lantern"]));
        let (settle, much) =
            (strings(&["settle", "settlement"]), [strings(&["how much", "amount"])]);
        let greetings = strings(&["hello", "good morning"]);
        let patterns = [
            Pattern { any: &makers, and: &[], unless: &lantern, only: false },
            Pattern { any: &settle, and: &much, unless: &[], only: false },
            Pattern { any: &greetings, and: &[], unless: &[], only: true },
        ];
        Patterns::new(patterns.into_iter()).fitting(&words(text))
    }

    #[test]
    fn one_word_is_enough_unless_another_occurs() {
        assert_eq!(fitting("what happened in the Bright Desk Lamps case?"), [0]);
        assert_eq!(fitting("is Lantern sued like Glowworm"), Vec::<usize>::new());
        assert_eq!(fitting("bright lamps"), Vec::<usize>::new());
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
        assert_eq!(fitting("how much did Glowworm settle for"), [0, 1]);
    }
}
