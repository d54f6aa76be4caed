//! The options as given by the operator, each with its origin.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use toml::de::{DeString, DeTable, DeValue, ValueDeserializer};
use toml::{Spanned, Value};

use super::ConfigError;
use super::environment::PREFIX;
use super::log_filter;
use super::secret::{COURT_LISTENER, DISCORD, TokenSource, without_password};
use super::servers;
use super::shards::Shards;
use crate::text_position::{line_at, toml_error};

/// The file with every option and its default.
const DEFAULTS: &str = include_str!("../../config.toml");

/// The file that is read if no other file is named and it exists.
const USUAL_FILE: &str = "config.toml";

/// A variable that differs from ours in so many letters is taken for a slip.
const MAX_SLIPS: usize = 3;

pub(super) const LOG_FILTER: &str = "log.filter";

/// The address of the store, which may hold a password.
pub(super) const STORE: &str = "store.address";

/// The usual variable of Rust programs for the log filter.
pub(super) const RUST_LOG: &str = "RUST_LOG";

/// The values of all options, by dotted name.
#[derive(Debug, Clone)]
pub struct Options {
    pub(super) values: BTreeMap<String, OptionValue>,
    token: TokenSource,
    court_listener_token: TokenSource,
    /// Variables that look like ours and are none. Kubernetes makes such ones for a service of this
    /// name.
    ignored_variables: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct OptionValue {
    pub value: Value,
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    Default,
    /// The line is counted from 1.
    File {
        path: PathBuf,
        line: usize,
    },
    Environment(String),
    Flag(&'static str),
}

impl Options {
    /// Collects the options from the built-in defaults, `file` (or `config.toml` in the working
    /// folder, if there is one), the environment, and the flags. Each overrides the one before.
    ///
    /// A flag is a tuple of the option's name, the flag's name, and the value.
    pub fn collect(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
        flags: Vec<(&'static str, &'static str, String)>,
    ) -> Result<Self, ConfigError> {
        let mut options = Self::defaults();
        match file {
            Some(file) => options.read_file(file)?,
            // Also if it is a folder, or a link to nothing: that is a mistake, not a missing file.
            None if Path::new(USUAL_FILE).symlink_metadata().is_ok() => {
                options.read_file(Path::new(USUAL_FILE))?;
            }
            None => {}
        }
        options.read_environment(environment)?;
        for (key, flag, value) in flags {
            options.set_text(key, &value, Origin::Flag(flag))?;
        }
        Ok(options)
    }

    pub(super) fn defaults() -> Self {
        let file = ConfigFile::parse(DEFAULTS).expect("a test parses the built-in configuration");
        let default = |option: FileOption| {
            (option.key, OptionValue { value: option.value, origin: Origin::Default })
        };
        Self {
            values: file.options.into_iter().map(default).collect(),
            token: TokenSource::Missing,
            court_listener_token: TokenSource::Missing,
            ignored_variables: Vec::new(),
        }
    }

    /// The environment variables that look like options and are none.
    pub fn ignored_variables(&self) -> &[String] {
        &self.ignored_variables
    }

    pub fn token(&self) -> &TokenSource {
        &self.token
    }

    pub fn court_listener_token(&self) -> &TokenSource {
        &self.court_listener_token
    }

    /// Every option, sorted by its dotted name, as it may be printed: without a password.
    pub fn iter(&self) -> impl Iterator<Item = (&str, OptionValue)> {
        self.values.iter().map(|(key, option)| {
            let OptionValue { value, origin } = option.clone();
            let value = match value {
                Value::String(address) if key == STORE => without_password(&address).into(),
                value => value,
            };
            (key.as_str(), OptionValue { value, origin })
        })
    }

    /// Whether the operator did not change the log filter. An operator's copy of the built-in file
    /// sets it to the default, so a file that sets the default does not count as a change. An
    /// environment variable always does.
    pub(super) fn log_filter_is_default(&self) -> bool {
        let filter = &self.values[LOG_FILTER];
        filter.value == Self::defaults().values[LOG_FILTER].value
            && !matches!(filter.origin, Origin::Environment(_))
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let ConfigFile { sections, options } = ConfigFile::parse(&text).map_err(|error| {
            let (line, message) = toml_error(&text, &error, 0);
            ConfigError::Syntax { path: path.to_owned(), line, message: message.to_owned() }
        })?;
        let unknown = |key: String, line, known: &mut dyn Iterator<Item = String>| {
            let nearest = nearest(&key, known);
            ConfigError::UnknownKey { path: path.to_owned(), line, key, nearest }
        };
        // Sections are checked separately, because an empty section has no options to check.
        let section_of = |key: &String| key.split('.').next().unwrap_or_default().to_owned();
        for (section, line) in sections {
            if section != servers::SECTION
                && !self.values.keys().any(|key| section_of(key) == section)
            {
                return Err(unknown(section, line, &mut self.values.keys().map(section_of)));
            }
        }
        for FileOption { key, value, line } in options {
            let origin = Origin::File { path: path.to_owned(), line };
            if let Some(default) = servers::default_of(&key, &origin)? {
                let default = OptionValue { value: default, origin: Origin::Default };
                self.values.entry(key.clone()).or_insert(default);
            }
            if !self.values.contains_key(&key) {
                let mut known = self.values.keys().cloned().chain(servers::keys_like(&key));
                return Err(unknown(key.clone(), line, &mut known));
            }
            self.set(&key, value, origin)?;
        }
        Ok(())
    }

    pub(super) fn read_environment(
        &mut self,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<(), ConfigError> {
        let environment: Vec<(String, String)> = environment.collect();
        self.token = TokenSource::from_environment(&DISCORD, &environment);
        self.court_listener_token = TokenSource::from_environment(&COURT_LISTENER, &environment);
        // RUST_LOG comes first, so that our own variable wins.
        let rust_log = environment.iter().find(|(name, _)| name == RUST_LOG);
        if let Some((name, filter)) = rust_log {
            self.set_text(LOG_FILTER, filter, Origin::Environment(name.clone()))?;
        }
        for (name, value) in environment {
            if !name.starts_with(PREFIX) {
                continue;
            }
            let key = self.values.keys().find(|key| variable(key) == name).cloned();
            let Some(key) = key else {
                let nearest = nearest(&name, self.values.keys().map(|key| variable(key)));
                if nearest.as_ref().is_some_and(|nearest| is_nearly(&name, nearest)) {
                    return Err(ConfigError::UnknownVariable { name, nearest });
                }
                self.ignored_variables.push(name);
                continue;
            };
            self.set_text(&key, &value, Origin::Environment(name))?;
        }
        Ok(())
    }

    /// Sets an option from text, which is parsed as the type of the default. The items of a list
    /// are separated by commas.
    fn set_text(&mut self, key: &str, text: &str, origin: Origin) -> Result<(), ConfigError> {
        let default = &self.values[key].value;
        let parsed = match default {
            Value::String(_) => Some(Value::String(text.to_owned())),
            Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
            Value::Float(_) => text.trim().parse().ok().map(Value::Float),
            Value::Boolean(_) => text.trim().parse().ok().map(Value::Boolean),
            _ => Some(Value::Array(
                text.split(',')
                    .map(str::trim)
                    .filter(|item| !item.is_empty())
                    .map(|item| Value::String(item.to_owned()))
                    .collect(),
            )),
        };
        let message = format!("expected {}, found {text:?}", type_name(default));
        let value = parsed.ok_or_else(|| bad_value(key, &origin, message))?;
        self.set(key, value, origin)
    }

    /// An empty log filter changes nothing, because the log would be silent with it.
    fn set(&mut self, key: &str, value: Value, origin: Origin) -> Result<(), ConfigError> {
        if key == LOG_FILTER && value.as_str().is_some_and(|filter| filter.trim().is_empty()) {
            return Ok(());
        }
        let option = self.values.get_mut(key).expect("the caller looked the key up");
        let value = match (&option.value, value) {
            // Accept "12" for "12.0".
            (Value::Float(_), Value::Integer(whole)) => Value::Float(whole as f64),
            (_, value) => value,
        };
        if !option.value.same_type(&value) {
            let (expected, found) = (type_name(&option.value), type_name(&value));
            return Err(bad_value(key, &origin, format!("expected {expected}, found {found}")));
        }
        *option = OptionValue { value, origin };
        Ok(())
    }
}

/// Typed access to the options. These methods panic for an option that config.toml does not list,
/// because that is a bug.
impl Options {
    pub(super) fn text(&self, key: &str) -> String {
        self.values[key].value.as_str().unwrap_or_default().to_owned()
    }

    /// `None` if the text is empty.
    pub(super) fn optional(&self, key: &str) -> Option<String> {
        Some(self.text(key)).filter(|text| !text.trim().is_empty())
    }

    /// `None` if the text is empty.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.optional(key).map(PathBuf::from)
    }

    /// A URL without a trailing slash; `None` if the text is empty.
    pub(super) fn url(&self, key: &str) -> Result<Option<String>, ConfigError> {
        let Some(text) = self.optional(key) else { return Ok(None) };
        let url = text.trim().trim_end_matches('/');
        if url.starts_with("http://") || url.starts_with("https://") {
            return Ok(Some(url.to_owned()));
        }
        let message = format!("{text:?} is not a URL such as http://127.0.0.1:3000");
        Err(bad_value(key, &self.values[key].origin, message))
    }

    /// An address to listen on; `None` if the text is empty.
    pub(super) fn address(&self, key: &str) -> Result<Option<SocketAddr>, ConfigError> {
        let Some(text) = self.optional(key) else { return Ok(None) };
        let message =
            || format!("{text:?} is not an IP address and a port, such as 127.0.0.1:8080");
        let address = text.trim().parse();
        address.map(Some).map_err(|_| bad_value(key, &self.values[key].origin, message()))
    }

    /// A key of 32 bytes in hexadecimal; `None` if the text is empty.
    pub(super) fn key(&self, key: &str) -> Result<Option<[u8; 32]>, ConfigError> {
        let Some(text) = self.optional(key) else { return Ok(None) };
        let message = "a public key has 64 hexadecimal digits; copy it from the page General \
                       Information of the application in Discord's portal";
        let bytes = bytes_of_hex(text.trim());
        let bytes = bytes.ok_or_else(|| bad_value(key, &self.values[key].origin, message))?;
        Ok(Some(bytes))
    }

    /// The shards to connect.
    pub(super) fn shards(&self, key: &str) -> Result<Shards, ConfigError> {
        let text = self.text(key);
        text.parse().map_err(|message: String| bad_value(key, &self.values[key].origin, message))
    }

    /// The base URL of Discord's API. The token goes there, so it is refused over plain HTTP, except
    /// to this machine or if the operator insists.
    pub(super) fn api_base(&self) -> Result<Option<String>, ConfigError> {
        let key = "discord.api_base";
        if self.is_on("discord.allow_insecure_api_base") {
            return self.url(key);
        }
        let message = "it would send the token over the network without encryption; use https, or \
                       set discord.allow_insecure_api_base as well";
        self.safe_url(key, message)
    }

    /// A URL of https, or of this machine; `None` if the text is empty. `message` is said of others.
    pub(super) fn safe_url(&self, key: &str, message: &str) -> Result<Option<String>, ConfigError> {
        let base = self.url(key)?;
        let insecure = base.as_deref().filter(|url| url.starts_with("http://"));
        let is_local = |url: &str| match url::Url::parse(url).ok()?.host()? {
            url::Host::Domain(name) => Some(name == "localhost"),
            url::Host::Ipv4(address) => Some(address.is_loopback()),
            url::Host::Ipv6(address) => Some(address.is_loopback()),
        };
        if insecure.is_some_and(|url| is_local(url) != Some(true)) {
            return Err(bad_value(key, &self.values[key].origin, message));
        }
        Ok(base)
    }

    pub(super) fn is_on(&self, key: &str) -> bool {
        self.values[key].value == Value::Boolean(true)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &str> {
        self.values.keys().map(String::as_str)
    }

    pub(super) fn one_of(&self, key: &str, known: &[&str]) -> Result<String, ConfigError> {
        let text = self.text(key);
        if known.contains(&text.as_str()) {
            return Ok(text);
        }
        let message = format!("expected {}, found {text:?}", known.join(" or "));
        Err(bad_value(key, &self.values[key].origin, message))
    }

    /// Whether who sees replies is "private" and not "public".
    pub(super) fn is_private(&self, key: &str) -> Result<bool, ConfigError> {
        Ok(self.one_of(key, &["private", "public"])? == "private")
    }

    pub(super) fn number(&self, key: &str, range: RangeInclusive<f64>) -> Result<f64, ConfigError> {
        let OptionValue { value, origin } = &self.values[key];
        let number = value.as_float().or(value.as_integer().map(|n| n as f64)).unwrap_or(f64::NAN);
        if range.contains(&number) {
            return Ok(number);
        }
        let message = format!("{number} is not between {} and {}", range.start(), range.end());
        Err(bad_value(key, origin, message))
    }

    pub(super) fn whole(&self, key: &str, range: RangeInclusive<u32>) -> Result<u32, ConfigError> {
        Ok(self.number(key, f64::from(*range.start())..=f64::from(*range.end()))? as u32)
    }

    pub(super) fn seconds(
        &self,
        key: &str,
        range: RangeInclusive<u32>,
    ) -> Result<Duration, ConfigError> {
        Ok(Duration::from_secs(self.whole(key, range)?.into()))
    }

    pub(super) fn days(&self, key: &str) -> Result<u32, ConfigError> {
        self.whole(key, 0..=36_500)
    }

    pub(super) fn texts(&self, key: &str) -> Result<Vec<String>, ConfigError> {
        let OptionValue { value, origin } = &self.values[key];
        let text = |item: &Value| {
            let message = || format!("expected a list of texts, found {item} in it");
            item.as_str().map(str::to_owned).ok_or_else(|| bad_value(key, origin, message()))
        };
        value.as_array().into_iter().flatten().map(text).collect()
    }

    /// A log filter that lets something of the program through.
    pub(super) fn log_filter(&self) -> Result<String, ConfigError> {
        let OptionValue { origin, .. } = &self.values[LOG_FILTER];
        let filter = self.text(LOG_FILTER);
        log_filter::check(&filter).map_err(|message| bad_value(LOG_FILTER, origin, message))?;
        Ok(filter)
    }

    /// The Discord ids in a list or a text. They may be strings, because many programs cannot
    /// handle integers of this size.
    pub(super) fn ids(&self, key: &str) -> Result<Vec<u64>, ConfigError> {
        let OptionValue { value, origin } = &self.values[key];
        let given = match value {
            Value::Array(values) => values.clone(),
            Value::String(text) if text.trim().is_empty() => Vec::new(),
            other => vec![other.clone()],
        };
        let ids = given.iter().map(|value| {
            let text =
                value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
            let id = text.parse().ok().filter(|id| *id != 0 && *id != u64::MAX);
            let message =
                || format!("{text:?} is not a Discord id; an id looks like \"700000000000000001\"");
            id.ok_or_else(|| bad_value(key, origin, message()))
        });
        ids.collect()
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the default"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "the environment variable {name}"),
            Self::Flag(flag) => write!(f, "the flag {flag}"),
        }
    }
}

/// A parsed configuration file.
struct ConfigFile {
    /// The top-level keys with their lines.
    sections: Vec<(String, usize)>,
    options: Vec<FileOption>,
}

/// An option in a file: `[section] key = value` is `section.key`.
struct FileOption {
    key: String,
    value: Value,
    line: usize,
}

impl ConfigFile {
    fn parse(text: &str) -> Result<Self, toml::de::Error> {
        let table = DeTable::parse(text)?.into_inner();
        let section = |name: &Spanned<DeString>| {
            (name.get_ref().to_string(), line_at(text, name.span().start))
        };
        let mut file = Self { sections: table.keys().map(section).collect(), options: Vec::new() };
        file.collect(text, "", table)?;
        Ok(file)
    }

    fn collect(&mut self, text: &str, prefix: &str, table: DeTable) -> Result<(), toml::de::Error> {
        for (name, value) in table {
            let key = format!("{prefix}{}", name.get_ref());
            let line = line_at(text, name.span().start);
            let span = value.span();
            match value.into_inner() {
                DeValue::Table(inner) => self.collect(text, &format!("{key}."), inner)?,
                value => {
                    let value = ValueDeserializer::from(Spanned::new(span, value));
                    self.options.push(FileOption { key, value: Value::deserialize(value)?, line });
                }
            }
        }
        Ok(())
    }
}

fn bytes_of_hex(text: &str) -> Option<[u8; 32]> {
    // blake3 has the same form for its hashes.
    blake3::Hash::from_hex(text).ok().map(|bytes| *bytes.as_bytes())
}

/// The name of the environment variable for an option.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.replace('.', "_").to_ascii_uppercase())
}

fn nearest(name: &str, known: impl Iterator<Item = String>) -> Option<String> {
    known.max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)))
}

/// Whether a name is another one with a slip of the fingers or two.
fn is_nearly(name: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(name, other) <= MAX_SLIPS
}

pub(super) fn bad_value(key: &str, origin: &Origin, message: impl Into<String>) -> ConfigError {
    ConfigError::BadValue { key: key.to_owned(), origin: origin.clone(), message: message.into() }
}

/// The type of a value, in words for the operator.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_has_a_comment_above_it() {
        let mut commented = false;
        for line in DEFAULTS.lines().map(str::trim) {
            // One comment may describe several options that belong together.
            match line.chars().next() {
                Some('#') => commented = true,
                Some('[') | None => commented = false,
                Some(_) => assert!(commented, "no comment above {line}"),
            }
        }
    }

    #[test]
    fn the_token_is_not_an_option() {
        assert!(Options::defaults().iter().all(|(key, _)| !key.contains("token")));
    }

    #[test]
    fn a_list_comes_from_a_file_a_variable_or_a_flag() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[matcher]\nwithout = [\"meaning\", \"guards\"]\n").unwrap();
        let variable = || ("CASECLERK_MATCHER_WITHOUT".to_owned(), " a, b ,".to_owned());
        let flag = ("matcher.without", "--without", "c".to_owned());
        let without = |environment: Vec<_>, flags| {
            let options = Options::collect(Some(file.path()), environment.into_iter(), flags);
            options.unwrap().texts("matcher.without").unwrap()
        };
        assert_eq!(without(vec![], vec![]), ["meaning", "guards"]);
        assert_eq!(without(vec![variable()], vec![]), ["a", "b"]);
        assert_eq!(without(vec![variable()], vec![flag]), ["c"]);
    }

    #[test]
    fn errors_in_a_file_name_the_line() {
        let error = |text: &str| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            let options = Options::collect(Some(file.path()), std::iter::empty(), Vec::new());
            let settings =
                options.and_then(|options| super::super::Settings::from_options(&options));
            let error = settings.unwrap_err().to_string();
            error.replace(&file.path().display().to_string(), "config.toml")
        };
        let syntax = error("[log]\nfilter = warn\n");
        assert!(syntax.starts_with("config.toml:2: invalid TOML: "), "{syntax}");
        assert_eq!(
            error("\n[discrod]\n"),
            "config.toml:2: unknown option `discrod`; did you mean `discord`?"
        );
        assert_eq!(
            error("[lint]\n# about days\nreview_after_day = 3\n"),
            "config.toml:3: unknown option `lint.review_after_day`; \
             did you mean `lint.review_after_days`?"
        );
        assert_eq!(
            error("[lint]\n\nreading_grade = \"high\"\n"),
            "config.toml:3: invalid value for `lint.reading_grade`: \
             expected a number, found a text"
        );
        assert_eq!(
            error("lint.reading_grade = 150\n"),
            "config.toml:1: invalid value for `lint.reading_grade`: 150 is not between 0 and 100"
        );
        assert_eq!(
            error("[matcher]\nwithout = [3]\n"),
            "config.toml:2: invalid value for `matcher.without`: \
             expected a list of texts, found 3 in it"
        );
    }

    #[test]
    fn an_unknown_variable_is_named_with_the_nearest() {
        let variable = ("CASECLERK_KNOWLEDGE_FAQS".to_owned(), "x".to_owned());
        let error = Options::defaults().read_environment(std::iter::once(variable)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown environment variable CASECLERK_KNOWLEDGE_FAQS; \
             did you mean `CASECLERK_KNOWLEDGE_FAQ`?"
        );
    }
}
