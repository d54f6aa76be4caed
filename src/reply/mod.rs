//! What to say, typed and free of any chat system's markup.
//!
//! [`compose`] turns an outcome into a [`Reply`]. The bot's own sentences come from the content's
//! voice; only the words of the stamp are in the code, because the stamp is computed. No reply that
//! says something about the case can be made without the stamp, and no [`Answer`] without a
//! citation. How a reply looks is for the front ends, except as JSON, which is the same everywhere.

mod answer;
mod compose;
mod editor;
mod explanation;
mod json;
mod markdown;
mod rich_text;
mod sheet;

pub use answer::{
    Answer, Choice, Citations, ConflictNote, NoAnswer, QuotedWords, Reply, ShownCitation,
    Suggestion, WhyNoAnswer,
};
pub use compose::{
    APOLOGY, DISCLAIMER, about, compose, entry_reply, help, no_content, none_of_these, page,
    quotations, sources, status, suggestions, timeline,
};
pub use editor::{editors_choices, editors_view, why};
pub use explanation::explanation;
pub use json::{JsonError, JsonReply, write_json, write_json_line};
pub use markdown::{UnsupportedMarkup, parse_markdown};
pub use rich_text::{Block, Inline, RichText};
pub use sheet::{Link, Section, Sheet};
