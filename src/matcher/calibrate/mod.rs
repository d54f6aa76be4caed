//! From signals to a confidence, and from a confidence to what the bot does.
//!
//! Two models look at the same signals: is the question about this FAQ at all, and is the best
//! entry the right one? Their product is the confidence, and bands say from which confidence on the
//! bot answers. `caseclerk eval --calibrate` derives all of it from question sets; nobody types it.

mod boosted_logistic;
mod signals;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use boosted_logistic::{BoostedLogistic, SPLITS, Tree};
pub use signals::{SIGNAL_COUNT, SIGNALS, SignalValues};

/// Raise it whenever the same question would get other signals, or something else is made of them;
/// a test fails until the calibration is derived again.
pub const SCORER_VERSION: u32 = 15;

const SHIPPED: &str = include_str!("calibration.toml");

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The version of the scorer that it was derived with.
    pub scorer_version: u32,
    /// For a matcher with a vector table.
    pub with_vectors: Judge,
    /// For a matcher without one.
    pub without_vectors: Judge,
}

/// Judges how sure an answer is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judge {
    pub bands: Bands,
    /// Is the question about this FAQ?
    pub in_scope: BoostedLogistic,
    /// Is the best entry, or another one of its topic, right?
    pub right: BoostedLogistic,
}

/// The lowest confidence of each band.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// Answers from here on were right nearly always.
    pub strong: f32,
    /// From here on the bot answers.
    pub likely: f32,
    /// From here on it suggests questions.
    pub weak: f32,
}

/// How sure the matcher is of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    None,
    /// Enough for a choice.
    Weak,
    /// Enough for an answer.
    Likely,
    /// As sure as with a vetted question.
    Strong,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Confidence {
    /// The probability that the question is about this FAQ.
    pub in_scope: f32,
    /// The probability that the best entry is right, if it is.
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
    /// The calibration that was derived from this project's own question sets.
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

    pub fn judge(&self, has_vectors: bool) -> &Judge {
        if has_vectors { &self.with_vectors } else { &self.without_vectors }
    }
}

impl Judge {
    pub fn confidence(&self, signals: &SignalValues) -> Confidence {
        let (in_scope, right) =
            (self.in_scope.probability(signals), self.right.probability(signals));
        let together = in_scope * right;
        Confidence { in_scope, right, together, band: self.bands.band(together) }
    }
}

impl Bands {
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
