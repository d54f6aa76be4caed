//! The checked, typed settings.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ConfigError;
use super::options::{Options, STORE};
use super::secret::{Secret, TokenSource};
use super::servers::Servers;
use super::shards::Shards;

/// The API of CourtListener, which the Free Law Project runs.
const COURT_LISTENER_API: &str = "https://www.courtlistener.com/api/rest/v4";

/// config.toml documents the options of these fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub faq: PathBuf,
    pub index: PathBuf,
    /// How changes of the files are noticed, if they are.
    pub files_watch: Option<FilesWatch>,
    /// The folder of questions with known answers, if there is one.
    pub questions: Option<PathBuf>,
    pub status_stale_after_days: u32,
    pub review_after_days: u32,
    /// The highest Flesch-Kincaid grade without a warning.
    pub reading_grade: f64,
    /// The file of the vector table; without one, the matcher compares words only.
    pub vectors: Option<PathBuf>,
    /// The signals and ranking parts that the matcher leaves out.
    pub matcher_without: Vec<String>,
    /// The calibration to use instead of the built-in one.
    pub calibration: Option<PathBuf>,
    pub operator: OperatorSettings,
    pub discord: DiscordSettings,
    pub web: WebSettings,
    pub servers: Servers,
    /// The channel for what moderators should know.
    pub notices: Option<u64>,
    /// The address of the store, if there is one. It may hold a password.
    pub store: Option<Secret>,
    pub privacy: PrivacySettings,
    pub watch: WatchSettings,
    pub log_filter: String,
    /// Whether the operator did not change it. A service then logs more than a command.
    pub log_filter_is_default: bool,
    pub log_format: LogFormat,
}

/// What members may know about whoever runs the bot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OperatorSettings {
    pub name: Option<String>,
    /// A URL or words.
    pub contact: Option<String>,
    pub privacy_url: Option<String>,
    pub source_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DiscordSettings {
    pub token: TokenSource,
    /// The base URL of the API, without a trailing slash; `None` for Discord's own.
    pub api_base: Option<String>,
    /// One more root certificate to trust, as PEM.
    pub ca_file: Option<PathBuf>,
    pub http_timeout: Duration,
    /// Whether replies to commands are ephemeral unless the member chooses otherwise.
    pub private: bool,
    /// Channels in which replies are public, regardless of `private`.
    pub public_channels: Vec<u64>,
    /// Channels in which replies are ephemeral, regardless of `private`.
    pub private_channels: Vec<u64>,
    /// For the questions of one member.
    pub member_limit: RateLimit,
    /// For the public replies in one channel.
    pub channel_limit: RateLimit,
    pub remembered_replies: usize,
    /// How long the last question of a member in a place is remembered.
    pub conversation: Duration,
    /// The most time that a graceful shutdown may take.
    pub shutdown: Duration,
    /// How long the gateway may be silent before the connection counts as dead.
    pub silence: Duration,
    pub heartbeat_file: Option<PathBuf>,
    /// Whether to connect to the gateway.
    pub gateway: bool,
    /// The shards that this process connects.
    pub shards: Shards,
    /// The key that verifies what Discord sends over HTTP; `None` if it sends nothing.
    pub public_key: Option<[u8; 32]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WebSettings {
    /// `None`: the program does not listen.
    pub listen: Option<SocketAddr>,
    /// Where the pages can be read, without a trailing slash; `None` if there are none.
    pub public_url: Option<String>,
}

/// What the bot looks at outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchSettings {
    /// Whether to ask CourtListener about the docket.
    pub docket: bool,
    /// Whether to look at the addresses of the sources.
    pub sources: bool,
    /// The base URL of CourtListener's API, without a trailing slash.
    pub api_base: String,
    pub token: TokenSource,
    /// The time between two requests.
    pub pause: Duration,
}

/// A rate limit as a token bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateLimit {
    /// The size of the bucket; 0 means no limit.
    pub burst: u32,
    /// How long an empty bucket takes to fill up.
    pub refill: Duration,
}

/// What is kept of questions that could not be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivacySettings {
    pub keep_questions: bool,
    pub keep_days: u32,
    pub keep_direct_messages: bool,
    /// For how many days a public answer is remembered, so that it can be corrected.
    pub remember_answers_days: u32,
    /// Whether the store holds where a conversation stands, for other processes.
    pub share_conversations: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// How a running bot notices that the files of the FAQ have changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilesWatch {
    /// The system tells. If it cannot, they are looked at this often.
    Events { fallback: Duration },
    /// They are looked at this often.
    Poll { every: Duration },
}

impl FilesWatch {
    fn from_options(options: &Options) -> Result<Option<Self>, ConfigError> {
        let every = options.seconds("knowledge.watch_seconds", 1..=86_400)?;
        let way = options.one_of("knowledge.watch", &["off", "events", "poll"])?;
        Ok(match way.as_str() {
            "events" => Some(Self::Events { fallback: every }),
            "poll" => Some(Self::Poll { every }),
            _ => None,
        })
    }
}

/// A path for later, when the folder in which the program was started may have been made again.
/// Such a folder is another one, and a relative path leads nowhere.
pub fn lasting(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

impl Settings {
    pub fn from_options(options: &Options) -> Result<Self, ConfigError> {
        let discord = DiscordSettings::from_options(options)?;
        let is_shared = options.text(STORE).contains("://");
        Ok(Self {
            faq: options.text("knowledge.faq").into(),
            index: options.text("knowledge.index").into(),
            files_watch: FilesWatch::from_options(options)?,
            questions: options.path("knowledge.questions"),
            status_stale_after_days: options.days("knowledge.status_stale_after_days")?,
            review_after_days: options.days("lint.review_after_days")?,
            reading_grade: options.number("lint.reading_grade", 0.0..=100.0)?,
            vectors: options.path("matcher.vectors"),
            matcher_without: options.texts("matcher.without")?,
            calibration: options.path("matcher.calibration"),
            operator: OperatorSettings {
                name: options.optional("operator.name"),
                contact: options.optional("operator.contact"),
                privacy_url: options.url("operator.privacy_url")?,
                source_url: options.url("operator.source_url")?,
            },
            web: WebSettings {
                listen: options.address("web.listen")?,
                public_url: options.url("web.public_url")?,
            },
            servers: Servers::from_options(options)?,
            notices: options.ids("moderation.channel")?.first().copied(),
            store: options.optional(STORE).as_deref().map(Secret::new),
            privacy: PrivacySettings {
                keep_questions: options.is_on("privacy.keep_questions"),
                keep_days: options.whole("privacy.keep_days", 1..=3_650)?,
                keep_direct_messages: options.is_on("privacy.keep_direct_messages"),
                remember_answers_days: options.whole("privacy.remember_answers_days", 1..=3_650)?,
                share_conversations: is_shared && !discord.conversation.is_zero(),
            },
            discord,
            watch: WatchSettings {
                docket: options.is_on("watch.docket"),
                sources: options.is_on("watch.sources"),
                api_base: options
                    .safe_url("watch.api_base", "it would send the token in clear; use https")?
                    .unwrap_or_else(|| COURT_LISTENER_API.to_owned()),
                token: options.court_listener_token().clone(),
                pause: options.seconds("watch.pause_seconds", 0..=3_600)?,
            },
            log_filter: options.log_filter()?,
            log_filter_is_default: options.log_filter_is_default(),
            log_format: match options.one_of("log.format", &["text", "json"])?.as_str() {
                "json" => LogFormat::Json,
                _ => LogFormat::Text,
            },
        })
    }
}

impl DiscordSettings {
    fn from_options(options: &Options) -> Result<Self, ConfigError> {
        let rate_limit = |burst, refill| {
            Ok(RateLimit {
                burst: options.whole(burst, 0..=100_000)?,
                refill: options.seconds(refill, 1..=86_400)?,
            })
        };
        let remembered_replies = options.whole("discord.remembered_replies", 0..=1_000_000)?;
        Ok(Self {
            token: options.token().clone(),
            api_base: options.api_base()?,
            ca_file: options.path("discord.ca_file"),
            http_timeout: options.seconds("discord.http_timeout_seconds", 1..=300)?,
            private: options.is_private("discord.visibility")?,
            public_channels: options.ids("discord.public_channels")?,
            private_channels: options.ids("discord.private_channels")?,
            member_limit: rate_limit("discord.member_questions", "discord.member_seconds")?,
            channel_limit: rate_limit("discord.channel_replies", "discord.channel_seconds")?,
            remembered_replies: remembered_replies as usize,
            conversation: Duration::from_secs(
                60 * u64::from(options.whole("discord.conversation_minutes", 0..=1_440)?),
            ),
            shutdown: options.seconds("discord.shutdown_seconds", 1..=600)?,
            silence: options.seconds("discord.silence_seconds", 5..=86_400)?,
            heartbeat_file: options.path("discord.heartbeat_file"),
            gateway: options.is_on("discord.gateway"),
            shards: options.shards("discord.shards")?,
            public_key: options.key("discord.public_key")?,
        })
    }
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

    fn error(name: &str, value: &str) -> String {
        settings(&[(name, value)]).unwrap_err().to_string()
    }

    #[test]
    fn the_built_in_file_is_valid_and_complete() {
        assert_eq!(settings(&[]).unwrap().status_stale_after_days, 30);
    }

    #[test]
    fn an_environment_variable_overrides_and_is_checked() {
        let variable = "CASECLERK_LINT_READING_GRADE";
        assert_eq!(settings(&[(variable, "9")]).unwrap().reading_grade, 9.0);
        assert!(error(variable, "150").contains("not between 0 and 100"));
        assert!(error(variable, "high").contains("expected a number, found \"high\""));
    }

    #[test]
    fn options_for_measurements_are_off_by_default() {
        let off = settings(&[]).unwrap();
        assert_eq!((off.matcher_without, off.calibration), (Vec::new(), None));
        let on = settings(&[
            ("CASECLERK_MATCHER_WITHOUT", "meaning,guards"),
            ("CASECLERK_MATCHER_CALIBRATION", "own.toml"),
        ])
        .unwrap();
        assert_eq!(on.matcher_without, ["meaning", "guards"]);
        assert_eq!(on.calibration, Some("own.toml".into()));
    }

    #[test]
    fn secrets_are_not_printed_with_the_settings() {
        let address = ("CASECLERK_STORE_ADDRESS", "postgres://desk:secret@db.example/desk");
        let settings = settings(&[("DISCORD_TOKEN", "MTA.secret.words"), address]).unwrap();
        let printed = format!("{settings:?}");
        assert!(!printed.contains("secret") && printed.contains("***"), "{printed}");
    }

    #[test]
    fn ids_and_urls_are_checked() {
        let guild = "CASECLERK_MODERATION_GUILD";
        let settings = settings(&[(guild, "700000000000000001")]).unwrap();
        assert!(settings.servers.moderated().eq([700_000_000_000_000_001]));
        let error_of_guild = error(guild, "my server");
        assert!(error_of_guild.contains("not a Discord id"), "{error_of_guild}");
        let error_of_url = error("CASECLERK_DISCORD_API_BASE", "127.0.0.1");
        assert!(error_of_url.contains("not a URL"), "{error_of_url}");
    }

    #[test]
    fn the_listener_is_off_until_it_has_an_address() {
        assert_eq!(settings(&[]).unwrap().web, WebSettings::default());
        let listen = "CASECLERK_WEB_LISTEN";
        let web = settings(&[(listen, "127.0.0.1:8080")]).unwrap().web;
        assert_eq!(web.listen, Some(SocketAddr::from(([127, 0, 0, 1], 8080))));
        for wrong in ["8080", ":8080", "localhost:8080", "http://127.0.0.1:8080"] {
            let error = error(listen, wrong);
            assert!(error.contains("such as 127.0.0.1:8080"), "{error}");
        }
    }

    #[test]
    fn the_public_key_has_64_digits() {
        let variable = "CASECLERK_DISCORD_PUBLIC_KEY";
        let key = "0a".repeat(32);
        assert_eq!(settings(&[(variable, &key)]).unwrap().discord.public_key, Some([10; 32]));
        for wrong in ["0a", &"zz".repeat(32), &"é".repeat(32)] {
            let error = error(variable, wrong);
            assert!(error.contains("64 hexadecimal digits"), "{error}");
        }
    }

    #[test]
    fn the_token_is_not_sent_in_clear_unless_the_operator_insists() {
        let base = |url| ("CASECLERK_DISCORD_API_BASE", url);
        for url in [
            "http://proxy.example:3000",
            "http://127.0.0.1.example",
            "http://10.0.0.7",
            "http://127.0.0.1:3000@proxy.example",
        ] {
            let refused = error("CASECLERK_DISCORD_API_BASE", url);
            assert!(refused.contains("without encryption"), "{refused}");
            let insists = ("CASECLERK_DISCORD_ALLOW_INSECURE_API_BASE", "true");
            assert_eq!(
                settings(&[base(url), insists]).unwrap().discord.api_base,
                Some(url.to_owned())
            );
        }
        for url in ["http://127.0.0.1:3000", "http://localhost:3000", "http://[::1]:3000"] {
            assert!(settings(&[base(url)]).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_log_filter_that_would_silence_everything_is_none() {
        let filter = "CASECLERK_LOG_FILTER";
        assert!(settings(&[(filter, " ")]).unwrap().log_filter_is_default);
        let both = settings(&[(filter, ""), ("RUST_LOG", "debug")]).unwrap();
        assert_eq!(both.log_filter, "debug");
        assert_eq!(
            error(filter, "warning"),
            "the environment variable CASECLERK_LOG_FILTER: invalid value for `log.filter`: \
             \"warning\" is neither a level (off, error, warn, info, debug, trace) nor a part of \
             the program, such as caseclerk; did you mean `warn`?"
        );
    }

    #[test]
    fn a_wrong_value_shows_its_control_characters() {
        let found = error("CASECLERK_DISCORD_VISIBILITY", "pub\rlic");
        assert!(found.contains(r#"found "pub\rlic""#), "{found}");
    }

    #[test]
    fn rust_log_sets_the_log_filter_and_our_own_variable_wins() {
        let filter = |variables: &[(&str, &str)]| {
            let settings = settings(variables).unwrap();
            (settings.log_filter, settings.log_filter_is_default)
        };
        assert_eq!(filter(&[]), ("warn".to_owned(), true));
        assert_eq!(filter(&[("RUST_LOG", "error")]), ("error".to_owned(), false));
        assert_eq!(filter(&[("RUST_LOG", "warn")]), ("warn".to_owned(), false));
        let both = [("CASECLERK_LOG_FILTER", "debug"), ("RUST_LOG", "error")];
        assert_eq!(filter(&both).0, "debug");
    }
}
