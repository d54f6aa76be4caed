//! Parses the lines that somebody types into `caseclerk chat`.

use crate::ask::Query;
use crate::commands::Commands;
use crate::knowledge::EntryId;
use crate::reply::Suggestion;

/// A parsed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatInput {
    Ask(Query),
    Help,
    /// The evidence behind the last answer.
    More,
    Reload,
    Quit,
    /// An unknown command, or a command without its required words, with an error message.
    Misused(String),
    Nothing,
}

/// Parses a line. A number chooses one of the suggestions that were shown last.
pub fn read_chat_line(line: &str, commands: &Commands, offered: &[Suggestion]) -> ChatInput {
    let line = line.trim();
    if line.is_empty() {
        return ChatInput::Nothing;
    }
    if let Some(entry) = chosen(line, offered) {
        return ChatInput::Ask(Query::Entry(entry.clone()));
    }
    let Some(command) = line.strip_prefix('/') else {
        return ChatInput::Ask(Query::Question(line.to_owned()));
    };
    let (name, words) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    match (name, commands.find(name)) {
        ("help", _) => ChatInput::Help,
        ("more", _) => ChatInput::More,
        ("reload", _) => ChatInput::Reload,
        ("quit" | "exit", _) => ChatInput::Quit,
        ("ask", _) => read_chat_line(words, commands, &[]),
        (_, Some(command)) if command.words.is_some() && words.trim().is_empty() => {
            ChatInput::Misused(format!("/{name} needs words: /{name} WORDS"))
        }
        (_, Some(command)) => ChatInput::Ask(command.query(words)),
        (_, None) => ChatInput::Misused(format!("There is no command /{name}. /help lists them.")),
    }
}

fn chosen<'s>(line: &str, offered: &'s [Suggestion]) -> Option<&'s EntryId> {
    let number: usize = line.parse().ok()?;
    Some(&offered.get(number.checked_sub(1)?)?.entry)
}

/// The commands of `caseclerk chat` with their descriptions, for the help.
pub fn chat_commands(commands: &Commands) -> Vec<(String, String)> {
    let shared = commands.list.iter().map(|command| {
        let words = if command.words.is_some() { " WORDS" } else { "" };
        (format!("/{}{words}", command.name), command.summary.clone())
    });
    let own = [
        ("1, 2, …", "One of the questions that were just listed"),
        ("/more", "Quotations, sources and related questions of the last answer"),
        ("/help", "This overview"),
        ("/reload", "Load the FAQ again after it was edited"),
        ("/quit", "Leave"),
    ];
    shared.chain(own.map(|(name, what)| (name.to_owned(), what.to_owned()))).collect()
}
