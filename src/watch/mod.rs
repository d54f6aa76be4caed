//! Looks outside for what the bot should know, and changes nothing by itself: whether the files of the
//! FAQ have changed, whether something happened in the docket, and whether the sources are still there.
//!
//! It only says what it saw. The desk of the moderators remembers that, and decides what follows.

mod addresses;
mod court_listener;
mod docket;
mod folder;
mod http;

pub use addresses::{Address, Addresses, KnownAddresses};
pub use court_listener::{CourtListener, Trouble};
pub use docket::{KnownDocket, WatchedCase};
pub use folder::Folder;

use serde::{Deserialize, Serialize};

/// Something that moderators should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    pub text: String,
    pub url: String,
}

/// What a look found.
#[derive(Debug)]
pub struct Look<Known> {
    /// What is known from now on.
    pub known: Known,
    pub news: Vec<News>,
    /// What could not be seen.
    pub gaps: Vec<String>,
}

/// At most so many characters, in one line that can be logged.
fn shortened(text: &str, most: usize) -> String {
    let text = text.replace(char::is_control, " ");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
