//! Groups of words that mean the same in the FAQ.
//!
//! Every word or phrase of a group also gets the group's *concept*: a search term in addition to
//! the word, not instead of it. So "suit" matches "suit" best, and also matches "lawsuit". The
//! groups are content (`faq/synonyms.toml`).

use std::collections::HashMap;

use super::words::{Word, words};

/// Groups of synonyms, with an index over their phrases.
#[derive(Default)]
pub struct Synonyms {
    /// For the first term of each phrase: the terms that must follow, and the concept. Longer
    /// phrases come first.
    phrases: HashMap<String, Vec<(Vec<String>, String)>>,
}

impl Synonyms {
    /// The first word or phrase of each group names its concept.
    pub fn new<'g>(groups: impl Iterator<Item = &'g [String]>) -> Self {
        let mut phrases: HashMap<String, Vec<(Vec<String>, String)>> = HashMap::new();
        for group in groups {
            let Some(name) = group.first() else { continue };
            // No word contains "=", so a concept never equals a word.
            let concept = format!("={}", terms(name).join("-"));
            for phrase in group {
                let mut following = terms(phrase);
                if !following.is_empty() {
                    let first = following.remove(0);
                    phrases.entry(first).or_default().push((following, concept.clone()));
                }
            }
        }
        phrases
            .values_mut()
            .for_each(|list| list.sort_by_key(|(following, _)| std::cmp::Reverse(following.len())));
        Self { phrases }
    }

    /// Marks the concepts in a text. A phrase is marked at its first word.
    pub fn mark(&self, words: &mut [Word]) {
        for at in 0..words.len() {
            let Some(list) = self.phrases.get(&words[at].term) else { continue };
            let follows = |following: &[String]| {
                let next = words[at + 1..].iter().map(|word| &word.term);
                following.len() < words.len() - at && next.zip(following).all(|(a, b)| a == b)
            };
            let found = list
                .iter()
                .find(|(following, _)| follows(following))
                .map(|(_, concept)| concept.clone());
            words[at].concept = found;
        }
    }
}

fn terms(phrase: &str) -> Vec<String> {
    words(phrase).into_iter().map(|word| word.term).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concepts(text: &str) -> Vec<Option<String>> {
        let groups = [
            vec!["opt out".to_owned(), "unsubscribe".to_owned(), "say no".to_owned()],
            vec!["lawsuit".to_owned(), "suit".to_owned()],
        ];
        let mut marked = words(text);
        Synonyms::new(groups.iter().map(Vec::as_slice)).mark(&mut marked);
        marked.into_iter().map(|word| word.concept).collect()
    }

    #[test]
    fn words_and_phrases_share_a_concept() {
        let opt_out = Some("=opt-out".to_owned());
        assert_eq!(concepts("unsubscribe"), std::slice::from_ref(&opt_out));
        assert_eq!(concepts("opt-out"), [opt_out.clone(), None]);
        assert_eq!(concepts("the suits"), [None, Some("=lawsuit".to_owned())]);
    }

    #[test]
    fn half_a_phrase_is_no_concept() {
        assert_eq!(concepts("say"), [None]);
        assert_eq!(concepts("say yes no"), [None, None, None]);
    }
}
