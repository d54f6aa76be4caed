//! What Discord tells about an interaction or a message becomes a request.
//!
//! Read is the JSON itself, and only the parts that matter here: a client library refuses a whole
//! event for one component that it does not know, and then a member would wait for an answer that
//! never comes.

use serde_json::Value;
use serenity::model::permissions::Permissions;

/// Somebody used a command, a button or a menu.
pub struct Request {
    /// The id of the interaction.
    pub id: u64,
    /// By which Discord knows to what we respond.
    pub token: String,
    /// The application that was addressed.
    pub application: u64,
    /// The channel.
    pub channel: u64,
    /// The server, unless it was a direct message.
    pub guild: Option<u64>,
    /// Whether it is a direct message to the bot itself.
    pub direct: bool,
    /// Who.
    pub member: u64,
    /// What they may do in the channel.
    pub permissions: Permissions,
    /// The roles that they have in the server.
    pub roles: Vec<u64>,
    /// What the bot may do in the channel.
    pub own_permissions: Permissions,
    /// What they want.
    pub wish: Wish,
}

/// What somebody wants.
#[derive(Debug, Clone, PartialEq)]
pub enum Wish {
    /// Discord asks whether we are there.
    Ping,
    /// A command with its options.
    Command(Typed),
    /// Suggestions for an option that is being typed: which, and what stands there so far.
    Complete(Typed, String),
    /// A look at the text of a message.
    Check(String),
    /// A button, or a menu with what was chosen, under a message of ours.
    Press {
        /// The name under which it reports.
        custom_id: String,
        /// What was chosen.
        values: Vec<String>,
        /// The message that it stands under.
        message: u64,
        /// Whether the message is seen by this member only.
        private: bool,
        /// Whether this member asked for the message.
        own: bool,
    },
    /// Something that we never offered.
    Unknown,
}

/// A command as it was typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Typed {
    /// Its name.
    pub name: String,
    /// The subcommand, if there is one.
    pub subcommand: Option<String>,
    options: Vec<(String, Value)>,
}

/// A message that was written where the bot can see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The id of the message.
    pub id: u64,
    /// The channel.
    pub channel: u64,
    /// Whether it is a direct message.
    pub direct: bool,
    /// Who wrote it.
    pub author: u64,
    /// Whether the bot is named in it; a reply with its ping on counts.
    pub names_bot: bool,
    /// Its words, without the mentions of the bot.
    pub words: String,
}

impl Request {
    /// Reads an interaction; `None` if it has not even an id and a token to respond to.
    pub fn read(interaction: &Value) -> Option<Self> {
        let user = interaction.pointer("/member/user").or_else(|| interaction.get("user"))?;
        let guild = id(&interaction["guild_id"]);
        let member = id(&user["id"])?;
        Some(Self {
            id: id(&interaction["id"])?,
            token: text(&interaction["token"])?,
            application: id(&interaction["application_id"]).unwrap_or_default(),
            channel: id(&interaction["channel_id"])
                .or_else(|| id(&interaction["channel"]["id"]))
                .unwrap_or_default(),
            guild,
            // Context 1 is the direct message with the bot; 2 is somebody else's.
            direct: guild.is_none() && interaction["context"].as_u64().unwrap_or(1) == 1,
            member,
            permissions: permissions(&interaction["member"]["permissions"]),
            roles: list(&interaction["member"]["roles"]).iter().filter_map(id).collect(),
            own_permissions: permissions(&interaction["app_permissions"]),
            wish: wish(interaction, member),
        })
    }
}

impl Typed {
    /// The text of an option.
    pub fn text(&self, option: &str) -> Option<&str> {
        self.value(option)?.as_str()
    }

    /// A yes or no.
    pub fn flag(&self, option: &str) -> Option<bool> {
        self.value(option)?.as_bool()
    }

    fn value(&self, option: &str) -> Option<&Value> {
        self.options.iter().find(|(name, _)| name == option).map(|(_, value)| value)
    }

    fn read(data: &Value) -> Self {
        let mut options = list(&data["options"]);
        // Type 1 is a subcommand, and what was typed stands in its own options.
        let subcommand = options.first().filter(|option| option["type"] == 1);
        let subcommand = subcommand.map(|option| {
            options = list(&option["options"]);
            text(&option["name"]).unwrap_or_default()
        });
        let options = options
            .iter()
            .filter_map(|option| Some((text(&option["name"])?, option["value"].clone())));
        Self {
            name: text(&data["name"]).unwrap_or_default(),
            subcommand,
            options: options.collect(),
        }
    }
}

impl Written {
    /// Reads a message; `None` if a person did not write it, or it lacks what every message has.
    pub fn read(message: &Value, bot: u64) -> Option<Self> {
        let author = id(&message["author"]["id"])?;
        let by_person =
            message["author"]["bot"] != true && message["webhook_id"].is_null() && author != bot;
        // Type 0 is a plain message, 19 a reply; everything else Discord writes by itself.
        let plain = matches!(message["type"].as_u64(), None | Some(0 | 19));
        if !by_person || !plain {
            return None;
        }
        let content = message["content"].as_str().unwrap_or_default();
        Some(Self {
            id: id(&message["id"])?,
            channel: id(&message["channel_id"])?,
            direct: id(&message["guild_id"]).is_none(),
            author,
            names_bot: list(&message["mentions"]).iter().any(|user| id(&user["id"]) == Some(bot)),
            words: content
                .replace(&format!("<@{bot}>"), " ")
                .replace(&format!("<@!{bot}>"), " ")
                .trim()
                .to_owned(),
        })
    }

    /// Whether the bot is asked something here.
    pub fn is_for_bot(&self) -> bool {
        self.direct || self.names_bot
    }
}

fn wish(interaction: &Value, member: u64) -> Wish {
    let data = &interaction["data"];
    match (interaction["type"].as_u64(), data["type"].as_u64()) {
        (Some(1), _) => Wish::Ping,
        (Some(2), Some(3)) => Wish::Check(checked_text(data)),
        (Some(2), None | Some(1)) => Wish::Command(Typed::read(data)),
        (Some(4), _) => {
            let typed = Typed::read(data);
            let focused = focused_option(data).unwrap_or_default();
            Wish::Complete(typed, focused)
        }
        (Some(3), _) => press(interaction, member),
        _ => Wish::Unknown,
    }
}

fn press(interaction: &Value, member: u64) -> Wish {
    let (data, message) = (&interaction["data"], &interaction["message"]);
    // Whoever asked by a command stands in the metadata, whoever asked by a message wrote what ours
    // replies to.
    let asker = id(&message["interaction_metadata"]["user"]["id"])
        .or_else(|| id(&message["interaction_metadata"]["user_id"]))
        .or_else(|| id(&message["referenced_message"]["author"]["id"]));
    Wish::Press {
        custom_id: text(&data["custom_id"]).unwrap_or_default(),
        values: list(&data["values"]).iter().filter_map(text).collect(),
        message: id(&message["id"]).unwrap_or_default(),
        private: message["flags"].as_u64().unwrap_or_default() & super::callback::EPHEMERAL != 0,
        own: asker == Some(member),
    }
}

fn focused_option(data: &Value) -> Option<String> {
    let options = list(&data["options"]).iter();
    let inner = options.flat_map(|option| std::iter::once(option).chain(list(&option["options"])));
    inner
        .into_iter()
        .find(|option| option["focused"] == true)
        .and_then(|option| text(&option["name"]))
}

/// The words of the message that is to be checked: its text, else that of a forwarded message, of
/// its embeds, of its components.
fn checked_text(data: &Value) -> String {
    let target = data["target_id"].as_str().unwrap_or_default();
    let message = &data["resolved"]["messages"][target];
    let forwarded = &message["message_snapshots"][0]["message"];
    for message in [message, forwarded] {
        let content = message["content"].as_str().unwrap_or_default();
        let embeds = list(&message["embeds"])
            .iter()
            .flat_map(|embed| [&embed["title"], &embed["description"]]);
        let embeds: Vec<&str> = embeds.filter_map(Value::as_str).collect();
        let mut shown = Vec::new();
        component_texts(&message["components"], &mut shown);
        let texts = [content.to_owned(), embeds.join("\n"), shown.join("\n")];
        if let Some(text) = texts.into_iter().find(|text| !text.trim().is_empty()) {
            return text;
        }
    }
    String::new()
}

/// Texts that stand in the newer kind of components, at whatever depth.
fn component_texts(components: &Value, texts: &mut Vec<String>) {
    for component in list(components) {
        texts.extend(text(&component["content"]));
        component_texts(&component["components"], texts);
    }
}

fn permissions(value: &Value) -> Permissions {
    Permissions::from_bits_truncate(id(value).unwrap_or_default())
}

/// An id, which Discord writes as a text because some programs cannot hold so large a number.
fn id(value: &Value) -> Option<u64> {
    value.as_str().and_then(|text| text.parse().ok()).or_else(|| value.as_u64())
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
