//! Our variables of the environment.

use std::ffi::OsString;

use super::ConfigError;
use super::options::{Options, RUST_LOG, variable};
use super::secret::{COURT_LISTENER, DISCORD};

/// What the names of all variables for options begin with.
pub(super) const PREFIX: &str = "CASECLERK_";

/// The variables that may concern us, as text without the line break that a file with Windows line
/// ends leaves at the end of a value.
///
/// One of ours that is not UTF-8 is an error, because without it the bot would serve another FAQ
/// without a word.
pub fn own_variables(
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Vec<(String, String)>, ConfigError> {
    let is_token = |name: &str| {
        let tokens = [DISCORD.token, DISCORD.file, COURT_LISTENER.token, COURT_LISTENER.file];
        tokens.contains(&name) || name == RUST_LOG
    };
    let options = Options::defaults();
    let is_option = |name: &str| options.iter().any(|(key, _)| variable(key) == name);
    let mut own = Vec::new();
    for (name, value) in environment {
        let name = name.to_string_lossy().into_owned();
        if !name.starts_with(PREFIX) && !is_token(&name) {
            continue;
        }
        let value = match value.into_string() {
            Ok(value) => value,
            Err(_) if is_option(&name) || is_token(&name) => {
                return Err(ConfigError::NotText { name });
            }
            // It changes nothing, and its name is reported.
            Err(value) => value.to_string_lossy().into_owned(),
        };
        own.push((name, value.trim_end_matches(['\r', '\n']).to_owned()));
    }
    Ok(own)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    fn read(name: &str, value: &[u8]) -> Result<Vec<(String, String)>, ConfigError> {
        own_variables(std::iter::once((name.into(), OsString::from_vec(value.to_vec()))))
    }

    #[test]
    fn a_variable_of_ours_that_is_not_text_is_named() {
        for name in ["CASECLERK_KNOWLEDGE_FAQ", "DISCORD_TOKEN", "DISCORD_TOKEN_FILE", "RUST_LOG"] {
            let error = read(name, b"F\xe4lle").unwrap_err().to_string();
            assert_eq!(error, format!("the environment variable {name} is not UTF-8"));
        }
        for name in ["HOME", "CASECLERK_PORT"] {
            assert!(read(name, b"F\xe4lle").is_ok(), "{name}");
        }
    }

    #[test]
    fn a_line_break_at_the_end_of_a_value_is_none_of_it() {
        let expected = vec![("DISCORD_TOKEN_FILE".to_owned(), "to ken".to_owned())];
        assert_eq!(read("DISCORD_TOKEN_FILE", b"to ken\r\n").unwrap(), expected);
    }
}
