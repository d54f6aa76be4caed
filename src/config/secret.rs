//! What must never be printed: the tokens, and the password in an address.

use std::fmt;
use std::path::PathBuf;

use super::ConfigError;

/// The variable with a token, and the variable with the path of a file that contains it. They are not
/// options, because a token does not belong in a file that people commit and share.
#[derive(Debug, PartialEq, Eq)]
pub struct TokenVariables {
    pub(super) token: &'static str,
    pub(super) file: &'static str,
    /// Whoever gives the token out.
    from: &'static str,
}

/// The bot's token.
pub(super) static DISCORD: TokenVariables =
    TokenVariables { token: "DISCORD_TOKEN", file: "DISCORD_TOKEN_FILE", from: "Discord" };

/// The operator's token for CourtListener's API.
pub(super) static COURT_LISTENER: TokenVariables = TokenVariables {
    token: "COURTLISTENER_TOKEN",
    file: "COURTLISTENER_TOKEN_FILE",
    from: "CourtListener",
};

/// Marks that shells, editors and chats put around a text.
const QUOTES: [char; 9] = ['"', '\'', '`', '“', '”', '„', '‘', '’', '«'];

const HIDDEN: &str = "***";

/// Text that prints as asterisks.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Where a token comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum TokenSource {
    #[default]
    Missing,
    Environment(&'static TokenVariables, Secret),
    File(&'static TokenVariables, PathBuf),
}

impl Secret {
    /// Removes surrounding white space.
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The secret text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl TokenSource {
    /// Reads the variables of the token from the environment. The token itself takes precedence
    /// over the file. An empty variable counts as not set.
    pub(super) fn from_environment(
        variables: &'static TokenVariables,
        environment: &[(String, String)],
    ) -> Self {
        let variable = |name: &str| {
            let found = environment.iter().find(|(variable, _)| variable == name);
            found.map(|(_, value)| value).filter(|value| !value.trim().is_empty())
        };
        match (variable(variables.token), variable(variables.file)) {
            (Some(token), _) => Self::Environment(variables, Secret::new(token)),
            (None, Some(path)) => Self::File(variables, path.into()),
            (None, None) => Self::Missing,
        }
    }

    /// The token, from the environment or from its file; `None` if there is none.
    pub fn read(&self) -> Result<Option<Secret>, ConfigError> {
        match self {
            Self::Missing => Ok(None),
            Self::Environment(variables, token) => {
                checked(variables, token.clone(), || variables.token.to_owned()).map(Some)
            }
            Self::File(variables, path) => {
                let text = std::fs::read_to_string(path).map_err(|source| {
                    let variable = variables.file;
                    ConfigError::TokenFile { path: path.clone(), variable, source }
                })?;
                // Windows editors put a byte order mark before a text.
                let token = Secret::new(text.trim_start_matches('\u{feff}'));
                if token.reveal().is_empty() {
                    return Ok(None);
                }
                let place =
                    || format!("{}, the file that {} names,", path.display(), variables.file);
                checked(variables, token, place).map(Some)
            }
        }
    }
}

/// An address as it may be printed. Rather too much of it is hidden than too little: a password that
/// is not encoded as it should be can hold any character.
pub(super) fn without_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else {
        return address.to_owned();
    };
    let (user, host) = rest.rsplit_once('@').unwrap_or(("", rest));
    let user = match user.split_once(':') {
        Some((user, _)) => format!("{user}:{HIDDEN}@"),
        None if user.is_empty() => String::new(),
        None => format!("{user}@"),
    };
    let host = match host.split_once("password=") {
        Some((host, _)) => format!("{host}password={HIDDEN}"),
        None => host.to_owned(),
    };
    format!("{scheme}://{user}{host}")
}

/// The token, if it can be one. Another would be refused, or no request could be built with it.
fn checked(
    variables: &TokenVariables,
    token: Secret,
    place: impl FnOnce() -> String,
) -> Result<Secret, ConfigError> {
    match fault(variables, token.reveal()) {
        None => Ok(token),
        Some(fault) => Err(ConfigError::TokenForm { place: place(), from: variables.from, fault }),
    }
}

/// What shows that a text is no token.
fn fault(variables: &TokenVariables, text: &str) -> Option<&'static str> {
    let begins = |prefix: &str| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    let is_quoted = |quote: char| text.starts_with(quote) || text.ends_with(quote);
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if text.contains(variables.token) {
        Some("it repeats the name of the variable; give the token alone")
    } else if QUOTES.iter().any(|quote| is_quoted(*quote)) {
        Some("it is in quotation marks; leave them out")
    } else if ["Bot ", "Bearer ", "Token "].into_iter().any(begins) {
        Some("it begins with `Bot`, `Bearer` or `Token`, which Caseclerk adds; leave it out")
    } else if text.contains(char::is_whitespace) {
        Some("it has white space or a line break in it; a token is one word on one line")
    } else if !text.chars().all(is_of_token) {
        Some("it has another character than letters, digits, `.`, `_` and `-`")
    } else {
        None
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("not set"),
            Self::Environment(variables, secret) => {
                write!(f, "{secret:?}  # the environment variable {}", variables.token)
            }
            Self::File(_, path) => write!(f, "{HIDDEN}  # the file {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(environment: &[(&str, &str)]) -> TokenSource {
        let own = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        TokenSource::from_environment(&DISCORD, &environment.iter().map(own).collect::<Vec<_>>())
    }

    #[test]
    fn the_token_is_never_printed() {
        let token = source(&[("DISCORD_TOKEN", "MTA.secret.words\n")]);
        assert_eq!(token.read().unwrap().unwrap().reveal(), "MTA.secret.words");
        let printed = format!("{token} {token:?} {token:#?}");
        assert!(!printed.contains("secret") && printed.contains("***"), "{printed}");
    }

    #[test]
    fn the_password_of_an_address_is_never_printed() {
        for (address, printed) in [
            ("postgres://desk:secret@db.example/desk", "postgres://desk:***@db.example/desk"),
            ("postgres://desk:se:cr@et/#?@db.example/desk", "postgres://desk:***@db.example/desk"),
            ("postgres://desk@db.example/desk", "postgres://desk@db.example/desk"),
            ("postgres://db.example:5432/desk", "postgres://db.example:5432/desk"),
            (
                "postgresql://db.example/desk?user=desk&password=secret&sslmode=require",
                "postgresql://db.example/desk?user=desk&password=***",
            ),
            ("store/desk.db", "store/desk.db"),
        ] {
            assert_eq!(without_password(address), printed);
        }
    }

    #[test]
    fn the_token_wins_over_its_file_in_either_order() {
        let (token, file) = (("DISCORD_TOKEN", "abc"), ("DISCORD_TOKEN_FILE", "token.txt"));
        let expected = TokenSource::Environment(&DISCORD, Secret::new("abc"));
        assert_eq!(source(&[token, file]), expected);
        assert_eq!(source(&[file, token]), expected);
        assert_eq!(
            source(&[("DISCORD_TOKEN", " "), file]),
            TokenSource::File(&DISCORD, "token.txt".into())
        );
    }

    /// In the variable and in the file alike.
    #[test]
    fn what_is_no_token_is_refused_with_the_reason_and_not_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for (text, reason) in [
            ("\"abc.def\"", "quotation marks"),
            ("'abc.def'", "quotation marks"),
            ("“abc.def”", "quotation marks"),
            ("Bot abc.def", "`Bot`"),
            ("bot  abc.def", "`Bot`"),
            ("DISCORD_TOKEN=abc.def", "repeats"),
            ("export DISCORD_TOKEN=\"abc.def\"", "repeats"),
            ("abc.def ghi", "white space"),
            ("abc.def\n.ghi", "a line break"),
            ("abc.def\u{a0}ghi", "white space"),
            ("abc.def,ghi", "character"),
            ("abc.d\u{e4}f", "character"),
            ("abc.def\u{200b}", "character"),
            ("abc.def\u{0}", "character"),
        ] {
            std::fs::write(file.path(), text).unwrap();
            let in_file = TokenSource::File(&DISCORD, file.path().to_owned());
            for (source, place) in [
                (source(&[("DISCORD_TOKEN", text)]), "DISCORD_TOKEN "),
                (in_file, "the file that DISCORD_TOKEN_FILE names"),
            ] {
                let error = source.read().unwrap_err().to_string();
                assert!(error.contains(reason) && error.contains(place), "{text:?}: {error}");
                assert!(!error.contains("abc"), "{error}");
            }
        }
    }

    #[test]
    fn an_empty_file_holds_no_token() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let source = TokenSource::File(&DISCORD, file.path().to_owned());
        assert_eq!(source.read().unwrap(), None);
        std::fs::write(file.path(), "abc\n").unwrap();
        assert_eq!(source.read().unwrap(), Some(Secret::new("abc")));
    }
}
