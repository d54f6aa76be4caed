//! One question with its vetted answer.

use jiff::civil::Date;

use super::finding::{Located, Place};
use super::ids::{ConflictKey, EntryId, QuotationKey};
use crate::legal::{Citation, Standing};

/// An answer of the FAQ, as its file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct FaqEntry {
    pub id: EntryId,
    pub question: String,
    /// Other ways in which people ask it.
    pub phrasings: Vec<Located<String>>,
    /// Single words that lead here although they occur nowhere else in the entry.
    pub keywords: Vec<String>,
    /// The answer in Markdown.
    pub answer: Located<String>,
    pub standing: Standing,
    /// Never empty in an entry that the loader lets through.
    pub citations: Vec<Citation>,
    /// Quotations shown with it.
    pub quotations: Vec<QuotationKey>,
    /// Quotations in which the other side responds to an allegation.
    pub responses: Vec<QuotationKey>,
    /// Why there is no response, for an allegation that nobody responded to.
    pub no_response: Option<String>,
    /// Conflicts between sources that touch it.
    pub conflicts: Vec<ConflictKey>,
    /// Neighbouring answers that name this one too.
    pub related: Vec<EntryId>,
    /// Neighbouring answers that need not name this one.
    pub see_also: Vec<EntryId>,
    /// The day up to which its facts were checked.
    pub as_of: Date,
    pub vetting: Vetting,
    /// Where its file begins.
    pub place: Place,
}

/// Whether an answer may be shown to people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vetting {
    /// Loaded and checked, never indexed, never shown to members.
    Draft,
    /// Compared with its sources by a second person on that day.
    Vetted(Date),
    /// No longer found; those who ask for it by its id read when and why.
    Withdrawn {
        date: Date,
        /// Why, in a sentence.
        reason: String,
    },
}

impl FaqEntry {
    /// Its question, then the other ways of asking it.
    pub fn ways_of_asking(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.question.as_str())
            .chain(self.phrasings.iter().map(|phrasing| phrasing.value.as_str()))
    }

    /// Whether it may be found and shown.
    pub fn is_vetted(&self) -> bool {
        matches!(self.vetting, Vetting::Vetted(_))
    }

    /// The neighbours to suggest after it, mutual ones first.
    pub fn neighbours(&self) -> impl Iterator<Item = &EntryId> {
        self.related.iter().chain(&self.see_also)
    }

    /// All the quotations that are shown with it: its own, then the responses.
    pub fn all_quotations(&self) -> impl Iterator<Item = &QuotationKey> {
        self.quotations
            .iter()
            .chain(self.responses.iter().filter(|key| !self.quotations.contains(key)))
    }
}
