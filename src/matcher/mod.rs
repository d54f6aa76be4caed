//! Turns a question into an [`Outcome`]: answered, ambiguous, or no answer.
//!
//! A question is parsed once (`question`). Several rankers score the entries (`rank`), with models
//! that are trained when the content changes (`model`). Signals of the best candidate become a
//! confidence (`calibrate`). Guards and the confidence decide (`decide`). A decision comes with its
//! [`Evidence`]. The `reply` module puts the outcome into words.

mod alike;
mod calibrate;
mod decide;
mod decided;
mod explain;
mod follow_up;
mod model;
mod outcome;
mod parts;
mod question;
mod quotations;
mod rank;
mod reach;
mod snapshot;
mod type_ahead;

pub use calibrate::{
    Band, Bands, BoostedLogistic, Calibration, CalibrationError, Confidence, Judge, Judges,
    SCORER_VERSION, SIGNAL_COUNT, SIGNALS, SPLITS, SignalValues, Tree,
};
pub use decide::Analysis;
pub use model::{VectorError, VectorTable};
pub use outcome::{
    Decision, Evidence, ExplainedCandidate, ExplainedWord, Explanation, NoAnswerReason, Outcome,
    Verdict, WordUse,
};
pub use parts::{Parts, UnknownPart};
pub use rank::{Candidate, RANKERS, Ranker};
pub use reach::{Found, Reach, Tried};
pub use snapshot::{Check, Setup, Snapshot, SnapshotError, changed_since_cached};
