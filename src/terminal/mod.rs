//! The front end for a terminal: replies laid out for 80 columns, a conversation at a prompt, and
//! JSON for programs.

mod chat;
mod json;
mod layout;

pub use chat::{ChatInput, chat_commands, read_chat_line};
pub use json::{JsonError, JsonReply};
pub use layout::{explanation_text, reply_text, sheet_text};
