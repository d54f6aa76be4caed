//! What a line means that somebody types into `caseclerk chat`.

use crate::ask::What;
use crate::commands::{COMMANDS, find};
use crate::reply::Suggestion;

/// A line of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatInput {
    /// Something to answer.
    Ask(What),
    /// The short help.
    Help,
    /// Load the FAQ again.
    Reload,
    /// Leave.
    Quit,
    /// A command that does not exist, or one without the words it needs.
    Misused(String),
    /// Nothing.
    Nothing,
}

/// Reads a line. A number chooses one of the suggestions that were just shown.
pub fn read_chat_line(line: &str, offered: &[Suggestion]) -> ChatInput {
    let line = line.trim();
    if line.is_empty() {
        return ChatInput::Nothing;
    }
    let chosen = line.parse::<usize>().ok().and_then(|number| offered.get(number.checked_sub(1)?));
    if let Some(suggestion) = chosen {
        return ChatInput::Ask(What::Entry(suggestion.entry.clone()));
    }
    let Some(command) = line.strip_prefix('/') else {
        return ChatInput::Ask(What::Question(line.to_owned()));
    };
    let (name, words) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
    match (name, find(name)) {
        ("help", _) => ChatInput::Help,
        ("reload", _) => ChatInput::Reload,
        ("quit" | "exit", _) => ChatInput::Quit,
        ("ask", _) => read_chat_line(words, &[]),
        (_, Some(command)) if command.words.is_some() && words.trim().is_empty() => {
            ChatInput::Misused(format!("/{name} needs words: /{name} WORDS"))
        }
        (_, Some(command)) => ChatInput::Ask((command.what)(words.trim().to_owned())),
        (_, None) => ChatInput::Misused(format!("There is no command /{name}. /help lists them.")),
    }
}

/// The commands of the conversation, for the help.
pub fn chat_commands() -> Vec<(String, String)> {
    let shared = COMMANDS.iter().map(|command| {
        let words = if command.words.is_some() { " WORDS" } else { "" };
        (format!("/{}{words}", command.name), command.summary.to_owned())
    });
    let own = [
        ("1, 2, …", "One of the questions that were just listed"),
        ("/help", "This overview"),
        ("/reload", "Load the FAQ again after it was edited"),
        ("/quit", "Leave"),
    ];
    shared.chain(own.map(|(name, what)| (name.to_owned(), what.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::EntryId;

    #[test]
    fn a_number_chooses_only_what_was_offered() {
        let id = EntryId::new("status/is-it-over");
        let offered =
            [Suggestion { entry: id.clone(), question: "Is it over?".into(), topic: id.topic() }];
        assert_eq!(read_chat_line("1", &offered), ChatInput::Ask(What::Entry(id)));
        for other in ["0", "2", "-1", "99999999999999999999"] {
            assert_eq!(
                read_chat_line(other, &offered),
                ChatInput::Ask(What::Question(other.into()))
            );
        }
    }

    #[test]
    fn commands_are_found_by_name() {
        assert_eq!(read_chat_line(" /status ", &[]), ChatInput::Ask(What::Status));
        assert_eq!(
            read_chat_line("/quote no merit", &[]),
            ChatInput::Ask(What::Quote("no merit".into()))
        );
        assert!(matches!(read_chat_line("/quote", &[]), ChatInput::Misused(_)));
        assert!(matches!(read_chat_line("/stauts", &[]), ChatInput::Misused(_)));
        assert_eq!(
            read_chat_line("/", &[]),
            ChatInput::Misused("There is no command /. /help lists them.".into())
        );
    }
}
