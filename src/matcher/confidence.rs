//! How sure the matcher is, from raw values that mean the same for every question.
//!
//! Two regressions over the same signals: is the question about this FAQ at all, and is the best
//! entry the right one? They are fitted by `caseclerk eval --calibrate` on the project's own
//! question sets, never typed by hand, and kept in `calibration.toml` with the version of the
//! scorer that they belong to.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::candidate::{Candidate, Scope};
use super::question::Question;
use super::regression::Regression;
use super::snapshot::Snapshot;
use crate::index::IndexError;

/// Raise it whenever the same question would get other signals, or something else is made of them;
/// a test fails until the calibration is derived again.
pub const SCORER_VERSION: u32 = 14;

/// How many signals there are.
pub const SIGNALS: usize = 20;

/// The names of the signals, in their order.
pub const SIGNAL_NAMES: [&str; SIGNALS] = [
    "rank",
    "rank gap",
    "topic gap",
    "words",
    "nearest",
    "middle",
    "middle gap",
    "margin",
    "margin gap",
    "coverage",
    "unknown",
    "length",
    "ours",
    "elsewhere gap",
    "not covered",
    "wording",
    "wording gap",
    "topic wording",
    "topic wording gap",
    "ours by wording",
];

static CALIBRATION: LazyLock<Calibration> = LazyLock::new(|| {
    toml::from_str(include_str!("calibration.toml")).expect("a test parses the shipped calibration")
});

/// What is measured of a question and its best candidate. A signal that cannot be measured is not a
/// number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Signals(pub [f32; SIGNALS]);

/// The fitted model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// The scorer that it was derived with.
    pub scorer_version: u32,
    /// Is the question about this FAQ?
    pub in_scope: Regression,
    /// Is the best entry, or one of its topic, right?
    pub right: Regression,
    /// From which confidence on each band begins.
    pub bands: Bands,
    /// The same without a vector table.
    pub without_table: Option<Box<Calibration>>,
}

/// The confidence from which each band begins.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bands {
    /// Answers in this band were right nearly always.
    pub strong: f32,
    /// Answers from here on are given.
    pub likely: f32,
    /// From here on questions are suggested.
    pub weak: f32,
}

/// How sure the matcher is of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Nothing fits.
    None,
    /// Something may fit; the asker chooses.
    Weak,
    /// It fits.
    Likely,
    /// It fits as well as a vetted question can.
    Strong,
}

/// How sure the matcher is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Confidence {
    /// The probability that the question is about this FAQ.
    pub in_scope: f32,
    /// The probability that the best entry is right, if it is.
    pub right: f32,
    /// Both together.
    pub together: f32,
    /// The band.
    pub band: Band,
}

impl Signals {
    /// Measures a question and its candidates, best first.
    pub(super) fn measure(
        snapshot: &Snapshot,
        question: &Question,
        candidates: &[Candidate],
        scope: Scope,
    ) -> Result<Option<Self>, IndexError> {
        let Some(best) = candidates.first() else { return Ok(None) };
        let next = candidates.get(1);
        let other_topic = candidates
            .iter()
            .find(|candidate| snapshot.topic(candidate.number) != snapshot.topic(best.number));
        let ahead_of = |other: Option<&Candidate>, value: fn(&Candidate) -> f32| {
            other.map_or(value(best), |other| value(best) - value(other))
        };
        let length = question.words.len() as f32;
        Ok(Some(Self([
            best.rank_score,
            ahead_of(next, |c| c.rank_score),
            ahead_of(other_topic, |c| c.rank_score),
            // The root of the length takes the growth of a sum over words out of the score.
            best.words_score / length.sqrt(),
            best.nearest,
            best.middle,
            ahead_of(other_topic, |c| c.middle),
            best.margin,
            ahead_of(other_topic, |c| c.margin),
            best.coverage,
            unknown_share(snapshot, question)?,
            length.ln(),
            scope.ours.unwrap_or(f32::NAN),
            scope.elsewhere.map_or(f32::NAN, |elsewhere| best.nearest - elsewhere),
            rarest_not_covered(snapshot, question, best)?,
            best.wording,
            ahead_of(next, |c| c.wording),
            best.topic_wording,
            ahead_of(other_topic, |c| c.topic_wording),
            scope.ours_by_wording.unwrap_or(f32::NAN),
        ])))
    }
}

impl Calibration {
    /// The calibration that is shipped with this scorer.
    pub fn shipped() -> &'static Self {
        &CALIBRATION
    }

    /// The part of the calibration for a matcher with or without a vector table.
    pub fn for_table(&self, has_table: bool) -> &Self {
        if has_table { self } else { self.without_table.as_deref().unwrap_or(self) }
    }

    /// How sure these signals make the matcher.
    pub fn judge(&self, signals: &Signals) -> Confidence {
        let (in_scope, right) =
            (self.in_scope.probability(signals), self.right.probability(signals));
        let together = in_scope * right;
        Confidence { in_scope, right, together, band: self.bands.band(together) }
    }
}

impl Bands {
    /// The band of a confidence.
    pub fn band(&self, confidence: f32) -> Band {
        match confidence {
            c if c >= self.strong => Band::Strong,
            c if c >= self.likely => Band::Likely,
            c if c >= self.weak => Band::Weak,
            _ => Band::None,
        }
    }
}

/// The share of the question's content words that no entry speaks of, each weighed by its rarity.
fn unknown_share(snapshot: &Snapshot, question: &Question) -> Result<f32, IndexError> {
    let searcher = snapshot.searcher();
    let rarest = searcher.rarity("")?;
    let (mut unknown, mut all) = (0.0, 0.0);
    for word in question.content_words() {
        let rarity = searcher.rarity(&word.term)?;
        all += rarity;
        if rarity >= rarest {
            unknown += rarity;
        }
    }
    Ok(if all > 0.0 { unknown / all } else { 0.0 })
}

/// The rarity of the rarest content word that the best entry does not speak of; 0 if it speaks of
/// all.
fn rarest_not_covered(
    snapshot: &Snapshot,
    question: &Question,
    best: &Candidate,
) -> Result<f32, IndexError> {
    let searcher = snapshot.searcher();
    let mut rarest: f32 = 0.0;
    for word in question.content_words() {
        let concept = word
            .concept
            .as_deref()
            .map_or(Ok(false), |concept| searcher.speaks_of(best.number, concept))?;
        if !concept && !searcher.speaks_of(best.number, &word.term)? {
            rarest = rarest.max(searcher.rarity(&word.term)?);
        }
    }
    Ok(rarest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_calibration_belongs_to_this_scorer() {
        let shipped = Calibration::shipped();
        assert_eq!(
            shipped.scorer_version, SCORER_VERSION,
            "derive it again with `caseclerk eval --calibrate`"
        );
        let by_words =
            shipped.without_table.as_ref().expect("there is one for a matcher without a table");
        assert_eq!(by_words.scorer_version, SCORER_VERSION);
    }
}
