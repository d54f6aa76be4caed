//! Fits a regression to examples: first its weights, then the trees that correct what the weights
//! get wrong.

use crate::matcher::{Regression, SIGNALS, SPLITS, Signals, Tree};

/// How strongly weights are held near zero, and how many steps of gradient descent are made.
const WEIGHT_RIDGE: f64 = 10.0;
const STEPS: usize = 3_000;

/// How many trees there are, how much of its correction each one makes, how few examples may come
/// to one end of it, and how strongly corrections are held near zero. `eval/README.md` says what
/// else was tried.
const TREES: usize = 30;
const RATE: f64 = 0.05;
const FEWEST: usize = 20;
const CORRECTION_RIDGE: f64 = 1.0;

/// An example on its way through the fit.
struct Row {
    signals: Signals,
    /// What is known: 1 for yes, 0 for no.
    yes: f64,
    /// What is predicted so far.
    log_odds: f64,
}

/// How far the predictions of some examples fall short, and how firmly they are held: the first and
/// the second derivative of the likelihood by the log-odds.
#[derive(Debug, Clone, Copy, Default)]
struct Pull {
    slope: f64,
    curvature: f64,
}

/// Fits a regression to signals and what is known of them.
pub fn fit(examples: &[(&Signals, bool)]) -> Regression {
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

/// Fits a logistic regression with a ridge, by gradient descent on standardised signals.
fn fit_weights(examples: &[(&Signals, bool)]) -> Regression {
    let count = examples.len().max(1) as f64;
    let measured = |signal: usize| {
        examples.iter().map(move |(s, _)| f64::from(s.0[signal])).filter(|v| !v.is_nan())
    };
    let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
    let means: Vec<f64> = (0..SIGNALS).map(|signal| mean(measured(signal).collect())).collect();
    let variance = |signal: usize| {
        mean(measured(signal).map(|value| (value - means[signal]).powi(2)).collect())
    };
    // A signal that is always the same says nothing, whatever it is divided by.
    let deviations: Vec<f64> =
        (0..SIGNALS).map(|signal| variance(signal).sqrt().max(1e-3)).collect();
    let standing = |s: &Signals| -> Vec<f64> {
        let of = |signal: usize| (f64::from(s.0[signal]) - means[signal]) / deviations[signal];
        // A signal that was not measured counts as average.
        (0..SIGNALS)
            .map(of)
            .map(|standing| if standing.is_nan() { 0.0 } else { standing })
            .collect()
    };
    let rows: Vec<(Vec<f64>, f64)> =
        examples.iter().map(|(s, yes)| (standing(s), f64::from(u8::from(*yes)))).collect();
    let mut weights = vec![0.0; SIGNALS];
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
    Regression {
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
    let mut arrived: Vec<Vec<&Row>> = vec![rows.iter().collect()];
    for place in 0..SPLITS {
        if let Some((signal, threshold)) = best_split(&arrived[place]) {
            (signals[place], thresholds[place]) = (signal, threshold);
        }
        let is_above = |row: &&Row| row.signals.0[signals[place]] > thresholds[place];
        let (above, below) = arrived[place].iter().partition(|row| is_above(row));
        arrived.extend([below, above]);
    }
    let correction = |end: usize| (RATE * pull(&arrived[SPLITS + end]).correction()) as f32;
    Tree { signals, thresholds, corrections: std::array::from_fn(correction) }
}

/// The signal and the threshold that best tell apart the examples that fall short from those that
/// overshoot; none if no split leaves enough of them on either side.
fn best_split(rows: &[&Row]) -> Option<(usize, f32)> {
    let all = pull(rows);
    let mut best = (all.gain(), None);
    let mut sorted = rows.to_vec();
    for signal in 0..SIGNALS {
        sorted.sort_by(|a, b| a.signals.0[signal].total_cmp(&b.signals.0[signal]));
        let mut below = Pull::default();
        for (place, pair) in sorted.windows(2).enumerate() {
            below = below.and(pair[0].pull());
            let (value, next) = (pair[0].signals.0[signal], pair[1].signals.0[signal]);
            let enough = (FEWEST..=rows.len().saturating_sub(FEWEST)).contains(&(place + 1));
            let gain = below.gain() + all.without(below).gain();
            if enough && value < next && gain > best.0 {
                best = (gain, Some((signal, value.midpoint(next))));
            }
        }
    }
    best.1
}

fn pull(rows: &[&Row]) -> Pull {
    rows.iter().fold(Pull::default(), |sum, row| sum.and(row.pull()))
}

impl Row {
    fn new(regression: &Regression, signals: &Signals, yes: bool) -> Self {
        let log_odds = f64::from(regression.log_odds(signals));
        Self { signals: *signals, yes: f64::from(u8::from(yes)), log_odds }
    }

    fn pull(&self) -> Pull {
        let predicted = probability(self.log_odds);
        Pull { slope: self.yes - predicted, curvature: predicted * (1.0 - predicted) }
    }
}

impl Pull {
    fn and(self, other: Self) -> Self {
        Self { slope: self.slope + other.slope, curvature: self.curvature + other.curvature }
    }

    fn without(self, other: Self) -> Self {
        Self { slope: self.slope - other.slope, curvature: self.curvature - other.curvature }
    }

    /// The step of Newton's method.
    fn correction(self) -> f64 {
        self.slope / (self.curvature + CORRECTION_RIDGE)
    }

    /// Twice what that step adds to the likelihood.
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

    /// Yes if exactly one of two signals is high, each of which is high in every third example: no
    /// weights tell that.
    fn one_of_two() -> Vec<(Signals, bool)> {
        let of = |example: usize| {
            let high = [example, example / 3].map(|place| place.is_multiple_of(3));
            let mut signals = [0.0; SIGNALS];
            signals[..2].copy_from_slice(&high.map(|high| f32::from(u8::from(high))));
            (Signals(signals), high[0] != high[1])
        };
        (0..400).map(of).collect()
    }

    fn borrowed(examples: &[(Signals, bool)]) -> Vec<(&Signals, bool)> {
        examples.iter().map(|(signals, yes)| (signals, *yes)).collect()
    }

    #[test]
    fn trees_tell_what_weights_cannot() {
        let examples = one_of_two();
        let examples = borrowed(&examples);
        let told = |regression: &Regression| {
            let as_known = |(signals, yes): &&(&Signals, bool)| {
                (regression.probability(signals) > 0.5) == *yes
            };
            examples.iter().filter(as_known).count()
        };
        assert!(told(&fit_weights(&examples)) < 400);
        assert_eq!(told(&fit(&examples)), 400);
    }

    #[test]
    fn a_signal_that_was_not_measured_counts_as_average_and_moves_no_tree() {
        let examples = one_of_two();
        let examples = borrowed(&examples);
        let (weights, whole) = (fit_weights(&examples), fit(&examples));
        let average = Signals(weights.means);
        let by_weights = weights.log_odds(&average);
        assert_ne!(whole.log_odds(&average), by_weights);
        assert_eq!(whole.log_odds(&Signals([f32::NAN; SIGNALS])), by_weights);
    }
}
