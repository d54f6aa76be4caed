//! The second opinion: how near a question lies to each entry in meaning, beside Tantivy's scores and never in their place.
//!
//! Several readings of the same directions: the nearest single phrasing of an entry, the middle of its phrasings, a classifier
//! trained on them, one trained on their topics, and one that tells questions of this FAQ from questions that belong elsewhere. Without a vector table there is no second opinion, and the bot works on words alone.

use std::sync::Arc;

use super::classifier::Classifier;
use super::vectors::{VectorTable, dot, scale_to_unit};
use crate::index::EntryNumber;
use crate::knowledge::{Corpus, TopicId};

/// Up to how many entries a classifier is trained: its cost grows with entries times phrasings. Beyond, the middles decide.
const CLASSIFIED_ENTRIES: usize = 400;

/// What the second opinion knows.
pub(super) struct Opinion {
    table: Arc<VectorTable>,
    /// The directions of all phrasings, those of an entry together, in order of number.
    phrasings: Phrasings,
    /// The direction of the middle of each entry's phrasings.
    middles: Vec<f32>,
    learnt: Option<Learnt>,
    /// Questions that belong elsewhere.
    elsewhere: Vec<f32>,
    /// The topic of each entry, numbered in order of first occurrence.
    topics: Vec<u32>,
}

/// What is trained while the index is built.
struct Learnt {
    entries: Classifier,
    topics: Classifier,
    /// One plane: this FAQ on one side, elsewhere on the other.
    ours: Classifier,
}

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
    /// The margin of the classifier of entries; for want of one, the cosine with the middle.
    pub margin: Vec<f32>,
    /// The margin of each entry's topic; none where every entry is a topic of its own.
    pub topic_margin: Option<Vec<f32>>,
    /// How far the text lies on the side of this FAQ; none if nothing is known of what lies elsewhere.
    pub ours: Option<f32>,
    /// The cosine with the nearest question that belongs elsewhere.
    pub elsewhere: Option<f32>,
}

impl Opinion {
    /// Reads the phrasings of the corpus. `stored` is a classifier trained earlier on the same content with the same table.
    pub fn new(corpus: &Corpus, table: Arc<VectorTable>, stored: Option<&[u8]>) -> Self {
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
        let topics = topic_numbers(corpus);
        let learnt = (topics.len() <= CLASSIFIED_ENTRIES).then(|| {
            let stored = stored.and_then(|bytes| Learnt::from_bytes(bytes, dims, &topics));
            stored.unwrap_or_else(|| Learnt::train(dims, &phrasings, &topics, &elsewhere))
        });
        Self { table, phrasings, middles, learnt, elsewhere, topics }
    }

    /// What was learnt as bytes, to be kept beside the index; none for a collection too large to learn from.
    pub fn learnt_bytes(&self) -> Option<Vec<u8>> {
        self.learnt.as_ref().map(Learnt::to_bytes)
    }

    /// How near a text lies to every entry.
    ///
    /// In a large collection the nearest phrasing is only looked for among the entries of `shortlist`; the others are given the cosine
    /// with their middle, which is never far below.
    pub fn nearness(&self, text: &str, shortlist: &[EntryNumber]) -> Nearness {
        let vector = self.table.embed(text);
        let dims = self.table.dims();
        let middle: Vec<f32> = self.middles.chunks_exact(dims).map(|middle| dot(middle, &vector)).collect();
        let Some(learnt) = &self.learnt else {
            let mut phrasing = middle.clone();
            for number in shortlist {
                phrasing[number.0 as usize] = self.nearest_phrasing(number.0 as usize, &vector);
            }
            let margin = middle.clone();
            return Nearness { phrasing, middle, margin, topic_margin: None, ours: None, elsewhere: None };
        };
        let of_topics = learnt.topics.margins(&vector);
        let has_topics = of_topics.len() < self.topics.len();
        let knows_elsewhere = !self.elsewhere.is_empty();
        Nearness {
            phrasing: (0..middle.len()).map(|entry| self.nearest_phrasing(entry, &vector)).collect(),
            middle,
            margin: learnt.entries.margins(&vector),
            topic_margin: has_topics.then(|| self.topics.iter().map(|&topic| of_topics[topic as usize]).collect()),
            ours: knows_elsewhere.then(|| learnt.ours.margins(&vector)[0]),
            elsewhere: knows_elsewhere.then(|| nearest(&self.elsewhere, &vector)),
        }
    }

    fn nearest_phrasing(&self, entry: usize, vector: &[f32]) -> f32 {
        let dims = self.table.dims();
        nearest(
            &self.phrasings.vectors[self.phrasings.starts[entry] * dims..self.phrasings.starts[entry + 1] * dims],
            vector,
        )
    }
}

impl Learnt {
    fn train(dims: usize, phrasings: &Phrasings, topics: &[u32], elsewhere: &[f32]) -> Self {
        let Phrasings { vectors, owners, .. } = phrasings;
        let owning_topics: Vec<u32> = owners.iter().map(|&owner| topics[owner as usize]).collect();
        let all = [vectors.as_slice(), elsewhere].concat();
        let sides: Vec<u32> = (0..all.len() / dims).map(|example| u32::from(example >= owners.len())).collect();
        Self {
            entries: Classifier::train(dims, vectors, owners, topics.len()),
            topics: Classifier::train(dims, vectors, &owning_topics, topic_count(topics)),
            ours: Classifier::train(dims, &all, &sides, 1),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        [&self.entries, &self.topics, &self.ours].map(Classifier::to_bytes).concat()
    }

    fn from_bytes(bytes: &[u8], dims: usize, topics: &[u32]) -> Option<Self> {
        let (entries, rest) = bytes.split_at_checked(Classifier::byte_count(dims, topics.len()))?;
        let (by_topic, ours) = rest.split_at_checked(Classifier::byte_count(dims, topic_count(topics)))?;
        Some(Self {
            entries: Classifier::from_bytes(entries, dims, topics.len())?,
            topics: Classifier::from_bytes(by_topic, dims, topic_count(topics))?,
            ours: Classifier::from_bytes(ours, dims, 1)?,
        })
    }
}

/// The number of each vetted entry's topic.
fn topic_numbers(corpus: &Corpus) -> Vec<u32> {
    let mut known: Vec<TopicId> = Vec::new();
    let number = |topic: TopicId| {
        let place = known.iter().position(|seen| *seen == topic).unwrap_or_else(|| {
            known.push(topic);
            known.len() - 1
        });
        place as u32
    };
    corpus.vetted().map(|entry| entry.id.topic()).map(number).collect()
}

fn topic_count(topics: &[u32]) -> usize {
    topics.iter().max().map_or(0, |&last| last as usize + 1)
}

/// The cosine with the nearest of some vectors of length 1, one after the other; −1 if there is none.
fn nearest(vectors: &[f32], vector: &[f32]) -> f32 {
    vectors.chunks_exact(vector.len()).map(|other| dot(other, vector)).fold(-1.0, f32::max)
}
