//! Fits a model to examples: first the weights of the regression, then the trees that correct it.

use crate::matcher::{BoostedLogistic, SIGNAL_COUNT, SPLITS, SignalValues, Tree};

/// The ridge penalty on the weights, and the number of gradient descent steps.
const WEIGHT_RIDGE: f64 = 10.0;
const STEPS: usize = 3_000;

/// The number of trees, the learning rate, the fewest examples in a leaf, and the ridge penalty on
/// corrections. `eval/README.md` says what else was tried.
const TREES: usize = 30;
const LEARNING_RATE: f64 = 0.05;
const MIN_LEAF: usize = 20;
const CORRECTION_RIDGE: f64 = 1.0;

struct Row {
    signals: SignalValues,
    /// 1 for a positive example, 0 for a negative one.
    target: f64,
    /// The prediction of the model so far.
    log_odds: f64,
}

/// The first derivative of the log-likelihood by the log-odds, and the negated second, summed over
/// examples.
#[derive(Debug, Clone, Copy, Default)]
struct Gradient {
    slope: f64,
    curvature: f64,
}

/// Fits a model to signals with known answers.
pub fn fit(examples: &[(&SignalValues, bool)]) -> BoostedLogistic {
    let mut regression = fit_weights(examples);
    let mut rows: Vec<Row> =
        examples.iter().map(|&(signals, yes)| Row::new(&regression, signals, yes)).collect();
    for _ in 0..TREES {
        let tree = grow(&rows);
        rows.iter_mut().for_each(|row| row.log_odds += f64::from(tree.correction(&row.signals)));
        regression.trees.push(tree);
    }
    regression
}

/// Fits a logistic regression with a ridge penalty, by gradient descent on standardised signals.
fn fit_weights(examples: &[(&SignalValues, bool)]) -> BoostedLogistic {
    let count = examples.len().max(1) as f64;
    let measured = |signal: usize| {
        examples.iter().map(move |(s, _)| f64::from(s.values[signal])).filter(|v| !v.is_nan())
    };
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let means: Vec<f64> =
        (0..SIGNAL_COUNT).map(|signal| mean(measured(signal).collect())).collect();
    let variance = |signal: usize| {
        mean(measured(signal).map(|value| (value - means[signal]).powi(2)).collect())
    };
    // The minimum avoids a division by zero for constant signals.
    let deviations: Vec<f64> =
        (0..SIGNAL_COUNT).map(|signal| variance(signal).sqrt().max(1e-3)).collect();
    let z_scores = |s: &SignalValues| -> Vec<f64> {
        let of = |signal: usize| (f64::from(s.values[signal]) - means[signal]) / deviations[signal];
        // A signal that was not measured counts as its mean.
        (0..SIGNAL_COUNT).map(of).map(|z| if z.is_nan() { 0.0 } else { z }).collect()
    };
    let rows: Vec<(Vec<f64>, f64)> =
        examples.iter().map(|(s, yes)| (z_scores(s), f64::from(u8::from(*yes)))).collect();
    let mut weights = vec![0.0; SIGNAL_COUNT];
    let mut bias = 0.0;
    for _ in 0..STEPS {
        let mut slopes: Vec<f64> =
            weights.iter().map(|weight| WEIGHT_RIDGE * weight / count).collect();
        let mut bias_slope = 0.0;
        for (row, yes) in &rows {
            let sum: f64 = bias + row.iter().zip(&weights).map(|(s, w)| s * w).sum::<f64>();
            let error = probability(sum) - yes;
            slopes.iter_mut().zip(row).for_each(|(slope, s)| *slope += error * s / count);
            bias_slope += error / count;
        }
        weights.iter_mut().zip(&slopes).for_each(|(weight, slope)| *weight -= slope);
        bias -= bias_slope;
    }
    let narrow = |numbers: &[f64]| std::array::from_fn(|signal| numbers[signal] as f32);
    BoostedLogistic {
        means: narrow(&means),
        deviations: narrow(&deviations),
        weights: narrow(&weights),
        bias: bias as f32,
        trees: Vec::new(),
    }
}

/// Grows the next tree by gradient boosting (Friedman, *Greedy Function Approximation: A Gradient
/// Boosting Machine*, 2001), with splits and corrections by both derivatives (Chen and Guestrin,
/// *XGBoost: A Scalable Tree Boosting System*, 2016).
fn grow(rows: &[Row]) -> Tree {
    let mut signals = [0; SPLITS];
    let mut thresholds = [f32::INFINITY; SPLITS];
    // The rows that reach each node, by node number. The children of a node are appended in order.
    let mut reached: Vec<Vec<&Row>> = vec![rows.iter().collect()];
    for node in 0..SPLITS {
        if let Some((signal, threshold)) = best_split(&reached[node]) {
            (signals[node], thresholds[node]) = (signal, threshold);
        }
        let is_above = |row: &&Row| row.signals.values[signals[node]] > thresholds[node];
        let (above, below) = reached[node].iter().partition(|row| is_above(row));
        reached.extend([below, above]);
    }
    let correction =
        |leaf: usize| (LEARNING_RATE * gradient(&reached[SPLITS + leaf]).correction()) as f32;
    Tree { signals, thresholds, corrections: std::array::from_fn(correction) }
}

/// The signal and the threshold with the greatest gain. `None` if no split improves the likelihood
/// and leaves enough examples on both sides.
fn best_split(rows: &[&Row]) -> Option<(usize, f32)> {
    let all = gradient(rows);
    let mut best = (all.gain(), None);
    let mut sorted = rows.to_vec();
    for signal in 0..SIGNAL_COUNT {
        sorted.sort_by(|a, b| a.signals.values[signal].total_cmp(&b.signals.values[signal]));
        let mut below = Gradient::default();
        for (place, pair) in sorted.windows(2).enumerate() {
            below = below.and(pair[0].gradient());
            let (value, next) = (pair[0].signals.values[signal], pair[1].signals.values[signal]);
            let enough = (MIN_LEAF..=rows.len().saturating_sub(MIN_LEAF)).contains(&(place + 1));
            let gain = below.gain() + all.without(below).gain();
            if enough && value < next && gain > best.0 {
                best = (gain, Some((signal, value.midpoint(next))));
            }
        }
    }
    best.1
}

fn gradient(rows: &[&Row]) -> Gradient {
    rows.iter().fold(Gradient::default(), |sum, row| sum.and(row.gradient()))
}

impl Row {
    fn new(regression: &BoostedLogistic, signals: &SignalValues, yes: bool) -> Self {
        let log_odds = f64::from(regression.log_odds(signals));
        Self { signals: *signals, target: f64::from(u8::from(yes)), log_odds }
    }

    fn gradient(&self) -> Gradient {
        let predicted = probability(self.log_odds);
        Gradient { slope: self.target - predicted, curvature: predicted * (1.0 - predicted) }
    }
}

impl Gradient {
    fn and(self, other: Self) -> Self {
        Self { slope: self.slope + other.slope, curvature: self.curvature + other.curvature }
    }

    fn without(self, other: Self) -> Self {
        Self { slope: self.slope - other.slope, curvature: self.curvature - other.curvature }
    }

    /// One step of Newton's method.
    fn correction(self) -> f64 {
        self.slope / (self.curvature + CORRECTION_RIDGE)
    }

    /// Twice the increase of the log-likelihood by that step.
    fn gain(self) -> f64 {
        self.slope * self.correction()
    }
}

fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// True if exactly one of two signals is high, which no weighted sum can express.
    fn exclusive_or() -> Vec<(SignalValues, bool)> {
        let of = |example: usize| {
            let high = [example, example / 3].map(|place| place.is_multiple_of(3));
            let mut signals = [0.0; SIGNAL_COUNT];
            signals[..2].copy_from_slice(&high.map(|high| f32::from(u8::from(high))));
            (
                SignalValues { values: signals, contender_has_few: false, covered: 0.0 },
                high[0] != high[1],
            )
        };
        (0..400).map(of).collect()
    }

    fn borrowed(examples: &[(SignalValues, bool)]) -> Vec<(&SignalValues, bool)> {
        examples.iter().map(|(signals, yes)| (signals, *yes)).collect()
    }

    #[test]
    fn trees_express_what_weights_cannot() {
        let examples = exclusive_or();
        let examples = borrowed(&examples);
        let count_correct = |regression: &BoostedLogistic| {
            let is_correct = |(signals, yes): &&(&SignalValues, bool)| {
                (regression.probability(signals) > 0.5) == *yes
            };
            examples.iter().filter(is_correct).count()
        };
        assert!(count_correct(&fit_weights(&examples)) < 400);
        assert_eq!(count_correct(&fit(&examples)), 400);
    }

    #[test]
    fn a_signal_that_was_not_measured_counts_as_its_mean_and_moves_no_tree() {
        let examples = exclusive_or();
        let examples = borrowed(&examples);
        let (weights, whole) = (fit_weights(&examples), fit(&examples));
        let average =
            SignalValues { values: weights.means, contender_has_few: false, covered: 0.0 };
        let by_weights = weights.log_odds(&average);
        assert_ne!(whole.log_odds(&average), by_weights);
        assert_eq!(
            whole.log_odds(&SignalValues {
                values: [f32::NAN; SIGNAL_COUNT],
                contender_has_few: false,
                covered: 0.0
            }),
            by_weights
        );
    }
}
