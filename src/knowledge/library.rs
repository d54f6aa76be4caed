//! The loaded content.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use blake3::Hasher;

use super::amendment::Hold;
use super::faq_entry::FaqEntry;
use super::finding::Located;
use super::ids::{ConflictKey, EntryId, PageName, QuotationKey, TopicId};
use super::page::Page;
use super::records::{
    Conflict, Distress, ElsewhereGroup, Guard, HouseStyle, OtherLanguage, Quotation, SynonymGroup,
    TimelineEvent, Topic,
};
use super::voice::{Sentence, Voice};
use crate::language::Patterns;
use crate::legal::{Case, Source, SourceKey};

/// The whole content of the FAQ folder.
///
/// It may contain mistakes. Check the findings before you serve answers from it.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// What the matcher searches. Shared, because a snapshot of the matcher keeps it.
    pub library: Arc<Library>,
    pub case_file: CaseFile,
    /// Answers that moderators hold back now.
    pub holds: Vec<Hold>,
    /// The files that were read, by their paths in the folder.
    pub files: Arc<BTreeSet<String>>,
}

/// Everything that the matcher searches or learns from.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// The topics, in the order in which they are listed.
    pub topics: Vec<Located<Topic>>,
    /// Every entry, including drafts and withdrawn ones.
    pub entries: BTreeMap<EntryId, FaqEntry>,
    pub quotations: BTreeMap<QuotationKey, Located<Quotation>>,
    /// Words that mean the same in this field.
    pub synonyms: Vec<Located<SynonymGroup>>,
    /// Questions that people ask and that the FAQ does not answer.
    pub elsewhere: Vec<Located<ElsewhereGroup>>,
    /// Word rules for questions that the models decide wrongly; the first match wins.
    pub guards: Vec<Located<Guard>>,
    pub distress: Distress,
    /// What the bot says to somebody who does not write in English.
    pub languages: Vec<Located<OtherLanguage>>,
    /// A hash of all files that were read.
    pub content_hash: ContentHash,
}

/// What the bot says about the case in addition to its answers, and the sources.
#[derive(Debug, Clone)]
pub struct CaseFile {
    pub case: Case,
    /// The bot's own sentences.
    pub voice: Voice,
    /// The pages that this case has in addition to its answers.
    pub pages: BTreeMap<PageName, Located<Page>>,
    pub sources: BTreeMap<SourceKey, Located<Source>>,
    /// The points on which sources disagree.
    pub conflicts: BTreeMap<ConflictKey, Located<Conflict>>,
    /// Oldest first.
    pub timeline: Vec<Located<TimelineEvent>>,
    /// Words that answers avoid.
    pub house_style: HouseStyle,
}

impl Library {
    /// A library with entries only, for measuring the matcher on collections that are not about a
    /// case.
    pub fn of_entries(entries: BTreeMap<EntryId, FaqEntry>) -> Self {
        let content_hash = ContentHash::of(entries.values().map(|entry| format!("{entry:?}")));
        Self { entries, content_hash, ..Self::default() }
    }

    /// The entries that may be found and shown.
    pub fn vetted(&self) -> impl Iterator<Item = &FaqEntry> {
        self.entries.values().filter(|entry| entry.is_vetted())
    }

    /// Whether there is an entry with this id that may be found and shown.
    pub fn is_vetted(&self, id: &EntryId) -> bool {
        self.entries.get(id).is_some_and(FaqEntry::is_vetted)
    }

    /// The entry with this id, vetted or not.
    pub fn entry(&self, id: &str) -> Option<&FaqEntry> {
        self.entries.get(id)
    }

    pub fn topic(&self, id: &TopicId) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == *id).map(|topic| &topic.value)
    }

    /// Whether the answers of a topic claim nothing about the case, so that they may also answer
    /// questions that are not about it.
    pub fn claims_nothing(&self, id: &TopicId) -> bool {
        self.topic(id).is_some_and(|topic| topic.claims_nothing)
    }

    pub fn guard(&self, name: &str) -> Option<&Guard> {
        self.guards.iter().find(|guard| guard.name == name).map(|guard| &guard.value)
    }

    /// The patterns of the guards, in the order of `guards`.
    pub fn guard_patterns(&self) -> Patterns {
        Patterns::new(self.guards.iter().map(|guard| guard.pattern()))
    }
}

impl CaseFile {
    /// One of the bot's own sentences, with the caption of the case and other values filled in.
    pub fn say(&self, sentence: Sentence, values: &[(&str, &str)]) -> String {
        let case = ("case", self.case.short_caption.as_str());
        self.voice.say(sentence, &[&[case][..], values].concat())
    }
}

/// A fingerprint of the content: the same files give the same hash, on every machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of a sequence of texts.
    pub(crate) fn of(texts: impl Iterator<Item = String>) -> Self {
        let mut hasher = Hasher::new();
        for text in texts {
            hasher.update(text.as_bytes());
        }
        Self::from_hasher(&hasher)
    }

    pub(super) fn from_hasher(hasher: &Hasher) -> Self {
        Self(hasher.finalize().to_hex().to_string())
    }

    /// The hash in hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, enough to tell two versions of the content apart.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
