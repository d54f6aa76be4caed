//! Measures the matcher: sets of questions run through the same code path as the bot.
//!
//! A *truth* is a question with the topics or entries that answer it, or with none. A *run* keeps
//! what the matcher made of every one; figures are a separate step over the run, so two runs can be
//! compared question by question.

mod calibrate;
mod collection;
mod compare;
mod figures;
mod fit;
mod run;
mod truth;

pub use calibrate::calibrate;
pub use collection::{Collection, CollectionError};
pub use compare::{Change, changes};
pub use figures::{Curve, CurvePoint, Figures, Ranking, curve, figures, ranking};
pub use run::{Row, Run, Verdict, run};
pub use truth::{OUT, Truth, TruthError, read_sets};
