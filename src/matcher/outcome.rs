//! What the matcher decided, and why.

use serde::Serialize;

use super::calibrate::{Confidence, SignalValues};
use super::rank::{Candidate, Ranker};
use crate::knowledge::EntryId;

/// What a question led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        entry: EntryId,
        /// What else may have been meant, best first; none where there is hardly a doubt.
        runners_up: Vec<EntryId>,
    },
    /// One of these may answer it, best first; the asker chooses.
    Ambiguous(Vec<EntryId>),
    /// Nothing vetted answers it.
    NoAnswer {
        reason: NoAnswerReason,
        /// The nearest vetted questions, best first; none if nothing is near.
        nearest: Vec<EntryId>,
        /// The name of the guard that led here, if one did.
        guard: Option<String>,
    },
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoAnswerReason {
    /// The question contains no words.
    Empty,
    /// The FAQ is about nothing in it.
    Outside,
    /// Something is near, but not near enough to answer.
    NotSure,
    /// A guard says that it is about another matter.
    OtherMatter,
    /// A guard says that it asks nothing.
    SmallTalk,
}

/// An outcome with everything that led to it.
#[derive(Debug, Clone)]
pub struct Decision {
    pub outcome: Outcome,
    pub evidence: Evidence,
}

/// Everything that led to a decision, for people who want to understand it.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// The best candidates, best first.
    pub candidates: Vec<Candidate>,
    /// `None` without candidates.
    pub signals: Option<SignalValues>,
    /// The name of the first guard that the question matches, whether it had a say or not.
    pub guard: Option<String>,
    pub confidence: Option<Confidence>,
    pub verdict: Verdict,
    /// Only where it was asked for: it takes longer than the decision.
    pub explanation: Option<Explanation>,
}

impl Evidence {
    /// The raw BM25 score of the best candidate.
    pub fn best_bm25(&self) -> Option<f32> {
        self.candidates.first().map(|best| best.raw_scores[Ranker::Bm25])
    }
}

/// The rule that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Verdict {
    NoWords,
    /// No entry shares anything with the question.
    NothingNear,
    /// The question is word for word a phrasing of this entry.
    ExactPhrasing {
        entry: EntryId,
    },
    Guard {
        name: String,
        leads_to: String,
    },
    /// The band of the confidence in this entry.
    Confidence {
        entry: EntryId,
    },
}

/// How a question and the best candidates meet, word by word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Every word of the question, and what the best candidate does with it.
    pub words: Vec<ExplainedWord>,
    /// By candidate, in their order.
    pub candidates: Vec<ExplainedCandidate>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedWord {
    /// The word, folded, its spelling corrected.
    pub word: String,
    /// What was typed, if the spelling was corrected.
    pub typed: Option<String>,
    /// Its inverse document frequency among the entries; higher is rarer.
    pub rarity: f32,
    pub used: WordUse,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedCandidate {
    /// The share of the question's content words that it contains, from 0 to 1, each weighted by
    /// its rarity.
    pub coverage: f32,
    /// The phrasing that shares most words with the question, if any does.
    pub phrasing: Option<String>,
}

/// What an entry does with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WordUse {
    /// It holds the sentence together and was not weighed.
    FunctionWord,
    /// It occurs in the question or in a phrasing of the entry.
    Asked,
    /// It occurs only in the answer or in a quotation.
    Mentioned,
    /// It does not occur in the entry.
    Missing,
}
