//! The smaller records of the content: topics, quotations, conflicts, dated events, synonyms,
//! guards, house style.

use serde::Deserialize;

use super::ids::{EntryId, TopicId};
use crate::language::Pattern;
use crate::legal::{Citation, PartialDate, SourceKey, Standing};

/// A topic, as readers browse them.
#[derive(Debug, Clone, Deserialize)]
pub struct Topic {
    pub id: TopicId,
    pub title: String,
    /// What belongs to it.
    pub description: String,
    /// The answer to suggest first to somebody who browses.
    #[serde(default)]
    pub lead: Option<EntryId>,
    /// Whether its answers claim nothing about the case, such as those about the bot itself. They
    /// may answer a question that is not about the case, and no measurement counts that as wrong.
    #[serde(default)]
    pub claims_nothing: bool,
}

/// Somebody's exact words.
#[derive(Debug, Clone, Deserialize)]
pub struct Quotation {
    /// The words, letter for letter as the source has them.
    pub words: String,
    /// Who said or wrote them.
    pub speaker: String,
    /// In which document or on which occasion.
    #[serde(default)]
    pub document: Option<String>,
    /// The source in which they were read.
    pub source: SourceKey,
    /// Where in that source.
    #[serde(default)]
    pub locator: Option<String>,
    pub standing: Standing,
    /// When they were said, if known.
    #[serde(default)]
    pub date: Option<PartialDate>,
    /// What a reader must know to read them rightly.
    #[serde(default)]
    pub caveat: Option<String>,
    /// Other sources that carry exactly these words.
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

/// Something that happened on a day.
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
    /// The words and phrases; the first one names what they have in common.
    pub words: Vec<String>,
}

/// Questions of one kind that this FAQ does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ElsewhereGroup {
    /// What kind of questions they are.
    pub name: String,
    /// The questions, as people ask them.
    pub questions: Vec<String>,
}

/// A word rule, written by moderators, for questions that the statistics decide wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Guard {
    pub name: String,
    pub leads_to: LeadsTo,
    /// What the bot says instead of an answer, where the guard leads to silence.
    #[serde(default)]
    pub says: Option<String>,
    /// Whether the question must consist of nothing but `words` and fillers.
    #[serde(default)]
    pub only: bool,
    /// One of these words or phrases must occur.
    pub words: Vec<String>,
    /// One of each of these lists must occur, too.
    #[serde(default)]
    pub and: Vec<Vec<String>>,
    /// None of these may occur.
    #[serde(default)]
    pub unless: Vec<String>,
    /// Questions that it is for.
    pub examples: Vec<String>,
    /// Questions that come close and that it must leave alone.
    pub counter_examples: Vec<String>,
}

/// Where a guard leads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum LeadsTo {
    /// To no answer, with the guard's own sentence.
    Silence,
    /// To the short help.
    Help,
    Entry(EntryId),
}

impl From<String> for LeadsTo {
    fn from(text: String) -> Self {
        match text.as_str() {
            "silence" => Self::Silence,
            "help" => Self::Help,
            _ => Self::Entry(EntryId::new(text)),
        }
    }
}

impl std::fmt::Display for LeadsTo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Silence => "silence",
            Self::Help => "help",
            Self::Entry(id) => id.as_str(),
        })
    }
}

impl Guard {
    /// Its words, as a pattern that recognises them in a text.
    pub fn pattern(&self) -> Pattern<'_> {
        Pattern { any: &self.words, and: &self.and, unless: &self.unless, only: self.only }
    }
}

/// Words that an answer must not use, or should use with care.
#[derive(Debug, Clone, Default)]
pub struct HouseStyle {
    /// Words that take sides.
    pub loaded: Vec<HouseWord>,
    /// Words that promise something.
    pub promises: Vec<HouseWord>,
    /// Dates that will be wrong next year.
    pub relative_dates: Vec<HouseWord>,
}

/// One such word, and what to write instead.
#[derive(Debug, Clone, Deserialize)]
pub struct HouseWord {
    /// The word or phrase, matched as whole words, in upper or lower case.
    pub word: String,
    /// What to write instead.
    pub say: String,
}
