//! The list of classes that both classifiers learn.

use std::collections::HashMap;

use crate::knowledge::{Library, TopicId};

/// One class for each entry, then one for each topic, then one for "is about this FAQ at all".
#[derive(Debug, Clone)]
pub(in crate::matcher) struct Classes {
    /// The topic of each entry, numbered in order of first occurrence. Empty if every entry has a
    /// topic of its own, because the topics would only repeat the entries.
    topic_of_entry: Vec<u32>,
    entries: usize,
    topics: usize,
}

/// The margin of a text for each class: 1 or more if it surely belongs to the class, -1 or less if
/// it surely does not.
#[derive(Debug, Clone, Default)]
pub(in crate::matcher) struct Margins {
    pub entries: Vec<f32>,
    /// The margin of each entry's topic, by entry number; empty if topics are not learned.
    pub topics: Vec<f32>,
    /// `None` without examples of questions that belong elsewhere.
    pub in_scope: Option<f32>,
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

    #[cfg(test)]
    pub fn of_entries(entries: usize) -> Self {
        Self { topic_of_entry: Vec::new(), entries, topics: 0 }
    }

    pub fn len(&self) -> usize {
        self.entries + self.topics + 1
    }

    pub fn entries(&self) -> usize {
        self.entries
    }

    /// Whether a class contains the phrasings of an entry. `None` is a question that belongs
    /// elsewhere; no class contains it.
    pub fn contains(&self, class: usize, entry: Option<u32>) -> bool {
        let Some(entry) = entry.map(|entry| entry as usize) else { return false };
        if class < self.entries {
            class == entry
        } else if class < self.entries + self.topics {
            self.topic_of_entry[entry] as usize == class - self.entries
        } else {
            true
        }
    }

    /// Splits the margins of all classes by kind. `has_elsewhere` says whether the last class had
    /// negative examples.
    pub fn margins(&self, mut all: Vec<f32>, has_elsewhere: bool) -> Margins {
        let in_scope = all.pop().filter(|_| has_elsewhere);
        let topics = all.split_off(self.entries);
        let topics = self.topic_of_entry.iter().map(|&topic| topics[topic as usize]).collect();
        Margins { entries: all, topics, in_scope }
    }
}
