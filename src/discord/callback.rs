//! What Discord is sent in response to an interaction, in the shape that it expects.

use serde::Serialize;

use super::render::Message;

/// The flag of a message that only one member sees.
pub const EPHEMERAL: u64 = 1 << 6;

/// A response to an interaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Callback {
    #[serde(rename = "type")]
    kind: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
}

/// A suggestion under what somebody types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is shown.
    pub name: String,
    /// What is sent when it is chosen.
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
enum Data {
    Message {
        #[serde(flatten)]
        message: Message,
        #[serde(skip_serializing_if = "Option::is_none")]
        flags: Option<u64>,
    },
    Promise {
        flags: u64,
    },
    Choices {
        choices: Vec<Choice>,
    },
}

impl Callback {
    /// Says that we are there.
    pub fn pong() -> Self {
        Self { kind: 1, data: None }
    }

    /// A message of its own, for everybody or for one member only.
    pub fn message(message: Message, private: bool) -> Self {
        Self { kind: 4, data: Some(Data::Message { message, flags: private.then_some(EPHEMERAL) }) }
    }

    /// Promises a message that only one member will see.
    pub fn promise() -> Self {
        Self { kind: 5, data: Some(Data::Promise { flags: EPHEMERAL }) }
    }

    /// A message in the place of the one whose button was pressed.
    pub fn update(message: Message) -> Self {
        Self { kind: 7, data: Some(Data::Message { message, flags: None }) }
    }

    /// Suggestions.
    pub fn choices(choices: Vec<Choice>) -> Self {
        Self { kind: 8, data: Some(Data::Choices { choices }) }
    }
}
