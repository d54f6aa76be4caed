//! The words of the pages that say nothing about the case: headings, links and the search box.
//! Everything about the case comes from [`crate::reply`].

pub const SKIP: &str = "Skip to the content";
pub const ALL_QUESTIONS: &str = "All questions";
pub const ASK: &str = "Ask in your own words";
pub const SEARCH: &str = "Search";
pub const EXACT_WORDS: &str = "Exact words";
/// Above the words of the other side.
pub const IN_RESPONSE: &str = "In response:";
pub const NOTE: &str = "Note:";
pub const DISAGREEMENTS: &str = "Where sources disagree";
pub const SOURCES: &str = "Sources";
pub const RELATED: &str = "Related questions";
pub const CORRECTIONS: &str = "Version and corrections";
pub const NEVER_CORRECTED: &str = "Since the bot remembers, no message with this answer had to be \
                                   corrected.";
pub const CORRECTIONS_UNKNOWN: &str =
    "The list of corrections cannot be shown now. Please try again later.";
pub const LASTING_ADDRESS: &str = "The page of this answer";
pub const NO_SUCH_PAGE: &str = "There is no such page";
pub const NO_SUCH_PAGE_HELP: &str =
    "The address may have a mistake in it, or the page is gone. Search above, or look through";
pub const NEAREST: &str = "Did you mean one of these?";
pub const BUSY: &str = "Too many people search at the moment. Please try again in a few seconds.";
pub const FAILED: &str = "Something went wrong here. Please try again later.";
pub const NAVIGATION: &str = "Pages";

/// `version` is the hash of what the answer says.
pub fn version(version: &str, checked: &str) -> String {
    format!("Version {version}, facts checked up to {checked}.")
}

/// A correction that led to this version, or to none.
pub fn corrected(day: &str, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{day}: older messages were changed to version {version}."),
        None => format!("{day}: withdrawn, also from older messages."),
    }
}

/// The name of a command, as a link.
pub fn page_name(command: &str) -> String {
    let words = command.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
