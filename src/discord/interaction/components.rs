//! The `custom_id`s of buttons and menus. Each contains everything that is needed to respond, so
//! components still work after a restart.

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
    PostAnswer(EntryId),
    /// Posts the first page of a command's sheet.
    PostSheet(String),
    /// Shows another page of a command's sheet; pages are counted from 0.
    ShowPage(String, usize),
}

impl ComponentAction {
    pub fn custom_id(&self) -> String {
        match self {
            ComponentAction::Choose => "pick".to_owned(),
            ComponentAction::OpenRelated => "open".to_owned(),
            ComponentAction::NoneOfThese => "none".to_owned(),
            ComponentAction::PostAnswer(entry) => format!("post:{entry}"),
            // No entry begins with a slash.
            ComponentAction::PostSheet(command) => format!("post:/{command}"),
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
                _ => None,
            },
            Some(("post", what)) => Some(match what.strip_prefix('/') {
                Some(command) => ComponentAction::PostSheet(command.to_owned()),
                None => ComponentAction::PostAnswer(EntryId::new(what)),
            }),
            Some(("page", what)) => {
                let (command, number) = what.split_once(':')?;
                Some(ComponentAction::ShowPage(command.to_owned(), number.parse().ok()?))
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
            ComponentAction::PostAnswer(EntryId::new("status/is-it-over")),
            ComponentAction::PostSheet("status".to_owned()),
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
            "page:status:1:2",
            "drop table",
            "✨",
        ] {
            assert_eq!(ComponentAction::parse(id), None, "{id}");
        }
    }
}
