//! Configuration in two stages: [`Options`] are what was typed, each with where it came from;
//! [`Settings`] are what that means.
//!
//! `config.toml` at the top of the project is compiled in. It lists every option with its default,
//! and so its type: the file that people read and the file that the program obeys cannot differ.
//! The operator's own file, then environment variables, then flags override it.

mod error;
mod options;
mod secret;
mod settings;

pub use error::ConfigError;
pub use options::{OptionValue, Options, Origin};
pub use secret::{Secret, TokenSource};
pub use settings::{DiscordSettings, LogFormat, ModerationSettings, RateLimit, Settings};
