//! Scores entries by the similarity of vectors.
//!
//! The vectors of all phrasings are used in four ways: the nearest phrasing of an entry, the density
//! of its phrasings, their centroid, and a linear classifier.

use serde::{Deserialize, Serialize};

use super::Phrasings;
use super::classes::{Class, Classes};
use super::one_vs_rest::{Examples, train};
use super::quantised::{QuantisedVector, QuantisedVectors};
use super::vector_table::{VectorTable, dot, dots, scale_to_unit};
use crate::matcher::rank::top_indices;

/// The classifier is trained if there are at most this many entries: its cost grows with entries
/// times phrasings. Larger FAQs use only the nearest phrasing and the centroid.
const MAX_CLASSIFIED_ENTRIES: usize = 400;

/// The phrasings of this many of the best entries by the words are compared one by one, and of as
/// many of the best by centroid.
const SEARCHED_ENTRIES: usize = 8;

/// How fast a phrasing counts less for the density as its cosine becomes smaller.
const SHARPNESS: f32 = 20.0;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::matcher) struct VectorModel {
    /// The phrasings of each entry.
    phrasings: QuantisedVectors,
    /// The normalised sum of each entry's phrasings.
    centroids: Vec<f32>,
    /// The questions that belong elsewhere, as one group; `None` if there are none.
    elsewhere: Option<QuantisedVectors>,
    /// `None` if the FAQ is too large to train on.
    classifier: Option<LinearClassifier>,
}

/// The hyperplanes of all classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct LinearClassifier {
    weights: Vec<f32>,
    biases: Vec<f32>,
}

/// The similarity of a text to every entry, by entry number.
pub(in crate::matcher) struct Similarities {
    /// The cosine with the nearest phrasing; if that was not searched for, with the centroid.
    pub nearest: Vec<f32>,
    /// The logarithm of the density of an entry's phrasings around the text, on the scale of a
    /// cosine: a soft maximum in which the number of phrasings does not count. If the phrasings
    /// were not compared, the cosine with the centroid.
    pub density: Vec<f32>,
    pub centroid: Vec<f32>,
    /// The margins of the classifier: 1 or more if the text surely belongs to the class, -1 or less
    /// if it surely does not. Empty if the FAQ is too large to train on.
    pub entries: Vec<f32>,
    /// The margin of each entry's topic; empty if topics are not learned.
    pub topics: Vec<f32>,
    /// The cosine with the nearest question that belongs elsewhere, if there are any.
    pub elsewhere: Option<f32>,
}

impl VectorModel {
    pub fn learn(phrasings: &Phrasings<'_>, classes: &Classes, table: &VectorTable) -> Self {
        let dims = table.dims();
        let embed = |texts: &[&str]| texts.iter().flat_map(|text| table.embed(text)).collect();
        let (ours, elsewhere) = phrasings.texts.split_at(phrasings.of_entries);
        let entries = &phrasings.entries[..phrasings.of_entries];
        let vectors = Vectors { dims, numbers: embed(ours) };
        // The phrasings of an entry are adjacent.
        let groups = entries.chunk_by(|a, b| a == b);
        let groups: Vec<&[f32]> = groups
            .scan(0, |start, group| {
                let range = *start..*start + group.len() * dims;
                *start = range.end;
                Some(&vectors.numbers[range])
            })
            .collect();
        let elsewhere: Vec<f32> = embed(elsewhere);
        Self {
            centroids: groups.iter().flat_map(|group| centroid(group, dims)).collect(),
            phrasings: QuantisedVectors::new(dims, groups),
            elsewhere: (!elsewhere.is_empty())
                .then(|| QuantisedVectors::new(dims, [elsewhere.as_slice()])),
            // Trained on the entries alone: the n-grams tell what is about this FAQ at all.
            classifier: (classes.entries() <= MAX_CLASSIFIED_ENTRIES)
                .then(|| LinearClassifier::train(&vectors, entries, classes)),
        }
    }

    /// `by_words` are scores of all entries. They and the centroids choose the entries whose
    /// phrasings are compared one by one.
    pub fn similarities(
        &self,
        text: &str,
        table: &VectorTable,
        classes: &Classes,
        by_words: &[f32],
    ) -> Similarities {
        let vector = table.embed(text);
        let quantised = QuantisedVector::new(&vector);
        let centroid = dots(&self.centroids, &vector);
        // A cheap approximation for the other entries.
        let (mut nearest, mut density) = (centroid.clone(), centroid.clone());
        let mut promising = top_indices(by_words, SEARCHED_ENTRIES);
        promising.extend(top_indices(&centroid, SEARCHED_ENTRIES));
        promising.sort_unstable();
        promising.dedup();
        for entry in promising {
            (nearest[entry], density[entry]) =
                nearest_and_density(self.phrasings.cosines(entry, &quantised));
        }
        let margins = self.classifier.as_ref().map(|classifier| classifier.margins(&vector));
        let mut entries = margins.unwrap_or_default();
        let topics = entries.split_off(classes.entries().min(entries.len()));
        let topics = if topics.is_empty() { topics } else { classes.by_entry(&topics) };
        let elsewhere = self.elsewhere.as_ref();
        let elsewhere = elsewhere.map(|group| group.cosines(0, &quantised).fold(-1.0, f32::max));
        Similarities { nearest, density, centroid, entries, topics, elsewhere }
    }
}

/// The largest of some cosines, and `ln(mean(exp(s · (cosine − 1)))) / s + 1` with the sharpness
/// `s`: the logarithm of a kernel density estimate.
fn nearest_and_density(cosines: impl Iterator<Item = f32>) -> (f32, f32) {
    let (mut nearest, mut sum, mut count) = (-1.0_f32, 0.0, 0.0);
    for cosine in cosines {
        nearest = nearest.max(cosine);
        sum += (SHARPNESS * (cosine - 1.0)).exp();
        count += 1.0;
    }
    (nearest, 1.0 + (sum / f32::max(count, 1.0)).ln() / SHARPNESS)
}

fn centroid(group: &[f32], dims: usize) -> Vec<f32> {
    let mut centroid = vec![0.0; dims];
    for vector in group.chunks_exact(dims) {
        centroid.iter_mut().zip(vector).for_each(|(sum, number)| *sum += number);
    }
    scale_to_unit(&mut centroid);
    centroid
}

impl LinearClassifier {
    fn train(vectors: &Vectors, entries: &[Option<u32>], classes: &Classes) -> Self {
        let wanted: Vec<Class> = classes.all_entries().chain(classes.all_topics()).collect();
        let planes = train(vectors, entries, classes, &wanted, |plane| plane);
        let biases = planes.iter().map(|plane| plane.bias).collect();
        Self { weights: planes.into_iter().flat_map(|plane| plane.weights).collect(), biases }
    }

    fn margins(&self, vector: &[f32]) -> Vec<f32> {
        let mut margins = dots(&self.weights, vector);
        margins.iter_mut().zip(&self.biases).for_each(|(margin, bias)| *margin += bias);
        margins
    }
}

/// Vectors of length 1, one after the other.
struct Vectors {
    dims: usize,
    numbers: Vec<f32>,
}

impl Vectors {
    fn of(&self, example: usize) -> &[f32] {
        &self.numbers[example * self.dims..(example + 1) * self.dims]
    }
}

impl Examples for Vectors {
    fn count(&self) -> usize {
        self.numbers.len() / self.dims
    }

    fn dims(&self) -> usize {
        self.dims
    }

    fn dot(&self, example: usize, weights: &[f32]) -> f32 {
        dot(self.of(example), weights)
    }

    fn add(&self, example: usize, factor: f32, weights: &mut [f32]) {
        let numbers = self.of(example);
        weights.iter_mut().zip(numbers).for_each(|(weight, number)| *weight += factor * number);
    }
}
