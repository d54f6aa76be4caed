//! Derives a calibration from question sets: two models and the bands.
//!
//! The bands are chosen by five-fold cross-validation, so that their error rates hold for unseen
//! questions. The models themselves are fitted on all questions.

use super::fit::fit;
use super::truth::Truth;
use crate::index::IndexError;
use crate::matcher::{Bands, BoostedLogistic, Judge, SignalValues, Snapshot};

const FOLDS: usize = 5;

/// The largest share of in-scope questions that may be answered wrongly, and of out-of-scope
/// questions that may be answered.
const MAX_WRONG: f64 = 0.021;
const MAX_FALSE: f64 = 0.03;

/// The smallest share of answers in the strong band that must be right.
const MIN_STRONG_PRECISION: f64 = 0.995;

/// The largest share of out-of-scope questions that may get suggestions instead of a plain no.
const MAX_SUGGESTED: f64 = 0.12;

/// A question with its signals.
struct Example {
    signals: SignalValues,
    in_scope: bool,
    right: bool,
    /// Whether the best candidate is acceptable: right, or out of scope and without a claim about
    /// the case.
    harmless: bool,
    /// Whether the question matches a guard. The bands leave such questions out.
    guarded: bool,
}

/// Fits the models and chooses the bands on questions with known answers.
pub fn calibrate(snapshot: &Snapshot, truths: &[Truth]) -> Result<Judge, IndexError> {
    let examples = measure(snapshot, truths)?;
    let all: Vec<&Example> = examples.iter().collect();
    let (in_scope, right) = fit_both(&all);
    let mut held_out = Vec::with_capacity(examples.len());
    for fold in 0..FOLDS {
        let others: Vec<&Example> = fold_of(&examples, |index| index % FOLDS != fold);
        let (in_scope, right) = fit_both(&others);
        for example in fold_of(&examples, |index| index % FOLDS == fold) {
            held_out.push((
                in_scope.probability(&example.signals) * right.probability(&example.signals),
                example,
            ));
        }
    }
    let bands = choose_bands(held_out);
    Ok(Judge { bands, in_scope, right })
}

fn fold_of(examples: &[Example], keep: impl Fn(usize) -> bool) -> Vec<&Example> {
    examples
        .iter()
        .enumerate()
        .filter(|(index, _)| keep(*index))
        .map(|(_, example)| example)
        .collect()
}

fn measure(snapshot: &Snapshot, truths: &[Truth]) -> Result<Vec<Example>, IndexError> {
    let mut examples = Vec::new();
    for truth in truths {
        let analysis = snapshot.analyse(&truth.q)?;
        if let Some((signals, best)) = analysis.signals.zip(analysis.candidates.first()) {
            let harmless = truth.accepts(&best.entry, snapshot.library());
            let in_scope = !truth.is_out();
            examples.push(Example {
                signals,
                in_scope,
                right: in_scope && harmless,
                harmless,
                guarded: analysis.guard.is_some(),
            });
        }
    }
    Ok(examples)
}

fn fit_both(examples: &[&Example]) -> (BoostedLogistic, BoostedLogistic) {
    let scope: Vec<(&SignalValues, bool)> =
        examples.iter().map(|e| (&e.signals, e.in_scope)).collect();
    let in_scope = examples.iter().filter(|example| example.in_scope);
    let right: Vec<(&SignalValues, bool)> = in_scope.map(|e| (&e.signals, e.right)).collect();
    (fit(&scope), fit(&right))
}

/// The lowest thresholds at which the error rates are within their limits.
fn choose_bands(mut held_out: Vec<(f32, &Example)>) -> Bands {
    held_out.sort_by(|a, b| b.0.total_cmp(&a.0));
    let answerable = held_out.iter().filter(|(_, e)| e.in_scope).count().max(1) as f64;
    let unanswerable = held_out.iter().filter(|(_, e)| !e.in_scope).count().max(1) as f64;
    let (mut right, mut wrong, mut harmful, mut outside) = (0.0, 0.0, 0.0, 0.0);
    let mut bands = Bands { strong: 1.0, likely: 1.0, weak: 1.0 };
    for (confidence, example) in held_out.into_iter().filter(|(_, example)| !example.guarded) {
        match (example.in_scope, example.right, example.harmless) {
            (true, true, _) => right += 1.0,
            (true, false, _) => wrong += 1.0,
            (false, _, harmless) => {
                outside += 1.0;
                harmful += f64::from(u8::from(!harmless));
            }
        }
        if right / f64::max(right + wrong + harmful, 1.0) >= MIN_STRONG_PRECISION {
            bands.strong = confidence;
        }
        if wrong / answerable <= MAX_WRONG && harmful / unanswerable <= MAX_FALSE {
            bands.likely = confidence;
        }
        if outside / unanswerable <= MAX_SUGGESTED {
            bands.weak = confidence;
        }
    }
    bands.strong = bands.strong.max(bands.likely);
    bands.weak = bands.weak.min(bands.likely);
    bands
}
