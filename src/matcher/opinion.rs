//! The second opinion: where a question belongs by its wording and by its meaning, beside Tantivy's
//! scores and never in their place.
//!
//! What is trained is trained while the index is built and kept beside it. Without a vector table
//! there is no sense of meaning; the wording speaks all the same.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::meaning::{Meaning, Nearness};
use super::question::Question;
use super::same_words::SameWords;
use super::vectors::VectorTable;
use super::wording::{Lessons, WordMargins, Wording};
use crate::index::EntryNumber;
use crate::knowledge::{Library, TopicId};
use crate::language::{Analyzer, Vocabulary, Word};

/// What the second opinion knows.
pub(super) struct Opinion {
    table: Option<Arc<VectorTable>>,
    same_words: SameWords,
    wording: Option<Wording>,
    meaning: Option<Meaning>,
    /// The topic of each entry, numbered in order of first occurrence.
    topics: Vec<u32>,
}

/// What was learnt from the library. Parts are missing for a collection too large to learn from, or
/// without a vector table.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Learnt {
    pub vocabulary: Vocabulary,
    same_words: SameWords,
    wording: Option<Wording>,
    meaning: Option<Meaning>,
}

/// What the second opinion says of a text.
pub(super) struct View {
    pub words: Option<WordMargins>,
    pub nearness: Option<Nearness>,
}

impl Learnt {
    /// Learns from the phrasings of the library.
    pub fn new(
        library: &Library,
        vocabulary: Vocabulary,
        analyzer: &Analyzer,
        table: Option<&VectorTable>,
    ) -> Self {
        let topics = topic_numbers(library);
        let (asked, owners) = read_ways_of_asking(library, analyzer);
        let same_words = SameWords::new(&asked, &owners);
        let wording = learn_wording(library, analyzer, asked, &owners, &topics);
        Self {
            vocabulary,
            same_words,
            wording,
            meaning: table.map(|table| Meaning::learn(library, table, &topics)),
        }
    }
}

impl Opinion {
    /// The opinion that was learnt from this library with this table.
    pub fn new(library: &Library, table: Option<Arc<VectorTable>>, learnt: Learnt) -> Self {
        let Learnt { same_words, wording, meaning, .. } = learnt;
        Self { table, same_words, wording, meaning, topics: topic_numbers(library) }
    }

    /// The entry that is asked in the very words of the question.
    pub fn same_words(&self, question: &Question) -> Option<EntryNumber> {
        self.same_words.find(question)
    }

    /// Whether it has a sense of meaning.
    pub fn has_meaning(&self) -> bool {
        self.meaning.is_some()
    }

    /// The number of an entry's topic; none where every entry is a topic of its own.
    pub fn topic_of_each_entry(&self) -> Option<&[u32]> {
        let topics = self.topics.iter().max().map_or(0, |&last| last as usize + 1);
        (topics < self.topics.len()).then_some(&self.topics)
    }

    /// How far the wording can be trusted, from 0 to 1.
    pub fn trust_in_wording(&self) -> f32 {
        self.wording.as_ref().map_or(0.0, Wording::trust)
    }

    /// Looks at a question. `by_words` are Tantivy's scores, by entry number: only promising
    /// entries are looked at closely.
    pub fn view(&self, question: &Question, by_words: &[f32]) -> View {
        let meaning = self.meaning.as_ref().zip(self.table.as_ref());
        View {
            words: self.wording.as_ref().map(|wording| wording.margins(&question.words)),
            nearness: meaning
                .map(|(meaning, table)| meaning.nearness(&question.text, table, by_words)),
        }
    }
}

/// Every way of asking, read, and the entry of each.
fn read_ways_of_asking(library: &Library, analyzer: &Analyzer) -> (Vec<Vec<Word>>, Vec<u32>) {
    let entries = library.vetted().enumerate();
    let asked = entries
        .flat_map(|(number, entry)| entry.ways_of_asking().map(move |text| (text, number as u32)));
    asked.map(|(text, entry)| (analyzer.read(text), entry)).unzip()
}

fn learn_wording(
    library: &Library,
    analyzer: &Analyzer,
    mut read: Vec<Vec<Word>>,
    owners: &[u32],
    topics: &[u32],
) -> Option<Wording> {
    let elsewhere = library.elsewhere.iter().flat_map(|group| &group.questions);
    read.extend(elsewhere.map(|question| analyzer.read(question)));
    Wording::learn(&Lessons { read: &read, owners, topics })
}

/// The number of each vetted entry's topic.
fn topic_numbers(library: &Library) -> Vec<u32> {
    let mut known: Vec<TopicId> = Vec::new();
    let number = |topic: TopicId| {
        let place = known.iter().position(|seen| *seen == topic).unwrap_or_else(|| {
            known.push(topic);
            known.len() - 1
        });
        place as u32
    };
    library.vetted().map(|entry| entry.id.topic()).map(number).collect()
}
