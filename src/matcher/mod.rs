//! From a question to an [`Outcome`]: answered, ambiguous, or an honest no.
//!
//! Normalise, retrieve, weigh, decide. Everything that led to the decision is kept as [`Evidence`], which `--explain` prints.
//! How the outcome is said is for `reply`.

mod candidate;
mod decide;
mod outcome;
mod question;
mod snapshot;
mod typeahead;

pub use candidate::{Candidate, PhrasingHit};
pub use decide::Thresholds;
pub use outcome::{Decision, Evidence, NoAnswerReason, Outcome, WordEvidence, WordUse};
pub use question::Question;
pub use snapshot::{Snapshot, SnapshotError};
