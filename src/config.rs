//! Configuration in two stages: options as they were typed, with where each came from, then [`Settings`] as they are meant.
//!
//! `config.toml` at the top of the project is compiled in: it is the list of all options, their defaults and their types, so the
//! file that people read and the file that the program obeys cannot differ. Over it come the operator's own file, then
//! environment variables, then flags.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

/// The options with their defaults, as shipped.
pub const DEFAULTS: &str = include_str!("../config.toml");

/// The file that is read when none is named, if it exists.
const USUAL_FILE: &str = "config.toml";

/// The options as they were typed, each with where it came from.
#[derive(Debug, Clone)]
pub struct Options(BTreeMap<String, Typed>);

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
    File(PathBuf),
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
    /// Which log lines are written.
    pub log_filter: String,
    /// How log lines are written.
    pub log_format: LogFormat,
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
    #[error("{}: there is no option `{key}`{}", path.display(), did_you_mean(nearest))]
    UnknownKey {
        /// Which file.
        path: PathBuf,
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
    /// Collects the options from the shipped defaults, `file` (or `config.toml` in the working folder, if there is one), the
    /// environment and the flags, each overriding the one before.
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
        let table: Table = DEFAULTS.parse().expect("a test parses the shipped configuration");
        let typed = |value| Typed { value, origin: SetBy::Default };
        Self(flatten(table).into_iter().map(|(key, value)| (key, typed(value))).collect())
    }

    /// Every option, by its dotted name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Typed)> {
        self.0.iter().map(|(key, typed)| (key.as_str(), typed))
    }

    fn read_file(&mut self, path: &Path) -> Result<(), ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Unreadable { path: path.to_owned(), source })?;
        let table: Table = text.parse().map_err(|error: toml::de::Error| ConfigError::Syntax {
            path: path.to_owned(),
            line: 1 + error.span().map_or(0, |span| text[..span.start].matches('\n').count()),
            message: error.message().lines().next().unwrap_or_default().to_owned(),
        })?;
        for (key, value) in flatten(table) {
            if !self.0.contains_key(&key) {
                let nearest = nearest(&key, self.0.keys().cloned());
                return Err(ConfigError::UnknownKey { path: path.to_owned(), key, nearest });
            }
            self.set(&key, value, SetBy::File(path.to_owned()))?;
        }
        Ok(())
    }

    fn read_environment(&mut self, environment: impl Iterator<Item = (String, String)>) -> Result<(), ConfigError> {
        for (name, value) in environment.filter(|(name, _)| name.starts_with("CASECLERK_")) {
            let key = self.0.keys().find(|key| variable(key) == name).cloned();
            let Some(key) = key else {
                let nearest = nearest(&name, self.0.keys().map(|key| variable(key)));
                return Err(ConfigError::UnknownVariable { name, nearest });
            };
            self.set_text(&key, &value, SetBy::Environment(name))?;
        }
        Ok(())
    }

    /// Sets an option from plain text, read as the type of its default.
    fn set_text(&mut self, key: &str, text: &str, origin: SetBy) -> Result<(), ConfigError> {
        let default = &self.0[key].value;
        let parsed = match default {
            Value::String(_) => Some(Value::String(text.to_owned())),
            Value::Integer(_) => text.parse().ok().map(Value::Integer),
            Value::Float(_) => text.parse().ok().map(Value::Float),
            Value::Boolean(_) => text.parse().ok().map(Value::Boolean),
            _ => Some(Value::Array(
                text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(|t| Value::String(t.to_owned())).collect(),
            )),
        };
        let message = format!("\"{text}\" cannot be read as {}", default.type_str());
        let value = parsed.ok_or_else(|| bad_value(key, &origin, message))?;
        self.set(key, value, origin)
    }

    fn set(&mut self, key: &str, value: Value, origin: SetBy) -> Result<(), ConfigError> {
        let option = self.0.get_mut(key).expect("the caller looked the key up");
        let value = match (&option.value, value) {
            // "12" is as good a number as "12.0".
            (Value::Float(_), Value::Integer(whole)) => Value::Float(whole as f64),
            (_, value) => value,
        };
        if !option.value.same_type(&value) {
            let message = format!("this must be {}, not {}", option.value.type_str(), value.type_str());
            return Err(bad_value(key, &origin, message));
        }
        *option = Typed { value, origin };
        Ok(())
    }

    fn text(&self, key: &str) -> String {
        self.0[key].value.as_str().unwrap_or_default().to_owned()
    }

    fn number(&self, key: &str, range: std::ops::RangeInclusive<f64>) -> Result<f64, ConfigError> {
        let typed = &self.0[key];
        let number = typed.value.as_float().or(typed.value.as_integer().map(|n| n as f64)).unwrap_or(f64::NAN);
        if range.contains(&number) {
            return Ok(number);
        }
        let message = format!("{number} is not between {} and {}", range.start(), range.end());
        Err(bad_value(key, &typed.origin, message))
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
            vectors: Some(options.text("matcher.vectors")).filter(|path| !path.is_empty()).map(PathBuf::from),
            log_filter: options.text("log.filter"),
            log_format: match options.text("log.format").as_str() {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => {
                    let message = format!("\"{other}\" is neither text nor json");
                    return Err(bad_value("log.format", &options.0["log.format"].origin, message));
                }
            },
        })
    }
}

impl fmt::Display for SetBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetBy::Default => f.write_str("the default"),
            SetBy::File(path) => write!(f, "{}", path.display()),
            SetBy::Environment(name) => write!(f, "the environment variable {name}"),
            SetBy::Flag(flag) => write!(f, "the flag {flag}"),
        }
    }
}

/// Turns `[section] key = value` into `section.key`.
fn flatten(table: Table) -> Vec<(String, Value)> {
    let mut flat = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(inner) => {
                flat.extend(flatten(inner).into_iter().map(|(name, value)| (format!("{key}.{name}"), value)));
            }
            value => flat.push((key, value)),
        }
    }
    flat
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
        let environment = environment.iter().map(|(name, value)| (name.to_string(), value.to_string()));
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
    fn an_unknown_variable_is_named_with_the_nearest() {
        let error = settings(&[("CASECLERK_KNOWLEDGE_FAQS", "x")]).unwrap_err().to_string();
        assert!(error.contains("CASECLERK_KNOWLEDGE_FAQS") && error.contains("`CASECLERK_KNOWLEDGE_FAQ`"), "{error}");
    }
}
