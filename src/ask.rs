//! Requests from people, as front ends pass them to the responder.

use jiff::civil::Date;

use crate::knowledge::{EntryId, PageName};

/// A query, with the date on which it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub query: Query,
    /// The date of the reply. The age of the last check is computed from it.
    pub today: Date,
}

/// What a person wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A question in the asker's own words, or the id of an entry.
    Question(String),
    /// An entry, chosen from a list.
    Entry(EntryId),
    /// The status of the case.
    Status,
    /// A page of the content.
    Page(PageName),
    /// The events, in order.
    Timeline,
    /// The sources of the answers.
    Sources,
    /// Quotations that contain these words, or the quotation with this key.
    Quote(String),
    /// Information about the bot.
    About,
}
