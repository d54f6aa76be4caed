//! What was asked.

use jiff::civil::Date;

use crate::knowledge::EntryId;

/// Something that a person wants to know, on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What.
    pub what: What,
    /// Today, by which the age of the last check is told.
    pub today: Date,
}

/// What a person wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A question in the asker's own words.
    Question(String),
    /// An entry that was chosen by its id, from a list or a button.
    Entry(EntryId),
    /// Where the case stands.
    Status,
    /// How to opt out.
    OptOut,
    /// What happened, in order.
    Timeline,
    /// What the answers rest on.
    Sources,
    /// Exact words that hold these words.
    Quote(String),
    /// What the bot is.
    About,
}
