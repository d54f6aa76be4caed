//! What was asked and answered last in a place, so that a follow-up can be understood.
//!
//! A [`Turn`] is handed out with a response and handed in with the next question. Who keeps it, and
//! for how long, is the front end's business. Nothing here reads a clock.

use crate::knowledge::EntryId;

/// A question, and what it led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// The question in words that can be understood alone.
    pub question: String,
    /// The entry that answered it.
    pub answered: Option<EntryId>,
    /// The questions that were offered instead of an answer, as they were numbered.
    pub offered: Vec<EntryId>,
}

impl Turn {
    /// The offered question that a text chooses by its number: `2`, `the second one`, `last pls`.
    pub fn chosen(&self, text: &str) -> Option<&EntryId> {
        let lower = text.to_lowercase();
        let words = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let mut numbers = words.filter(|word| !AROUND_A_NUMBER.contains(word)).peekable();
        let place = match numbers.next()? {
            "last" => self.offered.len(),
            word => NUMBERS
                .iter()
                .find(|(_, names)| names.contains(&word))
                .map(|(number, _)| *number)
                .or_else(|| word.parse().ok())?,
        };
        // As in "the second one".
        numbers.next_if_eq(&"one");
        if numbers.next().is_some() {
            return None;
        }
        self.offered.get(place.checked_sub(1)?)
    }
}

/// As many as a choice has at most.
const NUMBERS: &[(usize, &[&str])] = &[
    (1, &["1", "1st", "first", "one", "top"]),
    (2, &["2", "2nd", "second", "two"]),
    (3, &["3", "3rd", "third", "three"]),
    (4, &["4", "4th", "fourth", "four"]),
    (5, &["5", "5th", "fifth", "five"]),
];

/// Words around a number that say nothing more.
const AROUND_A_NUMBER: &[&str] = &[
    "a", "answer", "choice", "choose", "give", "go", "i", "id", "it", "like", "me", "mean",
    "meant", "no", "nr", "num", "number", "ok", "okay", "option", "please", "pls", "plz", "q",
    "question", "show", "tell", "that", "the", "think", "this", "thx", "want", "was", "with",
    "yes", "would",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn turn() -> Turn {
        let offered = ["a/a", "b/b", "c/c"].map(EntryId::new).to_vec();
        Turn { question: "money".to_owned(), answered: None, offered }
    }

    #[test]
    fn a_number_chooses() {
        for (text, wanted) in [
            ("2", "b/b"),
            ("the second one", "b/b"),
            ("first pls", "a/a"),
            ("Number 3!", "c/c"),
            ("i mean the last one", "c/c"),
            ("one", "a/a"),
            ("#1", "a/a"),
        ] {
            assert_eq!(turn().chosen(text).map(EntryId::as_str), Some(wanted), "{text}");
        }
    }

    #[test]
    fn other_texts_choose_nothing() {
        for text in
            ["4", "0", "is the second case over", "one or two", "", "what happened first", "99999"]
        {
            assert_eq!(turn().chosen(text), None, "{text}");
        }
    }
}
