//! Runs questions through the matcher and records the outcome of each.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::truth::Truth;
use crate::index::IndexError;
use crate::knowledge::EntryId;
use crate::matcher::{Outcome, Snapshot};
use crate::progress::Progress;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    pub rows: Vec<Row>,
}

/// The outcome of one question.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    pub q: String,
    pub set: String,
    pub style: String,
    /// Whether the question is out of scope and must not be answered.
    pub out: bool,
    pub verdict: Verdict,
    /// The entry of the answer, if there was one.
    pub entry: Option<String>,
    /// The rank of the first right candidate, from 1; `None` if no candidate is right.
    pub rank: Option<usize>,
    pub confidence: f32,
    pub best_is_right: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Right,
    /// Not answered, but one of the first three suggestions is right.
    Near,
    /// Not answered, and no suggestion is right.
    Missed,
    Wrong,
    /// Out of scope, and not answered, or answered without a claim about the case.
    Silent,
    /// Out of scope, but answered.
    FalseAnswer,
}

impl Verdict {
    /// From 0, which is right, to 3, which is wrong. To be silent is better than to be wrong.
    pub(super) fn badness(self) -> u8 {
        match self {
            Self::Right | Self::Silent => 0,
            Self::Near => 1,
            Self::Missed => 2,
            Self::Wrong | Self::FalseAnswer => 3,
        }
    }

    pub(super) fn is_wrong(self) -> bool {
        matches!(self, Self::Wrong | Self::FalseAnswer)
    }

    pub(super) fn in_words(self) -> &'static str {
        match self {
            Self::Right => "the right answer",
            Self::Near => "a choice with the right answer",
            Self::Missed => "no answer",
            Self::Wrong => "a wrong answer",
            Self::Silent => "silence, which is right",
            Self::FalseAnswer => "an answer, which is wrong",
        }
    }
}

pub fn run(snapshot: &Snapshot, truths: &[Truth]) -> Result<Run, IndexError> {
    let progress = Progress::new("Asking the questions", truths.len());
    let rows = truths.par_iter().map(|truth| {
        progress.step();
        judge(snapshot, truth)
    });
    let rows = rows.collect::<Result<_, _>>()?;
    Ok(Run { rows })
}

fn judge(snapshot: &Snapshot, truth: &Truth) -> Result<Row, IndexError> {
    let analysis = snapshot.analyse(&truth.q)?;
    let ranked: Vec<EntryId> =
        analysis.candidates.iter().map(|candidate| candidate.entry.clone()).collect();
    let decision = snapshot.conclude(analysis);
    let accepts = |id: &EntryId| truth.accepts(id, snapshot.library());
    let one_of_three = |ids: &[EntryId]| ids.iter().take(3).any(accepts);
    let (entry, near) = match &decision.outcome {
        Outcome::Answered { entry, .. } => (Some(entry), false),
        Outcome::Ambiguous(ids) => (None, one_of_three(ids)),
        Outcome::NoAnswer { nearest, .. } => (None, one_of_three(nearest)),
    };
    let verdict = match (truth.is_out(), entry.map(accepts)) {
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
        entry: entry.map(ToString::to_string),
        rank: ranked.iter().position(accepts).map(|index| index + 1),
        confidence: decision.evidence.confidence.map_or(0.0, |confidence| confidence.together),
        best_is_right: ranked.first().is_some_and(accepts),
    })
}
