//! What the matcher decided, and why.

use serde::Serialize;

use super::candidate::Candidate;
use super::confidence::{Confidence, Signals};
use crate::knowledge::EntryId;

/// What a question led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// This entry answers it.
    Answered {
        /// Which entry.
        entry: EntryId,
        /// What else may have been meant, best first; at most two, and none where there is hardly a
        /// doubt.
        runners_up: Vec<EntryId>,
    },
    /// One of these may answer it, best first; the asker chooses. At most five.
    Ambiguous(Vec<EntryId>),
    /// Nothing vetted answers it.
    NoAnswer {
        /// Why not.
        reason: NoAnswerReason,
        /// The nearest vetted questions, best first. At most three; none if nothing is near.
        nearest: Vec<EntryId>,
        /// The name of the guard that led here, if one did.
        guard: Option<String>,
    },
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoAnswerReason {
    /// The question holds no words.
    Empty,
    /// The FAQ speaks of nothing in it.
    Outside,
    /// Something is near, but not near enough to answer with.
    NotSure,
    /// It is about another matter, by name.
    OtherMatter,
    /// It asks nothing.
    SmallTalk,
}

/// An outcome with everything that led to it.
#[derive(Debug, Clone)]
pub struct Decision {
    /// What was decided.
    pub outcome: Outcome,
    /// Why.
    pub evidence: Evidence,
}

/// Everything that led to a decision, for whoever wants to understand it.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// The words of the question, and whether the best candidate speaks of them; only in an
    /// explanation.
    pub words: Vec<WordEvidence>,
    /// The best candidates, best first.
    pub candidates: Vec<Candidate>,
    /// What was measured; none if there is no candidate.
    pub signals: Option<Signals>,
    /// The name of the guard that the question fits, if it fits one.
    pub guard: Option<String>,
    /// How sure that makes the matcher.
    pub confidence: Option<Confidence>,
    /// The decision, in words.
    pub verdict: String,
}

/// A word of the question.
#[derive(Debug, Clone, Serialize)]
pub struct WordEvidence {
    /// The word, folded, its spelling mended.
    pub word: String,
    /// What was typed, if the spelling was mended.
    pub typed: Option<String>,
    /// How rare it is among the entries; higher is rarer.
    pub rarity: f32,
    /// What the best candidate does with it.
    pub used: WordUse,
}

/// What an entry does with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WordUse {
    /// It only holds the sentence together and was not weighed.
    FunctionWord,
    /// It occurs in the question or in a phrasing of the entry.
    Asked,
    /// It occurs only in the answer or a quotation.
    Mentioned,
    /// It does not occur in the entry.
    Missing,
}
