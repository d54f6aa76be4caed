//! Replies as typed data, without the markup of a chat system.
//!
//! [`compose`] turns an outcome into a [`Reply`]. The bot's own sentences come from the content's
//! voice; only the words of the stamp are in the code, because the stamp is computed. No reply
//! about the case can be created without the stamp, and no [`Answer`] without a citation. The front
//! ends lay replies out; only their JSON form is here, because it is the same everywhere.

mod answer;
mod compose;
mod contents;
mod editor;
mod explanation;
mod json;
mod markdown;
mod reach;
mod rich_text;
mod sheet;
mod why;

pub use answer::{
    Answer, Choice, Citations, ConflictNote, NoAnswer, QuotedWords, Reply, ShownCitation,
    Suggestion, WhyNoAnswer,
};
pub use compose::{
    APOLOGY, DISCLAIMER, about, about_answer, brief_stamp, compose, entry_reply, help,
    in_other_language, no_content, none_of_these, page, quotations, sources, status, suggestions,
    timeline, under_review,
};
pub use contents::{Contents, ContentsTopic, contents, page_path};
pub use editor::{editors_choices, editors_view};
pub use explanation::explanation;
pub use json::{JsonError, JsonReply, write_json, write_json_line};
pub use markdown::{UnsupportedMarkup, parse_markdown};
pub use reach::{advice, found_line, lost_lines, reach_lines, reach_sentence, reach_summary};
pub use rich_text::{Block, Inline, RichText, item_marks, marked};
pub use sheet::{Link, Section, Sheet, SheetPage};
pub use why::{Alike, Why, why};
