//! Derives a calibration from question sets: two models and the bands.
//!
//! The bands are chosen by five-fold cross-validation, so that they keep their promises for
//! questions that the models have not seen. The models themselves are fitted on all questions.

use super::fit::fit;
use super::truth::Truth;
use crate::index::IndexError;
use crate::matcher::{Bands, BoostedLogistic, Judge, SignalValues, Snapshot};

const FOLDS: usize = 5;

/// The share of the questions in scope that may be answered wrongly, and of those out of scope that
/// may be answered.
const WRONG_ALLOWED: f64 = 0.021;
const FALSE_ALLOWED: f64 = 0.03;

/// The share of the answers in the strong band that must be right.
const STRONG_PRECISION: f64 = 0.995;

/// The share of the questions out of scope that may get suggestions instead of a plain no.
const SUGGESTED_ALLOWED: f64 = 0.12;

/// A question with its signals.
struct Example {
    signals: SignalValues,
    in_scope: bool,
    right: bool,
    /// Whether answering with the best candidate would do no harm.
    harmless: bool,
    /// Whether a guard decides, so that the confidence has no say.
    guarded: bool,
}

/// Derives a judge from questions with known answers.
pub fn calibrate(snapshot: &Snapshot, truths: &[Truth]) -> Result<Judge, IndexError> {
    let examples = measure(snapshot, truths)?;
    let all: Vec<&Example> = examples.iter().collect();
    let (in_scope, right) = fit_both(&all);
    let mut unseen = Vec::with_capacity(examples.len());
    for fold in 0..FOLDS {
        let others: Vec<&Example> = fold_of(&examples, |place| place % FOLDS != fold);
        let (in_scope, right) = fit_both(&others);
        for example in fold_of(&examples, |place| place % FOLDS == fold) {
            unseen.push((
                in_scope.probability(&example.signals) * right.probability(&example.signals),
                example,
            ));
        }
    }
    let bands = choose_bands(unseen);
    Ok(Judge { bands, in_scope, right })
}

fn fold_of(examples: &[Example], keep: impl Fn(usize) -> bool) -> Vec<&Example> {
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

/// The lowest thresholds that keep the errors within what is allowed.
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
