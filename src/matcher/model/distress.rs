//! Recognises people in distress.
//!
//! Word rules found half of what people really write, and took idioms for distress. This learns from
//! examples: a linear classifier over words and pairs of words, as in [`super::ngrams`], that tells
//! messages in distress from harmless ones and from all questions of the FAQ.

use serde::{Deserialize, Serialize};

use super::classes::{Class, Classes};
use super::ngrams::feature_value;
use super::one_vs_rest::{Hyperplane, Labels, train};
use super::sparse::{Bags, SparseWeights};
use super::{Phrasings, random_key};
use crate::knowledge::Distress;
use crate::language::{Word, words};

/// What this says that it does, while it trains.
const WHAT: &str = "Learning to recognise distress";

/// A sentence of fewer words is not looked at by itself.
const MIN_SENTENCE: usize = 3;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct DistressModel {
    weights: SparseWeights,
    bias: f32,
}

impl DistressModel {
    /// `None` if there are no examples.
    pub fn learn(examples: &Distress, phrasings: &Phrasings<'_>) -> Option<Self> {
        if examples.messages.is_empty() {
            return None;
        }
        let in_distress = examples.messages.iter().map(|text| (text.as_str(), Some(0)));
        let harmless = examples.harmless.iter().map(String::as_str);
        let others = harmless.chain(phrasings.texts.iter().copied()).map(|text| (text, None));
        let (texts, labels): (Vec<&str>, Vec<Option<u32>>) = in_distress.chain(others).unzip();
        // As they were typed: the speller corrects towards the words of the FAQ, and these are not
        // about the FAQ.
        let words: Vec<Vec<Word>> = texts.iter().map(|text| words(text)).collect();
        let keys: Vec<u64> = texts.iter().map(|text| random_key(text)).collect();
        let bags = Bags::new(&words);
        let classes = Classes::of_entries(1);
        let labels = Labels { entries: &labels, classes: &classes, keys: &keys };
        let plane = |solution: super::one_vs_rest::Solution| solution.plane;
        let planes = train(WHAT, &bags, &labels, &[Class::WholeFaq], plane);
        let Hyperplane { weights, bias } = planes.into_iter().next()?;
        let weights: Vec<_> = weights.into_iter().map(|weight| vec![(0, weight)]).collect();
        Some(Self { weights: SparseWeights::new(bags.features, &weights), bias })
    }

    /// Whether somebody is in distress: by the whole text, or by one of its sentences, because a long
    /// story may say it in one.
    pub fn recognises(&self, text: &str) -> bool {
        let whole = words(text);
        if self.margin(&whole) > 0.0 {
            return true;
        }
        let mut sentences = text.split(['.', '!', '?', '\n', ';']);
        sentences.any(|sentence| {
            let is_part = sentence.len() + 1 < text.len();
            let words = if is_part { words(sentence) } else { Vec::new() };
            let is_long = words.len() >= MIN_SENTENCE && words.len() < whole.len();
            is_long && self.margin(&words) > 0.0
        })
    }

    fn margin(&self, words: &[Word]) -> f32 {
        let known = self.weights.known(words);
        let mut margin = [self.bias];
        self.weights.add(&known, feature_value(known.len()), &mut margin);
        margin[0]
    }
}
