//! The classes that the classifiers learn.

use std::collections::HashMap;

use crate::knowledge::{Library, TopicId};

/// The entries and topics of a FAQ, by number.
#[derive(Debug, Clone)]
pub(in crate::matcher) struct Classes {
    /// The topic of each entry, numbered in order of first occurrence. Empty if every entry has a
    /// topic of its own, because the topics would only repeat the entries.
    topic_of_entry: Vec<u32>,
    entries: usize,
    topics: usize,
}

/// A set of phrasings that a classifier tells apart from the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Entry(u32),
    Topic(u32),
    /// Everything that leads to an entry.
    WholeFaq,
}

impl Classes {
    pub fn of(library: &Library) -> Self {
        let mut numbers: HashMap<TopicId, u32> = HashMap::new();
        let mut topic_of_entry = Vec::new();
        for entry in library.vetted() {
            let next = numbers.len() as u32;
            topic_of_entry.push(*numbers.entry(entry.id.topic()).or_insert(next));
        }
        let (entries, topics) = (topic_of_entry.len(), numbers.len());
        if topics == entries {
            return Self { topic_of_entry: Vec::new(), entries, topics: 0 };
        }
        Self { topic_of_entry, entries, topics }
    }

    /// So many entries, without topics.
    pub fn of_entries(entries: usize) -> Self {
        Self { topic_of_entry: Vec::new(), entries, topics: 0 }
    }

    /// Entries with these topics.
    #[cfg(test)]
    pub fn of_topics(topic_of_entry: &[u32]) -> Self {
        let topics = topic_of_entry.iter().max().map_or(0, |&last| last as usize + 1);
        Self { entries: topic_of_entry.len(), topic_of_entry: topic_of_entry.to_vec(), topics }
    }

    pub fn entries(&self) -> usize {
        self.entries
    }

    /// The number of topics; 0 if they would only repeat the entries.
    pub fn topics(&self) -> usize {
        self.topics
    }

    pub(super) fn all_entries(&self) -> impl Iterator<Item = Class> {
        (0..self.entries as u32).map(Class::Entry)
    }

    pub(super) fn all_topics(&self) -> impl Iterator<Item = Class> {
        (0..self.topics as u32).map(Class::Topic)
    }

    /// The topic of an entry, if there are topics.
    pub fn topic_of(&self, entry: usize) -> Option<usize> {
        self.topic_of_entry.get(entry).map(|&topic| topic as usize)
    }

    /// Whether a class contains the phrasings of an entry. `None` is a question that belongs
    /// elsewhere; no class contains it.
    pub(super) fn contains(&self, class: Class, entry: Option<u32>) -> bool {
        let Some(entry) = entry else { return false };
        match class {
            Class::Entry(number) => number == entry,
            Class::Topic(topic) => self.topic_of_entry.get(entry as usize) == Some(&topic),
            Class::WholeFaq => true,
        }
    }

    /// The value of each entry's topic, by entry number; empty if there are no topics.
    pub fn by_entry(&self, of_topics: &[f32]) -> Vec<f32> {
        self.topic_of_entry.iter().map(|&topic| of_topics[topic as usize]).collect()
    }
}
