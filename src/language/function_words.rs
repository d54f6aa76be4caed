//! Words that hold a sentence together and say little about what it is about.

/// Articles, pronouns, prepositions, auxiliaries and fillers, sorted. Question words (who, when, how, much) and negation
/// are not among them: they often decide which answer is meant.
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
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "doing",
    "done",
    "else",
    "even",
    "ever",
    "for",
    "from",
    "get",
    "give",
    "go",
    "going",
    "got",
    "guys",
    "had",
    "has",
    "have",
    "having",
    "he",
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
    "may",
    "me",
    "might",
    "my",
    "now",
    "of",
    "off",
    "ok",
    "okay",
    "on",
    "one",
    "or",
    "our",
    "out",
    "over",
    "please",
    "really",
    "s",
    "say",
    "see",
    "shall",
    "she",
    "should",
    "so",
    "some",
    "someone",
    "something",
    "still",
    "stuff",
    "such",
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
    "yes",
    "you",
    "your",
];

/// Whether a folded word only holds the sentence together.
pub(super) fn is_function_word(word: &str) -> bool {
    FUNCTION_WORDS.binary_search(&word).is_ok()
}

/// Words with which people begin or end a question in a chat without changing it, sorted.
const FILLERS: &[&str] = &[
    "actually", "again", "and", "anyway", "btw", "but", "guys", "hello", "hey", "hi", "lol", "now", "ok", "okay",
    "please", "so", "sorry", "thanks", "then", "tho", "though", "um", "wait", "well", "yo",
];

/// Whether a folded word says nothing at either end of a question.
pub fn is_filler(word: &str) -> bool {
    FILLERS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{FILLERS, FUNCTION_WORDS};

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(FUNCTION_WORDS.is_sorted());
        assert!(FILLERS.is_sorted(), "{FILLERS:?}");
    }
}
