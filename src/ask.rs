//! What a person asks for.

use jiff::civil::Date;

use crate::knowledge::{EntryId, PageName};

/// Something that a person wants to know, on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub query: Query,
    /// The day of the reply, from which the age of the last check is counted.
    pub today: Date,
}

/// What a person wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Query {
    /// A question in the asker's own words, or the id of an entry.
    Question(String),
    /// An entry that was chosen from a list.
    Entry(EntryId),
    /// Where the case stands.
    Status,
    /// A page that this case has beside its answers.
    Page(PageName),
    /// What happened, in order.
    Timeline,
    /// The sources of the answers.
    Sources,
    /// Quotations that hold these words.
    Quote(String),
    /// What the bot is.
    About,
}
