//! The smaller records of the content: topics, quotations, conflicts, dated events, opting out,
//! house style.

use jiff::civil::Date;
use serde::Deserialize;

use super::finding::Place;
use super::ids::{EntryId, TopicId};
use crate::language::Pattern;
use crate::legal::{Citation, PartialDate, SourceKey, Standing, deserialize_date};

/// A topic, as readers browse them.
#[derive(Debug, Clone, Deserialize)]
pub struct Topic {
    /// Its name, which is a folder under `answers/`.
    pub id: TopicId,
    /// Its heading.
    pub title: String,
    /// What belongs to it.
    pub description: String,
    /// The answer to offer first to somebody who browses.
    #[serde(default)]
    pub lead: Option<EntryId>,
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
    /// Where they were read.
    pub source: SourceKey,
    /// Where in that source.
    #[serde(default)]
    pub locator: Option<String>,
    /// What kind of claim they are.
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
    /// Where the record stands.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// A point on which sources disagree.
#[derive(Debug, Clone, Deserialize)]
pub struct Conflict {
    /// What they disagree about.
    pub question: String,
    /// The reading that prevails.
    pub prevailing: String,
    /// Why it does.
    pub why: String,
    /// What the sources say.
    pub readings: Vec<Reading>,
    /// Where the record stands.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// One side of a conflict.
#[derive(Debug, Clone, Deserialize)]
pub struct Reading {
    /// What these sources say, in our words.
    pub says: String,
    /// Which sources.
    pub sources: Vec<SourceKey>,
}

/// Something that happened on a day.
#[derive(Debug, Clone, Deserialize)]
pub struct TimelineEvent {
    /// When.
    pub date: PartialDate,
    /// What.
    pub what: String,
    /// What kind of claim it is that this happened.
    pub standing: Standing,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// Where the record stands.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// How to opt out, for whom, and what it does.
#[derive(Debug, Clone, Deserialize)]
pub struct OptOut {
    /// The name of the setting as it stands on the screen.
    pub setting: String,
    /// The address that leads straight to it.
    pub setting_url: String,
    /// What opting out is, in a sentence or two.
    pub summary: String,
    /// When the whole was last checked.
    #[serde(deserialize_with = "deserialize_date")]
    pub last_checked: Date,
    /// The steps, by device.
    pub devices: Vec<Device>,
    /// Since when whose data has been used.
    pub regions: Vec<Region>,
    /// What opting out does, and what it does not do.
    pub effects: Vec<Effect>,
    /// The form for objecting to other uses.
    pub objection: Objection,
}

/// The steps on one kind of device.
#[derive(Debug, Clone, Deserialize)]
pub struct Device {
    /// Which device.
    pub name: String,
    /// The steps, in order.
    pub steps: Vec<String>,
    /// What they rest on.
    pub citations: Vec<Citation>,
    /// When they were last checked.
    #[serde(deserialize_with = "deserialize_date")]
    pub checked: Date,
}

/// What holds in one region.
#[derive(Debug, Clone, Deserialize)]
pub struct Region {
    /// Which region.
    pub name: String,
    /// Since when members' data has been used there, if known.
    #[serde(default)]
    pub since: Option<PartialDate>,
    /// What holds there.
    pub what: String,
    /// What that rests on.
    pub citations: Vec<Citation>,
    /// When it was last checked.
    #[serde(deserialize_with = "deserialize_date")]
    pub checked: Date,
}

/// Something that opting out does, or does not do.
#[derive(Debug, Clone, Deserialize)]
pub struct Effect {
    /// Whether it does it.
    pub does: bool,
    /// What.
    pub what: String,
    /// What that rests on.
    pub citations: Vec<Citation>,
    /// When it was last checked.
    #[serde(deserialize_with = "deserialize_date")]
    pub checked: Date,
}

/// The form for objecting to uses that the setting does not cover.
#[derive(Debug, Clone, Deserialize)]
pub struct Objection {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    /// What it is for.
    pub what: String,
    /// What that rests on.
    pub citations: Vec<Citation>,
    /// When it was last checked.
    #[serde(deserialize_with = "deserialize_date")]
    pub checked: Date,
}

/// Words and phrases that mean the same in this field.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SynonymGroup {
    /// The words and phrases; the first one names what they have in common.
    pub words: Vec<String>,
    /// Where the record stands.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// Questions that this FAQ does not answer, of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct ElsewhereGroup {
    /// What kind of questions they are.
    pub name: String,
    /// The questions, as people ask them.
    pub questions: Vec<String>,
    /// Where the record stands.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// A rule of words, written by moderators, for questions that the statistics decide wrongly.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Guard {
    /// Its name.
    pub name: String,
    /// Where the question leads.
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
    /// Where the record stands.
    #[serde(skip)]
    pub place: Option<Place>,
}

/// Where a guard leads.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum LeadsTo {
    /// To an honest no, with the guard's own sentence.
    Silence,
    /// To the short help.
    Help,
    /// To an answer.
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
    /// Its words, to be recognised in a text.
    pub fn pattern(&self) -> Pattern<'_> {
        Pattern { any: &self.words, and: &self.and, unless: &self.unless, only: self.only }
    }
}

/// Words that an answer must not use, or should think twice about.
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
    /// The word or phrase, matched as whole words, whatever the case of its letters.
    pub word: String,
    /// What to write instead.
    pub say: String,
}
