//! Turns signals into a confidence, and a confidence into a band.
//!
//! Two models use the same signals: is the question about this FAQ, and is the best entry right?
//! Their product is the confidence. The bands say which confidence is enough to answer.
//! `caseclerk eval --calibrate` derives the models and the bands from question sets.

mod boosted_logistic;
mod signals;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use boosted_logistic::{BoostedLogistic, SPLITS, Tree};
pub use signals::{SIGNAL_COUNT, SIGNALS, SignalValues};

/// Raise it whenever the signals of a question change, or the way they become a confidence. A test
/// then fails until the calibration is derived again.
pub const SCORER_VERSION: u32 = 19;

const SHIPPED: &str = include_str!("calibration.toml");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The [`SCORER_VERSION`] that the calibration was derived with.
    pub scorer_version: u32,
    /// For a matcher with a vector table.
    pub with_vectors: Judges,
    /// For a matcher without one.
    pub without_vectors: Judges,
}

/// One judge for questions whose contenders all have many phrasings, and one for those of which a
/// contender has few: the same signals mean something else then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judges {
    pub many: Judge,
    pub few: Judge,
}

/// The calibrated models: they turn signals into a [`Confidence`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    pub bands: Bands,
    /// Is the question about this FAQ?
    pub in_scope: BoostedLogistic,
    /// Given that it is: is the best entry, or another entry of its topic, right?
    pub right: BoostedLogistic,
}

/// The lowest confidence of each band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// From here on, answers were nearly always right.
    pub strong: f32,
    /// From here on, the bot answers.
    pub likely: f32,
    /// From here on, the bot suggests questions.
    pub weak: f32,
}

/// How sure the matcher is of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    None,
    /// Enough to offer a choice of questions.
    Weak,
    /// Enough to answer, and to name other questions that may be meant.
    Likely,
    /// Enough to answer without naming alternatives.
    Strong,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Confidence {
    /// The probability that the question is about this FAQ.
    pub in_scope: f32,
    /// The probability that the best entry is right, given that the question is in scope.
    pub right: f32,
    /// The product of the two.
    pub together: f32,
    pub band: Band,
}

#[derive(Debug, thiserror::Error)]
pub enum CalibrationError {
    #[error("cannot read the calibration {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("{} is not a calibration as `caseclerk eval --calibrate` writes it", path.display())]
    Malformed { path: PathBuf, source: toml::de::Error },
    #[error(
        "the calibration {} belongs to scorer {found}, and this program has scorer \
         {SCORER_VERSION}; derive it again with `caseclerk eval --calibrate`",
        path.display()
    )]
    OtherScorer { path: PathBuf, found: u32 },
}

impl Calibration {
    /// The built-in calibration, derived from this project's own question sets.
    pub fn shipped() -> Self {
        toml::from_str(SHIPPED).expect("a test reads the shipped calibration")
    }

    pub fn read(path: &Path) -> Result<Self, CalibrationError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| CalibrationError::Unreadable { path: path.to_owned(), source })?;
        let calibration: Self = toml::from_str(&text)
            .map_err(|source| CalibrationError::Malformed { path: path.to_owned(), source })?;
        match calibration.scorer_version {
            SCORER_VERSION => Ok(calibration),
            found => Err(CalibrationError::OtherScorer { path: path.to_owned(), found }),
        }
    }

    pub fn judges(&self, has_vectors: bool) -> &Judges {
        if has_vectors { &self.with_vectors } else { &self.without_vectors }
    }
}

impl Judges {
    pub fn confidence(&self, signals: &SignalValues) -> Confidence {
        let judge = if signals.contender_has_few { &self.few } else { &self.many };
        judge.confidence(signals)
    }
}

impl Judge {
    fn confidence(&self, signals: &SignalValues) -> Confidence {
        let (in_scope, right) =
            (self.in_scope.probability(signals), self.right.probability(signals));
        let together = in_scope * right;
        Confidence { in_scope, right, together, band: self.bands.band(together) }
    }
}

impl Bands {
    /// The bands that keep the promises of both.
    pub fn stricter(self, other: Self) -> Self {
        Self {
            strong: self.strong.max(other.strong),
            likely: self.likely.max(other.likely),
            weak: self.weak.max(other.weak),
        }
    }

    fn band(&self, confidence: f32) -> Band {
        match confidence {
            c if c >= self.strong => Band::Strong,
            c if c >= self.likely => Band::Likely,
            c if c >= self.weak => Band::Weak,
            _ => Band::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_calibration_belongs_to_this_scorer() {
        let shipped = Calibration::shipped().scorer_version;
        assert_eq!(shipped, SCORER_VERSION, "derive it again with `caseclerk eval --calibrate`");
    }
}
