//! A probability from signals: a logistic regression, and small decision trees that correct it.
//!
//! The regression says what each signal means by itself. The trees say what it cannot: that a wide
//! lead means little where hardly a word is covered, or that a short question needs more than a
//! long one.

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::signals::{SIGNAL_COUNT, SIGNALS, SignalValues};

/// How many signals a tree looks at on the way to a correction.
const DEPTH: usize = 3;
/// The inner nodes and the leaves of a tree.
pub const SPLITS: usize = (1 << DEPTH) - 1;
const LEAVES: usize = 1 << DEPTH;

/// The probability is `1 / (1 + exp(-x))` with the log-odds
/// `x = bias + Σ weight · (signal − mean) / deviation + Σ correction`. A signal that was not
/// measured counts as its mean, and a tree that meets it adds nothing: what is true of an average
/// question may not be true in a FAQ about which less is known.
#[derive(Debug, Clone, PartialEq)]
pub struct BoostedLogistic {
    /// The mean and the standard deviation of each signal in the questions it was fitted on.
    pub means: [f32; SIGNAL_COUNT],
    pub deviations: [f32; SIGNAL_COUNT],
    pub weights: [f32; SIGNAL_COUNT],
    pub bias: f32,
    pub trees: Vec<Tree>,
}

/// A decision tree. Nodes are numbered from the root, level by level; from node `n` a signal up to
/// the threshold leads to node `2n + 1`, and one above it to `2n + 2`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tree {
    /// The place of the signal that each node looks at.
    pub signals: [usize; SPLITS],
    /// Infinite where a node splits nothing.
    pub thresholds: [f32; SPLITS],
    /// What each leaf adds to the log-odds.
    pub corrections: [f32; LEAVES],
}

impl BoostedLogistic {
    pub fn probability(&self, signals: &SignalValues) -> f32 {
        1.0 / (1.0 + (-self.log_odds(signals)).exp())
    }

    pub fn log_odds(&self, signals: &SignalValues) -> f32 {
        let z_scores = signals.0.iter().zip(&self.means).zip(&self.deviations);
        let z_scores = z_scores.map(|((signal, mean), deviation)| (signal - mean) / deviation);
        let weighted = z_scores.zip(&self.weights);
        let weighted = weighted.map(|(z, weight)| if z.is_nan() { 0.0 } else { weight * z });
        let corrections = self.trees.iter().map(|tree| tree.correction(signals));
        self.bias + weighted.sum::<f32>() + corrections.sum::<f32>()
    }
}

impl Tree {
    /// What it adds to the log-odds.
    pub fn correction(&self, signals: &SignalValues) -> f32 {
        let mut node = 0;
        while node < SPLITS {
            let signal = signals.0[self.signals[node]];
            if signal.is_nan() {
                return 0.0;
            }
            node = 2 * node + 1 + usize::from(signal > self.thresholds[node]);
        }
        self.corrections[node - SPLITS]
    }
}

/// A model as it stands in its file: signals by name, so that a row can be added to the table or
/// taken out of it without anything else changing its meaning.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    bias: f32,
    signals: Vec<WrittenSignal>,
    trees: Vec<WrittenTree>,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenSignal {
    name: String,
    mean: f32,
    deviation: f32,
    weight: f32,
}

#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTree {
    signals: [String; SPLITS],
    thresholds: [f32; SPLITS],
    corrections: [f32; LEAVES],
}

impl Serialize for BoostedLogistic {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = |place: usize| SIGNALS[place].name.to_owned();
        let signals = (0..SIGNAL_COUNT).map(|place| WrittenSignal {
            name: name(place),
            mean: self.means[place],
            deviation: self.deviations[place],
            weight: self.weights[place],
        });
        let trees = self.trees.iter().map(|tree| WrittenTree {
            signals: tree.signals.map(name),
            thresholds: tree.thresholds,
            corrections: tree.corrections,
        });
        let (signals, trees) = (signals.collect(), trees.collect());
        Written { bias: self.bias, signals, trees }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for BoostedLogistic {
    /// A signal that the table no longer has is left out, and so are the trees that look at it: the
    /// program must still run so that the calibration can be derived again.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let place = |name: &str| SIGNALS.iter().position(|signal| signal.name == name);
        let mut model = Self {
            means: [0.0; SIGNAL_COUNT],
            deviations: [1.0; SIGNAL_COUNT],
            weights: [0.0; SIGNAL_COUNT],
            bias: written.bias,
            trees: Vec::new(),
        };
        for WrittenSignal { name, mean, deviation, weight } in &written.signals {
            if let Some(place) = place(name) {
                model.means[place] = *mean;
                model.deviations[place] = *deviation;
                model.weights[place] = *weight;
            }
        }
        for WrittenTree { signals: names, thresholds, corrections } in written.trees {
            let places: Option<Vec<usize>> = names.iter().map(|name| place(name)).collect();
            if let Some(signals) = places.and_then(|places| places.try_into().ok()) {
                model.trees.push(Tree { signals, thresholds, corrections });
            }
        }
        Ok(model)
    }
}
