//! The commands that every front end offers, in one table: help, routing, registration, the README
//! and the tests read it.

use crate::ask::What;

/// A command by which a person asks for something other than the answer to a question.
#[derive(Debug, Clone, Copy)]
pub struct Command {
    /// Its name, without the slash.
    pub name: &'static str,
    /// What it shows, in a few words; Discord allows 100 characters.
    pub summary: &'static str,
    /// The words it needs, if it needs any: their name and what they are.
    pub words: Option<(&'static str, &'static str)>,
    /// What it asks for, given those words.
    pub what: fn(String) -> What,
}

/// The commands, in the order in which help lists them.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "status",
        summary: "Where the case stands, and when that was last checked",
        words: None,
        what: |_| What::Status,
    },
    Command {
        name: "optout",
        summary: "How to turn off AI training on your LinkedIn data, by device and region",
        words: None,
        what: |_| What::OptOut,
    },
    Command {
        name: "timeline",
        summary: "What happened, in order",
        words: None,
        what: |_| What::Timeline,
    },
    Command {
        name: "quote",
        summary: "Exact words, with who said them and where they stand",
        words: Some(("words", "Words that stand in the quotation")),
        what: What::Quote,
    },
    Command {
        name: "sources",
        summary: "What the answers rest on, how far to trust it, and where sources disagree",
        words: None,
        what: |_| What::Sources,
    },
    Command {
        name: "about",
        summary: "What this bot is, what it stores, and how to report an error",
        words: None,
        what: |_| What::About,
    },
];

/// Finds a command by its name.
pub fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name)
}
