//! The classes that every classifier learns, in one list.

use std::collections::HashMap;

use crate::knowledge::{Library, TopicId};

/// Every entry, then every topic, then "is about this FAQ at all".
#[derive(Debug, Clone)]
pub(in crate::matcher) struct Classes {
    /// The topic of each entry, numbered in order of first occurrence. Empty where every entry is
    /// a topic of its own, so that topics would only repeat entries.
    topic_of_entry: Vec<u32>,
    entries: usize,
    topics: usize,
}

/// How far a text lies on the positive side of each class: 1 and more is surely in it, -1 and less
/// surely not.
#[derive(Debug, Clone, Default)]
pub(in crate::matcher) struct Margins {
    pub entries: Vec<f32>,
    /// Of the topic of each entry, by entry number; empty where there are no topics.
    pub topics: Vec<f32>,
    /// `None` where no examples of questions that belong elsewhere are known.
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

    /// Whether a class holds the phrasings of an entry; `None` stands for a question that belongs
    /// elsewhere, which no class holds.
    pub fn holds(&self, class: usize, entry: Option<u32>) -> bool {
        let Some(entry) = entry.map(|entry| entry as usize) else { return false };
        if class < self.entries {
            class == entry
        } else if class < self.entries + self.topics {
            self.topic_of_entry[entry] as usize == class - self.entries
        } else {
            true
        }
    }

    /// Sorts the margins of all classes. `knows_elsewhere` tells whether the last class was learnt
    /// from examples of both kinds.
    pub fn margins(&self, mut all: Vec<f32>, knows_elsewhere: bool) -> Margins {
        let in_scope = all.pop().filter(|_| knows_elsewhere);
        let topics = all.split_off(self.entries);
        let topics = self.topic_of_entry.iter().map(|&topic| topics[topic as usize]).collect();
        Margins { entries: all, topics, in_scope }
    }
}
