//! Groups questions that are likely to mean the same, for moderators.

use super::snapshot::Snapshot;
use crate::knowledge::ElsewhereGroup;

/// Questions whose vectors have at least this cosine are likely to mean the same. With 0.7, pairs of
/// phrasings of one answer of our FAQ are together far more often than pairs of different answers.
const ALIKE: f32 = 0.7;

/// The same for the share of common words, without vectors.
const ALIKE_WORDS: f32 = 0.6;

/// A question in the form in which it is compared.
struct Compared {
    vector: Vec<f32>,
    terms: Vec<String>,
}

impl Snapshot {
    /// Groups of places of questions, in the order of their first question. A question joins the
    /// first group whose first question it is like.
    pub fn group_alike(&self, questions: &[String]) -> Vec<Vec<usize>> {
        let mut groups: Vec<(Compared, Vec<usize>)> = Vec::new();
        for (place, question) in questions.iter().enumerate() {
            let compared = self.compared(question);
            match groups.iter_mut().find(|(first, _)| first.is_like(&compared)) {
                Some((_, places)) => places.push(place),
                None => groups.push((compared, vec![place])),
            }
        }
        groups.into_iter().map(|(_, places)| places).collect()
    }

    /// The first question that this FAQ does not answer and that is likely to mean the same as a
    /// text, with its group.
    pub fn alike_elsewhere(&self, text: &str) -> Option<(&ElsewhereGroup, &str)> {
        let compared = self.compared(text);
        let groups = self.library().elsewhere.iter().map(|group| &group.value);
        let mut listed = groups.flat_map(|group| {
            group.questions.iter().map(move |question| (group, question.as_str()))
        });
        listed.find(|(_, question)| self.compared(question).is_like(&compared))
    }

    fn compared(&self, question: &str) -> Compared {
        let parsed = self.parse(question);
        let vector = self.model().table().map(|table| table.embed(&parsed.text));
        let mut terms: Vec<String> =
            parsed.content_words().into_iter().map(|word| word.term.clone()).collect();
        terms.sort_unstable();
        Compared { vector: vector.unwrap_or_default(), terms }
    }
}

impl Compared {
    fn is_like(&self, other: &Self) -> bool {
        if !self.terms.is_empty() && self.terms == other.terms {
            return true;
        }
        let has_vectors = !self.vector.is_empty() && !other.vector.is_empty();
        if has_vectors {
            // The vectors have length 1.
            let cosine: f32 = self.vector.iter().zip(&other.vector).map(|(a, b)| a * b).sum();
            return cosine >= ALIKE;
        }
        let common = self.terms.iter().filter(|term| other.terms.contains(term)).count();
        let all = self.terms.len() + other.terms.len() - common;
        all > 0 && common as f32 / all as f32 >= ALIKE_WORDS
    }
}
