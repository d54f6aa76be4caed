//! Entries that may answer a question, and how much speaks for each.

use serde::Serialize;

use super::question::Question;
use super::snapshot::Snapshot;
use crate::index::{EntryNumber, FieldWeights, IndexError};
use crate::knowledge::EntryId;

/// How much a word counts in each part of an entry. People's own ways of asking count most; a word that only occurs in the
/// answer is a hint.
const FIELD_WEIGHTS: FieldWeights =
    FieldWeights { question: 1.0, phrasings: 1.0, answer: 0.4, quotations: 0.2, keywords: 0.8 };

/// How many entries and phrasings are looked at.
const ENTRY_LIMIT: usize = 20;
const PHRASING_LIMIT: usize = 60;

/// How much less a word covers that occurs only in the answer or a quotation than one that people ask with.
const MENTIONED_COVERS: f32 = 0.5;

/// An entry that shares words with the question.
#[derive(Debug, Clone, Serialize)]
pub struct Candidate {
    /// Which entry.
    pub entry: EntryId,
    /// Its raw score: the sum of the next two.
    pub score: f32,
    /// The raw BM25 score of the entry as a whole.
    pub entry_score: f32,
    /// The raw BM25 score of its best single phrasing.
    pub phrasing_score: f32,
    /// That phrasing.
    pub phrasing: Option<PhrasingHit>,
    /// How much of the question it covers, from 0 to 1: the share of the question's content words that occur in it, each
    /// weighed by its rarity.
    pub coverage: f32,
    #[serde(skip)]
    pub(super) number: EntryNumber,
}

/// The phrasing of an entry that is most like the question.
#[derive(Debug, Clone, Serialize)]
pub struct PhrasingHit {
    /// Which phrasing: 0 is the entry's question.
    pub place: usize,
    /// Its words.
    pub text: String,
}

/// Finds the candidates for a question, best first.
pub(super) fn candidates(snapshot: &Snapshot, question: &Question) -> Result<Vec<Candidate>, IndexError> {
    let terms = question.terms();
    if terms.is_empty() {
        return Ok(Vec::new());
    }
    let searcher = snapshot.searcher();
    let mut found: Vec<Candidate> = Vec::new();
    for (number, score) in searcher.rank_entries(&terms, &FIELD_WEIGHTS, ENTRY_LIMIT)? {
        candidate_for(&mut found, snapshot, number).entry_score = score;
    }
    for hit in searcher.rank_phrasings(&terms, PHRASING_LIMIT)? {
        let candidate = candidate_for(&mut found, snapshot, hit.entry);
        // The hits come best first, so the first one of an entry is its best.
        if candidate.phrasing.is_none() {
            candidate.phrasing_score = hit.score;
            let text = snapshot.phrasing(hit.entry, hit.phrasing).to_owned();
            candidate.phrasing = Some(PhrasingHit { place: hit.phrasing, text });
        }
    }
    for candidate in &mut found {
        candidate.score = candidate.entry_score + candidate.phrasing_score;
    }
    // Equal scores keep the order of ids, so that the same question always gets the same answer.
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.entry.cmp(&b.entry)));
    found.truncate(ENTRY_LIMIT);
    for candidate in &mut found {
        candidate.coverage = coverage(snapshot, question, candidate.number)?;
    }
    Ok(found)
}

fn candidate_for<'f>(found: &'f mut Vec<Candidate>, snapshot: &Snapshot, number: EntryNumber) -> &'f mut Candidate {
    let place = found.iter().position(|candidate| candidate.number == number).unwrap_or_else(|| {
        found.push(Candidate {
            entry: snapshot.entry_id(number).clone(),
            score: 0.0,
            entry_score: 0.0,
            phrasing_score: 0.0,
            phrasing: None,
            coverage: 0.0,
            number,
        });
        found.len() - 1
    });
    &mut found[place]
}

/// The share of the question's content words that an entry speaks of, each weighed by its rarity.
fn coverage(snapshot: &Snapshot, question: &Question, number: EntryNumber) -> Result<f32, IndexError> {
    let searcher = snapshot.searcher();
    let (mut covered, mut all) = (0.0, 0.0);
    for word in question.content_words() {
        let rarity = searcher.rarity(&word.term)?;
        all += rarity;
        if searcher.is_asked_with(number, &word.term)? {
            covered += rarity;
        } else if searcher.speaks_of(number, &word.term)? {
            covered += MENTIONED_COVERS * rarity;
        }
    }
    Ok(if all > 0.0 { covered / all } else { 0.0 })
}
