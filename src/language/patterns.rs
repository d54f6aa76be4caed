//! Matches a text against many word patterns in one pass.

use std::collections::HashMap;

use super::function_words::is_filler;
use super::words::{Word, words};

/// Says what a text must contain to match. Each string is a word or a phrase.
#[derive(Debug, Clone, Copy)]
pub struct Pattern<'p> {
    /// At least one of these must occur.
    pub any: &'p [String],
    /// Of each of these lists, at least one must occur too.
    pub and: &'p [Vec<String>],
    /// None of these may occur.
    pub unless: &'p [String],
    /// Whether the text may contain only phrases of `any` and fillers.
    pub only: bool,
}

/// Patterns in order, with an index over their phrases.
#[derive(Default)]
pub struct Patterns {
    /// The phrases by their first term.
    phrases: HashMap<String, Vec<Phrase>>,
    shapes: Vec<Shape>,
}

struct Phrase {
    /// The terms after the first one.
    following: Box<[String]>,
    pattern: usize,
    part: Part,
}

/// The part of a pattern that a phrase belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A list from which a phrase must occur; number 0 is `any`, the others are from `and`.
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
    /// Ignores word endings and punctuation in the patterns.
    pub fn new<'p>(patterns: impl Iterator<Item = Pattern<'p>>) -> Self {
        let mut indexed = Self::default();
        for (number, pattern) in patterns.enumerate() {
            let lists = std::iter::once(pattern.any).chain(pattern.and.iter().map(Vec::as_slice));
            for (list, phrases) in lists.enumerate() {
                indexed.add(phrases, number, Part::List(list));
            }
            indexed.add(pattern.unless, number, Part::Unless);
            indexed.shapes.push(Shape { lists: 1 + pattern.and.len(), only: pattern.only });
        }
        indexed
    }

    fn add(&mut self, phrases: &[String], pattern: usize, part: Part) {
        for phrase in phrases {
            let mut terms = words(phrase).into_iter().map(|word| word.term);
            if let Some(first) = terms.next() {
                // A boxed slice, because a vector would keep the memory of the words.
                let following = terms.collect::<Box<[String]>>();
                self.phrases.entry(first).or_default().push(Phrase { following, pattern, part });
            }
        }
    }

    /// The numbers of the patterns that a text matches, in order.
    pub fn matching(&self, words: &[Word]) -> Vec<usize> {
        let mut hits = self.hits(words);
        hits.sort_by_key(|hit| hit.pattern);
        let by_pattern = hits.chunk_by(|a, b| a.pattern == b.pattern);
        let matching = by_pattern.filter(|hits| self.shapes[hits[0].pattern].matches(words, hits));
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
        let has_nothing_else = || {
            words
                .iter()
                .enumerate()
                .all(|(place, word)| is_filler(&word.surface) || is_in_any(place))
        };
        (0..self.lists).all(|list| occurs(Part::List(list)))
            && !occurs(Part::Unless)
            && (!self.only || has_nothing_else())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn matching(text: &str) -> Vec<usize> {
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
        Patterns::new(patterns.into_iter()).matching(&words(text))
    }

    #[test]
    fn one_word_is_enough_unless_another_occurs() {
        assert_eq!(matching("what happened in the Bright Desk Lamps case?"), [0]);
        assert_eq!(matching("is Lantern sued like Glowworm"), Vec::<usize>::new());
        assert_eq!(matching("bright lamps"), Vec::<usize>::new());
    }

    #[test]
    fn each_list_must_be_met() {
        assert_eq!(matching("how much did they settle for"), [1]);
        assert_eq!(matching("did they settle"), Vec::<usize>::new());
    }

    #[test]
    fn a_message_of_nothing_else_may_have_fillers() {
        assert_eq!(matching("hey good morning lol"), [2]);
        assert_eq!(matching("good morning, is it over"), Vec::<usize>::new());
        assert_eq!(matching("hey lol"), Vec::<usize>::new());
    }

    #[test]
    fn several_patterns_fit_in_order() {
        assert_eq!(matching("how much did Glowworm settle for"), [0, 1]);
    }
}
