//! A list of English words. A correctly spelled word is hardly ever corrected, even if the FAQ does
//! not use it.

use std::cmp::Ordering;

/// One word per line, sorted. `english/README.md` says where they come from.
const WORDS: &str = include_str!("english/words.txt");

/// Whether a folded word is an English word of three or more letters. Names do not count.
pub fn is_english(word: &str) -> bool {
    let (mut from, mut to) = (0, WORDS.len());
    while from < to {
        let middle = from.midpoint(to);
        let start = WORDS[..middle].rfind('\n').map_or(0, |line_end| line_end + 1);
        let end = start + WORDS[start..].find('\n').unwrap_or(WORDS.len() - start);
        match WORDS[start..end].cmp(word) {
            Ordering::Equal => return true,
            Ordering::Less => from = end + 1,
            Ordering::Greater => to = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_the_list_is_found() {
        assert!(WORDS.lines().is_sorted());
        assert!(WORDS.lines().all(is_english));
    }

    #[test]
    fn nothing_else_is_found() {
        for word in [
            "",
            "a",
            "aaa",
            "lawsiut",
            "teh",
            "zzzz",
            "springfield",
            "right\nrighted",
            "\n",
            "naïve",
        ] {
            assert!(!is_english(word), "{word}");
        }
    }
}
