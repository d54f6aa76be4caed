//! The types of replies.

use jiff::civil::Date;
use serde::Serialize;

use super::compose::{answer_stamp_line, brief_stamp, stamp_line};
use super::rich_text::RichText;
use super::sheet::{Link, Sheet};
use crate::knowledge::{EntryId, QuotationKey, TopicId};
use crate::legal::{CaseStamp, PartialDate, Reliability, SourceKey, SourceKind, Standing};
use crate::matcher::NoAnswerReason;

/// A reply to a person who asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Answer(Box<Answer>),
    Choice(Choice),
    NoAnswer(NoAnswer),
    Sheet(Box<Sheet>),
}

/// A vetted answer with everything that supports it.
///
/// Its fields are private. The only constructor, [`Answer::new`], takes [`Citations`], which cannot
/// be empty, and a [`CaseStamp`], which only a case can compute.
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
    quoted_in_reply: Vec<QuotationKey>,
    responses: Vec<QuotedWords>,
    conflicts: Vec<ConflictNote>,
    related: Vec<Suggestion>,
    link: Option<Link>,
    citations: Citations,
    stamp: CaseStamp,
    care: Option<String>,
    shows_evidence: bool,
}

/// The standing of a claim, with its label from the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShownStanding {
    pub standing: Standing,
    pub label: String,
}

/// The parts of an answer that may be empty.
#[derive(Debug, Clone, Default)]
pub(super) struct AnswerExtras {
    pub quotations: Vec<QuotedWords>,
    pub quoted_in_reply: Vec<QuotationKey>,
    pub responses: Vec<QuotedWords>,
    pub conflicts: Vec<ConflictNote>,
    pub related: Vec<Suggestion>,
    pub link: Option<Link>,
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
        let AnswerExtras { quotations, quoted_in_reply, responses, conflicts, related, link } =
            extras;
        Self {
            entry,
            question,
            body,
            standing,
            as_of,
            quotations,
            quoted_in_reply,
            responses,
            conflicts,
            related,
            link,
            citations,
            stamp,
            care: None,
            shows_evidence: false,
        }
    }

    /// With a sentence before it, for somebody in distress.
    pub(super) fn with_care(self, care: Option<String>) -> Self {
        Self { care, ..self }
    }

    /// With the evidence instead of the text.
    pub(super) fn with_evidence(self) -> Self {
        Self { shows_evidence: true, ..self }
    }

    /// With another text, which the sources of the answer carry, too.
    pub(super) fn with_body(self, body: RichText) -> Self {
        Self { body, ..self }
    }

    pub fn entry(&self) -> &EntryId {
        &self.entry
    }

    /// The question of the FAQ that this answers.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// A sentence for somebody in distress, which comes first.
    pub fn care(&self) -> Option<&str> {
        self.care.as_deref()
    }

    /// Whether somebody asked for what is behind the answer.
    pub fn shows_evidence(&self) -> bool {
        self.shows_evidence
    }

    pub fn body(&self) -> &RichText {
        &self.body
    }

    pub fn standing(&self) -> Standing {
        self.standing.standing
    }

    /// The standing in a few words, from the content.
    pub fn standing_label(&self) -> &str {
        &self.standing.label
    }

    /// The date up to which the facts were checked.
    pub fn as_of(&self) -> Date {
        self.as_of
    }

    pub fn quotations(&self) -> &[QuotedWords] {
        &self.quotations
    }

    /// The quotations that belong into the reply itself, because the answer is about their words.
    pub fn quoted_in_reply(&self) -> impl Iterator<Item = &QuotedWords> {
        self.quotations.iter().filter(|quoted| self.quoted_in_reply.contains(&quoted.key))
    }

    /// All quotations: its own, then those of the other side, without repeats.
    pub fn all_quotations(&self) -> impl Iterator<Item = &QuotedWords> {
        let responses = self.responses.iter().filter(|quoted| !self.quotations.contains(quoted));
        self.quotations.iter().chain(responses)
    }

    /// The other side's responses to an allegation in the answer.
    pub fn responses(&self) -> &[QuotedWords] {
        &self.responses
    }

    /// The conflicts between sources that concern the answer.
    pub fn conflicts(&self) -> &[ConflictNote] {
        &self.conflicts
    }

    /// Related questions.
    pub fn related(&self) -> &[Suggestion] {
        &self.related
    }

    /// An address that is useful with the answer, such as that of a setting.
    pub fn link(&self) -> Option<&Link> {
        self.link.as_ref()
    }

    /// Never empty.
    pub fn citations(&self) -> &[ShownCitation] {
        &self.citations.0
    }

    /// The status of the case in words, and the date up to which the facts were checked.
    pub fn stamp_line(&self) -> String {
        answer_stamp_line(&self.stamp, self.as_of)
    }

    /// The same in a few words, with [`DISCLAIMER`](super::DISCLAIMER) in short.
    pub fn brief_stamp(&self) -> String {
        brief_stamp(&self.stamp, self.as_of)
    }
}

/// A non-empty list of citations.
#[derive(Debug, Clone, PartialEq)]
pub struct Citations(Vec<ShownCitation>);

impl Citations {
    /// `None` if the list is empty.
    pub fn new(citations: Vec<ShownCitation>) -> Option<Self> {
        (!citations.is_empty()).then_some(Self(citations))
    }
}

/// A citation with the details of its source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShownCitation {
    pub key: SourceKey,
    pub title: String,
    pub publisher: String,
    /// The publisher in few words.
    pub short: String,
    /// The date of publication, if known.
    pub date: Option<PartialDate>,
    pub url: Option<String>,
    /// The location in the source.
    pub locator: Option<String>,
    pub kind: SourceKind,
    pub reliability: Reliability,
    /// The site with the copy, if `url` leads to one.
    pub copy_at: Option<String>,
}

impl ShownCitation {
    /// The publisher and the year in few words: `Reuters 2025`.
    pub fn short_imprint(&self) -> String {
        let year = self.date.map(|date| date.year().to_string());
        let year = year.filter(|year| !self.short.contains(year));
        std::iter::once(self.short.clone()).chain(year).collect::<Vec<_>>().join(" ")
    }

    /// What a reader should know before following the link: `copy at example.com, low
    /// reliability`.
    pub fn cautions(&self) -> Option<String> {
        let copy = self.copy_at.as_ref().map(|site| format!("copy at {site}"));
        let is_weak = self.reliability == Reliability::Low;
        let weak = is_weak.then(|| "low reliability".to_owned());
        let cautions: Vec<String> = copy.into_iter().chain(weak).collect();
        (!cautions.is_empty()).then(|| cautions.join(", "))
    }

    /// The publisher, the date and the location: `Reuters, 31 January 2025 (second paragraph)`.
    ///
    /// The date is left out if the locator contains it (`update of 31 January 2025`).
    pub fn imprint(&self) -> String {
        let Self { publisher, date, locator, .. } = self;
        let mut imprint = publisher.clone();
        // With the space before it, because "25 February" does not contain the date "5 February".
        let is_in_locator = |date: &PartialDate| {
            format!(" {}", locator.as_deref().unwrap_or_default()).contains(&format!(" {date}"))
        };
        if let Some(date) = date.filter(|date| !is_in_locator(date)) {
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
    /// The document or the occasion.
    pub document: Option<String>,
    /// The source in which they were read.
    pub source: SourceKey,
    /// The publisher of that source.
    pub publisher: String,
    /// The location in that source.
    pub locator: Option<String>,
    /// When they were said, if known.
    pub date: Option<PartialDate>,
    pub standing: Standing,
    /// What a reader must know to understand them correctly.
    pub caveat: Option<String>,
}

impl QuotedWords {
    /// The speaker, the document, the date, and the publisher of the source unless that is the
    /// speaker: `Doe, press release (4 March 2024); read in The Rivertown Gazette`.
    pub fn attribution(&self) -> String {
        let Self { speaker, document, date, publisher, .. } = self;
        let document = document.as_ref().map_or(String::new(), |document| format!(", {document}"));
        let date = date.map_or(String::new(), |date| format!(" ({date})"));
        let read_in = match speaker.starts_with(publisher.as_str()) {
            true => String::new(),
            false => format!("; read in {publisher}"),
        };
        format!("{speaker}{document}{date}{read_in}")
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

/// Several questions, one of which the asker may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What the bot says above the questions.
    pub text: String,
    /// At most five, best first.
    pub suggestions: Vec<Suggestion>,
    pub(super) stamp: CaseStamp,
}

/// The bot has no answer, and says so.
#[derive(Debug, Clone, PartialEq)]
pub struct NoAnswer {
    /// What the bot says.
    pub text: String,
    pub reason: WhyNoAnswer,
    /// The ISO 639-1 code of the language of the question, if that is not English.
    pub language: Option<String>,
    /// At most three of the nearest vetted questions, best first.
    pub nearest: Vec<Suggestion>,
    pub(super) stamp: CaseStamp,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyNoAnswer {
    /// There is no entry with the requested id.
    UnknownId,
    /// The requested entry is a draft. Members read the same as for an unknown id.
    Draft,
    /// The requested entry was withdrawn.
    Withdrawn,
    /// Moderators hold the answer back.
    UnderReview,
    /// The matcher found no answer to the question.
    #[serde(untagged)]
    Question(NoAnswerReason),
}

impl NoAnswer {
    /// Whether the FAQ may lack an answer, or the bot the understanding. Not so for greetings, for
    /// questions that are none of its business, and for somebody in distress.
    pub fn is_a_gap(&self) -> bool {
        use NoAnswerReason::{NotSure, Outside};
        matches!(self.reason, WhyNoAnswer::Question(NotSure | Outside))
    }

    /// Whether a guard says that the question is about something else than this FAQ.
    pub fn is_about_another_matter(&self) -> bool {
        self.reason == WhyNoAnswer::Question(NoAnswerReason::OtherMatter)
    }

    /// Whether the status of the case belongs under it. Somebody in distress needs other words.
    pub fn is_stamped(&self) -> bool {
        self.reason != WhyNoAnswer::Question(NoAnswerReason::Distress)
    }
}

impl Choice {
    /// The status of the case, in words.
    pub fn stamp_line(&self) -> String {
        stamp_line(&self.stamp)
    }

    /// The same in a few words, with [`DISCLAIMER`](super::DISCLAIMER) in short.
    pub fn brief_stamp(&self) -> String {
        brief_stamp(&self.stamp, self.stamp.last_checked)
    }
}

impl NoAnswer {
    /// The status of the case, in words.
    pub fn stamp_line(&self) -> String {
        stamp_line(&self.stamp)
    }

    /// The same in a few words, with [`DISCLAIMER`](super::DISCLAIMER) in short.
    pub fn brief_stamp(&self) -> String {
        brief_stamp(&self.stamp, self.stamp.last_checked)
    }
}
