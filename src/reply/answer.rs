//! The replies to a question.

use jiff::civil::Date;
use serde::Serialize;

use super::compose::{answer_stamp_line, stamp_line};
use super::rich_text::RichText;
use super::sheet::Sheet;
use crate::knowledge::{EntryId, QuotationKey, TopicId};
use crate::legal::{CaseStamp, PartialDate, SourceKey, SourceKind, Standing};
use crate::matcher::NoAnswerReason;

/// Anything that the bot says to a person who asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// A vetted answer.
    Answer(Box<Answer>),
    /// Several questions, of which the asker may mean one.
    Choice(Choice),
    /// An honest no.
    NoAnswer(NoAnswer),
    /// A page of vetted information.
    Sheet(Box<Sheet>),
}

/// A vetted answer with everything that supports it.
///
/// Its fields are private: the only way to make one is [`Answer::new`], which asks for citations
/// that cannot be empty and for a stamp that only a case can compute.
///
/// ```compile_fail
/// use caseclerk::reply::Citations;
/// let none: Citations = Citations::default(); // there are no empty citations
/// ```
///
/// ```compile_fail
/// use caseclerk::legal::CaseStamp;
/// fn made_up(stamp: CaseStamp) -> CaseStamp {
///     CaseStamp { caption: String::new(), ..stamp } // a stamp is computed, never typed
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    entry: EntryId,
    question: String,
    body: RichText,
    standing: ShownStanding,
    as_of: Date,
    quotations: Vec<QuotedWords>,
    responses: Vec<QuotedWords>,
    conflicts: Vec<ConflictNote>,
    related: Vec<Suggestion>,
    citations: Citations,
    stamp: CaseStamp,
}

/// The standing of a claim, with the words that the content has for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownStanding {
    pub standing: Standing,
    pub label: String,
}

/// The parts of an answer that may be empty.
#[derive(Debug, Clone, Default)]
pub(super) struct AnswerExtras {
    pub quotations: Vec<QuotedWords>,
    pub responses: Vec<QuotedWords>,
    pub conflicts: Vec<ConflictNote>,
    pub related: Vec<Suggestion>,
}

impl Answer {
    pub(super) fn new(
        (entry, question): (EntryId, String),
        body: RichText,
        (standing, as_of): (ShownStanding, Date),
        citations: Citations,
        stamp: CaseStamp,
        extras: AnswerExtras,
    ) -> Self {
        let AnswerExtras { quotations, responses, conflicts, related } = extras;
        Self {
            entry,
            question,
            body,
            standing,
            as_of,
            quotations,
            responses,
            conflicts,
            related,
            citations,
            stamp,
        }
    }

    pub fn entry(&self) -> &EntryId {
        &self.entry
    }

    /// The question that it answers, as the FAQ has it.
    pub fn question(&self) -> &str {
        &self.question
    }

    pub fn body(&self) -> &RichText {
        &self.body
    }

    pub fn standing(&self) -> Standing {
        self.standing.standing
    }

    /// The standing in a few words.
    pub fn standing_label(&self) -> &str {
        &self.standing.label
    }

    /// The day up to which its facts were checked.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    pub fn quotations(&self) -> &[QuotedWords] {
        &self.quotations
    }

    /// What the other side says about the allegation in it.
    pub fn responses(&self) -> &[QuotedWords] {
        &self.responses
    }

    /// The conflicts between sources that touch it.
    pub fn conflicts(&self) -> &[ConflictNote] {
        &self.conflicts
    }

    /// Neighbouring questions.
    pub fn related(&self) -> &[Suggestion] {
        &self.related
    }

    /// Never empty.
    pub fn citations(&self) -> &[ShownCitation] {
        &self.citations.0
    }

    /// Where the case stands, in words, and up to which day the facts of the answer were checked.
    pub fn stamp_line(&self) -> String {
        answer_stamp_line(&self.stamp, self.as_of)
    }
}

/// At least one citation.
#[derive(Debug, Clone, PartialEq)]
pub struct Citations(Vec<ShownCitation>);

impl Citations {
    /// Wraps citations; `None` if there are none.
    pub fn new(citations: Vec<ShownCitation>) -> Option<Self> {
        (!citations.is_empty()).then_some(Self(citations))
    }
}

/// A citation with everything that a reader needs to look it up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownCitation {
    pub key: SourceKey,
    pub title: String,
    pub publisher: String,
    /// When it was published, if known.
    pub date: Option<PartialDate>,
    /// Its address, if known.
    pub url: Option<String>,
    /// Where in the source to look.
    pub locator: Option<String>,
    pub kind: SourceKind,
}

impl ShownCitation {
    /// Who published it and when, and where in it to look: `Reuters, 31 January 2025 (second
    /// paragraph)`.
    ///
    /// A date that the locator names already (`update of 31 January 2025`) is not repeated.
    pub fn imprint(&self) -> String {
        let Self { publisher, date, locator, .. } = self;
        let mut imprint = publisher.clone();
        // With the space before it, because "25 February" does not name "5 February".
        let named = |date: &PartialDate| {
            format!(" {}", locator.as_deref().unwrap_or_default()).contains(&format!(" {date}"))
        };
        if let Some(date) = date.filter(|date| !named(date)) {
            imprint += &format!(", {date}");
        }
        if let Some(locator) = locator {
            imprint += &format!(" ({locator})");
        }
        imprint
    }
}

/// Somebody's exact words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct QuotedWords {
    pub key: QuotationKey,
    pub words: String,
    /// Who said or wrote them.
    pub speaker: String,
    /// In which document or on which occasion.
    pub document: Option<String>,
    /// The source in which they were read.
    pub source: SourceKey,
    /// Who published that source.
    pub publisher: String,
    /// Where in that source.
    pub locator: Option<String>,
    /// When they were said, if known.
    pub date: Option<PartialDate>,
    pub standing: Standing,
    /// What a reader must know to read them rightly.
    pub caveat: Option<String>,
}

impl QuotedWords {
    /// Who said it, where and when, and where it was read: `Doe, press release (4 March 2024); read
    /// in The Rivertown Gazette`.
    pub fn attribution(&self) -> String {
        let Self { speaker, document, date, publisher, .. } = self;
        let document = document.as_ref().map_or(String::new(), |document| format!(", {document}"));
        let date = date.map_or(String::new(), |date| format!(" ({date})"));
        format!("{speaker}{document}{date}; read in {publisher}")
    }
}

/// A conflict between sources, and the reading that prevails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConflictNote {
    /// What the sources disagree about.
    pub question: String,
    /// The reading that prevails.
    pub prevailing: String,
    /// Why it prevails.
    pub why: String,
}

/// A question that the FAQ answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    pub entry: EntryId,
    pub question: String,
    pub topic: TopicId,
}

/// Several questions of which the asker may mean one.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What the bot says above them.
    pub text: String,
    /// The questions, best first; at most five.
    pub suggestions: Vec<Suggestion>,
    pub(super) stamp: CaseStamp,
}

/// An honest no.
#[derive(Debug, Clone, PartialEq)]
pub struct NoAnswer {
    /// What the bot says.
    pub text: String,
    pub reason: WhyNoAnswer,
    /// The nearest vetted questions; at most three.
    pub nearest: Vec<Suggestion>,
    pub(super) stamp: CaseStamp,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNoAnswer {
    /// Nothing has the id that was asked for.
    UnknownId,
    /// The id that was asked for is a draft. Members read the same as for an unknown id.
    Draft,
    /// The answer with the id that was asked for was withdrawn.
    Withdrawn,
    /// The matcher found no answer to the question.
    #[serde(untagged)]
    Question(NoAnswerReason),
}

impl Choice {
    /// Where the case stands, in words.
    pub fn stamp_line(&self) -> String {
        stamp_line(&self.stamp)
    }
}

impl NoAnswer {
    /// Where the case stands, in words.
    pub fn stamp_line(&self) -> String {
        stamp_line(&self.stamp)
    }
}
