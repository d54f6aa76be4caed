//! The smaller records of the content: topics, quotations, conflicts, dated events, synonyms,
//! guards, house style.

use serde::{Deserialize, Serialize, Serializer};

use super::ids::{EntryId, TopicId};
use super::page::PageLink;
use crate::language::Pattern;
use crate::legal::{Citation, HistoryKind, PartialDate, SourceKey, Standing};

#[derive(Debug, Clone, Deserialize)]
pub struct Topic {
    pub id: TopicId,
    pub title: String,
    /// What belongs to the topic.
    pub description: String,
    /// The entry that represents the topic in the help, and in suggestions before anything is
    /// typed.
    #[serde(default)]
    pub lead: Option<EntryId>,
    /// An address that is useful with each of its answers. Discord shows it as a button.
    #[serde(default)]
    pub link: Option<PageLink>,
    /// Whether its answers claim nothing about the case, such as those about the bot itself. They
    /// may answer a question that is not about the case, and no measurement counts that as wrong.
    #[serde(default)]
    pub claims_nothing: bool,
    /// Whether each of its answers is about one place or one product. They only answer a question
    /// with a word that is typical of the topic.
    #[serde(default)]
    pub only_if_named: bool,
}

/// Somebody's exact words.
#[derive(Debug, Clone, Deserialize)]
pub struct Quotation {
    /// The exact words of the source.
    pub words: String,
    /// Who said or wrote them.
    pub speaker: String,
    /// The document or the occasion.
    #[serde(default)]
    pub document: Option<String>,
    /// The source in which they were read.
    pub source: SourceKey,
    /// The location in that source, such as a section.
    #[serde(default)]
    pub locator: Option<String>,
    pub standing: Standing,
    /// When they were said, if known.
    #[serde(default)]
    pub date: Option<PartialDate>,
    /// What a reader must know to understand them correctly.
    #[serde(default)]
    pub caveat: Option<String>,
    /// Other sources that contain exactly these words.
    #[serde(default)]
    pub also_in: Vec<SourceKey>,
}

/// A point on which sources disagree.
#[derive(Debug, Clone, Deserialize)]
pub struct Conflict {
    /// What they disagree about.
    pub question: String,
    /// The reading that prevails.
    pub prevailing: String,
    /// Why it prevails.
    pub why: String,
    pub readings: Vec<Reading>,
}

/// One side of a conflict.
#[derive(Debug, Clone, Deserialize)]
pub struct Reading {
    /// What these sources say, in our words.
    pub says: String,
    pub sources: Vec<SourceKey>,
}

/// An event of the timeline.
#[derive(Debug, Clone, Deserialize)]
pub struct TimelineEvent {
    pub date: PartialDate,
    pub what: String,
    pub standing: Standing,
    pub citations: Vec<Citation>,
}

/// Words and phrases that mean the same in this field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SynonymGroup {
    /// The words and phrases. The first one names the group.
    pub words: Vec<String>,
}

/// What the bot says to somebody who writes in another language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OtherLanguage {
    /// The ISO 639-1 code.
    pub code: String,
    /// The state of the case that `says` tells.
    pub state: HistoryKind,
    /// That the FAQ is in English, where the case stands, and how to ask.
    pub says: String,
    /// Frequent words of the language, by which a short message is recognised.
    #[serde(default)]
    pub words: Vec<String>,
    /// How the sentence was checked.
    pub checked: String,
}

/// Examples from which the bot learns to recognise people in distress.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Distress {
    /// What people in distress write.
    pub messages: Vec<String>,
    /// Similar words without distress: idioms, jokes, ordinary worry and anger.
    pub harmless: Vec<String>,
}

/// Questions of one kind that this FAQ does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ElsewhereGroup {
    /// The kind of questions.
    pub name: String,
    /// The questions, as people ask them.
    pub questions: Vec<String>,
}

/// A word rule, written by moderators, for questions that the models decide wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Guard {
    pub name: String,
    pub leads_to: LeadsTo,
    /// What the bot says: instead of an answer, if the guard leads to silence; or instead of the
    /// short help.
    #[serde(default)]
    pub says: Option<String>,
    /// Whether the question may contain only `words` and fillers.
    #[serde(default)]
    pub only: bool,
    /// At least one of these words or phrases must occur.
    pub words: Vec<String>,
    /// Of each of these lists, at least one word or phrase must occur too.
    #[serde(default)]
    pub and: Vec<Vec<String>>,
    /// None of these may occur.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Questions that it must match.
    pub examples: Vec<String>,
    /// Similar questions that it must not match.
    pub counter_examples: Vec<String>,
}

/// The outcome of a guard.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum LeadsTo {
    /// No answer, with the guard's own sentence.
    Silence,
    /// The short help, or the guard's own sentence.
    Help,
    /// The answer that was given last. Without one, the guard does not apply.
    LastAnswer(Aspect),
    Entry(EntryId),
}

/// What somebody wants to know about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Who says so.
    Sources,
    /// How certain it is.
    Certainty,
    /// More about it.
    More,
    /// Why. Another answer may say it; otherwise, what is behind this one.
    Reason,
    /// How old the information is.
    Age,
    /// The answer in few words.
    Short,
    /// The answer once more.
    Again,
}

impl Aspect {
    const NAMES: &[(Self, &str)] = &[
        (Self::Sources, "last-answer/sources"),
        (Self::Certainty, "last-answer/certainty"),
        (Self::More, "last-answer/more"),
        (Self::Reason, "last-answer/reason"),
        (Self::Age, "last-answer/age"),
        (Self::Short, "last-answer/short"),
        (Self::Again, "last-answer/again"),
    ];

    /// What `leads_to` of a guard says.
    pub fn name(self) -> &'static str {
        let named = Self::NAMES.iter().find(|(aspect, _)| *aspect == self);
        named.map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, known)| *known == name).map(|(aspect, _)| *aspect)
    }
}

impl From<String> for LeadsTo {
    fn from(text: String) -> Self {
        match text.as_str() {
            "silence" => Self::Silence,
            "help" => Self::Help,
            name => match Aspect::named(name) {
                Some(aspect) => Self::LastAnswer(aspect),
                None => Self::Entry(EntryId::new(text)),
            },
        }
    }
}

impl Serialize for LeadsTo {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::Silence => "silence",
            Self::Help => "help",
            Self::LastAnswer(aspect) => aspect.name(),
            Self::Entry(id) => id.as_str(),
        })
    }
}

impl Guard {
    pub fn pattern(&self) -> Pattern<'_> {
        Pattern { any: &self.words, and: &self.and, unless: &self.unless, only: self.only }
    }
}

/// Words that an answer must not use, or should use with care.
#[derive(Debug, Clone, Default)]
pub struct HouseStyle {
    /// Words that show bias.
    pub loaded: Vec<HouseWord>,
    /// Words that make a promise.
    pub promises: Vec<HouseWord>,
    /// Words for dates that depend on when the answer is read.
    pub relative_dates: Vec<HouseWord>,
}

/// A word to avoid.
#[derive(Debug, Clone, Deserialize)]
pub struct HouseWord {
    /// The word or phrase. It matches whole words, regardless of case.
    pub word: String,
    /// What to write instead.
    pub say: String,
}
