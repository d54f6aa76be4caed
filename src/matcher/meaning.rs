//! How near a question lies to the entries in meaning, by the vector table.
//!
//! Several readings of the same directions: the nearest single phrasing of an entry, the middle of
//! its phrasings, a classifier trained on them, one trained on their topics, and one that tells
//! questions of this FAQ from questions that belong elsewhere.

use serde::{Deserialize, Serialize};

use super::classifier::{Examples, Plane, train};
use super::directions::{Direction, Directions};
use super::vectors::{VectorTable, dot, dots, scale_to_unit};
use crate::knowledge::Library;

/// Up to how many entries a classifier is trained: its cost grows with entries times phrasings.
/// Beyond, the middles decide.
const CLASSIFIED_ENTRIES: usize = 400;

/// How many entries are looked at phrasing by phrasing: so many that are best by words, and so many
/// that are best by their middles.
const LOOKED_AT: usize = 8;

/// Where everything that is asked lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Meaning {
    dims: usize,
    /// The phrasings of each entry.
    phrasings: Directions,
    /// The direction of the middle of each entry's phrasings.
    middles: Vec<f32>,
    /// Questions that belong elsewhere, in one group; none if none are known.
    elsewhere: Option<Directions>,
    /// None for a collection too large to learn from.
    planes: Option<MeaningPlanes>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct MeaningPlanes {
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
    /// Learns from the phrasings of the library. `topics` is the topic of each entry.
    pub fn learn(library: &Library, table: &VectorTable, topics: &[u32]) -> Self {
        let dims = table.dims();
        let (mut vectors, mut owners, mut starts, mut middles) =
            (Vec::new(), Vec::new(), vec![0], Vec::new());
        for (number, entry) in library.vetted().enumerate() {
            let mut middle = vec![0.0; dims];
            for text in entry.ways_of_asking() {
                let vector = table.embed(text);
                middle.iter_mut().zip(&vector).for_each(|(sum, number)| *sum += number);
                vectors.extend(vector);
                owners.push(number as u32);
            }
            starts.push(vectors.len());
            scale_to_unit(&mut middle);
            middles.extend(middle);
        }
        let elsewhere = library.elsewhere.iter().flat_map(|group| &group.questions);
        let elsewhere: Vec<f32> = elsewhere.flat_map(|question| table.embed(question)).collect();
        let groups = starts.windows(2).map(|ends| &vectors[ends[0]..ends[1]]);
        Self {
            dims,
            phrasings: Directions::new(dims, groups),
            middles,
            planes: (topics.len() <= CLASSIFIED_ENTRIES)
                .then(|| MeaningPlanes::learn(dims, vectors, &elsewhere, &owners, topics)),
            elsewhere: (!elsewhere.is_empty())
                .then(|| Directions::new(dims, [elsewhere.as_slice()])),
        }
    }

    /// How near a text lies to every entry.
    ///
    /// The nearest phrasing is only looked for among the entries with the best scores `by_words`
    /// and those whose middles are nearest; the others are given the cosine with their middle.
    pub fn nearness(&self, text: &str, table: &VectorTable, by_words: &[f32]) -> Nearness {
        let vector = table.embed(text);
        let rounded = Direction::new(&vector);
        let middle = dots(&self.middles, &vector);
        // The cosine with the nearest phrasing is never far above that with the middle of all.
        let mut phrasing = middle.clone();
        let mut promising = best_places(by_words, LOOKED_AT);
        promising.retain(|&entry| by_words[entry] > 0.0);
        promising.extend(best_places(&middle, LOOKED_AT));
        promising.sort_unstable();
        promising.dedup();
        for entry in promising {
            phrasing[entry] = self.phrasings.nearest(entry, &rounded);
        }
        let margins = self.planes.as_ref().map(|planes| MeaningMargins {
            entries: planes.entries.margins(&vector),
            topics: planes.topics.margins(&vector),
            ours: self.elsewhere.is_some().then(|| planes.ours.margins(&vector)[0]),
        });
        let elsewhere = self.elsewhere.as_ref().map(|elsewhere| elsewhere.nearest(0, &rounded));
        Nearness { phrasing, middle, margins, elsewhere }
    }
}

impl MeaningPlanes {
    fn learn(
        dims: usize,
        vectors: Vec<f32>,
        elsewhere: &[f32],
        owners: &[u32],
        topics: &[u32],
    ) -> Self {
        let topic_count = topics.iter().max().map_or(0, |&last| last as usize + 1);
        let of_topic = |topic, example: usize| topics[owners[example] as usize] as usize == topic;
        let mut examples = Vectors { dims, numbers: vectors };
        let entries = Planes::train(&examples, topics.len(), |entry, example| {
            owners[example] as usize == entry
        });
        let topics = Planes::train(&examples, topic_count, of_topic);
        examples.numbers.extend_from_slice(elsewhere);
        let ours = Planes::train(&examples, 1, |_, example| example < owners.len());
        Self { entries, topics, ours }
    }
}

impl Planes {
    fn train(
        examples: &Vectors,
        classes: usize,
        belongs: impl Fn(usize, usize) -> bool + Sync,
    ) -> Self {
        let planes = train(examples, classes, belongs, |plane| plane);
        let biases = planes.iter().map(|plane| plane.bias).collect();
        Self {
            weights: planes.into_iter().flat_map(|Plane { weights, .. }| weights).collect(),
            biases,
        }
    }

    fn margins(&self, vector: &[f32]) -> Vec<f32> {
        let mut margins = dots(&self.weights, vector);
        margins.iter_mut().zip(&self.biases).for_each(|(margin, bias)| *margin += bias);
        margins
    }
}

/// The places of the largest values, best first.
///
/// Equal values keep the order of their places, which is that of ids, so that the same question
/// always gets the same answer.
pub(super) fn best_places(values: &[f32], count: usize) -> Vec<usize> {
    let best_first = |a: &usize, b: &usize| values[*b].total_cmp(&values[*a]).then(a.cmp(b));
    let mut places: Vec<usize> = (0..values.len()).collect();
    if count < places.len() {
        places.select_nth_unstable_by(count, best_first);
        places.truncate(count);
    }
    places.sort_unstable_by(best_first);
    places
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

    fn dot(&self, example: usize, plane: &[f32]) -> f32 {
        dot(self.of(example), plane)
    }

    fn add(&self, example: usize, step: f32, plane: &mut [f32]) {
        plane
            .iter_mut()
            .zip(self.of(example))
            .for_each(|(weight, number)| *weight += step * number);
    }
}
