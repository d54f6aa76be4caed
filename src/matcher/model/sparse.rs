//! Weights of features for classes, of which most are zero.

use serde::{Deserialize, Serialize};

use super::fingerprint;
use super::quantised::{quantise, step_for};
use crate::language::{Word, features};

/// The weights of all classes, by feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SparseWeights {
    /// The fingerprints of the known features, sorted.
    features: Vec<u64>,
    /// The offset of each feature's weights, and the total number of weights.
    starts: Vec<u32>,
    /// The class of each weight.
    classes: Vec<u16>,
    /// Quantised in steps of `step`.
    weights: Vec<i8>,
    step: f32,
}

impl SparseWeights {
    /// `features` are sorted fingerprints. `by_feature` has the classes and weights of each.
    pub fn new(features: Vec<u64>, by_feature: &[Vec<(u16, f32)>]) -> Self {
        let step = step_for(by_feature.iter().flatten().map(|&(_, weight)| weight));
        let mut sparse =
            Self { features, starts: vec![0], classes: Vec::new(), weights: Vec::new(), step };
        for weights in by_feature {
            sparse.classes.extend(weights.iter().map(|(class, _)| class));
            sparse.weights.extend(weights.iter().map(|&(_, weight)| quantise(weight, step)));
            sparse.starts.push(sparse.weights.len() as u32);
        }
        sparse
    }

    /// The numbers of those features of a text that are known.
    pub fn known(&self, words: &[Word]) -> Vec<usize> {
        let known = |feature: &u64| self.features.binary_search(feature).ok();
        fingerprints(words).iter().filter_map(known).collect()
    }

    /// Adds the weights of some features, times a factor, to the scores of the classes.
    pub fn add(&self, features: &[usize], factor: f32, scores: &mut [f32]) {
        let factor = factor * self.step;
        for &feature in features {
            let range = self.starts[feature] as usize..self.starts[feature + 1] as usize;
            let weights = self.classes[range.clone()].iter().zip(&self.weights[range]);
            for (&class, &weight) in weights {
                scores[class as usize] += factor * f32::from(weight);
            }
        }
    }
}

/// The fingerprints of the features of a text, sorted.
fn fingerprints(words: &[Word]) -> Vec<u64> {
    let features = features(words);
    let mut fingerprints: Vec<u64> =
        features.iter().map(|feature| fingerprint([feature.as_str()])).collect();
    fingerprints.sort_unstable();
    fingerprints
}

/// Texts as bags of features.
pub(super) struct Bags {
    /// The fingerprints of all features, sorted.
    pub features: Vec<u64>,
    /// The feature numbers of each bag, one bag after the other.
    numbers: Vec<u32>,
    starts: Vec<usize>,
    /// How many bags have each feature.
    counts: Vec<u32>,
}

impl Bags {
    pub fn new(texts: &[Vec<Word>]) -> Self {
        let bags: Vec<Vec<u64>> = texts.iter().map(|words| fingerprints(words)).collect();
        let mut known: Vec<u64> = bags.iter().flatten().copied().collect();
        known.sort_unstable();
        known.dedup();
        let number = |feature: &u64| {
            known.binary_search(feature).expect("every feature was just listed") as u32
        };
        let numbers: Vec<u32> = bags.iter().flatten().map(number).collect();
        let mut counts = vec![0; known.len()];
        numbers.iter().for_each(|&number| counts[number as usize] += 1);
        let starts = std::iter::once(0).chain(bags.iter().scan(0, |end, bag| {
            *end += bag.len();
            Some(*end)
        }));
        Self { starts: starts.collect(), numbers, features: known, counts }
    }

    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// How many bags have a feature.
    pub fn count_with(&self, feature: u32) -> u32 {
        self.counts[feature as usize]
    }

    pub fn of(&self, example: usize) -> &[u32] {
        &self.numbers[self.starts[example]..self.starts[example + 1]]
    }
}
