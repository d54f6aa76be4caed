//! Errors in the configuration, for the operator.

use std::path::PathBuf;

use super::options::Origin;

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("cannot read {}, the file that {variable} names", path.display())]
    TokenFile { path: PathBuf, variable: &'static str, source: std::io::Error },
    /// `place` is the variable or the file with the token, and `fault` says what is wrong. Neither
    /// shows the token.
    #[error("{place} does not hold a token as {from} shows it: {fault}")]
    TokenForm { place: String, from: &'static str, fault: &'static str },
    /// Lines are counted from 1.
    #[error("{}:{line}: invalid TOML: {message}", path.display())]
    Syntax { path: PathBuf, line: usize, message: String },
    #[error("{}:{line}: unknown option `{key}`{}", path.display(), did_you_mean(nearest))]
    UnknownKey { path: PathBuf, line: usize, key: String, nearest: Option<String> },
    #[error("unknown environment variable {name}{}", did_you_mean(nearest))]
    UnknownVariable { name: String, nearest: Option<String> },
    #[error("the environment variable {name} is not UTF-8")]
    NotText { name: String },
    #[error("{origin}: invalid value for `{key}`: {message}")]
    BadValue { key: String, origin: Origin, message: String },
}

fn did_you_mean(nearest: &Option<String>) -> String {
    nearest.as_ref().map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}
