//! A rule about the reading level of answers.

use super::Rule;
use crate::knowledge::Severity;
use crate::reply::{Block, parse_markdown};

pub(super) const GRADE: Rule = Rule {
    name: "hard-to-read",
    severity: Severity::Warning,
    ensures: "answers are written in plain language",
    check: |subject| {
        let mut findings = Vec::new();
        for entry in subject.knowledge.library.entries.values() {
            let grade = reading_grade(&entry.answer.value);
            if grade > subject.reading_grade {
                findings.push(entry.answer.place.warning(
                    "hard-to-read",
                    format!(
                        "the answer reads at grade {grade:.1}; the limit is grade {:.1}",
                        subject.reading_grade
                    ),
                    "use shorter sentences and shorter words",
                ));
            }
        }
        findings
    },
};

/// The Flesch-Kincaid grade level of a Markdown text: `0.39 · words per sentence + 11.8 · syllables
/// per word − 15.59` (Kincaid, Fishburne, Rogers and Chissom, 1975). It approximates the US school
/// grade that a reader needs. It is 0 for a text without words.
fn reading_grade(markdown: &str) -> f64 {
    let (rich, _) = parse_markdown(markdown);
    let (mut sentences, mut words, mut syllables) = (0, 0, 0);
    for text in rich.0.iter().flat_map(texts) {
        let mut in_sentence = false;
        for word in text.split_whitespace() {
            let letters: String = word.chars().filter(|c| c.is_alphanumeric()).collect();
            if letters.is_empty() {
                continue;
            }
            words += 1;
            syllables += syllables_of(&letters.to_lowercase());
            in_sentence = true;
            if word.ends_with(['.', '!', '?', ':', ';']) {
                sentences += 1;
                in_sentence = false;
            }
        }
        // A list item or a paragraph ends a sentence even without a full stop.
        sentences += usize::from(in_sentence);
    }
    if words == 0 {
        return 0.0;
    }
    let (sentences, words, syllables) = (sentences as f64, words as f64, syllables as f64);
    0.39 * words / sentences + 11.8 * syllables / words - 15.59
}

fn texts(block: &Block) -> Vec<String> {
    let words = |inlines: &[crate::reply::Inline]| {
        inlines.iter().map(|inline| inline.words()).collect::<String>()
    };
    match block {
        Block::Paragraph(inlines) => vec![words(inlines)],
        Block::List { items, .. } => items.iter().map(|item| words(item)).collect(),
    }
}

/// Estimates the syllables of an English word: the groups of vowels, without a silent e at the end,
/// and at least one.
fn syllables_of(word: &str) -> usize {
    let is_vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let mut groups = 0;
    let mut in_group = false;
    for c in word.chars() {
        groups += usize::from(is_vowel(c) && !in_group);
        in_group = is_vowel(c);
    }
    let silent_e = word.ends_with('e') && !word.ends_with("le") && groups > 1;
    (groups - usize::from(silent_e)).max(1)
}

#[cfg(test)]
mod tests {
    use super::reading_grade;

    #[test]
    fn short_words_read_easier_than_long_ones() {
        assert!(reading_grade("The case is over. He dropped it.") < 3.0);
        assert!(
            reading_grade(
                "Notwithstanding administrative considerations, uncertainty predominates."
            ) > 15.0
        );
    }

    #[test]
    fn no_words_have_no_grade() {
        assert_eq!(reading_grade(""), 0.0);
        assert_eq!(reading_grade("* \n* "), 0.0);
    }
}
