//! The `custom_id`s of buttons and menus. Each contains everything that is needed to respond, so
//! components still work after a restart.

use std::fmt;
use std::num::NonZeroU64;

use serenity::model::id::MessageId;

use crate::knowledge::EntryId;

/// The action of a button or menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComponentAction {
    /// The menu of a choice: the answer replaces the choice.
    Choose,
    /// The menu of related questions: the answer is a separate message.
    OpenRelated,
    /// The button below a choice.
    NoneOfThese,
    /// Shows the evidence of an answer to whoever pressed the button.
    ShowEvidence(EntryId),
    /// Calls an answer helpful.
    Helpful(EntryId),
    /// Asks what is not right about an answer. The form that it opens has the same id.
    NotRight(EntryId),
    /// Asks whether to post a reply to the channel.
    Share(Shared),
    /// Posts a reply to the channel.
    Post {
        shared: Shared,
        /// The message with the reply.
        from: MessageId,
        /// Whether the posted message says who posted it.
        is_named: bool,
    },
    /// Deletes a posted message.
    Remove,
    /// A menu of pages of a command's sheet, which has a number of its own, because Discord wants
    /// all ids of a message to differ. Pages and menus are counted from 0.
    ChoosePage(String, usize),
    /// A button that earlier versions had: shows another page.
    ShowPage(String, usize),
}

/// What a member can post to the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    Answer(EntryId),
    /// The first page of a command's sheet.
    Sheet(String),
}

impl Shared {
    /// No entry begins with a slash.
    fn parse(text: &str) -> Self {
        match text.strip_prefix('/') {
            Some(command) => Self::Sheet(command.to_owned()),
            None => Self::Answer(EntryId::new(text)),
        }
    }
}

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answer(entry) => write!(f, "{entry}"),
            Self::Sheet(command) => write!(f, "/{command}"),
        }
    }
}

impl ComponentAction {
    pub fn custom_id(&self) -> String {
        match self {
            ComponentAction::Choose => "pick".to_owned(),
            ComponentAction::OpenRelated => "open".to_owned(),
            ComponentAction::NoneOfThese => "none".to_owned(),
            ComponentAction::ShowEvidence(entry) => format!("evidence:{entry}"),
            ComponentAction::Helpful(entry) => format!("helpful:{entry}"),
            ComponentAction::NotRight(entry) => format!("not-right:{entry}"),
            ComponentAction::Share(shared) => format!("share:{shared}"),
            ComponentAction::Post { shared, from, is_named: false } => {
                format!("post:{from}:{shared}")
            }
            ComponentAction::Post { shared, from, is_named: true } => {
                format!("sign:{from}:{shared}")
            }
            ComponentAction::Remove => "remove".to_owned(),
            ComponentAction::ChoosePage(command, menu) => format!("pages:{command}:{menu}"),
            ComponentAction::ShowPage(command, number) => format!("page:{command}:{number}"),
        }
    }

    /// Parses a `custom_id`. It may be forged, so it can contain anything.
    pub fn parse(custom_id: &str) -> Option<Self> {
        match custom_id.split_once(':') {
            None => match custom_id {
                "pick" => Some(ComponentAction::Choose),
                "open" => Some(ComponentAction::OpenRelated),
                "none" => Some(ComponentAction::NoneOfThese),
                "remove" => Some(ComponentAction::Remove),
                _ => None,
            },
            Some(("evidence", entry)) => Some(ComponentAction::ShowEvidence(EntryId::new(entry))),
            Some(("helpful", entry)) => Some(ComponentAction::Helpful(EntryId::new(entry))),
            Some(("not-right", entry)) => Some(ComponentAction::NotRight(EntryId::new(entry))),
            Some(("share", what)) => Some(ComponentAction::Share(Shared::parse(what))),
            Some((kind @ ("post" | "sign"), what)) => {
                let (from, shared) = what.split_once(':')?;
                Some(ComponentAction::Post {
                    shared: Shared::parse(shared),
                    // An id is never 0.
                    from: MessageId::from(from.parse::<NonZeroU64>().ok()?),
                    is_named: kind == "sign",
                })
            }
            Some((kind @ ("page" | "pages"), what)) => {
                let (command, number) = what.split_once(':')?;
                let number = number.parse().ok()?;
                Some(match kind {
                    "page" => ComponentAction::ShowPage(command.to_owned(), number),
                    _ => ComponentAction::ChoosePage(command.to_owned(), number),
                })
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_can_be_read_back() {
        let actions = [
            ComponentAction::Choose,
            ComponentAction::OpenRelated,
            ComponentAction::NoneOfThese,
            ComponentAction::ShowEvidence(EntryId::new("status/is-it-over")),
            ComponentAction::Helpful(EntryId::new("status/is-it-over")),
            ComponentAction::NotRight(EntryId::new("status/is-it-over")),
            ComponentAction::Share(Shared::Answer(EntryId::new("status/is-it-over"))),
            ComponentAction::Share(Shared::Sheet("status".to_owned())),
            ComponentAction::Post {
                shared: Shared::Answer(EntryId::new("status/is-it-over")),
                from: MessageId::new(7),
                is_named: true,
            },
            ComponentAction::Post {
                shared: Shared::Sheet("status".to_owned()),
                from: MessageId::new(7),
                is_named: false,
            },
            ComponentAction::Remove,
            ComponentAction::ChoosePage("sources".to_owned(), 1),
            ComponentAction::ShowPage("sources".to_owned(), 2),
        ];
        for action in actions {
            assert_eq!(ComponentAction::parse(&action.custom_id()), Some(action));
        }
    }

    #[test]
    fn forged_ids_are_no_action() {
        for id in [
            "",
            "pick:1",
            "page",
            "page:status",
            "page:status:-1",
            "post:0:status/is-it-over",
            "post:status/is-it-over",
            "page:status:1:2",
            "drop table",
            "✨",
        ] {
            assert_eq!(ComponentAction::parse(id), None, "{id}");
        }
    }
}
