//! The real router over the real FAQ, and members who use it. No network: JSON in, JSON out.

use std::cell::Cell;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use caseclerk::config::{Options, Settings};
use caseclerk::discord::limits;
use caseclerk::discord::request::{Request, Written};
use caseclerk::discord::router::{Later, Router};
use caseclerk::responder::Responder;
use jiff::civil::Date;
use serde_json::{Value, json};

pub const GUILD: u64 = 700;
pub const BOT: u64 = 900;
const MANAGE_GUILD: u64 = 1 << 5;
const SEND_MESSAGES: u64 = 1 << 11;

fn today() -> Date {
    jiff::civil::date(2026, 11, 20)
}

/// Somebody in Discord, at some place.
#[derive(Clone, Copy)]
pub struct Who {
    pub id: u64,
    pub guild: Option<u64>,
    pub permissions: u64,
}

pub const MEMBER: Who = Who { id: 1, guild: Some(GUILD), permissions: SEND_MESSAGES };
pub const OTHER: Who = Who { id: 2, ..MEMBER };
pub const MODERATOR: Who =
    Who { id: 3, guild: Some(GUILD), permissions: SEND_MESSAGES | MANAGE_GUILD };
pub const MODERATOR_ELSEWHERE: Who = Who { guild: Some(701), ..MODERATOR };
pub const SILENCED: Who = Who { id: 4, guild: Some(GUILD), permissions: 0 };
pub const FRIEND: Who = Who { id: 5, guild: None, permissions: 0 };

pub struct TestBot {
    pub router: Router,
    next: Cell<u64>,
}

/// What a member sees after something was done.
#[derive(Debug, Clone)]
pub struct Shown {
    pub kind: u64,
    pub data: Value,
    pub later: Option<Later>,
    /// Who asked for it.
    by: u64,
}

impl TestBot {
    /// A bot over the FAQ of the project, with default settings and a desk in the server [`GUILD`].
    pub fn new() -> Self {
        Self::by(today)
    }

    /// The same by another calendar.
    pub fn by(today: fn() -> Date) -> Self {
        static RESPONDER: OnceLock<Arc<Responder>> = OnceLock::new();
        let open = || {
            Arc::new(
                Responder::open(&settings(Path::new("faq"), &[]))
                    .expect("the real FAQ can be used"),
            )
        };
        Self::over(RESPONDER.get_or_init(open).clone(), &[], today)
    }

    /// The same with other settings, as environment variables.
    pub fn with(environment: &[(&str, &str)]) -> Self {
        let responder =
            Responder::open(&settings(Path::new("faq"), &[])).expect("the real FAQ can be used");
        Self::over(Arc::new(responder), environment, today)
    }

    /// A bot over another FAQ.
    pub fn over_faq(faq: &Path) -> Self {
        Self::over(
            Arc::new(Responder::open(&settings(faq, &[])).expect("this FAQ can be used")),
            &[],
            today,
        )
    }

    fn over(responder: Arc<Responder>, environment: &[(&str, &str)], today: fn() -> Date) -> Self {
        let settings = settings(Path::new("faq"), environment);
        Self {
            router: Router::new(responder, &settings.discord, &settings.moderation, today),
            next: Cell::new(1000),
        }
    }

    pub fn slash(&self, who: Who, command: &str, options: Value) -> Shown {
        self.send(who, json!({"type": 2, "data": command_data(command, &options, "")}))
    }

    pub fn ask(&self, who: Who, question: &str) -> Shown {
        self.slash(who, "ask", json!({"question": question}))
    }

    /// The suggestions while an option is typed, as (name, value).
    pub fn complete(
        &self,
        who: Who,
        command: &str,
        option: &str,
        typed: &str,
    ) -> Vec<(String, String)> {
        let data = command_data(command, &json!({option: typed}), option);
        let shown = self.send(who, json!({"type": 4, "data": data}));
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

    /// The context menu, on a message.
    pub fn check(&self, who: Who, message: Value) -> Shown {
        let data = json!({"type": 3, "name": "Check against the FAQ", "target_id": "5", "resolved": {"messages": {"5": message}}});
        self.send(who, json!({"type": 2, "data": data}))
    }

    /// A button, found by its label.
    pub fn press(&self, who: Who, on: &Shown, label: &str) -> Shown {
        self.press_id(who, on, &on.component(label), &[])
    }

    /// The first question of the menu.
    pub fn choose(&self, who: Who, on: &Shown) -> Shown {
        let menu = on.components().find(|component| component["type"] == 3).expect("a menu");
        let value = menu["options"][0]["value"].as_str().expect("a value").to_owned();
        self.press_id(who, on, menu["custom_id"].as_str().expect("a custom_id"), &[&value])
    }

    /// A button or menu that reports under any name, forged ones too.
    pub fn press_id(&self, who: Who, on: &Shown, custom_id: &str, values: &[&str]) -> Shown {
        let flags = on.data["flags"].as_u64().unwrap_or(0);
        let message = json!({"id": "6", "flags": flags, "interaction_metadata": {"user": {"id": on.by.to_string()}}});
        let data = json!({"custom_id": custom_id, "component_type": if values.is_empty() { 2 } else { 3 }, "values": values});
        self.send(who, json!({"type": 3, "data": data, "message": message}))
    }

    /// What the bot replies to a message; `None` if nothing.
    pub fn say(&self, who: Who, content: &str) -> Option<Shown> {
        let mentions = if content.contains(&format!("<@{BOT}>")) {
            json!([{"id": BOT.to_string()}])
        } else {
            json!([])
        };
        self.hear(&json!({
            "id": self.id().to_string(), "channel_id": "10", "guild_id": who.guild.map(|id| id.to_string()), "type": 0,
            "author": {"id": who.id.to_string()}, "mentions": mentions, "content": content,
        }))
    }

    /// The same for any message.
    pub fn hear(&self, message: &Value) -> Option<Shown> {
        let written = Written::read(message, BOT)?;
        let data = self.router.message(&written)?.body();
        Some(Shown { kind: 4, data, later: None, by: written.author }.checked())
    }

    /// Any interaction.
    pub fn send(&self, who: Who, mut interaction: Value) -> Shown {
        let user = json!({"id": who.id.to_string()});
        interaction["id"] = json!(self.id().to_string());
        interaction["token"] = json!("token");
        interaction["channel_id"] = json!("10");
        match who.guild {
            Some(guild) => {
                interaction["guild_id"] = json!(guild.to_string());
                interaction["app_permissions"] = json!(SEND_MESSAGES.to_string());
                interaction["member"] =
                    json!({"user": user, "permissions": who.permissions.to_string(), "roles": []});
            }
            None => interaction["user"] = user,
        }
        let turn = self
            .router
            .interaction(&Request::read(&interaction).expect("it has what an interaction needs"));
        let callback = json!(turn.callback);
        let kind = callback["type"].as_u64().expect("a type");
        Shown { kind, data: callback["data"].clone(), later: turn.later, by: who.id }.checked()
    }

    fn id(&self) -> u64 {
        self.next.replace(self.next.get() + 1)
    }
}

impl Shown {
    /// Everything that a person reads in it.
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

    /// Whether it says where the case stands.
    pub fn is_stamped(&self) -> bool {
        self.text().contains("without prejudice")
            && self.text().contains("Information, not legal advice")
    }

    pub fn has(&self, label: &str) -> bool {
        self.components().any(|component| component["label"] == label)
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

    /// What holds for everything that the bot sends.
    fn checked(self) -> Self {
        if matches!(self.kind, 4 | 7) {
            assert_eq!(limits::overruns(&self.data), Vec::<String>::new());
            assert_eq!(self.data["allowed_mentions"], json!({"parse": [], "replied_user": false}));
            assert!(!self.text().contains("@everyone"));
        }
        self
    }
}

fn settings(faq: &Path, environment: &[(&str, &str)]) -> Settings {
    let index = tempfile::tempdir().expect("a folder for the index").keep();
    let mut all = vec![
        ("CASECLERK_KNOWLEDGE_FAQ".to_owned(), faq.display().to_string()),
        ("CASECLERK_KNOWLEDGE_INDEX".to_owned(), index.display().to_string()),
        ("CASECLERK_MODERATION_GUILD".to_owned(), GUILD.to_string()),
    ];
    all.extend(environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let options = Options::collect(None, all.into_iter(), Vec::new()).expect("these options exist");
    Settings::from_options(&options).expect("these options can be understood")
}

fn command_data(command: &str, options: &Value, focused: &str) -> Value {
    let given = options.as_object().expect("options are an object").iter().map(|(name, value)| {
        let kind = if value.is_boolean() { 5 } else { 3 };
        json!({"name": name, "type": kind, "value": value, "focused": name == focused})
    });
    let given: Vec<Value> = given.collect();
    match command.split_once(' ') {
        Some((name, sub)) => {
            json!({"type": 1, "name": name, "options": [{"type": 1, "name": sub, "options": given}]})
        }
        None => json!({"type": 1, "name": command, "options": given}),
    }
}

fn collect_texts(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect_texts(field, texts)),
        _ => {}
    }
}
