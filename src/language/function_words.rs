//! Words that say little about the topic of a sentence.

/// Articles, pronouns, prepositions, auxiliaries, fillers and swear words, sorted. Question words
/// (who, when, how, much) and negations are not included, because they often decide which answer is
/// meant.
const FUNCTION_WORDS: &[&str] = &[
    "a",
    "about",
    "actually",
    "after",
    "again",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "anyone",
    "anything",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "bloody",
    "bro",
    "btw",
    "but",
    "by",
    "can",
    "could",
    "crap",
    "crappy",
    "damn",
    "damned",
    "dang",
    "darn",
    "did",
    "do",
    "does",
    "doing",
    "done",
    "dude",
    "effing",
    "else",
    "even",
    "ever",
    "for",
    "freakin",
    "freaking",
    "from",
    "fuck",
    "fuckin",
    "fucking",
    "get",
    "give",
    "go",
    "goddamn",
    "going",
    "got",
    "guys",
    "had",
    "has",
    "have",
    "having",
    "he",
    "hell",
    "hello",
    "help",
    "her",
    "hey",
    "hi",
    "him",
    "his",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "know",
    "let",
    "like",
    "lmao",
    "lol",
    "may",
    "me",
    "might",
    "my",
    "ngl",
    "now",
    "of",
    "off",
    "ok",
    "okay",
    "omg",
    "on",
    "one",
    "or",
    "our",
    "out",
    "over",
    "please",
    "plz",
    "really",
    "s",
    "say",
    "see",
    "shall",
    "she",
    "shit",
    "shitty",
    "should",
    "so",
    "some",
    "someone",
    "something",
    "still",
    "stuff",
    "such",
    "tbh",
    "tell",
    "than",
    "thank",
    "thanks",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "things",
    "this",
    "those",
    "to",
    "too",
    "up",
    "us",
    "very",
    "was",
    "we",
    "well",
    "were",
    "will",
    "with",
    "would",
    "wtf",
    "yes",
    "you",
    "your",
];

pub fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// Words that refer to what was said before, or go on from it, sorted.
const REFERRING: &[&str] = &[
    "also", "and", "but", "either", "else", "he", "her", "here", "him", "his", "how", "instead",
    "it", "its", "n", "one", "same", "she", "so", "that", "their", "them", "then", "there",
    "these", "they", "this", "tho", "those", "though", "too", "when", "where", "which", "who",
    "whom", "whose", "why",
];

pub(crate) fn is_question_word(word: &str) -> bool {
    matches!(word, "how" | "what" | "when" | "where" | "which" | "who" | "whom" | "whose" | "why")
}

pub(crate) fn is_referring(word: &str) -> bool {
    REFERRING.binary_search(&word).is_ok()
}

/// Words that people put at either end of a question without changing its meaning, sorted.
const FILLERS: &[&str] = &[
    "actually", "again", "and", "anyway", "btw", "but", "guys", "hello", "hey", "hi", "lol", "now",
    "ok", "okay", "please", "so", "sorry", "thanks", "then", "tho", "though", "um", "wait", "well",
    "yo",
];

/// Whether a folded word can be dropped from either end of a question.
pub fn is_filler(word: &str) -> bool {
    FILLERS.binary_search(&word).is_ok()
}

/// Whether these two folded words only open a question: "what about Germany?" means the same as
/// "and Germany?".
pub fn is_opening(first: &str, second: &str) -> bool {
    matches!(first, "what" | "how") && second == "about"
}

#[cfg(test)]
mod tests {
    use super::{FILLERS, FUNCTION_WORDS, REFERRING};

    #[test]
    fn the_lists_are_sorted() {
        assert!(FUNCTION_WORDS.is_sorted());
        assert!(FILLERS.is_sorted(), "{FILLERS:?}");
        assert!(REFERRING.is_sorted(), "{REFERRING:?}");
    }
}
