//! Scores entries by the similarity of vectors.
//!
//! The vectors of all phrasings are used in three ways: the nearest phrasing of an entry, the
//! centroid of its phrasings, and a linear classifier.

use serde::{Deserialize, Serialize};

use super::Phrasings;
use super::classes::{Classes, Margins};
use super::one_vs_rest::{Examples, train};
use super::quantised::{QuantisedVector, QuantisedVectors};
use super::vector_table::{VectorTable, dot, dots, scale_to_unit};
use crate::matcher::rank::top_indices;

/// The classifier is trained if there are at most this many entries: its cost grows with entries
/// times phrasings. Larger FAQs use only the nearest phrasing and the centroid.
const MAX_CLASSIFIED_ENTRIES: usize = 400;

/// The nearest phrasing is searched for in this many of the best entries by BM25, and in as many
/// of the best by centroid.
const SEARCHED_ENTRIES: usize = 8;

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
    pub centroid: Vec<f32>,
    pub margins: Margins,
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

    /// `bm25` are the BM25 scores of all entries. They and the centroids choose the entries in
    /// which the nearest phrasing is searched for.
    pub fn similarities(
        &self,
        text: &str,
        table: &VectorTable,
        classes: &Classes,
        bm25: &[f32],
    ) -> Similarities {
        let vector = table.embed(text);
        let quantised = QuantisedVector::new(&vector);
        let centroid = dots(&self.centroids, &vector);
        // A cheap approximation for entries that are not searched.
        let mut nearest = centroid.clone();
        let mut promising = top_indices(bm25, SEARCHED_ENTRIES);
        promising.retain(|&entry| bm25[entry] > 0.0);
        promising.extend(top_indices(&centroid, SEARCHED_ENTRIES));
        promising.sort_unstable();
        promising.dedup();
        for entry in promising {
            nearest[entry] = self.phrasings.nearest(entry, &quantised);
        }
        let margins = self.classifier.as_ref();
        let margins = margins.map(|classifier| classes.margins(classifier.margins(&vector), false));
        let elsewhere = self.elsewhere.as_ref().map(|group| group.nearest(0, &quantised));
        Similarities { nearest, centroid, margins: margins.unwrap_or_default(), elsewhere }
    }
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
        let planes = train(vectors, entries, classes, |plane| plane);
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
