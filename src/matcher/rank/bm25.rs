//! BM25 over the fields of an entry, and how much of a question an entry covers.

use crate::index::{EntryNumber, FieldWeights, IndexError, Searcher};
use crate::matcher::question::ParsedText;

/// The weight of each field. Phrasings count most; a word that occurs only in the answer is weaker
/// evidence.
const FIELD_WEIGHTS: FieldWeights = FieldWeights { asked: 1.0, answer: 0.5, quotations: 0.2 };

/// How much a word counts as covered if it occurs only in the answer or in a quotation.
const MENTIONED_COVERAGE: f32 = 0.5;

/// The raw BM25 score of every entry.
pub fn scores(searcher: &Searcher, text: &ParsedText) -> Result<Vec<f32>, IndexError> {
    searcher.score_entries(&text.terms(), &FIELD_WEIGHTS)
}

/// How much of a question an entry covers. Content words are weighted by inverse document
/// frequency.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Coverage {
    /// The share of the words that the entry contains, from 0 to 1.
    pub covered: f32,
    /// The inverse document frequency of the rarest word that the entry does not contain; 0 if it
    /// contains all of them.
    pub rarest_missing: f32,
}

impl Coverage {
    pub fn of(
        searcher: &Searcher,
        text: &ParsedText,
        entry: EntryNumber,
    ) -> Result<Self, IndexError> {
        let (mut covered, mut all, mut rarest_missing) = (0.0, 0.0, 0.0_f32);
        for word in text.content_words() {
            let idf = searcher.idf(&word.term)?;
            let concept = word.concept.as_deref();
            let in_phrasings = |term: &str| searcher.phrasings_contain(entry, term);
            let contains = |term: &str| searcher.contains(entry, term);
            all += idf;
            if in_phrasings(&word.term)? || concept.map_or(Ok(false), in_phrasings)? {
                covered += idf;
            } else if contains(&word.term)? {
                covered += MENTIONED_COVERAGE * idf;
            } else if !concept.map_or(Ok(false), contains)? {
                rarest_missing = rarest_missing.max(idf);
            }
        }
        let covered = if all > 0.0 { covered / all } else { 0.0 };
        Ok(Self { covered, rarest_missing })
    }
}
