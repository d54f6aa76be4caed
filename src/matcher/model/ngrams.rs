//! A linear classifier over words and pairs of words.
//!
//! Its features are the stems of a text and the pairs of neighbouring stems. BM25 weighs a word by
//! its rarity; this weighs a word by the entry that it indicates. "it" and "over" are common words,
//! but "is it over" can only mean one thing.

use serde::{Deserialize, Serialize};

use super::classes::{Classes, Margins};
use super::one_vs_rest::{Examples, Hyperplane, train};
use super::quantised::{quantise, step_for};
use super::{Phrasings, fingerprint};
use crate::language::Word;

/// Weights nearer to zero than this are dropped: more than 95 % of them, without a measurable
/// effect.
const NEGLIGIBLE: f32 = 0.1;

/// The average number of phrasings per entry from which the n-grams have their full weight. With
/// fewer examples the classifier overfits; see `eval/README.md`.
const FULLY_TRUSTED: f32 = 40.0;

/// The classifier is trained if entries times examples is at most this: about two seconds on one
/// core.
const MAX_TRAINING_COST: usize = 20_000_000;

/// The weights of all classes, by feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::matcher) struct NgramModel {
    biases: Vec<f32>,
    /// The fingerprints of the known features, sorted.
    features: Vec<u64>,
    /// The offset of each feature's weights, and the total number of weights.
    starts: Vec<u32>,
    /// The class of each weight.
    classes: Vec<u16>,
    /// Quantised in steps of `step`.
    weights: Vec<i8>,
    step: f32,
    has_elsewhere: bool,
    trust: f32,
}

impl NgramModel {
    /// `None` if the FAQ is too large to train on.
    pub fn learn(phrasings: &Phrasings<'_>, classes: &Classes) -> Option<Self> {
        if classes.entries() * phrasings.words.len() > MAX_TRAINING_COST {
            return None;
        }
        let examples = Bags::new(&phrasings.words);
        let planes = train(&examples, &phrasings.entries, classes, |plane| Sparse::new(&plane));
        let of_entries = phrasings.of_entries;
        let average = of_entries as f32 / classes.entries().max(1) as f32;
        let mut by_feature: Vec<Vec<(u16, f32)>> = vec![Vec::new(); examples.features.len()];
        for (class, plane) in planes.iter().enumerate() {
            for &(feature, weight) in &plane.weights {
                by_feature[feature as usize].push((class as u16, weight));
            }
        }
        let step = step_for(by_feature.iter().flatten().map(|&(_, weight)| weight));
        let mut model = Self {
            biases: planes.iter().map(|plane| plane.bias).collect(),
            features: examples.features,
            starts: vec![0],
            classes: Vec::new(),
            weights: Vec::new(),
            step,
            has_elsewhere: phrasings.entries.len() > of_entries,
            trust: (average / FULLY_TRUSTED).min(1.0),
        };
        for weights in by_feature {
            model.classes.extend(weights.iter().map(|(class, _)| class));
            model.weights.extend(weights.iter().map(|&(_, weight)| quantise(weight, step)));
            model.starts.push(model.weights.len() as u32);
        }
        Some(model)
    }

    /// How much the n-grams count in the ranking, from 0 to 1; less with few phrasings per entry.
    pub fn trust(&self) -> f32 {
        self.trust
    }

    pub fn margins(&self, words: &[Word], classes: &Classes) -> Margins {
        let mut margins = self.biases.clone();
        let known = |feature: &u64| self.features.binary_search(feature).ok();
        let found: Vec<usize> = features(words).iter().filter_map(known).collect();
        let value = feature_value(found.len()) * self.step;
        for feature in found {
            let range = self.starts[feature] as usize..self.starts[feature + 1] as usize;
            let weights = self.classes[range.clone()].iter().zip(&self.weights[range]);
            for (&class, &weight) in weights {
                margins[class as usize] += value * f32::from(weight);
            }
        }
        classes.margins(margins, self.has_elsewhere)
    }
}

/// A hyperplane without its negligible weights.
struct Sparse {
    bias: f32,
    weights: Vec<(u32, f32)>,
}

impl Sparse {
    fn new(plane: &Hyperplane) -> Self {
        let weights = plane.weights.iter().enumerate();
        let weights = weights.filter(|(_, weight)| weight.abs() >= NEGLIGIBLE);
        let weights = weights.map(|(feature, &weight)| (feature as u32, weight)).collect();
        Self { bias: plane.bias, weights }
    }
}

/// Texts as bags of features. All features of a bag have the same value, and its length is 1.
struct Bags {
    features: Vec<u64>,
    /// The feature numbers of each bag, one bag after the other.
    numbers: Vec<u32>,
    starts: Vec<usize>,
}

impl Bags {
    fn new(texts: &[Vec<Word>]) -> Self {
        let bags: Vec<Vec<u64>> = texts.iter().map(|words| features(words)).collect();
        let mut known: Vec<u64> = bags.iter().flatten().copied().collect();
        known.sort_unstable();
        known.dedup();
        let number = |feature: &u64| {
            known.binary_search(feature).expect("every feature was just listed") as u32
        };
        let numbers = bags.iter().flatten().map(number).collect();
        let starts = std::iter::once(0).chain(bags.iter().scan(0, |end, bag| {
            *end += bag.len();
            Some(*end)
        }));
        Self { starts: starts.collect(), numbers, features: known }
    }

    fn of(&self, example: usize) -> &[u32] {
        &self.numbers[self.starts[example]..self.starts[example + 1]]
    }
}

impl Examples for Bags {
    fn count(&self) -> usize {
        self.starts.len() - 1
    }

    fn dims(&self) -> usize {
        self.features.len()
    }

    fn dot(&self, example: usize, weights: &[f32]) -> f32 {
        let bag = self.of(example);
        feature_value(bag.len()) * bag.iter().map(|&feature| weights[feature as usize]).sum::<f32>()
    }

    fn add(&self, example: usize, factor: f32, weights: &mut [f32]) {
        let bag = self.of(example);
        let factor = factor * feature_value(bag.len());
        bag.iter().for_each(|&feature| weights[feature as usize] += factor);
    }
}

/// The value of each feature in a vector of length 1 with this many equal features.
fn feature_value(features: usize) -> f32 {
    if features == 0 { 0.0 } else { 1.0 / (features as f32).sqrt() }
}

/// The fingerprints of the stems and of the pairs of neighbouring stems, sorted, without repeats.
fn features(words: &[Word]) -> Vec<u64> {
    let single = words.iter().map(|word| fingerprint([word.term.as_str()]));
    let pairs = words.windows(2);
    let pairs = pairs.map(|pair| fingerprint([pair[0].term.as_str(), pair[1].term.as_str()]));
    let mut features: Vec<u64> = single.chain(pairs).collect();
    features.sort_unstable();
    features.dedup();
    features
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::words;

    fn trained() -> (NgramModel, Classes) {
        let texts = ["is it over", "has it ended", "who sued", "who is suing", "what is a giraffe"];
        let entries = vec![Some(0), Some(0), Some(1), Some(1), None];
        let phrasings = Phrasings {
            texts: texts.to_vec(),
            words: texts.map(words).into(),
            entries,
            of_entries: 4,
        };
        let classes = Classes::of_entries(2);
        (NgramModel::learn(&phrasings, &classes).unwrap(), classes)
    }

    fn margins(text: &str) -> Margins {
        let (model, classes) = trained();
        model.margins(&words(text), &classes)
    }

    #[test]
    fn common_words_decide_together() {
        let margins = margins("so is it over?");
        assert!(margins.entries[0] > margins.entries[1]);
    }

    #[test]
    fn what_belongs_elsewhere_has_the_lower_margin() {
        let in_scope = |text| margins(text).in_scope.unwrap();
        assert!(in_scope("who sued") > in_scope("what is a giraffe"));
    }

    #[test]
    fn unknown_words_change_nothing() {
        assert_eq!(margins("xyzzy").entries, margins("").entries);
    }
}
