//! Everything the bot knows, read and linked.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use blake3::Hasher;

use super::faq_entry::FaqEntry;
use super::finding::Located;
use super::ids::{ConflictKey, EntryId, PageName, QuotationKey, TopicId};
use super::page::Page;
use super::records::{
    Conflict, ElsewhereGroup, Guard, HouseStyle, Quotation, SynonymGroup, TimelineEvent, Topic,
};
use super::voice::{Sentence, Voice};
use crate::language::Patterns;
use crate::legal::{Case, Source, SourceKey};

/// The whole content of the FAQ folder.
///
/// It can hold entries with mistakes in them: look at the findings before you serve answers from it.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// What is searched. Shared, because a snapshot of the matcher keeps it as long as it lives.
    pub library: Arc<Library>,
    /// What the bot says about the case beside its answers.
    pub case_file: CaseFile,
}

/// Everything that the matcher searches or learns from.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// The topics in the order in which readers browse them.
    pub topics: Vec<Located<Topic>>,
    /// Every answer under its id: vetted ones, drafts and withdrawn ones.
    pub entries: BTreeMap<EntryId, FaqEntry>,
    pub quotations: BTreeMap<QuotationKey, Located<Quotation>>,
    /// Words that mean the same in this field.
    pub synonyms: Vec<Located<SynonymGroup>>,
    /// Questions that people ask and that the FAQ does not answer.
    pub elsewhere: Vec<Located<ElsewhereGroup>>,
    /// Word rules for questions that the statistics decide wrongly; the first that fits wins.
    pub guards: Vec<Located<Guard>>,
    /// A hash of all the files of the folder.
    pub content_hash: ContentHash,
}

/// What the bot says about the case beside its answers, and the sources of both.
#[derive(Debug, Clone)]
pub struct CaseFile {
    pub case: Case,
    /// The bot's own sentences.
    pub voice: Voice,
    /// The pages that this case has beside its answers.
    pub pages: BTreeMap<PageName, Located<Page>>,
    pub sources: BTreeMap<SourceKey, Located<Source>>,
    /// The points on which sources disagree.
    pub conflicts: BTreeMap<ConflictKey, Located<Conflict>>,
    /// What happened, oldest first.
    pub timeline: Vec<Located<TimelineEvent>>,
    /// The words that answers avoid.
    pub house_style: HouseStyle,
}

impl Library {
    /// A library of nothing but entries, for measuring the matcher on collections that are about
    /// no case.
    pub fn of_entries(entries: BTreeMap<EntryId, FaqEntry>) -> Self {
        let content_hash = ContentHash::of(entries.values().map(|entry| format!("{entry:?}")));
        Self { entries, content_hash, ..Self::default() }
    }

    /// The answers that may be found and shown.
    pub fn vetted(&self) -> impl Iterator<Item = &FaqEntry> {
        self.entries.values().filter(|entry| entry.is_vetted())
    }

    /// The answer with this id, vetted or not.
    pub fn entry(&self, id: &str) -> Option<&FaqEntry> {
        self.entries.get(id)
    }

    /// The topic with this id.
    pub fn topic(&self, id: &TopicId) -> Option<&Topic> {
        self.topics.iter().find(|topic| topic.id == *id).map(|topic| &topic.value)
    }

    /// Whether the answers of a topic claim nothing about the case, so that they may also answer
    /// questions that are not about it.
    pub fn claims_nothing(&self, id: &TopicId) -> bool {
        self.topic(id).is_some_and(|topic| topic.claims_nothing)
    }

    /// The guard with this name.
    pub fn guard(&self, name: &str) -> Option<&Guard> {
        self.guards.iter().find(|guard| guard.name == name).map(|guard| &guard.value)
    }

    /// The patterns of the guards, numbered as in `guards`.
    pub fn guard_patterns(&self) -> Patterns {
        Patterns::new(self.guards.iter().map(|guard| guard.pattern()))
    }
}

impl CaseFile {
    /// A sentence of the bot's own, with the caption of the case and other values filled in.
    pub fn say(&self, sentence: Sentence, values: &[(&str, &str)]) -> String {
        let case = ("case", self.case.short_caption.as_str());
        self.voice.say(sentence, &[&[case][..], values].concat())
    }
}

/// A fingerprint of the content: the same files give the same hash, on every machine.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ContentHash(String);

impl ContentHash {
    /// The hash of some texts, in order.
    pub(super) fn of(texts: impl Iterator<Item = String>) -> Self {
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

    /// The first digits, enough to tell two versions of the knowledge apart.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
