//! What the words of a question and their pairs say about where it belongs.
//!
//! A linear classifier over all the words (stems) of a question and all pairs of neighbouring
//! words, trained on the phrasings while the index is built: for each entry, for each topic, and
//! for this FAQ as a whole against what lies elsewhere. Where Tantivy asks how rare a word is, this
//! asks which answer it speaks for: "it" and "over" are anything but rare, and yet "is it over" can
//! only mean one thing.

use serde::{Deserialize, Serialize};

use super::classifier::{Examples, Plane, train};
use super::fingerprint::fingerprint;
use super::steps::{in_steps, step_for};
use crate::language::Word;

/// Weights nearer to zero than this are dropped: they are more than nineteen of twenty and change
/// nothing that can be measured.
const NEGLIGIBLE: f32 = 0.1;

/// From how many phrasings an entry has on the average the wording is fully trusted. With few
/// examples a classifier of words partly learns accidents: on two of three collections with ten or
/// fewer it lowered what it raised on ours with fifty; see `eval/README.md`.
const FULLY_TRUSTED: f32 = 40.0;

/// How much entries times examples may be for a classifier to be trained: about two seconds on one
/// core.
const AFFORDABLE: usize = 20_000_000;

/// The planes of all classes: entries first, then topics, then this FAQ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Wording {
    entries: usize,
    biases: Vec<f32>,
    /// The fingerprints of the known words and pairs, in order.
    features: Vec<u64>,
    /// Where the weights of each feature begin; one number more than there are features.
    starts: Vec<u32>,
    /// For each weight, the class that it speaks for, and the weight in steps.
    classes: Vec<u16>,
    weights: Vec<i8>,
    /// What a step is worth.
    step: f32,
    knows_elsewhere: bool,
    trust: f32,
}

/// How far a question lies on the side of each class.
pub(super) struct WordMargins {
    /// By entry number.
    pub entries: Vec<f32>,
    /// By topic number.
    pub topics: Vec<f32>,
    /// Of this FAQ; none if nothing is known of what lies elsewhere.
    pub ours: Option<f32>,
}

/// The phrasings to learn from.
pub(super) struct Lessons<'a> {
    /// The phrasings, read: those of this FAQ first, then those that belong elsewhere.
    pub read: &'a [Vec<Word>],
    /// The entry of each phrasing of this FAQ.
    pub owners: &'a [u32],
    /// The topic of each entry.
    pub topics: &'a [u32],
}

impl Wording {
    /// Learns from the phrasings; none if there are too many.
    pub fn learn(lessons: &Lessons<'_>) -> Option<Self> {
        let Lessons { read, owners, topics } = lessons;
        let entries = topics.len();
        if entries * read.len() > AFFORDABLE {
            return None;
        }
        let examples = Bags::new(read);
        let topic_count = topics.iter().max().map_or(0, |&last| last as usize + 1);
        let belongs = |class: usize, example: usize| match owners.get(example) {
            None => false,
            Some(&owner) if class < entries => owner as usize == class,
            Some(&owner) if class < entries + topic_count => {
                topics[owner as usize] as usize == class - entries
            }
            Some(_) => true,
        };
        let planes =
            train(&examples, entries + topic_count + 1, belongs, |plane| Sparse::new(&plane));
        let trust = (owners.len() as f32 / entries.max(1) as f32 / FULLY_TRUSTED).min(1.0);
        let wording = Self::from_planes(entries, examples.features, &planes);
        Some(Self { knows_elsewhere: read.len() > owners.len(), trust, ..wording })
    }

    fn from_planes(entries: usize, features: Vec<u64>, planes: &[Sparse]) -> Self {
        let mut by_feature: Vec<Vec<(u16, f32)>> = vec![Vec::new(); features.len()];
        for (class, plane) in planes.iter().enumerate() {
            plane.weights.iter().for_each(|&(feature, weight)| {
                by_feature[feature as usize].push((class as u16, weight))
            });
        }
        let step =
            step_for(planes.iter().flat_map(|plane| &plane.weights).map(|&(_, weight)| weight));
        let mut wording = Self {
            entries,
            biases: planes.iter().map(|plane| plane.bias).collect(),
            features,
            starts: vec![0],
            classes: Vec::new(),
            weights: Vec::new(),
            step,
            knows_elsewhere: false,
            trust: 0.0,
        };
        for weights in by_feature {
            wording.classes.extend(weights.iter().map(|(class, _)| class));
            wording.weights.extend(weights.iter().map(|&(_, weight)| in_steps(weight, step)));
            wording.starts.push(wording.weights.len() as u32);
        }
        wording
    }

    /// How far it can be trusted, from 0 to 1, by the number of phrasings that it has seen.
    pub fn trust(&self) -> f32 {
        self.trust
    }

    /// How far a question lies on the side of each class.
    pub fn margins(&self, words: &[Word]) -> WordMargins {
        let mut margins = self.biases.clone();
        let found: Vec<usize> =
            features(words).iter().filter_map(|f| self.features.binary_search(f).ok()).collect();
        let value = share(found.len()) * self.step;
        for feature in found {
            let range = self.starts[feature] as usize..self.starts[feature + 1] as usize;
            let speaking = self.classes[range.clone()].iter().zip(&self.weights[range]);
            speaking
                .for_each(|(&class, &weight)| margins[class as usize] += value * f32::from(weight));
        }
        let ours = margins.pop().filter(|_| self.knows_elsewhere);
        let topics = margins.split_off(self.entries);
        WordMargins { entries: margins, topics, ours }
    }
}

/// A plane without its negligible weights.
struct Sparse {
    bias: f32,
    weights: Vec<(u32, f32)>,
}

impl Sparse {
    fn new(plane: &Plane) -> Self {
        let weights =
            plane.weights.iter().enumerate().filter(|(_, weight)| weight.abs() >= NEGLIGIBLE);
        Self {
            bias: plane.bias,
            weights: weights.map(|(feature, &weight)| (feature as u32, weight)).collect(),
        }
    }
}

/// Texts as the features that occur in them, each with the same share of a vector of length 1.
struct Bags {
    features: Vec<u64>,
    numbers: Vec<u32>,
    starts: Vec<usize>,
}

impl Bags {
    fn new(read: &[Vec<Word>]) -> Self {
        let bags: Vec<Vec<u64>> = read.iter().map(|words| features(words)).collect();
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

    fn dot(&self, example: usize, plane: &[f32]) -> f32 {
        let bag = self.of(example);
        share(bag.len()) * bag.iter().map(|&feature| plane[feature as usize]).sum::<f32>()
    }

    fn add(&self, example: usize, step: f32, plane: &mut [f32]) {
        let bag = self.of(example);
        let step = step * share(bag.len());
        bag.iter().for_each(|&feature| plane[feature as usize] += step);
    }
}

/// What each of so many features contributes to a vector of length 1.
fn share(features: usize) -> f32 {
    if features == 0 { 0.0 } else { 1.0 / (features as f32).sqrt() }
}

/// The fingerprints of the words and of the pairs of neighbouring words, in order, each once.
fn features(words: &[Word]) -> Vec<u64> {
    let single = words.iter().map(|word| fingerprint([word.term.as_str()]));
    let pairs =
        words.windows(2).map(|pair| fingerprint([pair[0].term.as_str(), pair[1].term.as_str()]));
    let mut features: Vec<u64> = single.chain(pairs).collect();
    features.sort_unstable();
    features.dedup();
    features
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::words;

    fn learnt() -> Wording {
        let read: Vec<Vec<Word>> =
            ["is it over", "has it ended", "who sued", "who is suing", "how tall is a giraffe"]
                .map(words)
                .to_vec();
        let topics = [0, 1];
        Wording::learn(&Lessons { read: &read, owners: &[0, 0, 1, 1], topics: &topics }).unwrap()
    }

    #[test]
    fn words_that_are_anything_but_rare_speak_together() {
        let margins = learnt().margins(&words("so is it over?"));
        assert!(margins.entries[0] > margins.entries[1]);
        assert!(margins.topics[0] > margins.topics[1]);
    }

    #[test]
    fn what_lies_elsewhere_is_told_apart() {
        let ours = |text| learnt().margins(&words(text)).ours.unwrap();
        assert!(ours("who sued") > ours("how tall is it"));
    }

    #[test]
    fn a_question_without_known_words_speaks_for_nothing() {
        let learnt = learnt();
        assert_eq!(learnt.margins(&words("xyzzy")).entries, learnt.margins(&[]).entries);
    }
}
