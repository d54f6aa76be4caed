//! A probability from signals: a logistic regression, and small decision trees that correct it.
//!
//! The regression says what each signal means by itself. The trees say what it cannot: that a wide
//! gap means little where hardly a word is covered, or that a short question needs more than a long
//! one.

use serde::{Deserialize, Serialize};

use super::confidence::{SIGNALS, Signals};

/// How many signals a tree asks for on the way to a correction.
const DEPTH: usize = 3;
/// How many places in a tree ask for a signal, and how many hold a correction.
pub const SPLITS: usize = (1 << DEPTH) - 1;
const LEAVES: usize = 1 << DEPTH;

/// The probability is `1 / (1 + exp(-x))`, with the log-odds `x = bias + Σ weight · (signal − mean)
/// / deviation + Σ correction`. A signal that was not measured counts as average, and a tree that
/// asks for it says nothing: what is true of an average question may not be true of one in a
/// collection of which less is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// The average of each signal in the questions that it was fitted on.
    pub means: [f32; SIGNALS],
    /// The standard deviation of each.
    pub deviations: [f32; SIGNALS],
    /// The weight of each.
    pub weights: [f32; SIGNALS],
    /// The bias.
    pub bias: f32,
    /// What corrects the sum.
    pub trees: Vec<Tree>,
}

/// A decision tree. Its places are numbered from the root, level by level; from place `n` a signal
/// up to the threshold leads to place `2n + 1`, and one above it to `2n + 2`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tree {
    /// Which signal each place asks for.
    pub signals: [usize; SPLITS],
    /// The threshold of each place; infinite where nothing is to be told apart.
    pub thresholds: [f32; SPLITS],
    /// What is added to the log-odds at each end.
    pub corrections: [f32; LEAVES],
}

impl Regression {
    /// The probability for these signals.
    pub fn probability(&self, signals: &Signals) -> f32 {
        1.0 / (1.0 + (-self.log_odds(signals)).exp())
    }

    /// The logarithm of the odds for these signals.
    pub fn log_odds(&self, signals: &Signals) -> f32 {
        let standings = signals
            .0
            .iter()
            .zip(&self.means)
            .zip(&self.deviations)
            .map(|((s, mean), d)| (s - mean) / d);
        let weighed = standings
            .zip(&self.weights)
            .map(|(s, weight)| if s.is_nan() { 0.0 } else { weight * s });
        let corrections = self.trees.iter().map(|tree| tree.correction(signals));
        self.bias + weighed.sum::<f32>() + corrections.sum::<f32>()
    }
}

impl Tree {
    /// What it adds to the log-odds.
    pub fn correction(&self, signals: &Signals) -> f32 {
        let mut place = 0;
        while place < SPLITS {
            let signal = signals.0[self.signals[place]];
            if signal.is_nan() {
                return 0.0;
            }
            place = 2 * place + 1 + usize::from(signal > self.thresholds[place]);
        }
        self.corrections[place - SPLITS]
    }
}
