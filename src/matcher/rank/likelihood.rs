//! How likely an entry is to be asked about in the words of a question.
//!
//! Each entry is a language model of its phrasings, over stems and pairs of neighbouring stems,
//! smoothed with a background by a Dirichlet prior (Zhai and Lafferty, *A Study of Smoothing
//! Methods for Language Models Applied to Ad Hoc Information Retrieval*, SIGIR 2001). The score is
//! the logarithm of `p(question | entry) / p(question | background)`. An entry has no prior, so it
//! does not lose because its neighbours have more phrasings.

use crate::index::{EntryNumber, IndexError, Searcher};
use crate::language::features;
use crate::matcher::model::Classes;
use crate::matcher::question::ParsedText;

/// The weight of the background, in features. From 10 to 200 the ranking hardly changed.
const PRIOR: f32 = 50.0;

/// The scores of a text, by entry number.
pub struct Likelihoods {
    pub entries: Vec<f32>,
    /// The score of each entry's topic; empty if every entry has a topic of its own.
    pub topics: Vec<f32>,
}

pub fn scores(
    searcher: &Searcher,
    classes: &Classes,
    text: &ParsedText,
) -> Result<Likelihoods, IndexError> {
    let lengths = searcher.lengths();
    let mut topic_lengths = vec![0.0; classes.topics()];
    for (entry, length) in lengths.iter().enumerate() {
        if let Some(topic) = classes.topic_of(entry) {
            topic_lengths[topic] += length;
        }
    }
    let mut entries = vec![LogSum::default(); lengths.len()];
    let mut topics = vec![LogSum::default(); classes.topics()];
    let mut known = 0.0;
    let mut counts: Vec<(usize, f32)> = Vec::new();
    for feature in features(&text.words) {
        counts.clear();
        searcher.visit_feature(&feature, |EntryNumber(entry), count| {
            counts.push((entry as usize, count as f32));
        })?;
        if counts.is_empty() {
            continue;
        }
        known += 1.0;
        // Every entry counts the same in the background, however many phrasings it has.
        let shares = counts.iter().map(|&(entry, count)| count / lengths[entry]);
        let expected = PRIOR * shares.sum::<f32>() / lengths.len() as f32;
        let mut of_topics = vec![0.0; classes.topics()];
        for &(entry, count) in &counts {
            entries[entry].add_ln_1p(count / expected);
            if let Some(topic) = classes.topic_of(entry) {
                of_topics[topic] += count;
            }
        }
        for (score, count) in topics.iter_mut().zip(of_topics).filter(|(_, count)| *count > 0.0) {
            score.add_ln_1p(count / expected);
        }
    }
    let shortened = |scores: Vec<LogSum>, lengths: &[f32]| -> Vec<f32> {
        let prior = |length: &f32| known * (PRIOR / (length + PRIOR)).ln();
        scores.iter().zip(lengths).map(|(score, length)| score.total() + prior(length)).collect()
    };
    let topics = shortened(topics, &topic_lengths);
    Ok(Likelihoods { entries: shortened(entries, lengths), topics: classes.by_entry(&topics) })
}

/// A sum of logarithms, kept as the product of what they are of: one logarithm in the end is much
/// faster than one for each summand.
#[derive(Debug, Clone, Copy)]
struct LogSum {
    sum: f64,
    product: f64,
}

/// Far below the largest number, so that no product overflows.
const LARGE: f64 = 1e200;

impl Default for LogSum {
    fn default() -> Self {
        Self { sum: 0.0, product: 1.0 }
    }
}

impl LogSum {
    /// Adds `ln(1 + x)`; `x` is not negative.
    fn add_ln_1p(&mut self, x: f32) {
        self.product *= 1.0 + f64::from(x);
        if self.product > LARGE {
            self.sum += self.product.ln();
            self.product = 1.0;
        }
    }

    fn total(self) -> f32 {
        (self.sum + self.product.ln()) as f32
    }
}
