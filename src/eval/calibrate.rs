//! Derives the calibration from question sets: two regressions and the bands.
//!
//! Bands are chosen on predictions for questions that the regression has not seen (five parts, each
//! predicted from the other four), so that they hold what they promise. The regressions that are
//! shipped are fitted on all the questions.

use super::fit::fit;
use super::truth::Truth;
use crate::index::IndexError;
use crate::matcher::{Bands, Calibration, Regression, SCORER_VERSION, Signals, Snapshot};

const PARTS: usize = 5;

/// The share of answerable questions that may be answered wrongly, and of unanswerable ones that
/// may be answered.
const WRONG_ALLOWED: f64 = 0.023;
const FALSE_ALLOWED: f64 = 0.03;

/// The share of the answers in the strong band that must be right.
const STRONG_PRECISION: f64 = 0.995;

/// The share of the unanswerable questions that may be met with suggestions instead of a plain no.
const SUGGESTED_ALLOWED: f64 = 0.12;

/// A question with what was measured of it.
struct Example {
    signals: Signals,
    in_scope: bool,
    right: bool,
    /// Whether an answer with the best candidate would do no harm.
    harmless: bool,
    /// Whether a guard decides about the question, and the statistics have no say.
    guarded: bool,
}

/// Derives a calibration from questions and what is known about them.
pub fn calibrate(snapshot: &Snapshot, truths: &[Truth]) -> Result<Calibration, IndexError> {
    let examples = measure(snapshot, truths)?;
    let all: Vec<&Example> = examples.iter().collect();
    let (in_scope, right) = fit_both(&all);
    let mut unseen = Vec::with_capacity(examples.len());
    for part in 0..PARTS {
        let others: Vec<&Example> = parts(&examples, |place| place % PARTS != part);
        let (in_scope, right) = fit_both(&others);
        for example in parts(&examples, |place| place % PARTS == part) {
            unseen.push((
                in_scope.probability(&example.signals) * right.probability(&example.signals),
                example,
            ));
        }
    }
    let bands = choose_bands(unseen);
    Ok(Calibration { scorer_version: SCORER_VERSION, in_scope, right, bands, without_table: None })
}

fn parts(examples: &[Example], keep: impl Fn(usize) -> bool) -> Vec<&Example> {
    examples
        .iter()
        .enumerate()
        .filter(|(place, _)| keep(*place))
        .map(|(_, example)| example)
        .collect()
}

fn measure(snapshot: &Snapshot, truths: &[Truth]) -> Result<Vec<Example>, IndexError> {
    let mut examples = Vec::new();
    for truth in truths {
        let sight = snapshot.look(&truth.q)?;
        if let Some((signals, best)) = sight.signals.zip(sight.candidates.first()) {
            let harmless = truth.accepts(best.entry.as_str());
            let in_scope = !truth.is_out();
            examples.push(Example {
                signals,
                in_scope,
                right: in_scope && harmless,
                harmless,
                guarded: sight.guard.is_some(),
            });
        }
    }
    Ok(examples)
}

fn fit_both(examples: &[&Example]) -> (Regression, Regression) {
    let scope: Vec<(&Signals, bool)> = examples.iter().map(|e| (&e.signals, e.in_scope)).collect();
    let in_scope = examples.iter().filter(|example| example.in_scope);
    let right: Vec<(&Signals, bool)> = in_scope.map(|e| (&e.signals, e.right)).collect();
    (fit(&scope), fit(&right))
}

/// Finds the lowest thresholds that keep the errors within what is allowed.
fn choose_bands(mut unseen: Vec<(f32, &Example)>) -> Bands {
    unseen.sort_by(|a, b| b.0.total_cmp(&a.0));
    let answerable = unseen.iter().filter(|(_, e)| e.in_scope).count().max(1) as f64;
    let unanswerable = unseen.iter().filter(|(_, e)| !e.in_scope).count().max(1) as f64;
    let (mut right, mut wrong, mut harmful, mut outside) = (0.0, 0.0, 0.0, 0.0);
    let mut bands = Bands { strong: 1.0, likely: 1.0, weak: 1.0 };
    for (confidence, example) in unseen.into_iter().filter(|(_, example)| !example.guarded) {
        match (example.in_scope, example.right, example.harmless) {
            (true, true, _) => right += 1.0,
            (true, false, _) => wrong += 1.0,
            (false, _, harmless) => {
                outside += 1.0;
                harmful += f64::from(u8::from(!harmless));
            }
        }
        if right / f64::max(right + wrong + harmful, 1.0) >= STRONG_PRECISION {
            bands.strong = confidence;
        }
        if wrong / answerable <= WRONG_ALLOWED && harmful / unanswerable <= FALSE_ALLOWED {
            bands.likely = confidence;
        }
        if outside / unanswerable <= SUGGESTED_ALLOWED {
            bands.weak = confidence;
        }
    }
    bands.strong = bands.strong.max(bands.likely);
    bands.weak = bands.weak.min(bands.likely);
    bands
}
