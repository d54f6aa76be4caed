//! The decision of the matcher, and its evidence.

use serde::Serialize;

use super::calibrate::{Confidence, SignalValues};
use super::rank::{Candidate, Ranker};
use crate::knowledge::{EntryId, LeadsTo};

/// The outcome of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Answered {
        entry: EntryId,
        /// Other entries that may be meant, best first; empty if the answer is hardly in doubt.
        runners_up: Vec<EntryId>,
    },
    /// One of these may be the answer, best first; the asker chooses.
    Ambiguous(Vec<EntryId>),
    /// Nothing vetted answers it.
    NoAnswer {
        reason: NoAnswerReason,
        /// The nearest vetted questions, best first; empty if nothing is near.
        nearest: Vec<EntryId>,
        /// The name of the guard that decided this, if one did.
        guard: Option<String>,
    },
}

impl Outcome {
    /// The entries that may be meant, best first.
    pub fn into_entries(self) -> Vec<EntryId> {
        match self {
            Self::Answered { entry, runners_up } => {
                std::iter::once(entry).chain(runners_up).collect()
            }
            Self::Ambiguous(entries) => entries,
            Self::NoAnswer { nearest, .. } => nearest,
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoAnswerReason {
    /// The question contains no words.
    Empty,
    /// The question is not about this FAQ.
    Outside,
    /// An entry is near, but not near enough to answer.
    NotSure,
    /// A guard says that the question is about another matter.
    OtherMatter,
    /// A guard says that the text asks nothing.
    SmallTalk,
    /// Somebody is in distress.
    Distress,
    /// The question is not in English.
    OtherLanguage,
}

/// An outcome with its evidence.
#[derive(Debug, Clone)]
pub struct Decision {
    pub outcome: Outcome,
    /// Whether whoever asks is in distress.
    pub is_in_distress: bool,
    pub evidence: Evidence,
}

/// The measurements behind a decision, for people who want to understand it.
#[derive(Debug, Clone, Serialize)]
pub struct Evidence {
    /// The best candidates, best first.
    pub candidates: Vec<Candidate>,
    /// `None` without candidates.
    pub signals: Option<SignalValues>,
    /// The name of the first guard that the question matches, whether or not it decided.
    pub guard: Option<String>,
    pub confidence: Option<Confidence>,
    pub verdict: Verdict,
    /// Only if requested, because it takes longer than the decision.
    pub explanation: Option<Explanation>,
}

impl Evidence {
    /// Whether the best candidate has no word in common with the question.
    pub fn shares_no_word(&self) -> bool {
        self.signals.is_none_or(|signals| signals.covered == 0.0)
    }

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
    /// No entry has a positive score.
    NothingNear,
    /// The question is a phrasing of this entry, word for word.
    ExactPhrasing {
        entry: EntryId,
    },
    Guard {
        name: String,
        leads_to: LeadsTo,
    },
    /// The band of the confidence in this entry decided.
    Confidence {
        entry: EntryId,
    },
}

/// How the question matches the best candidates, word by word.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// Every word of the question, and how the best candidate uses it.
    pub words: Vec<ExplainedWord>,
    /// One for each candidate, in the same order.
    pub candidates: Vec<ExplainedCandidate>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedWord {
    /// The folded word, with its spelling corrected.
    pub word: String,
    /// The word as typed, if its spelling was corrected.
    pub typed: Option<String>,
    /// The inverse document frequency among the entries; higher is rarer.
    pub rarity: f32,
    pub used: WordUse,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExplainedCandidate {
    /// The share of the question's content words that the entry contains, from 0 to 1, weighted by
    /// inverse document frequency.
    pub coverage: f32,
    /// The phrasing that is most similar to the question, if any shares a word with it.
    pub phrasing: Option<String>,
}

/// How an entry uses a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WordUse {
    /// A function word, which is not weighted.
    FunctionWord,
    /// The word occurs in the entry's question, a phrasing, or the keywords.
    Asked,
    /// The word occurs only in the answer or in a quotation.
    Mentioned,
    /// The word occurs in other entries only.
    Missing,
    /// Neither the word nor a synonym of it occurs in any entry.
    Nowhere,
}
