//! How near a question lies to the entries in meaning, by the vector table.
//!
//! Several readings of the same directions: the nearest single phrasing of an entry, the middle of its phrasings, a classifier
//! trained on them, one trained on their topics, and one that tells questions of this FAQ from questions that belong elsewhere.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::classifier::{Examples, Plane, train};
use super::vectors::{VectorTable, dot, scale_to_unit};
use crate::index::EntryNumber;
use crate::knowledge::Corpus;

/// Up to how many entries a classifier is trained: its cost grows with entries times phrasings. Beyond, the middles decide.
const CLASSIFIED_ENTRIES: usize = 400;

/// The directions of everything that is asked.
pub(super) struct Meaning {
    table: Arc<VectorTable>,
    phrasings: Phrasings,
    /// The direction of the middle of each entry's phrasings.
    middles: Vec<f32>,
    /// Questions that belong elsewhere.
    elsewhere: Vec<f32>,
}

/// What is trained while the index is built.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct MeaningPlanes {
    entries: Planes,
    topics: Planes,
    /// One plane: this FAQ on one side, elsewhere on the other.
    ours: Planes,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Planes {
    weights: Vec<f32>,
    biases: Vec<f32>,
}

/// The directions of all phrasings, those of an entry together, in order of number.
struct Phrasings {
    vectors: Vec<f32>,
    owners: Vec<u32>,
    /// Where the phrasings of each entry begin; one number more than there are entries.
    starts: Vec<usize>,
}

/// How near a text lies to every entry, by entry number.
pub(super) struct Nearness {
    /// The cosine with the nearest phrasing.
    pub phrasing: Vec<f32>,
    /// The cosine with the middle of the phrasings.
    pub middle: Vec<f32>,
    /// The margins of the classifiers, if there are some.
    pub margins: Option<MeaningMargins>,
    /// The cosine with the nearest question that belongs elsewhere, if any are known.
    pub elsewhere: Option<f32>,
}

/// How far a text lies on the side of each class.
pub(super) struct MeaningMargins {
    /// By entry number.
    pub entries: Vec<f32>,
    /// By topic number.
    pub topics: Vec<f32>,
    /// Of this FAQ; none if nothing is known of what lies elsewhere.
    pub ours: Option<f32>,
}

impl Meaning {
    /// Reads the phrasings of the corpus.
    pub fn new(corpus: &Corpus, table: Arc<VectorTable>) -> Self {
        let dims = table.dims();
        let mut phrasings = Phrasings { vectors: Vec::new(), owners: Vec::new(), starts: vec![0] };
        let mut middles = Vec::new();
        for (number, entry) in corpus.vetted().enumerate() {
            let mut middle = vec![0.0; dims];
            let texts = std::iter::once(&entry.question).chain(entry.phrasings.iter().map(|phrasing| &phrasing.value));
            for text in texts {
                let vector = table.embed(text);
                middle.iter_mut().zip(&vector).for_each(|(sum, number)| *sum += number);
                phrasings.vectors.extend(vector);
                phrasings.owners.push(number as u32);
            }
            phrasings.starts.push(phrasings.owners.len());
            scale_to_unit(&mut middle);
            middles.extend(middle);
        }
        let elsewhere = corpus.elsewhere.iter().flat_map(|group| &group.questions);
        let elsewhere: Vec<f32> = elsewhere.flat_map(|question| table.embed(question)).collect();
        Self { table, phrasings, middles, elsewhere }
    }

    /// Trains the classifiers; none for a collection too large to learn from.
    pub fn learn(&self, topics: &[u32]) -> Option<MeaningPlanes> {
        if topics.len() > CLASSIFIED_ENTRIES {
            return None;
        }
        let owners = &self.phrasings.owners;
        let ours = Directions { dims: self.table.dims(), vectors: &self.phrasings.vectors };
        let all = [self.phrasings.vectors.as_slice(), &self.elsewhere].concat();
        let all = Directions { dims: self.table.dims(), vectors: &all };
        let topic_count = topics.iter().max().map_or(0, |&last| last as usize + 1);
        let of_topic = |topic, example: usize| topics[owners[example] as usize] as usize == topic;
        Some(MeaningPlanes {
            entries: Planes::train(&ours, topics.len(), |entry, example| owners[example] as usize == entry),
            topics: Planes::train(&ours, topic_count, of_topic),
            ours: Planes::train(&all, 1, |_, example| example < owners.len()),
        })
    }

    /// How near a text lies to every entry.
    ///
    /// In a large collection the nearest phrasing is only looked for among the entries of `shortlist`; the others are given the cosine
    /// with their middle, which is never far below.
    pub fn nearness(&self, text: &str, planes: Option<&MeaningPlanes>, shortlist: &[EntryNumber]) -> Nearness {
        let vector = self.table.embed(text);
        let middle: Vec<f32> =
            self.middles.chunks_exact(self.table.dims()).map(|middle| dot(middle, &vector)).collect();
        let phrasing = if planes.is_some() {
            (0..middle.len()).map(|entry| self.nearest_phrasing(entry, &vector)).collect()
        } else {
            let mut phrasing = middle.clone();
            for number in shortlist {
                phrasing[number.0 as usize] = self.nearest_phrasing(number.0 as usize, &vector);
            }
            phrasing
        };
        let knows_elsewhere = !self.elsewhere.is_empty();
        let margins = planes.map(|planes| MeaningMargins {
            entries: planes.entries.margins(&vector),
            topics: planes.topics.margins(&vector),
            ours: knows_elsewhere.then(|| planes.ours.margins(&vector)[0]),
        });
        let elsewhere = knows_elsewhere.then(|| nearest(&self.elsewhere, &vector));
        Nearness { phrasing, middle, margins, elsewhere }
    }

    fn nearest_phrasing(&self, entry: usize, vector: &[f32]) -> f32 {
        let dims = self.table.dims();
        let range = self.phrasings.starts[entry] * dims..self.phrasings.starts[entry + 1] * dims;
        nearest(&self.phrasings.vectors[range], vector)
    }
}

impl Planes {
    fn train(examples: &Directions<'_>, classes: usize, belongs: impl Fn(usize, usize) -> bool + Sync) -> Self {
        let planes = train(examples, classes, belongs, |plane| plane);
        let biases = planes.iter().map(|plane| plane.bias).collect();
        Self { weights: planes.into_iter().flat_map(|Plane { weights, .. }| weights).collect(), biases }
    }

    fn margins(&self, vector: &[f32]) -> Vec<f32> {
        let planes = self.weights.chunks_exact(vector.len()).zip(&self.biases);
        planes.map(|(weights, bias)| dot(weights, vector) + bias).collect()
    }
}

/// Directions one after the other.
struct Directions<'a> {
    dims: usize,
    vectors: &'a [f32],
}

impl Directions<'_> {
    fn of(&self, example: usize) -> &[f32] {
        &self.vectors[example * self.dims..(example + 1) * self.dims]
    }
}

impl Examples for Directions<'_> {
    fn count(&self) -> usize {
        self.vectors.len() / self.dims
    }

    fn dims(&self) -> usize {
        self.dims
    }

    fn dot(&self, example: usize, plane: &[f32]) -> f32 {
        dot(self.of(example), plane)
    }

    fn add(&self, example: usize, step: f32, plane: &mut [f32]) {
        plane.iter_mut().zip(self.of(example)).for_each(|(weight, number)| *weight += step * number);
    }
}

/// The cosine with the nearest of some vectors of length 1, one after the other; −1 if there is none.
fn nearest(vectors: &[f32], vector: &[f32]) -> f32 {
    vectors.chunks_exact(vector.len()).map(|other| dot(other, vector)).fold(-1.0, f32::max)
}
