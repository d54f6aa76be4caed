//! Simulates members who use the real router with the tiny FAQ. No network: JSON in, JSON out.

use std::cell::Cell;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use caseclerk::config::{Options, Settings};
use caseclerk::discord::interaction::limits;
use caseclerk::discord::interaction::read::{ChatMessage, parse_leniently};
use caseclerk::discord::interaction::router::{Deferred, Router};
use caseclerk::responder::Responder;
use jiff::civil::Date;
use serde_json::{Value, json};
use serenity::all::{Interaction, Message, UserId};

use super::discord_json::{self, command_data, context_menu_data};
use super::shared_index::shared_index;
use super::tiny::{self, TODAY, Tiny};

pub const GUILD: u64 = 700;
pub const BOT: u64 = 900;
const MANAGE_GUILD: u64 = 1 << 5;
const SEND_MESSAGES: u64 = 1 << 11;
const MANAGE_MESSAGES: u64 = 1 << 13;
const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;

/// A user, and where the user is.
#[derive(Clone, Copy)]
pub struct Who {
    pub id: u64,
    pub guild: Option<u64>,
    pub permissions: u64,
    /// The bot's permissions in the same channel.
    pub bot_permissions: u64,
    /// Discord's number of the type of the channel.
    pub channel: u8,
}

const TEXT_CHANNEL: u8 = 0;
const THREAD: u8 = 11;

pub const MEMBER: Who = Who {
    id: 1,
    guild: Some(GUILD),
    permissions: SEND_MESSAGES,
    bot_permissions: SEND_MESSAGES | SEND_MESSAGES_IN_THREADS,
    channel: TEXT_CHANNEL,
};
pub const OTHER: Who = Who { id: 2, ..MEMBER };
pub const MODERATOR: Who =
    Who { id: 3, permissions: SEND_MESSAGES | MANAGE_GUILD | MANAGE_MESSAGES, ..MEMBER };
pub const MODERATOR_ELSEWHERE: Who = Who { guild: Some(701), ..MODERATOR };
pub const SILENCED: Who = Who { id: 4, permissions: 0, ..MEMBER };
/// May write in threads, but not in channels. Many servers are set up like this.
pub const ONLY_IN_THREADS: Who = Who { id: 6, permissions: SEND_MESSAGES_IN_THREADS, ..MEMBER };
pub const IN_A_THREAD: Who = Who { channel: THREAD, ..ONLY_IN_THREADS };
pub const NOT_IN_THREADS: Who = Who { channel: THREAD, ..MEMBER };
/// Where the bot may not write although the member may.
pub const WITHOUT_BOT: Who = Who { bot_permissions: SEND_MESSAGES_IN_THREADS, ..MEMBER };
pub const IN_A_THREAD_WITHOUT_BOT: Who = Who { bot_permissions: SEND_MESSAGES, ..IN_A_THREAD };
pub const FRIEND: Who = Who { id: 5, guild: None, permissions: 0, ..MEMBER };

pub struct TestBot {
    pub router: Router,
    next: Cell<u64>,
}

/// The response that a member sees.
#[derive(Debug, Clone)]
pub struct Shown {
    pub kind: u64,
    pub data: Value,
    pub deferred: Option<Deferred>,
    /// The user who caused the response.
    by: u64,
}

impl TestBot {
    /// A bot with the tiny FAQ and default settings, whose moderation server is [`GUILD`].
    pub fn new() -> Self {
        Self::by(today)
    }

    /// The same with another date.
    pub fn by(today: fn() -> Date) -> Self {
        Self::over(tiny_responder(), &settings(None, &[]), today)
    }

    /// The same with other settings, as environment variables.
    pub fn with(environment: &[(&str, &str)]) -> Self {
        Self::over(tiny_responder(), &settings(None, environment), today)
    }

    /// A bot with a changed copy of the tiny FAQ.
    pub fn over_copy(copy: &Tiny) -> Self {
        Self::over(open(&copy.faq(), &copy.index()), &settings(None, &[]), today)
    }

    /// A bot with a configuration file.
    pub fn configured(text: &str) -> Self {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), text).expect("it can be written");
        Self::over(tiny_responder(), &settings(Some(file.path()), &[]), today)
    }

    fn over(responder: Arc<Responder>, settings: &Settings, today: fn() -> Date) -> Self {
        Self {
            router: Router::new(responder, &settings.discord, &settings.servers, today),
            next: Cell::new(1000),
        }
    }

    pub fn slash(&self, who: Who, command: &str, options: Value) -> Shown {
        self.send(who, 2, command_data(command, &options, ""), None)
    }

    pub fn ask(&self, who: Who, question: &str) -> Shown {
        self.slash(who, "ask", json!({"question": question}))
    }

    /// The autocomplete suggestions for a partly typed option, as (name, value).
    pub fn complete(
        &self,
        who: Who,
        command: &str,
        option: &str,
        typed: &str,
    ) -> Vec<(String, String)> {
        let data = command_data(command, &json!({option: typed}), option);
        let shown = self.send(who, 4, data, None);
        assert_eq!(shown.kind, 8);
        let choices = shown.data["choices"].as_array().expect("choices");
        assert!(choices.len() <= limits::CHOICES);
        let text = |value: &Value| {
            let text = value.as_str().expect("a text").to_owned();
            assert!((1..=limits::CHOICE_TEXT).contains(&limits::length(&text)), "{text}");
            text
        };
        choices.iter().map(|choice| (text(&choice["name"]), text(&choice["value"]))).collect()
    }

    /// Uses the message command on a message with these fields.
    pub fn check(&self, who: Who, fields: &Value) -> Shown {
        let mut message = discord_json::message(5, OTHER.id, None, "");
        lay_over(&mut message, fields);
        self.send(who, 2, context_menu_data("Check against the FAQ", &message), None)
    }

    /// Uses the moderators' command in the menu of a message of the bot.
    pub fn hold_shown(&self, who: Who, components: Value) -> Shown {
        let mut message = discord_json::message(5, BOT, None, "");
        message["components"] = components;
        self.send(who, 2, context_menu_data("Hold this answer back", &message), None)
    }

    /// Fills in a form.
    pub fn fill_in(&self, who: Who, form: &str) -> Shown {
        let field = json!({"type": 4, "custom_id": "words", "value": "new facts"});
        let data = json!({"custom_id": form, "components": [{"type": 1, "components": [field]}]});
        self.send(who, 5, data, None)
    }

    /// Clicks the button with this label.
    pub fn press(&self, who: Who, on: &Shown, label: &str) -> Shown {
        self.press_id(who, on, &on.component(label), &[])
    }

    /// Selects the first question of the menu.
    pub fn choose(&self, who: Who, on: &Shown) -> Shown {
        self.choose_option(who, on, 0)
    }

    /// Selects an option of the first menu.
    pub fn choose_option(&self, who: Who, on: &Shown, option: usize) -> Shown {
        let menu = on.components().find(|component| component["type"] == 3).expect("a menu");
        let value = menu["options"][option]["value"].as_str().expect("a value").to_owned();
        self.press_id(who, on, menu["custom_id"].as_str().expect("a custom_id"), &[&value])
    }

    /// Uses a component with any `custom_id`, which may be forged.
    pub fn press_id(&self, who: Who, on: &Shown, custom_id: &str, values: &[&str]) -> Shown {
        let mut message = discord_json::message(6, BOT, None, "");
        message["flags"] = json!(on.data["flags"].as_u64().unwrap_or(0));
        message["interaction_metadata"] = json!({
            "id": "7", "type": 2, "user": discord_json::user(on.by),
            "authorizing_integration_owners": {},
        });
        let component_type = if values.is_empty() { 2 } else { 3 };
        let data =
            json!({"custom_id": custom_id, "component_type": component_type, "values": values});
        self.send(who, 3, data, Some(message))
    }

    /// The bot's reply to a message, if there is one.
    pub fn say(&self, who: Who, content: &str) -> Option<Shown> {
        let mut message = discord_json::message(self.id(), who.id, who.guild, content);
        if content.contains(&format!("<@{BOT}>")) {
            message["mentions"] = json!([discord_json::user(BOT)]);
        }
        self.hear(message)
    }

    /// The same for any message.
    pub fn hear(&self, message: Value) -> Option<Shown> {
        let message: Message = serde_json::from_value(message).expect("a message");
        let message = ChatMessage::read(&message, UserId::new(BOT))?;
        let reply = json!(self.router.message(&message)?.reply(&message, 0));
        Some(Shown { kind: 4, data: reply, deferred: None, by: message.author.get() }.checked())
    }

    /// Sends any interaction, parsed like the events of the gateway.
    pub fn send(&self, who: Who, kind: u8, data: Value, message: Option<Value>) -> Shown {
        let mut json =
            discord_json::interaction(self.id(), kind, who.guild, (who.id, who.permissions), &data);
        json["channel"] = json!({"id": "10", "type": who.channel});
        json["app_permissions"] = json!(who.bot_permissions.to_string());
        if let Some(message) = message {
            json["message"] = message;
        }
        let interaction: Interaction = serde_json::from_value(json.clone())
            .ok()
            .or_else(|| parse_leniently(json))
            .expect("an interaction");
        let response = self.router.interaction(&interaction);
        let callback = json!(response.callback);
        let kind = callback["type"].as_u64().expect("a type");
        Shown { kind, data: callback["data"].clone(), deferred: response.deferred, by: who.id }
            .checked()
    }

    fn id(&self) -> u64 {
        self.next.replace(self.next.get() + 1)
    }
}

impl Shown {
    /// All visible text.
    pub fn text(&self) -> String {
        let mut texts = Vec::new();
        collect_texts(&self.data, &mut texts);
        texts.join("\n")
    }

    pub fn is_private(&self) -> bool {
        self.data["flags"] == 64
    }

    #[track_caller]
    pub fn shows(&self, words: &str) -> &Self {
        assert!(self.text().contains(words), "no {words:?} in {}", self.text());
        self
    }

    /// Whether it contains the case stamp, in brief or written out.
    pub fn is_stamped(&self) -> bool {
        let text = self.text();
        let has = |words: [&str; 2]| words.iter().all(|words| text.contains(words));
        has(["Dropped without prejudice", "Not legal advice"])
            || has(["without prejudice", "Information, not legal advice"])
    }

    pub fn has(&self, label: &str) -> bool {
        self.components().any(|component| component["label"] == label)
    }

    pub fn labels(&self) -> impl Iterator<Item = String> {
        self.components().filter_map(|component| Some(component["label"].as_str()?.to_owned()))
    }

    fn component(&self, label: &str) -> String {
        let found = self.components().find(|component| component["label"] == label);
        found.unwrap_or_else(|| panic!("no {label:?} in {}", self.data))["custom_id"]
            .as_str()
            .expect("a custom_id")
            .to_owned()
    }

    fn components(&self) -> impl Iterator<Item = &Value> {
        let rows = self.data["components"].as_array().into_iter().flatten();
        rows.flat_map(|row| row["components"].as_array().into_iter().flatten())
    }

    /// Asserts what must be true of every message of the bot.
    fn checked(self) -> Self {
        if matches!(self.kind, 4 | 7) {
            assert_eq!(limits::overruns(&self.data), Vec::<String>::new());
            assert_eq!(self.data["allowed_mentions"], nobody());
            assert!(!self.text().contains("@everyone"));
        }
        self
    }
}

/// The `allowed_mentions` of a message that pings nobody.
pub fn nobody() -> Value {
    json!({"parse": [], "users": [], "roles": [], "replied_user": false})
}

fn today() -> Date {
    TODAY
}

fn tiny_responder() -> Arc<Responder> {
    static RESPONDER: OnceLock<Arc<Responder>> = OnceLock::new();
    let faq = tiny::original();
    RESPONDER.get_or_init(|| open(&faq, &shared_index(&faq))).clone()
}

fn open(faq: &Path, index: &Path) -> Arc<Responder> {
    let environment = [
        ("CASECLERK_KNOWLEDGE_FAQ", faq.to_str().expect("a path in letters")),
        ("CASECLERK_KNOWLEDGE_INDEX", index.to_str().expect("a path in letters")),
    ];
    Arc::new(Responder::open(&settings(None, &environment)).expect("the FAQ can be used"))
}

fn settings(file: Option<&Path>, environment: &[(&str, &str)]) -> Settings {
    let mut all = vec![("CASECLERK_MODERATION_GUILD".to_owned(), GUILD.to_string())];
    all.extend(environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let options = Options::collect(file, all.into_iter(), Vec::new()).expect("these options exist");
    Settings::from_options(&options).expect("these options can be understood")
}

fn lay_over(object: &mut Value, fields: &Value) {
    let fields = fields.as_object().expect("an object").clone();
    object.as_object_mut().expect("an object").extend(fields);
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, texts)),
        _ => {}
    }
}
