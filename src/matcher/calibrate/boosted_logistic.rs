//! Computes a probability from signals: a logistic regression, corrected by small decision trees.
//!
//! The regression weighs each signal by itself. The trees add interactions: a wide lead means
//! little if hardly a word is covered, and a short question needs more support than a long one.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::signals::{SIGNAL_COUNT, SIGNALS, SignalValues};

/// The depth of a tree: how many signals it tests before it reaches a leaf.
const DEPTH: usize = 3;
/// The numbers of inner nodes and of leaves in a tree.
pub const SPLITS: usize = (1 << DEPTH) - 1;
const LEAVES: usize = 1 << DEPTH;

/// The probability is `1 / (1 + exp(-x))` with the log-odds
/// `x = bias + Σ weight · (signal − mean) / deviation + Σ correction`. A signal that was not
/// measured counts as its mean. A tree that tests such a signal adds nothing, because its
/// correction was learned from questions for which the signal was known.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostedLogistic {
    /// The mean and the standard deviation of each signal in the training questions.
    pub means: [f32; SIGNAL_COUNT],
    pub deviations: [f32; SIGNAL_COUNT],
    pub weights: [f32; SIGNAL_COUNT],
    pub bias: f32,
    pub trees: Vec<Tree>,
}

/// A decision tree. Nodes are numbered from the root, level by level. Node `n` leads to node
/// `2n + 1` if its signal is at most the threshold, and to `2n + 2` if it is above.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The index in [`SIGNALS`] of the signal that each node tests.
    pub signals: [usize; SPLITS],
    /// Infinite if a node does not split.
    pub thresholds: [f32; SPLITS],
    /// What each leaf adds to the log-odds.
    pub corrections: [f32; LEAVES],
}

impl BoostedLogistic {
    pub fn probability(&self, signals: &SignalValues) -> f32 {
        1.0 / (1.0 + (-self.log_odds(signals)).exp())
    }

    pub fn log_odds(&self, signals: &SignalValues) -> f32 {
        let z_scores = signals.values.iter().zip(&self.means).zip(&self.deviations);
        let z_scores = z_scores.map(|((signal, mean), deviation)| (signal - mean) / deviation);
        let weighted = z_scores.zip(&self.weights);
        let weighted = weighted.map(|(z, weight)| if z.is_nan() { 0.0 } else { weight * z });
        let corrections = self.trees.iter().map(|tree| tree.correction(signals));
        self.bias + weighted.sum::<f32>() + corrections.sum::<f32>()
    }
}

impl Tree {
    /// The log-odds that the tree adds.
    pub fn correction(&self, signals: &SignalValues) -> f32 {
        let mut node = 0;
        while node < SPLITS {
            let signal = signals.values[self.signals[node]];
            if signal.is_nan() {
                return 0.0;
            }
            node = 2 * node + 1 + usize::from(signal > self.thresholds[node]);
        }
        self.corrections[node - SPLITS]
    }
}

/// The file format of a model. It names signals instead of numbering them, so that rows can be
/// added to or removed from the table of signals without changing the meaning of the others.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ModelFile {
    bias: f32,
    signals: Vec<SignalInFile>,
    trees: Vec<TreeInFile>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct SignalInFile {
    name: String,
    mean: f32,
    deviation: f32,
    weight: f32,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct TreeInFile {
    signals: [String; SPLITS],
    thresholds: [f32; SPLITS],
    corrections: [f32; LEAVES],
}

impl Serialize for BoostedLogistic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = |index: usize| SIGNALS[index].name.to_owned();
        let signals = (0..SIGNAL_COUNT).map(|index| SignalInFile {
            name: name(index),
            mean: self.means[index],
            deviation: self.deviations[index],
            weight: self.weights[index],
        });
        let trees = self.trees.iter().map(|tree| TreeInFile {
            signals: tree.signals.map(name),
            thresholds: tree.thresholds,
            corrections: tree.corrections,
        });
        let (signals, trees) = (signals.collect(), trees.collect());
        ModelFile { bias: self.bias, signals, trees }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for BoostedLogistic {
    /// Drops signals that are no longer in the table, and the trees that test them. The program
    /// must still run with an old file, because it is what derives a new calibration.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file = ModelFile::deserialize(deserializer)?;
        let index_of = |name: &str| SIGNALS.iter().position(|signal| signal.name == name);
        let mut model = Self {
            means: [0.0; SIGNAL_COUNT],
            deviations: [1.0; SIGNAL_COUNT],
            weights: [0.0; SIGNAL_COUNT],
            bias: file.bias,
            trees: Vec::new(),
        };
        for SignalInFile { name, mean, deviation, weight } in &file.signals {
            if let Some(index) = index_of(name) {
                model.means[index] = *mean;
                model.deviations[index] = *deviation;
                model.weights[index] = *weight;
            }
        }
        for TreeInFile { signals: names, thresholds, corrections } in file.trees {
            let indices: Option<Vec<usize>> = names.iter().map(|name| index_of(name)).collect();
            if let Some(signals) = indices.and_then(|indices| indices.try_into().ok()) {
                model.trees.push(Tree { signals, thresholds, corrections });
            }
        }
        Ok(model)
    }
}
