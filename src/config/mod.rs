//! Configuration in two stages: [`Options`] are untyped values with their origins, and [`Settings`]
//! are the checked, typed values.
//!
//! `config.toml` at the root of the project is compiled in. It lists every option with its default,
//! which also defines the type. So the documentation and the defaults cannot differ. The operator's
//! own file, then environment variables, then flags override it.

mod environment;
mod error;
mod live;
mod log_filter;
mod options;
mod secret;
mod servers;
mod settings;
mod shards;

pub use environment::own_variables;
pub use error::ConfigError;
pub use live::Update;
pub use options::{OptionValue, Options, Origin};
pub use secret::{Secret, TokenSource};
pub use servers::{ServerSettings, Servers};
pub use settings::{
    DiscordSettings, FilesWatch, LogFormat, OperatorSettings, PrivacySettings, RateLimit, Settings,
    WatchSettings, WebSettings, lasting,
};
pub use shards::Shards;
