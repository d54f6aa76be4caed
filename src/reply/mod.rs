//! What to say, typed and free of any chat system's markup.
//!
//! [`compose`] turns an outcome into a [`Reply`]; every sentence that the bot itself says stands in
//! `compose.rs`. An [`Answer`] cannot be made without a citation and the case stamp. How a reply
//! looks is for the front ends.

mod answer;
mod compose;
mod editor;
mod explanation;
mod markdown;
mod rich_text;
mod sheet;

pub use answer::{
    Answer, Choice, Citations, ConflictNote, NoAnswer, QuotedWords, Reply, ShownCitation,
    Suggestion,
};
pub use compose::{
    APOLOGY, DISCLAIMER, about, compose, entry_reply, help, no_content, none_of_these, opt_out,
    quotations, sources, stamp_line, status, suggestions, timeline,
};
pub use editor::{editors_choices, editors_view, why};
pub use explanation::explanation;
pub use markdown::{UnsupportedMarkup, parse_markdown};
pub use rich_text::{Block, Inline, RichText};
pub use sheet::{Link, Section, Sheet};
