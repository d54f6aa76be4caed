//! From a question to an [`Outcome`]: answered, ambiguous, or an honest no.
//!
//! Normalise, retrieve, weigh, decide. Everything that led to the decision is kept as [`Evidence`],
//! which `--explain` prints. How the outcome is said is for `reply`.

mod candidate;
mod classifier;
mod confidence;
mod decide;
mod directions;
mod fingerprint;
mod meaning;
mod opinion;
mod outcome;
mod question;
mod regression;
mod same_words;
mod snapshot;
mod steps;
mod typeahead;
mod vectors;
mod wording;

pub use candidate::Candidate;
pub use confidence::{
    Band, Bands, Calibration, Confidence, SCORER_VERSION, SIGNAL_NAMES, SIGNALS, Signals,
};
pub use decide::Sight;
pub use outcome::{Decision, Evidence, NoAnswerReason, Outcome, WordEvidence, WordUse};
pub use regression::{Regression, SPLITS, Tree};
pub use snapshot::{Check, Snapshot, SnapshotError};
pub use vectors::{VectorError, VectorTable};
