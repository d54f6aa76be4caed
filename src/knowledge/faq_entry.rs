//! One question with its vetted answer.

use jiff::civil::Date;

use super::finding::{Located, Place};
use super::ids::{ConflictKey, EntryId, QuotationKey};
use super::library::ContentHash;
use crate::legal::{Citation, Standing};

/// An entry of the FAQ, as its file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FaqEntry {
    pub id: EntryId,
    pub question: String,
    /// Other ways in which people ask it.
    pub phrasings: Vec<Located<String>>,
    /// Words by which the entry can be found although they occur nowhere else in it.
    pub keywords: Vec<String>,
    /// The answer in Markdown.
    pub answer: Located<String>,
    pub standing: Standing,
    /// Never empty in an entry that the loader lets through.
    pub citations: Vec<Citation>,
    /// Quotations to show with the answer.
    pub quotations: Vec<QuotationKey>,
    /// Those of the quotations that belong into the reply itself, because the answer is about their
    /// words. The others are one tap away.
    pub quoted_in_reply: Vec<QuotationKey>,
    /// Quotations in which the other side responds to an allegation.
    pub responses: Vec<QuotationKey>,
    /// Why there is no response, if nobody responded to an allegation.
    pub no_response: Option<String>,
    /// Conflicts between sources that concern the answer.
    pub conflicts: Vec<ConflictKey>,
    /// Related entries, which must name this one too.
    pub related: Vec<EntryId>,
    /// Related entries that need not name this one.
    pub see_also: Vec<EntryId>,
    /// The date up to which the facts were checked.
    pub as_of: Date,
    pub vetting: Vetting,
    /// The first line of the file.
    pub place: Place,
}

/// Whether an answer may be shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vetting {
    /// Loaded and checked, but not indexed and not shown to members.
    Draft,
    /// Compared with its sources on that day. Who does that is for the operator to decide.
    Vetted(Date),
    /// Not indexed. A member who asks for it by id is shown when and why it was withdrawn.
    Withdrawn {
        date: Date,
        /// One sentence.
        reason: String,
    },
}

impl FaqEntry {
    /// The question, then the other phrasings.
    pub fn ways_of_asking(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.question.as_str())
            .chain(self.phrasings.iter().map(|phrasing| phrasing.value.as_str()))
    }

    /// A hash of what the answer says and by what it is supported. Other ways of asking for it do not
    /// change it.
    pub fn revision(&self) -> String {
        let Self { question, answer, standing, citations, .. } = self;
        let said = format!("{question}\n{}\n{standing:?}\n{citations:?}", answer.value);
        ContentHash::of(std::iter::once(said)).short().to_owned()
    }

    /// Whether the entry may be found and shown.
    pub fn is_vetted(&self) -> bool {
        matches!(self.vetting, Vetting::Vetted(_))
    }

    /// The entries to suggest after this one: `related`, then `see_also`.
    pub fn neighbours(&self) -> impl Iterator<Item = &EntryId> {
        self.related.iter().chain(&self.see_also)
    }

    /// All quotations that are shown with the answer: its own, then the responses, without repeats.
    pub fn all_quotations(&self) -> impl Iterator<Item = &QuotationKey> {
        self.quotations
            .iter()
            .chain(self.responses.iter().filter(|key| !self.quotations.contains(key)))
    }
}
