//! What buttons and menus report when they are used: short names that hold everything, so that they
//! work after a restart.

use crate::knowledge::EntryId;

/// What a button or menu asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Press {
    /// The menu of a choice: the answer takes the place of the choice.
    Pick,
    /// The menu of related questions: the answer comes as another message.
    Open,
    /// None of the questions that were offered.
    NoneOfThese,
    /// Post this answer to the channel.
    PostAnswer(EntryId),
    /// Post the first page of this command to the channel.
    PostSheet(String),
    /// Turn to another page of this command, counted from 0.
    Page(String, usize),
}

impl Press {
    /// The name under which it reports.
    pub fn custom_id(&self) -> String {
        match self {
            Press::Pick => "pick".to_owned(),
            Press::Open => "open".to_owned(),
            Press::NoneOfThese => "none".to_owned(),
            Press::PostAnswer(entry) => format!("post:{entry}"),
            // No entry begins with a slash.
            Press::PostSheet(command) => format!("post:/{command}"),
            Press::Page(command, number) => format!("page:{command}:{number}"),
        }
    }

    /// Reads such a name; anybody can forge one, so it may be anything.
    pub fn parse(custom_id: &str) -> Option<Self> {
        match custom_id.split_once(':') {
            None => match custom_id {
                "pick" => Some(Press::Pick),
                "open" => Some(Press::Open),
                "none" => Some(Press::NoneOfThese),
                _ => None,
            },
            Some(("post", what)) => Some(match what.strip_prefix('/') {
                Some(command) => Press::PostSheet(command.to_owned()),
                None => Press::PostAnswer(EntryId::new(what)),
            }),
            Some(("page", what)) => {
                let (command, number) = what.split_once(':')?;
                Some(Press::Page(command.to_owned(), number.parse().ok()?))
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let presses = [
            Press::Pick,
            Press::Open,
            Press::NoneOfThese,
            Press::PostAnswer(EntryId::new("status/is-it-over")),
            Press::PostSheet("status".to_owned()),
            Press::Page("sources".to_owned(), 2),
        ];
        for press in presses {
            assert_eq!(Press::parse(&press.custom_id()), Some(press));
        }
    }

    #[test]
    fn forged_names_are_nothing() {
        for name in [
            "",
            "pick:1",
            "page",
            "page:status",
            "page:status:-1",
            "page:status:1:2",
            "drop table",
            "✨",
        ] {
            assert_eq!(Press::parse(name), None, "{name}");
        }
    }
}
