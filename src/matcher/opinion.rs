//! The second opinion: where a question belongs by its wording and by its meaning, beside Tantivy's scores and never in their place.
//!
//! What is trained is trained while the index is built and kept beside it. Without a vector table there is no sense of meaning; the
//! wording speaks all the same.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::meaning::{Meaning, MeaningPlanes, Nearness};
use super::question::Question;
use super::vectors::VectorTable;
use super::wording::{Lessons, WordMargins, Wording};
use crate::index::EntryNumber;
use crate::knowledge::{Corpus, TopicId};
use crate::language::Analyzer;

/// What the second opinion knows.
pub(super) struct Opinion {
    meaning: Option<Meaning>,
    learnt: Learnt,
    /// The topic of each entry, numbered in order of first occurrence.
    topics: Vec<u32>,
}

/// What was trained. Parts are missing for a collection too large to learn from, or without a vector table.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Learnt {
    wording: Option<Wording>,
    meaning: Option<MeaningPlanes>,
}

/// What the second opinion says of a text.
pub(super) struct View {
    pub words: Option<WordMargins>,
    pub nearness: Option<Nearness>,
}

impl Opinion {
    /// Reads the phrasings of the corpus. `stored` was learnt earlier from the same content with the same table; without it everything
    /// is learnt now.
    pub fn new(corpus: &Corpus, analyzer: &Analyzer, table: Option<Arc<VectorTable>>, stored: Option<Learnt>) -> Self {
        let topics = topic_numbers(corpus);
        let meaning = table.map(|table| Meaning::new(corpus, table));
        let learnt = stored.unwrap_or_else(|| Learnt {
            wording: learn_wording(corpus, analyzer, &topics),
            meaning: meaning.as_ref().and_then(|meaning| meaning.learn(&topics)),
        });
        Self { meaning, learnt, topics }
    }

    /// What was learnt, to be kept beside the index.
    pub fn learnt(&self) -> &Learnt {
        &self.learnt
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
        self.learnt.wording.as_ref().map_or(0.0, Wording::trust)
    }

    /// Looks at a question. In a large collection only the entries of `shortlist` are looked at closely.
    pub fn view(&self, question: &Question, shortlist: &[EntryNumber]) -> View {
        let planes = self.learnt.meaning.as_ref();
        View {
            words: self.learnt.wording.as_ref().map(|wording| wording.margins(&question.words)),
            nearness: self.meaning.as_ref().map(|meaning| meaning.nearness(&question.text, planes, shortlist)),
        }
    }
}

fn learn_wording(corpus: &Corpus, analyzer: &Analyzer, topics: &[u32]) -> Option<Wording> {
    let mut owners = Vec::new();
    let mut read = Vec::new();
    for (number, entry) in corpus.vetted().enumerate() {
        for text in std::iter::once(&entry.question).chain(entry.phrasings.iter().map(|phrasing| &phrasing.value)) {
            read.push(analyzer.read(text));
            owners.push(number as u32);
        }
    }
    let elsewhere = corpus.elsewhere.iter().flat_map(|group| &group.questions);
    read.extend(elsewhere.map(|question| analyzer.read(question)));
    Wording::learn(&Lessons { read: &read, owners: &owners, topics })
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
