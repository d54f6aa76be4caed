//! Measures the matcher: question sets run through the same code as the bot.
//!
//! A *truth* is a labelled question: it has the topics or entries that are right, if any. A *run*
//! records the outcome of every question. Figures are computed from a run in a separate step, so
//! two runs can also be compared question by question.

mod calibrate;
mod collection;
mod compare;
mod figures;
mod fit;
mod noise;
mod run;
mod thinned;
mod truth;

pub use calibrate::calibrate;
pub use collection::{Collection, CollectionError};
pub use compare::{Change, changes};
pub use figures::{Curve, CurvePoint, Figures, Ranking, curve, curve_point, figures, ranking};
pub use noise::{Disturbance, disturbances};
pub use run::{Row, Run, Verdict, run};
pub use thinned::thinned;
pub use truth::{OUT, Truth, TruthError, read_sets};
