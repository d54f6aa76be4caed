//! Looks outside for what the bot should know, and changes nothing by itself: whether the files of the
//! FAQ have changed.
//!
//! It only says what it saw. What follows is up to the desk of the moderators.

mod folder;

pub use folder::Folder;
