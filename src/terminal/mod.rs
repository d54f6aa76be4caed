//! The front end for a terminal: replies laid out for 80 columns, and a conversation at a prompt.

mod chat;
mod layout;

pub use chat::{ChatInput, chat_commands, read_chat_line};
pub use layout::{explanation_text, reply_text, sheet_text};
