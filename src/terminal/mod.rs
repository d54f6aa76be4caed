//! The terminal front end: the layout of replies, and the input of `caseclerk chat`.

mod chat;
mod layout;

pub use chat::{ChatInput, chat_commands, read_chat_line};
pub use layout::{Look, evidence_text, explanation_text, reply_text, sheet_text};
