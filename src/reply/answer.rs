//! The replies to a question.

use jiff::civil::Date;
use serde::Serialize;

use super::compose::answer_stamp_line;
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

/// A vetted answer with everything it stands on.
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
    standing: Standing,
    as_of: Date,
    quotations: Vec<QuotedWords>,
    responses: Vec<QuotedWords>,
    conflicts: Vec<ConflictNote>,
    related: Vec<Suggestion>,
    citations: Citations,
    stamp: CaseStamp,
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
        (standing, as_of): (Standing, Date),
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

    /// The entry that it comes from.
    pub fn entry(&self) -> &EntryId {
        &self.entry
    }

    /// The question that it answers, as the FAQ puts it.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// The answer itself.
    pub fn body(&self) -> &RichText {
        &self.body
    }

    /// What kind of claim it rests on.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Up to which day its facts were checked.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    /// The quotations that support it.
    pub fn quotations(&self) -> &[QuotedWords] {
        &self.quotations
    }

    /// What the other side says to the allegation in it.
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

    /// What it rests on; never empty.
    pub fn citations(&self) -> &[ShownCitation] {
        &self.citations.0
    }

    /// Where the case stands.
    pub fn stamp(&self) -> &CaseStamp {
        &self.stamp
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

/// A citation with everything a reader needs to look it up.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownCitation {
    /// The key of the source.
    pub key: SourceKey,
    /// Its title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// When, if known.
    pub date: Option<PartialDate>,
    /// Where to read it, if the address is known.
    pub url: Option<String>,
    /// Where in it.
    pub locator: Option<String>,
    /// What kind of source it is.
    pub kind: SourceKind,
}

impl ShownCitation {
    /// Who published it and when, and where in it to look: `Reuters, 31 January 2025 (second
    /// paragraph)`.
    ///
    /// A date that the place in it names already (`update of 31 January 2025`) is not said a second
    /// time.
    pub fn imprint(&self) -> String {
        let Self { publisher, date, locator, .. } = self;
        let mut imprint = publisher.clone();
        // With the space before it, for "5 February" is not named by "25 February".
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
    /// The key of the quotation.
    pub key: QuotationKey,
    /// The words.
    pub words: String,
    /// Who said or wrote them.
    pub speaker: String,
    /// In which document or on which occasion.
    pub document: Option<String>,
    /// The key of the source in which they were read.
    pub source: SourceKey,
    /// Who published that source.
    pub publisher: String,
    /// Where in it.
    pub locator: Option<String>,
    /// When they were said, if known.
    pub date: Option<PartialDate>,
    /// What kind of claim they are.
    pub standing: Standing,
    /// What a reader must know to read them rightly.
    pub caveat: Option<String>,
}

/// A conflict between sources, and the reading that prevails.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConflictNote {
    /// What the sources disagree about.
    pub question: String,
    /// The reading that prevails.
    pub prevailing: String,
    /// Why.
    pub why: String,
}

/// A question that the FAQ answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suggestion {
    /// Its entry.
    pub entry: EntryId,
    /// The question.
    pub question: String,
    /// Its topic.
    pub topic: TopicId,
}

/// Several questions of which the asker may mean one.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What the bot says above them.
    pub text: String,
    /// The questions, best first; at most five.
    pub suggestions: Vec<Suggestion>,
    /// Where the case stands.
    pub stamp: CaseStamp,
}

/// An honest no.
#[derive(Debug, Clone, PartialEq)]
pub struct NoAnswer {
    /// What the bot says.
    pub text: String,
    /// Why there is no answer; `None` if the entry that was asked for by name does not answer any
    /// more.
    pub reason: Option<NoAnswerReason>,
    /// The nearest vetted questions; at most three.
    pub nearest: Vec<Suggestion>,
    /// Where the case stands.
    pub stamp: CaseStamp,
}
