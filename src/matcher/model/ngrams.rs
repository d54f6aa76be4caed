//! A linear classifier over words and pairs of words.
//!
//! Its features are the stems of a text and the pairs of neighbouring stems. BM25 weighs a word by
//! its rarity; this weighs a word by the topic that it indicates. "it" and "over" are common words,
//! but "is it over" can only mean one thing.

use serde::{Deserialize, Serialize};

use super::Phrasings;
use super::classes::{Class, Classes};
use super::one_vs_rest::{Examples, Hyperplane, Labels, Solution, train};
use super::sparse::{Bags, SparseWeights};
use crate::language::Word;

/// What this says that it does, while it trains.
const WHAT: &str = "Learning the words of the FAQ";

/// Weights nearer to zero than this are dropped: more than 95 % of them, without a measurable
/// effect.
const NEGLIGIBLE: f32 = 0.1;

/// The classifier is trained if classes times examples is at most this: about two seconds on one
/// core.
const MAX_TRAINING_COST: usize = 20_000_000;

/// One class for each topic, then one for "is about this FAQ at all".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::matcher) struct NgramModel {
    biases: Vec<f32>,
    weights: SparseWeights,
    has_elsewhere: bool,
}

/// The margins of a text: 1 or more if it surely belongs to the class, -1 or less if it surely does
/// not.
#[derive(Debug, Clone, Default)]
pub(in crate::matcher) struct NgramMargins {
    /// The margin of each entry's topic, by entry number; empty if topics are not learned.
    pub topics: Vec<f32>,
    /// `None` without examples of questions that belong elsewhere.
    pub in_scope: Option<f32>,
}

/// A trained model, with all that is needed to leave an example out.
pub(super) struct NgramTraining {
    examples: Bags,
    wanted: Vec<Class>,
    solutions: Vec<Solution>,
    has_elsewhere: bool,
}

impl NgramModel {
    /// `None` if there is nothing to tell apart, or if the FAQ is too large to train on.
    pub fn learn(phrasings: &Phrasings<'_>, classes: &Classes) -> Option<Self> {
        let wanted = wanted(phrasings, classes)?;
        let examples = Bags::new(&phrasings.words);
        let labels = phrasings.labels(classes);
        let planes = train(WHAT, &examples, &labels, &wanted, |solution| {
            Sparse::new(&solution.plane, 0..examples.dims())
        });
        Some(Self::new(examples.features, &planes, phrasings.has_elsewhere()))
    }

    /// The weights of a plane have the numbers of `features`, which are sorted fingerprints.
    fn new(features: Vec<u64>, planes: &[Sparse], has_elsewhere: bool) -> Self {
        let mut by_feature: Vec<Vec<(u16, f32)>> = vec![Vec::new(); features.len()];
        for (class, plane) in planes.iter().enumerate() {
            for &(feature, weight) in &plane.weights {
                by_feature[feature as usize].push((class as u16, weight));
            }
        }
        Self {
            biases: planes.iter().map(|plane| plane.bias).collect(),
            weights: SparseWeights::new(features, &by_feature),
            has_elsewhere,
        }
    }

    pub fn margins(&self, words: &[Word], classes: &Classes) -> NgramMargins {
        let mut margins = self.biases.clone();
        let known = self.weights.known(words);
        self.weights.add(&known, feature_value(known.len()), &mut margins);
        let in_scope = margins.pop().filter(|_| self.has_elsewhere);
        NgramMargins { topics: classes.by_entry(&margins), in_scope }
    }
}

impl NgramTraining {
    /// `None` as for [`NgramModel::learn`].
    pub fn new(phrasings: &Phrasings<'_>, classes: &Classes) -> Option<Self> {
        let wanted = wanted(phrasings, classes)?;
        let examples = Bags::new(&phrasings.words);
        let labels = phrasings.labels(classes);
        let solutions = train(WHAT, &examples, &labels, &wanted, |solution| solution);
        Some(Self { examples, wanted, solutions, has_elsewhere: phrasings.has_elsewhere() })
    }

    /// The model without an example. It only knows the features of that example.
    pub fn without(&self, left_out: usize, labels: &Labels<'_>) -> NgramModel {
        // A feature that no other example has would not be known.
        let of_others = |feature: &&u32| self.examples.count_with(**feature) > 1;
        let features: Vec<u32> =
            self.examples.of(left_out).iter().filter(of_others).copied().collect();
        let planes = self.wanted.iter().zip(&self.solutions).map(|(&class, solution)| {
            let changed = solution.without(&self.examples, labels, class, left_out);
            let features = features.iter().map(|&feature| feature as usize);
            Sparse::new(changed.as_ref().unwrap_or(&solution.plane), features)
        });
        let planes: Vec<Sparse> = planes.collect();
        let fingerprints = features.iter().map(|&feature| self.examples.features[feature as usize]);
        NgramModel::new(fingerprints.collect(), &planes, self.has_elsewhere)
    }
}

/// The classes to learn. `None` if that is not possible.
fn wanted(phrasings: &Phrasings<'_>, classes: &Classes) -> Option<Vec<Class>> {
    let wanted: Vec<Class> = classes.all_topics().chain([Class::WholeFaq]).collect();
    let is_useful = phrasings.has_elsewhere() || classes.topics() > 0;
    let is_affordable = wanted.len() * phrasings.words.len() <= MAX_TRAINING_COST;
    (is_useful && is_affordable).then_some(wanted)
}

/// A hyperplane without its negligible weights, and only with those of certain features. These are
/// numbered in order.
struct Sparse {
    bias: f32,
    weights: Vec<(u32, f32)>,
}

impl Sparse {
    fn new(plane: &Hyperplane, features: impl Iterator<Item = usize>) -> Self {
        let weights = features.enumerate().map(|(number, at)| (number as u32, plane.weights[at]));
        let weights = weights.filter(|(_, weight)| weight.abs() >= NEGLIGIBLE).collect();
        Self { bias: plane.bias, weights }
    }
}

/// All features of a bag have the same value, and its length is 1.
impl Examples for Bags {
    fn count(&self) -> usize {
        Bags::count(self)
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
pub(super) fn feature_value(features: usize) -> f32 {
    if features == 0 { 0.0 } else { 1.0 / (features as f32).sqrt() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::words;

    /// Two topics, each with two entries, and a question that belongs elsewhere.
    fn margins(text: &str) -> NgramMargins {
        let texts = ["is it over", "has it ended", "who sued", "who is suing", "what is a giraffe"];
        let phrasings = Phrasings {
            texts: texts.to_vec(),
            words: texts.map(words).into(),
            entries: vec![Some(0), Some(1), Some(2), Some(3), None],
            keys: vec![3, 1, 4, 15, 9],
            of_entries: 4,
        };
        let classes = Classes::of_topics(&[0, 0, 1, 1]);
        NgramModel::learn(&phrasings, &classes).unwrap().margins(&words(text), &classes)
    }

    #[test]
    fn common_words_decide_together() {
        let topics = margins("so is it over?").topics;
        assert!(topics[0] > topics[2]);
    }

    #[test]
    fn what_belongs_elsewhere_has_the_lower_margin() {
        let in_scope = |text| margins(text).in_scope.unwrap();
        assert!(in_scope("who sued") > in_scope("what is a giraffe"));
    }

    #[test]
    fn unknown_words_change_nothing() {
        assert_eq!(margins("xyzzy").topics, margins("").topics);
    }
}
