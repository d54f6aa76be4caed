//! Splits a text into words.

use frostem::{Algorithm, Stemmer};

use super::contractions::expand;
use super::fold::fold;
use super::function_words::is_function_word;
use crate::legal::DocketNumber;

/// The most words of a text; the rest is ignored. A Discord message has at most 4,000 characters,
/// so no real question is longer.
const MAX_WORDS: usize = 800;

/// Words are cut to this length. Longer ones are noise, and Tantivy has a limit too.
const MAX_WORD_BYTES: usize = 64;

/// The longest run of words whose immediate repetition is dropped.
const MAX_REPEATED: usize = 3;

/// A word of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Word {
    /// The folded word, such as "messages", after spelling correction.
    pub surface: String,
    /// The search term: the stem, such as "messag".
    pub term: String,
    pub is_function_word: bool,
    /// The weight in the search: 1, or less if the spelling was corrected.
    pub weight: f32,
    /// The folded word as typed, if the spelling was corrected.
    pub typed: Option<String>,
    /// The concept of the word, or of a phrase that begins with it.
    pub concept: Option<String>,
}

impl Word {
    fn new(surface: String, term: String, is_function_word: bool) -> Self {
        Self { surface, term, is_function_word, weight: 1.0, typed: None, concept: None }
    }
}

/// Splits a text into words, at most 800. All characters except letters and digits separate words.
/// Immediate repetitions are dropped.
pub fn words(text: &str) -> Vec<Word> {
    let mut splitter = Splitter { stemmer: Stemmer::new(Algorithm::English), words: Vec::new() };
    // Truncate the raw text before folding it, so that a huge question does not cost a second.
    let truncated = &text[..text.floor_char_boundary(MAX_WORDS * MAX_WORD_BYTES / 2)];
    for chunk in fold(truncated).split(' ') {
        if splitter.words.len() >= MAX_WORDS {
            break;
        }
        splitter.chunk(chunk);
    }
    splitter.words.truncate(MAX_WORDS);
    splitter.words
}

/// The features of a text: its stems, and the pairs of neighbouring stems, joined by a space. Each
/// once, sorted.
pub fn features(words: &[Word]) -> Vec<String> {
    let single = words.iter().map(|word| word.term.clone());
    let pairs = words.windows(2).map(|pair| format!("{} {}", pair[0].term, pair[1].term));
    let mut features: Vec<String> = single.chain(pairs).collect();
    features.sort_unstable();
    features.dedup();
    features
}

struct Splitter {
    stemmer: Stemmer,
    words: Vec<Word>,
}

impl Splitter {
    /// Splits the text between two spaces.
    fn chunk(&mut self, chunk: &str) {
        let trimmed = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        if let Some(docket) = DocketNumber::recognise(trimmed).filter(|_| trimmed.len() < 20) {
            self.push_as_is(docket.to_string());
            return;
        }
        let mut rest = chunk;
        while let Some(start) = rest.find(|c: char| c.is_alphanumeric() || is_currency(c)) {
            rest = &rest[start..];
            rest = self.number(rest).unwrap_or_else(|| self.word(rest));
        }
    }

    /// Takes an amount or a number off the front: `$1,000`, `1k`, `40.50`, `30th`. Returns the
    /// rest, or `None` if there is no number. An amount in any currency gets the word "dollar".
    fn number<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let currency = text.chars().next().filter(|&c| is_currency(c));
        let from_digits = &text[currency.map_or(0, char::len_utf8)..];
        let (figures, rest) = from_digits.split_at(number_length(from_digits));
        let mut figures: String = figures.chars().filter(|&c| c != ',').collect();
        if figures.is_empty() {
            // A lone currency sign.
            return currency.map(|_| from_digits);
        }
        let (suffix, rest) = split_suffix(rest);
        match suffix {
            "k" | "grand" => figures.push_str("000"),
            "m" | "mio" | "million" => figures.push_str("000000"),
            "" | "st" | "nd" | "rd" | "th" => {}
            // "2fa" and "3d" are words, not numbers.
            _ => return None,
        }
        self.push_as_is(figures);
        if currency.is_some() {
            self.push("dollar");
        }
        Some(rest)
    }

    /// Takes a word off the front, and returns the rest.
    fn word<'t>(&mut self, text: &'t str) -> &'t str {
        let end =
            text.find(|c: char| !c.is_alphanumeric() && c != '\'').unwrap_or(text.len()).max(1);
        let end = text.ceil_char_boundary(end);
        let (word, rest) = text.split_at(end);
        let mut pieces = Vec::new();
        expand(word, |piece| pieces.push(piece.to_owned()));
        pieces.iter().for_each(|piece| self.push(piece));
        rest
    }

    fn push(&mut self, word: &str) {
        let word = &word[..word.floor_char_boundary(MAX_WORD_BYTES)];
        let term = self.stemmer.stem(word).into_owned();
        self.add(Word::new(word.to_owned(), term, is_function_word(word)));
    }

    /// Adds a number or a docket number without stemming it.
    fn push_as_is(&mut self, word: String) {
        let word = word[..word.floor_char_boundary(MAX_WORD_BYTES)].to_owned();
        self.add(Word::new(word.clone(), word, false));
    }

    /// Adds a word, and drops it and its run if they only repeat the words right before: "class
    /// action class action" becomes "class action", and "why why why" becomes "why".
    fn add(&mut self, word: Word) {
        self.words.push(word);
        let surfaces =
            |run: std::ops::Range<usize>| self.words[run].iter().map(|word| &word.surface);
        let end = self.words.len();
        let repeated = (1..=MAX_REPEATED.min(end / 2))
            .find(|run| surfaces(end - 2 * run..end - run).eq(surfaces(end - run..end)));
        self.words.truncate(end - repeated.unwrap_or(0));
    }
}

fn is_currency(c: char) -> bool {
    matches!(c, '$' | '€' | '£')
}

/// The length in bytes of the number at the front: digits, with commas and points only between
/// them.
fn number_length(text: &str) -> usize {
    let mut length = 0;
    for (at, c) in text.char_indices() {
        match c {
            '0'..='9' => length = at + 1,
            ',' | '.' if at == length && length > 0 => {}
            _ => break,
        }
    }
    length
}

/// Splits off the letters directly after a number.
fn split_suffix(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> String {
        let terms: Vec<String> = words(text).into_iter().map(|word| word.term).collect();
        terms.join(" ")
    }

    #[test]
    fn money_is_the_same_however_it_is_written() {
        for text in ["$1,000", "$1000", "$1k"] {
            assert_eq!(terms(text), "1000 dollar", "{text}");
        }
        assert_eq!(terms("1k"), "1000");
        assert_eq!(terms("€310m fine"), "310000000 dollar fine");
    }

    #[test]
    fn docket_numbers_are_one_word() {
        assert_eq!(terms("is 5:25cv709 over?"), "is 5:25-cv-00709 over");
    }

    #[test]
    fn sections_and_prices_keep_their_point() {
        assert_eq!(terms("section 5.1, for $39.99."), "section 5.1 for 39.99 dollar");
    }

    #[test]
    fn hyphens_and_slashes_separate() {
        assert_eq!(terms("opt-out/opt_in"), "opt out opt in");
    }

    #[test]
    fn immediate_repetitions_count_once() {
        assert_eq!(terms("why WHY why why?"), "whi");
        assert_eq!(terms("class action class action class action now"), "class action now");
        assert_eq!(terms("is it over is it over over"), "is it over");
        assert_eq!(terms("who sued and who won"), "who su and who won");
    }

    #[test]
    fn dates_lose_their_endings() {
        assert_eq!(terms("January 30th"), "januari 30");
    }

    #[test]
    fn query_syntax_is_just_words() {
        assert_eq!(
            terms("question:\"foo\" AND (bar~2 OR -baz^3)"),
            "question foo and bar 2 or baz 3"
        );
        assert_eq!(terms("'' ' ... \\ ~"), "");
    }

    #[test]
    fn no_text_is_too_long_or_too_strange() {
        let counted: String = (0..1_000_000).map(|number| format!("a{number} ")).collect();
        assert_eq!(words(&counted).len(), MAX_WORDS);
        assert_eq!(words(&"ß".repeat(100_000)).len(), 1);
        assert_eq!(words("今天天气真好，你吃饭了吗？").len(), 2);
        assert_eq!(words("$ $$ €,, ,").len(), 0);
    }
}
