//! Explains a decision to people: the use of each word, and the phrasing that is most similar.

use super::outcome::{ExplainedCandidate, ExplainedWord, Explanation, WordUse};
use super::question::ParsedText;
use super::rank::{Candidate, Coverage};
use super::snapshot::Snapshot;
use crate::index::{EntryNumber, IndexError};
use crate::language::words;

impl Snapshot {
    pub(super) fn explain(
        &self,
        question: &ParsedText,
        candidates: &[Candidate],
    ) -> Result<Explanation, IndexError> {
        let explained = candidates.iter().map(|candidate| {
            let coverage = Coverage::of(self.searcher(), question, candidate.number)?.covered;
            let phrasing = self.most_similar_phrasing(question, candidate)?;
            Ok(ExplainedCandidate { coverage, phrasing })
        });
        let best = candidates.first().map(|best| best.number);
        Ok(Explanation {
            words: self.explain_words(question, best)?,
            candidates: explained.collect::<Result<_, IndexError>>()?,
        })
    }

    fn explain_words(
        &self,
        question: &ParsedText,
        best: Option<EntryNumber>,
    ) -> Result<Vec<ExplainedWord>, IndexError> {
        let searcher = self.searcher();
        let mut explained = Vec::new();
        for word in &question.words {
            let mut terms = std::iter::once(&word.term).chain(&word.concept);
            let used = match best {
                _ if word.is_function_word => WordUse::FunctionWord,
                Some(best) if searcher.phrasings_contain(best, &word.term)? => WordUse::Asked,
                Some(best) if searcher.contains(best, &word.term)? => WordUse::Mentioned,
                _ if terms
                    .try_fold(false, |found, term| Ok(found || searcher.is_used(term)?))? =>
                {
                    WordUse::Missing
                }
                _ => WordUse::Nowhere,
            };
            explained.push(ExplainedWord {
                word: word.surface.clone(),
                typed: word.typed.clone(),
                rarity: searcher.idf(&word.term)?,
                used,
            });
        }
        Ok(explained)
    }

    /// The phrasing of an entry that is most similar to the question: the sum of the inverse
    /// document frequencies of the common words, divided by the logarithm of the phrasing's length,
    /// because a long phrasing shares words by chance.
    fn most_similar_phrasing(
        &self,
        question: &ParsedText,
        candidate: &Candidate,
    ) -> Result<Option<String>, IndexError> {
        let mut wanted: Vec<(&str, f32)> = Vec::new();
        for term in question.terms() {
            wanted.push((term.term, self.searcher().idf(term.term)?));
        }
        let entry = &self.library().entries[&candidate.entry];
        let mut best: Option<(f32, &str)> = None;
        for text in entry.ways_of_asking() {
            // Without spelling correction, which would take milliseconds for a hundred phrasings.
            let words = words(text);
            let has = |wanted: &str| words.iter().any(|word| word.term == wanted);
            let shared = wanted.iter().filter(|(term, _)| has(term)).map(|(_, idf)| idf);
            let shared = shared.sum::<f32>() / (1.0 + words.len() as f32).ln();
            if shared > best.map_or(0.0, |(most, _)| most) {
                best = Some((shared, text));
            }
        }
        Ok(best.map(|(_, text)| text.to_owned()))
    }
}
