//! Users, messages and interactions as Discord sends them, with every field that serenity requires.

// Each test file uses only a part of this module.
#![allow(dead_code)]

use serde_json::{Value, json};

pub fn user(id: u64) -> Value {
    json!({
        "id": id.to_string(), "username": "somebody", "discriminator": "0", "avatar": null,
        "global_name": null,
    })
}

pub fn member(id: u64, permissions: u64) -> Value {
    json!({
        "user": user(id), "roles": [], "joined_at": "2024-01-01T00:00:00Z", "deaf": false,
        "mute": false, "flags": 0, "permissions": permissions.to_string(), "pending": false,
    })
}

pub fn message(id: u64, author: u64, guild: Option<u64>, content: &str) -> Value {
    json!({
        "id": id.to_string(), "channel_id": "10", "guild_id": guild.map(|id| id.to_string()),
        "author": user(author), "type": 0, "content": content, "mentions": [],
        "timestamp": "2026-01-01T00:00:00Z", "edited_timestamp": null, "tts": false,
        "mention_everyone": false, "mention_roles": [], "attachments": [], "embeds": [],
        "pinned": false, "components": [],
    })
}

/// A message whose text is only in a component that serenity does not know.
pub fn message_with_unknown_component(id: u64, author: u64, text: &str) -> Value {
    let mut message = message(id, author, None, "");
    message["components"] =
        json!([{"type": 1, "components": [{"type": 99, "content": text, "id": 1}]}]);
    message
}

/// An interaction of this type (2 a command, 3 a component, 4 an autocomplete, 5 a modal), in a
/// server or in the direct message with the bot.
pub fn interaction(
    id: u64,
    kind: u8,
    guild: Option<u64>,
    (user_id, permissions): (u64, u64),
    data: &Value,
) -> Value {
    let mut interaction = json!({
        "id": id.to_string(), "application_id": "901", "type": kind, "token": "secret-token",
        "version": 1, "channel_id": "10", "locale": "en-US", "entitlements": [],
        "attachment_size_limit": 1, "data": data,
        // SEND_MESSAGES and SEND_MESSAGES_IN_THREADS
        "app_permissions": ((1_u64 << 11) | (1 << 38)).to_string(),
    });
    match guild {
        Some(guild) => {
            interaction["context"] = json!(0);
            interaction["guild_id"] = json!(guild.to_string());
            interaction["guild_locale"] = json!("en-US");
            interaction["authorizing_integration_owners"] = json!({"0": guild.to_string()});
            interaction["member"] = member(user_id, permissions);
        }
        None => {
            interaction["context"] = json!(1);
            interaction["authorizing_integration_owners"] = json!({"0": "0"});
            interaction["user"] = user(user_id);
        }
    }
    interaction
}

/// The data of a command. A subcommand follows its command after a space.
pub fn command_data(command: &str, options: &Value, focused: &str) -> Value {
    let given = options.as_object().expect("options are an object").iter().map(|(name, value)| {
        let kind = match value {
            Value::Number(_) => 4,
            Value::Bool(_) => 5,
            _ => 3,
        };
        json!({"name": name, "type": kind, "value": value, "focused": name == focused})
    });
    let given: Vec<Value> = given.collect();
    let (name, options) = match command.split_once(' ') {
        Some((name, sub)) => (name, json!([{"type": 1, "name": sub, "options": given}])),
        None => (command, json!(given)),
    };
    json!({"id": "5", "type": 1, "name": name, "options": options})
}

/// The data of a message command.
pub fn context_menu_data(command: &str, message: &Value) -> Value {
    let id = message["id"].as_str().expect("an id");
    json!({
        "id": "6", "type": 3, "name": command, "target_id": id,
        "resolved": {"messages": {id: message}},
    })
}
