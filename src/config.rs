//! Configuration in two stages: options as they were typed, with where each came from, then
//! [`Settings`] as they are meant.
//!
//! `config.toml` at the top of the project is compiled in: it is the list of all options, their
//! defaults and their types, so the file that people read and the file that the program obeys
//! cannot differ. Over it come the operator's own file, then environment variables, then flags.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::de::{DeString, DeTable, DeValue, ValueDeserializer};
use toml::{Spanned, Value};

/// The options with their defaults, as shipped.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The file that is read when none is named, if it exists.
const USUAL_FILE: &str = "config.toml";

/// The variable that holds the bot's token, and the one that names a file with it. They are no
/// options: a token does not belong into a file that people commit and pass around.
const TOKEN: &str = "DISCORD_TOKEN";
const TOKEN_FILE: &str = "DISCORD_TOKEN_FILE";

/// The option of what is logged, and the variable that Rust programs have in common for it.
const LOG_FILTER: &str = "log.filter";
const RUST_LOG: &str = "RUST_LOG";

/// The options as they were typed, each with where it came from.
#[derive(Debug, Clone)]
pub struct Options {
    typed: BTreeMap<String, Typed>,
    token: TokenSource,
}

/// Text that must not be seen: it prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Where the bot's token is to be had.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TokenSource {
    /// Nowhere.
    #[default]
    Missing,
    /// It was in the environment.
    Given(Secret),
    /// It stands in this file.
    File(PathBuf),
}

/// A value as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub struct Typed {
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub origin: SetBy,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetBy {
    /// The default.
    Default,
    /// A configuration file.
    File {
        /// Which file.
        path: PathBuf,
        /// On which line, counted from 1.
        line: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag on the command line.
    Flag(&'static str),
}

/// The options as they are meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The folder of the FAQ.
    pub faq: PathBuf,
    /// The folder of the search index.
    pub index: PathBuf,
    /// The age in days from which the last check of the status is remarked on.
    pub status_stale_after_days: u32,
    /// The age in days from which an answer or a source should be checked again.
    pub review_after_days: u32,
    /// The highest reading grade without a warning.
    pub reading_grade: f64,
    /// The file of the vector table; none to judge by words alone.
    pub vectors: Option<PathBuf>,
    /// How to be in Discord.
    pub discord: DiscordSettings,
    /// Who looks after the FAQ.
    pub moderation: ModerationSettings,
    /// Which log lines are written.
    pub log_filter: String,
    /// Whether that is what is shipped, rather than the operator's choice.
    pub log_filter_is_default: bool,
    /// How log lines are written.
    pub log_format: LogFormat,
}

/// How to be in Discord.
#[derive(Debug, Clone, PartialEq)]
pub struct DiscordSettings {
    /// Where the token is.
    pub token: TokenSource,
    /// Another base address of the API.
    pub api_base: Option<String>,
    /// One more root certificate to trust.
    pub ca_file: Option<PathBuf>,
    /// When an HTTP request is given up.
    pub http_timeout: Duration,
    /// Whether answers to commands are private unless the member chooses.
    pub private: bool,
    /// The channels in which they are public.
    pub public_channels: Vec<u64>,
    /// The channels in which they are private.
    pub private_channels: Vec<u64>,
    /// How often a member may ask.
    pub member_allowance: Allowance,
    /// How often the bot replies in public in one channel.
    pub channel_allowance: Allowance,
    /// How many questions and their replies are remembered.
    pub remembered_replies: usize,
    /// How long the last answers may take when the bot is told to stop.
    pub shutdown: Duration,
    /// How long the gateway may be silent.
    pub silence: Duration,
    /// The file that tells when it was last heard.
    pub heartbeat_file: Option<PathBuf>,
}

/// So many times in a row, and all of them again after that time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Allowance {
    /// How many times; 0 means without limit.
    pub times: u32,
    /// In which time a used-up allowance is full again.
    pub per: Duration,
}

/// Who looks after the FAQ.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ModerationSettings {
    /// The operator's own server.
    pub guild: Option<u64>,
    /// The roles that may, besides those who manage the server.
    pub roles: Vec<u64>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file with the token cannot be read.
    #[error("cannot read the file {} that {TOKEN_FILE} names", path.display())]
    TokenFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{}:{line}: this is not valid TOML: {message}", path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// On which line, counted from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// The file sets an option that does not exist.
    #[error("{}:{line}: there is no option `{key}`{}", path.display(), did_you_mean(nearest))]
    UnknownKey {
        /// Which file.
        path: PathBuf,
        /// On which line, counted from 1.
        line: usize,
        /// The key.
        key: String,
        /// The option that is most like it.
        nearest: Option<String>,
    },
    /// An environment variable sets an option that does not exist.
    #[error("the environment variable {name} sets no option{}", did_you_mean(nearest))]
    UnknownVariable {
        /// The variable.
        name: String,
        /// The variable that is most like it.
        nearest: Option<String>,
    },
    /// A value cannot be understood.
    #[error("{key}, set by {origin}: {message}")]
    BadValue {
        /// Which option.
        key: String,
        /// Where the value came from.
        origin: SetBy,
        /// What would be right.
        message: String,
    },
}

impl Options {
    /// Collects the options from the shipped defaults, `file` (or `config.toml` in the working
    /// folder, if there is one), the environment and the flags, each overriding the one before.
    pub fn collect(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: Vec<(&'static str, &'static str, String)>,
    ) -> Result<Self, ConfigError> {
        let mut options = Self::defaults();
        match file {
            Some(file) => options.read_file(file)?,
            None if Path::new(USUAL_FILE).is_file() => options.read_file(Path::new(USUAL_FILE))?,
            None => {}
        }
        options.read_environment(environment)?;
        for (key, flag, value) in flags {
            options.set_text(key, &value, SetBy::Flag(flag))?;
        }
        Ok(options)
    }

    /// Every option with its default.
    fn defaults() -> Self {
        let shipped = ConfigFile::parse(DEFAULTS).expect("a test parses the shipped configuration");
        let typed = |written: Written| {
            (written.key, Typed { value: written.value, origin: SetBy::Default })
        };
        Self {
            typed: shipped.options.into_iter().map(typed).collect(),
            token: TokenSource::Missing,
        }
    }

    /// Where the token is; it prints as stars.
    pub fn token(&self) -> &TokenSource {
        &self.token
    }

    /// Every option, by its dotted name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Typed)> {
        self.typed.iter().map(|(key, typed)| (key.as_str(), typed))
    }

    /// The shipped filter counts as a choice only where somebody went to the trouble of a variable.
    fn log_filter_is_default(&self) -> bool {
        let filter = &self.typed[LOG_FILTER];
        filter.value == Self::defaults().typed[LOG_FILTER].value
            && !matches!(filter.origin, SetBy::Environment(_))
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let ConfigFile { sections, options } =
            ConfigFile::parse(&text).map_err(|error| ConfigError::Syntax {
                path: path.to_owned(),
                line: line_of(&text, error.span().map_or(0, |span| span.start)),
                message: error.message().lines().next().unwrap_or_default().to_owned(),
            })?;
        let unknown = |key: String, line, known: &mut dyn Iterator<Item = String>| {
            let nearest = nearest(&key, known);
            ConfigError::UnknownKey { path: path.to_owned(), line, key, nearest }
        };
        // A section can be misspelt while there is nothing in it.
        let section_of = |key: &String| key.split('.').next().unwrap_or_default().to_owned();
        for (section, line) in sections {
            if !self.typed.keys().any(|key| section_of(key) == section) {
                return Err(unknown(section, line, &mut self.typed.keys().map(section_of)));
            }
        }
        for Written { key, value, line } in options {
            if !self.typed.contains_key(&key) {
                return Err(unknown(key, line, &mut self.typed.keys().cloned()));
            }
            self.set(&key, value, SetBy::File { path: path.to_owned(), line })?;
        }
        Ok(())
    }

    fn read_environment(
        &mut self,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        let environment: Vec<(String, String)> = environment.collect();
        // What Rust programs have in common comes first; our own name for it wins.
        if let Some((name, filter)) =
            environment.iter().find(|(name, value)| name == RUST_LOG && !value.is_empty())
        {
            self.set_text(LOG_FILTER, filter, SetBy::Environment(name.clone()))?;
        }
        for (name, value) in environment {
            // A variable that is set to nothing is not set; and the token itself wins over the
            // file.
            match name.as_str() {
                TOKEN if !value.trim().is_empty() => {
                    self.token = TokenSource::Given(Secret::new(&value))
                }
                TOKEN_FILE if !value.is_empty() && !matches!(self.token, TokenSource::Given(_)) => {
                    self.token = TokenSource::File(value.clone().into());
                }
                _ => {}
            }
            if !name.starts_with("CASECLERK_") {
                continue;
            }
            let key = self.typed.keys().find(|key| variable(key) == name).cloned();
            let Some(key) = key else {
                let nearest = nearest(&name, self.typed.keys().map(|key| variable(key)));
                return Err(ConfigError::UnknownVariable { name, nearest });
            };
            self.set_text(&key, &value, SetBy::Environment(name))?;
        }
        Ok(())
    }

    /// Sets an option from plain text, read as the type of its default.
    fn set_text(&mut self, key: &str, text: &str, origin: SetBy) -> Result<(), ConfigError> {
        let default = &self.typed[key].value;
        let parsed = match default {
            Value::String(_) => Some(Value::String(text.to_owned())),
            Value::Integer(_) => text.parse().ok().map(Value::Integer),
            Value::Float(_) => text.parse().ok().map(Value::Float),
            Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
            _ => Some(Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|t| !t.is_empty())
                    .map(|t| Value::String(t.to_owned()))
                    .collect(),
            )),
        };
        let message = format!("\"{text}\" cannot be read as {}", default.type_str());
        let value = parsed.ok_or_else(|| bad_value(key, &origin, message))?;
        self.set(key, value, origin)
    }

    fn set(&mut self, key: &str, value: Value, origin: SetBy) -> Result<(), ConfigError> {
        let option = self.typed.get_mut(key).expect("the caller looked the key up");
        let value = match (&option.value, value) {
            // "12" is as good a number as "12.0".
            (Value::Float(_), Value::Integer(whole)) => Value::Float(whole as f64),
            (_, value) => value,
        };
        if !option.value.same_type(&value) {
            let message =
                format!("this must be {}, not {}", option.value.type_str(), value.type_str());
            return Err(bad_value(key, &origin, message));
        }
        *option = Typed { value, origin };
        Ok(())
    }

    fn text(&self, key: &str) -> String {
        self.typed[key].value.as_str().unwrap_or_default().to_owned()
    }

    fn number(&self, key: &str, range: std::ops::RangeInclusive<f64>) -> Result<f64, ConfigError> {
        let typed = &self.typed[key];
        let number = typed
            .value
            .as_float()
            .or(typed.value.as_integer().map(|n| n as f64))
            .unwrap_or(f64::NAN);
        if range.contains(&number) {
            return Ok(number);
        }
        let message = format!("{number} is not between {} and {}", range.start(), range.end());
        Err(bad_value(key, &typed.origin, message))
    }

    fn whole(&self, key: &str, range: std::ops::RangeInclusive<u32>) -> Result<u32, ConfigError> {
        Ok(self.number(key, f64::from(*range.start())..=f64::from(*range.end()))? as u32)
    }

    fn seconds(
        &self,
        key: &str,
        range: std::ops::RangeInclusive<u32>,
    ) -> Result<Duration, ConfigError> {
        Ok(Duration::from_secs(self.whole(key, range)?.into()))
    }

    fn one_of(&self, key: &str, known: [&str; 2]) -> Result<String, ConfigError> {
        let text = self.text(key);
        if known.contains(&text.as_str()) {
            return Ok(text);
        }
        let message = format!("\"{text}\" is neither {} nor {}", known[0], known[1]);
        Err(bad_value(key, &self.typed[key].origin, message))
    }

    /// The address of a server, without a slash at its end; empty means none.
    fn address(&self, key: &str) -> Result<Option<String>, ConfigError> {
        let Some(text) = self.optional(key) else { return Ok(None) };
        let address = text.trim().trim_end_matches('/');
        if address.starts_with("http://") || address.starts_with("https://") {
            return Ok(Some(address.to_owned()));
        }
        let message = format!("\"{text}\" is not an address such as http://127.0.0.1:3000");
        Err(bad_value(key, &self.typed[key].origin, message))
    }

    /// A text that may be empty, which means none.
    fn optional(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.trim().is_empty())
    }

    /// The ids of Discord in a list or a text; an id is a whole number, too large for some programs
    /// unless in quotation marks.
    fn ids(&self, key: &str) -> Result<Vec<u64>, ConfigError> {
        let Typed { value, origin } = &self.typed[key];
        let given = match value {
            Value::Array(values) => values.clone(),
            Value::String(text) if text.trim().is_empty() => Vec::new(),
            other => vec![other.clone()],
        };
        let ids = given.iter().map(|value| {
            let text =
                value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
            let id = text.parse().ok().filter(|id| *id != 0 && *id != u64::MAX);
            id.ok_or_else(|| {
                bad_value(
                    key,
                    origin,
                    format!("{text} is not an id of Discord, such as \"700000000000000001\""),
                )
            })
        });
        ids.collect()
    }

    fn days(&self, key: &str) -> Result<u32, ConfigError> {
        Ok(self.number(key, 0.0..=36_500.0)? as u32)
    }
}

impl Settings {
    /// Understands the options.
    pub fn from_options(options: &Options) -> Result<Self, ConfigError> {
        Ok(Self {
            faq: options.text("knowledge.faq").into(),
            index: options.text("knowledge.index").into(),
            status_stale_after_days: options.days("knowledge.status_stale_after_days")?,
            review_after_days: options.days("lint.review_after_days")?,
            reading_grade: options.number("lint.reading_grade", 0.0..=100.0)?,
            vectors: options.optional("matcher.vectors").map(PathBuf::from),
            discord: DiscordSettings::from_options(options)?,
            moderation: ModerationSettings {
                guild: options.ids("moderation.guild")?.first().copied(),
                roles: options.ids("moderation.roles")?,
            },
            log_filter: options.text(LOG_FILTER),
            // By value: whoever copies the shipped file has set it to the default, too.
            log_filter_is_default: options.log_filter_is_default(),
            log_format: match options.one_of("log.format", ["text", "json"])?.as_str() {
                "json" => LogFormat::Json,
                _ => LogFormat::Text,
            },
        })
    }
}

impl DiscordSettings {
    fn from_options(options: &Options) -> Result<Self, ConfigError> {
        let allowance = |times, per| {
            Ok(Allowance {
                times: options.whole(times, 0..=100_000)?,
                per: options.seconds(per, 1..=86_400)?,
            })
        };
        Ok(Self {
            token: options.token.clone(),
            api_base: options.address("discord.api_base")?,
            ca_file: options.optional("discord.ca_file").map(PathBuf::from),
            http_timeout: options.seconds("discord.http_timeout_seconds", 1..=300)?,
            private: options.one_of("discord.visibility", ["private", "public"])? == "private",
            public_channels: options.ids("discord.public_channels")?,
            private_channels: options.ids("discord.private_channels")?,
            member_allowance: allowance("discord.member_questions", "discord.member_seconds")?,
            channel_allowance: allowance("discord.channel_replies", "discord.channel_seconds")?,
            remembered_replies: options.whole("discord.remembered_replies", 0..=1_000_000)?
                as usize,
            shutdown: options.seconds("discord.shutdown_seconds", 1..=600)?,
            silence: options.seconds("discord.silence_seconds", 5..=86_400)?,
            heartbeat_file: options.optional("discord.heartbeat_file").map(PathBuf::from),
        })
    }
}

impl TokenSource {
    /// The token, read from its file if it stands in one; `None` if there is none.
    pub fn read(&self) -> Result<Option<Secret>, ConfigError> {
        match self {
            TokenSource::Missing => Ok(None),
            TokenSource::Given(token) => Ok(Some(token.clone())),
            TokenSource::File(path) => {
                let text = std::fs::read_to_string(path)
                    .map_err(|source| ConfigError::TokenFile { path: path.clone(), source })?;
                Ok(Some(Secret::new(&text)).filter(|token| !token.reveal().is_empty()))
            }
        }
    }
}

impl Secret {
    /// Hides a text; white space around it is not part of it.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenSource::Missing => f.write_str("not set"),
            TokenSource::Given(secret) => {
                write!(f, "{secret:?}  # the environment variable {TOKEN}")
            }
            TokenSource::File(path) => {
                write!(f, "{:?}  # read from {}", Secret::new(""), path.display())
            }
        }
    }
}

impl fmt::Display for SetBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetBy::Default => f.write_str("the default"),
            SetBy::File { path, line } => write!(f, "{}:{line}", path.display()),
            SetBy::Environment(name) => write!(f, "the environment variable {name}"),
            SetBy::Flag(flag) => write!(f, "the flag {flag}"),
        }
    }
}

/// What a configuration file says.
struct ConfigFile {
    /// What stands at its top level, each with its line.
    sections: Vec<(String, usize)>,
    options: Vec<Written>,
}

/// An option in a file: `[section] key = value` is `section.key`.
struct Written {
    key: String,
    value: Value,
    /// On which line, counted from 1.
    line: usize,
}

impl ConfigFile {
    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table = DeTable::parse(text)?.into_inner();
        let section = |name: &Spanned<DeString>| {
            (name.get_ref().to_string(), line_of(text, name.span().start))
        };
        let mut file = Self { sections: table.keys().map(section).collect(), options: Vec::new() };
        file.collect(text, "", table)?;
        Ok(file)
    }

    fn collect(&mut self, text: &str, above: &str, table: DeTable) -> Result<(), toml::de::Error> {
        for (name, value) in table {
            let (key, line) =
                (format!("{above}{}", name.get_ref()), line_of(text, name.span().start));
            let span = value.span();
            match value.into_inner() {
                DeValue::Table(inner) => self.collect(text, &format!("{key}."), inner)?,
                value => {
                    let value =
                        Value::deserialize(ValueDeserializer::from(Spanned::new(span, value)))?;
                    self.options.push(Written { key, value, line });
                }
            }
        }
        Ok(())
    }
}

/// On which line a byte of a text stands, counted from 1.
fn line_of(text: &str, offset: usize) -> usize {
    1 + text[..offset].matches('\n').count()
}

/// The environment variable of an option.
fn variable(key: &str) -> String {
    format!("CASECLERK_{}", key.replace('.', "_").to_ascii_uppercase())
}

fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known.max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)))
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}

fn bad_value(key: &str, origin: &SetBy, message: impl Into<String>) -> ConfigError {
    ConfigError::BadValue { key: key.to_owned(), origin: origin.clone(), message: message.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(environment: &[(&str, &str)]) -> Result<Settings, ConfigError> {
        let environment =
            environment.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        let mut options = Options::defaults();
        options.read_environment(environment)?;
        Settings::from_options(&options)
    }

    #[test]
    fn the_shipped_file_is_valid_and_complete() {
        assert_eq!(settings(&[]).unwrap().status_stale_after_days, 30);
    }

    #[test]
    fn every_option_has_a_comment_above_it() {
        let mut commented = false;
        for line in DEFAULTS.lines().map(str::trim) {
            // One comment may stand above several options that belong together.
            match line.chars().next() {
                Some('#') => commented = true,
                Some('[') | None => commented = false,
                Some(_) => assert!(commented, "no comment above {line}"),
            }
        }
    }

    #[test]
    fn an_environment_variable_overrides_and_is_checked() {
        let set = |value| settings(&[("CASECLERK_LINT_READING_GRADE", value)]);
        assert_eq!(set("9").unwrap().reading_grade, 9.0);
        assert!(set("150").unwrap_err().to_string().contains("not between 0 and 100"));
        assert!(set("high").unwrap_err().to_string().contains("cannot be read as float"));
    }

    #[test]
    fn the_token_is_never_printed() {
        let settings = settings(&[("DISCORD_TOKEN", "MTA.secret.words\n")]).unwrap();
        assert_eq!(settings.discord.token.read().unwrap().unwrap().reveal(), "MTA.secret.words");
        let printed = format!("{settings:?} {settings:#?} {}", settings.discord.token);
        assert!(!printed.contains("secret") && printed.contains("***"), "{printed}");
    }

    #[test]
    fn the_token_is_no_option_of_the_file() {
        assert!(Options::defaults().iter().all(|(key, _)| !key.contains("token")));
    }

    #[test]
    fn ids_and_addresses_are_checked() {
        let guild = settings(&[("CASECLERK_MODERATION_GUILD", "700000000000000001")])
            .unwrap()
            .moderation
            .guild;
        assert_eq!(guild, Some(700_000_000_000_000_001));
        let error =
            settings(&[("CASECLERK_MODERATION_GUILD", "my server")]).unwrap_err().to_string();
        assert!(error.contains("not an id of Discord"), "{error}");
        let error =
            settings(&[("CASECLERK_DISCORD_API_BASE", "127.0.0.1")]).unwrap_err().to_string();
        assert!(error.contains("not an address"), "{error}");
    }

    #[test]
    fn the_variable_of_rust_programs_chooses_what_is_logged() {
        let of = |variables: &[(&str, &str)]| {
            let settings = settings(variables).unwrap();
            (settings.log_filter, settings.log_filter_is_default)
        };
        assert_eq!(of(&[]), ("warn".to_owned(), true));
        assert_eq!(of(&[("RUST_LOG", "error")]), ("error".to_owned(), false));
        assert_eq!(of(&[("RUST_LOG", "warn")]), ("warn".to_owned(), false));
        assert_eq!(of(&[("CASECLERK_LOG_FILTER", "debug"), ("RUST_LOG", "error")]).0, "debug");
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named_with_its_line() {
        let error = |text: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            let settings = Options::collect(Some(file.path()), std::iter::empty(), Vec::new())
                .and_then(|options| Settings::from_options(&options));
            settings
                .unwrap_err()
                .to_string()
                .replace(&file.path().display().to_string(), "config.toml")
        };
        assert!(
            error("[log]\nfilter = warn\n").starts_with("config.toml:2: this is not valid TOML")
        );
        assert_eq!(
            error("\n[discrod]\n"),
            "config.toml:2: there is no option `discrod`; did you mean `discord`?"
        );
        let misspelt = error("[lint]\n# about days\nreview_after_day = 3\n");
        assert!(
            misspelt.starts_with("config.toml:3: there is no option `lint.review_after_day`;"),
            "{misspelt}"
        );
        let wrong_type = error("[lint]\n\nreading_grade = \"high\"\n");
        assert_eq!(
            wrong_type,
            "lint.reading_grade, set by config.toml:3: this must be float, not string"
        );
        let too_high = error("lint.reading_grade = 150\n");
        assert_eq!(
            too_high,
            "lint.reading_grade, set by config.toml:1: 150 is not between 0 and 100"
        );
    }

    #[test]
    fn an_unknown_variable_is_named_with_the_nearest() {
        let error = settings(&[("CASECLERK_KNOWLEDGE_FAQS", "x")]).unwrap_err().to_string();
        assert!(
            error.contains("CASECLERK_KNOWLEDGE_FAQS")
                && error.contains("`CASECLERK_KNOWLEDGE_FAQ`"),
            "{error}"
        );
    }
}
