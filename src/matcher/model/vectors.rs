//! Scores entries by the similarity of vectors.
//!
//! The vectors of all phrasings are used in four ways: the nearest phrasing of an entry, the density
//! of its phrasings, their centroid, and a linear classifier.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Phrasings;
use super::classes::{Class, Classes};
use super::one_vs_rest::{Examples, Hyperplane, Labels, Solution, train};
use super::quantised::{QuantisedVector, QuantisedVectors};
use super::vector_table::{VectorTable, dot, dots, scale_to_unit};
use crate::matcher::rank::top_indices;

/// What this says that it does, while it trains.
const WHAT: &str = "Learning what the words mean";

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

/// A trained model, with all that is needed to leave a phrasing out.
pub(super) struct VectorTraining {
    model: VectorModel,
    /// The phrasings of entries.
    vectors: Vectors,
    /// Empty if the FAQ is too large to train on.
    wanted: Vec<Class>,
    solutions: Vec<Solution>,
}

impl VectorModel {
    pub fn learn(phrasings: &Phrasings<'_>, classes: &Classes, table: &VectorTable) -> Self {
        let vectors = Vectors::of_entries(phrasings, table);
        let mut model = Self::untrained(phrasings, &vectors, table);
        let wanted = wanted(classes);
        if !wanted.is_empty() {
            let labels = phrasings.labels_of_entries(classes);
            let planes = train(WHAT, &vectors, &labels, &wanted, |solution| solution.plane);
            model.classifier = Some(LinearClassifier::new(planes));
        }
        model
    }

    /// The model without its classifier.
    fn untrained(phrasings: &Phrasings<'_>, vectors: &Vectors, table: &VectorTable) -> Self {
        let dims = table.dims();
        let entries = &phrasings.entries[..phrasings.of_entries];
        // The phrasings of an entry are adjacent.
        let groups = entries.chunk_by(|a, b| a == b);
        let groups: Vec<&[f32]> = groups
            .scan(0, |start, group| {
                let range = *start..*start + group.len() * dims;
                *start = range.end;
                Some(&vectors.numbers[range])
            })
            .collect();
        let elsewhere = &phrasings.texts[phrasings.of_entries..];
        let elsewhere: Vec<f32> =
            elsewhere.par_iter().flat_map_iter(|text| table.embed(text)).collect();
        Self {
            centroids: groups.iter().flat_map(|group| centroid(group, dims)).collect(),
            phrasings: QuantisedVectors::new(dims, groups),
            elsewhere: (!elsewhere.is_empty())
                .then(|| QuantisedVectors::new(dims, [elsewhere.as_slice()])),
            classifier: None,
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
        let elsewhere = self.nearest_of_elsewhere(&quantised).map(|(_, cosine)| cosine);
        Similarities { nearest, density, centroid, entries, topics, elsewhere }
    }

    /// The question of elsewhere that is nearest to a text: its number and its cosine.
    pub fn nearest_elsewhere(&self, text: &str, table: &VectorTable) -> Option<(usize, f32)> {
        self.nearest_of_elsewhere(&QuantisedVector::new(&table.embed(text)))
    }

    fn nearest_of_elsewhere(&self, vector: &QuantisedVector) -> Option<(usize, f32)> {
        let cosines = self.elsewhere.as_ref()?.cosines(0, vector).into_iter().enumerate();
        cosines.max_by(|(_, a), (_, b)| a.total_cmp(b))
    }
}

impl VectorTraining {
    pub fn new(phrasings: &Phrasings<'_>, classes: &Classes, table: &VectorTable) -> Self {
        let vectors = Vectors::of_entries(phrasings, table);
        let mut model = VectorModel::untrained(phrasings, &vectors, table);
        let wanted = wanted(classes);
        let labels = phrasings.labels_of_entries(classes);
        let solutions = train(WHAT, &vectors, &labels, &wanted, |solution| solution);
        if !solutions.is_empty() {
            let planes = solutions.iter().map(|solution| solution.plane.clone());
            model.classifier = Some(LinearClassifier::new(planes));
        }
        Self { model, vectors, wanted, solutions }
    }

    /// The model without a phrasing.
    ///
    /// # Panics
    /// If the entry of the phrasing has no other, not even a heading.
    pub fn without(&self, left_out: usize, labels: &Labels<'_>) -> VectorModel {
        let entries = labels.entries;
        let dims = self.vectors.dims;
        let entry = entries[left_out].expect("only phrasings of entries are left out") as usize;
        let is_other = |&other: &usize| other != left_out && entries[other] == entries[left_out];
        let others = (0..self.vectors.count()).filter(is_other);
        let others: Vec<f32> = others.flat_map(|other| self.vectors.of(other)).copied().collect();
        let mut model = self.model.clone();
        model.phrasings.remove(left_out);
        model.centroids[entry * dims..(entry + 1) * dims].copy_from_slice(&centroid(&others, dims));
        for (number, (&class, solution)) in self.wanted.iter().zip(&self.solutions).enumerate() {
            let changed = solution.without(&self.vectors, labels, class, left_out);
            if let Some((plane, classifier)) = changed.zip(model.classifier.as_mut()) {
                classifier.replace(number, &plane);
            }
        }
        model
    }
}

/// The classes to learn; none if the FAQ is too large. The classifier is trained on the phrasings
/// of entries alone: the n-grams tell what is about this FAQ at all.
fn wanted(classes: &Classes) -> Vec<Class> {
    if classes.entries() > MAX_CLASSIFIED_ENTRIES {
        return Vec::new();
    }
    classes.all_entries().chain(classes.all_topics()).collect()
}

/// The largest of some cosines, and `ln(mean(exp(s · (cosine − 1)))) / s + 1` with the sharpness
/// `s`: the logarithm of a kernel density estimate.
fn nearest_and_density(cosines: Vec<f32>) -> (f32, f32) {
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
    fn new(planes: impl IntoIterator<Item = Hyperplane>) -> Self {
        let (mut weights, mut biases) = (Vec::new(), Vec::new());
        for plane in planes {
            weights.extend(plane.weights);
            biases.push(plane.bias);
        }
        Self { weights, biases }
    }

    fn replace(&mut self, number: usize, plane: &Hyperplane) {
        let dims = plane.weights.len();
        self.weights[number * dims..(number + 1) * dims].copy_from_slice(&plane.weights);
        self.biases[number] = plane.bias;
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
    fn of_entries(phrasings: &Phrasings<'_>, table: &VectorTable) -> Self {
        let texts = &phrasings.texts[..phrasings.of_entries];
        let numbers = texts.par_iter().flat_map_iter(|text| table.embed(text)).collect();
        Self { dims: table.dims(), numbers }
    }

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
