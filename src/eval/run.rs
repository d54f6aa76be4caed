//! Runs questions through the matcher and keeps what came of each.

use serde::{Deserialize, Serialize};

use super::truth::Truth;
use crate::index::IndexError;
use crate::matcher::{Outcome, Snapshot};

/// What came of every question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// A row for each question, in order.
    pub rows: Vec<Row>,
}

/// What came of a question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    /// The question.
    pub q: String,
    /// Its set.
    pub set: String,
    /// Its style.
    pub style: String,
    /// Whether it must not be answered.
    pub out: bool,
    /// What the matcher made of it.
    pub verdict: Verdict,
    /// The entry that was answered with, if any.
    pub entry: Option<String>,
    /// The place of the first right candidate, counted from 1; none if there is none among those
    /// kept.
    pub rank: Option<usize>,
    /// How sure the matcher was.
    pub confidence: f32,
    /// Whether the best candidate is right.
    pub best_is_right: bool,
}

/// What the matcher made of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Answered, and rightly.
    Right,
    /// Not answered, but one of the first three suggestions is right.
    Near,
    /// Not answered, and no suggestion is right.
    Missed,
    /// Answered wrongly.
    Wrong,
    /// Must not be answered, and was not.
    Silent,
    /// Must not be answered, and was.
    FalseAnswer,
}

/// Runs every question through the matcher.
pub fn run(snapshot: &Snapshot, truths: &[Truth]) -> Result<Run, IndexError> {
    let rows = truths.iter().map(|truth| judge(snapshot, truth)).collect::<Result<_, _>>()?;
    Ok(Run { rows })
}

fn judge(snapshot: &Snapshot, truth: &Truth) -> Result<Row, IndexError> {
    let sight = snapshot.look(&truth.q)?;
    let ranked: Vec<String> =
        sight.candidates.iter().map(|candidate| candidate.entry.to_string()).collect();
    let decision = snapshot.conclude(sight)?;
    let accepted =
        |ids: &[crate::knowledge::EntryId]| ids.iter().take(3).any(|id| truth.accepts(id.as_str()));
    let (entry, near) = match &decision.outcome {
        Outcome::Answered { entry, .. } => (Some(entry.as_str()), false),
        Outcome::Ambiguous(ids) => (None, accepted(ids)),
        Outcome::NoAnswer { nearest, .. } => (None, accepted(nearest)),
    };
    let verdict = match (truth.is_out(), entry.map(|id| truth.accepts(id))) {
        (true, None | Some(true)) => Verdict::Silent,
        (true, Some(false)) => Verdict::FalseAnswer,
        (false, Some(true)) => Verdict::Right,
        (false, Some(false)) => Verdict::Wrong,
        (false, None) if near => Verdict::Near,
        (false, None) => Verdict::Missed,
    };
    Ok(Row {
        q: truth.q.clone(),
        set: truth.set.clone(),
        style: truth.style.clone(),
        out: truth.is_out(),
        verdict,
        entry: entry.map(str::to_owned),
        rank: ranked.iter().position(|id| truth.accepts(id)).map(|place| place + 1),
        confidence: decision.evidence.confidence.map_or(0.0, |confidence| confidence.together),
        best_is_right: ranked.first().is_some_and(|id| truth.accepts(id)),
    })
}
