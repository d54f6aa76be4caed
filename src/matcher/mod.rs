//! From a question to an [`Outcome`]: answered, ambiguous, or an honest no.
//!
//! A question is parsed once (`question`). Several rankers put the entries in order (`rank`), with
//! what was learnt when the content last changed (`model`). Signals of the best candidate become a
//! confidence (`calibrate`). Guards and the confidence decide (`decide`). What led to a decision is
//! kept as [`Evidence`]; how the outcome is worded is for `reply`.

mod calibrate;
mod decide;
mod explain;
mod model;
mod outcome;
mod parts;
mod question;
mod quotations;
mod rank;
mod snapshot;
mod type_ahead;

pub use calibrate::{
    Band, Bands, BoostedLogistic, Calibration, CalibrationError, Confidence, Judge, SCORER_VERSION,
    SIGNAL_COUNT, SIGNALS, SPLITS, SignalValues, Tree,
};
pub use decide::Analysis;
pub use model::{VectorError, VectorTable};
pub use outcome::{
    Decision, Evidence, ExplainedCandidate, ExplainedWord, Explanation, NoAnswerReason, Outcome,
    Verdict, WordUse,
};
pub use parts::{Parts, UnknownPart};
pub use rank::{Candidate, RANKERS, Ranker};
pub use snapshot::{Check, Setup, Snapshot, SnapshotError};
