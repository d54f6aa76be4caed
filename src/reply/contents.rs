//! What the FAQ has answers to, for a page that lists all of them.

use super::answer::Suggestion;
use super::compose::{stamp_line, suggestions};
use crate::knowledge::{EntryId, Knowledge, Sentence};
use crate::legal::CaseStamp;

/// Every question of the FAQ, by topic. It says nothing about the case but the stamp.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// The caption of the case as people say it.
    pub case: String,
    /// What the FAQ is.
    pub opening: String,
    /// Without the topics that have no vetted answer.
    pub topics: Vec<ContentsTopic>,
    stamp: CaseStamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ContentsTopic {
    pub title: String,
    pub questions: Vec<Suggestion>,
}

impl Contents {
    /// The status of the case, in words.
    pub fn stamp_line(&self) -> String {
        stamp_line(&self.stamp)
    }
}

pub fn contents(knowledge: &Knowledge, stamp: &CaseStamp) -> Contents {
    let (library, case_file) = (&knowledge.library, &knowledge.case_file);
    let topics = library.topics.iter().map(|topic| {
        let in_topic = library.vetted().map(|entry| &entry.id).filter(|id| id.topic() == topic.id);
        // The lead of a topic comes first.
        let mut ids: Vec<EntryId> = in_topic.cloned().collect();
        ids.sort_by_key(|id| Some(id) != topic.lead.as_ref());
        ContentsTopic { title: topic.title.clone(), questions: suggestions(knowledge, &ids) }
    });
    let count = library.vetted().count().to_string();
    Contents {
        case: case_file.case.short_caption.clone(),
        opening: case_file.say(Sentence::AboutOpening, &[("answers", &count)]),
        topics: topics.filter(|topic| !topic.questions.is_empty()).collect(),
        stamp: stamp.clone(),
    }
}

/// Where the page of an answer is below the address of the pages.
pub fn page_path(entry: &EntryId) -> String {
    format!("/answers/{entry}")
}
