//! The life of the bot in Discord: connect, answer, close properly.
//!
//! serenity reconnects and resumes by itself. What it leaves to others is here: to look the address
//! of the gateway up until it is known, to spare the daily budget of new sessions, to notice that a
//! connection is dead, to end well when told to stop.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::{Certificate, Client, StatusCode};
use serde_json::Value;
use serenity::all::{
    ConnectionStage, GatewayIntents, HttpBuilder, ShardManager, ShardManagerOptions,
};
use serenity::futures::StreamExt;
use serenity::gateway::GatewayError;
use tokio::sync::{Mutex, RwLock};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tracing::{info, warn};

use super::handler::Handler;
use super::heartbeat::Heartbeat;
use super::registration::{ScopeMissing, register};
use super::rest::{Rest, RestError};
use super::router::Router;
use crate::config::{DiscordSettings, Secret};

/// None of these is privileged: mentions and direct messages come with their words all the same.
pub const INTENTS: GatewayIntents =
    GatewayIntents::GUILD_MESSAGES.union(GatewayIntents::DIRECT_MESSAGES);

/// More sessions than this begun within an hour mean that they do not last; each costs one of 1000
/// a day.
const SESSIONS_AN_HOUR: u64 = 40;
const HOUR: Duration = Duration::from_secs(3600);

/// For how long the gateway waits for the commands to be registered first.
const HEAD_START: Duration = Duration::from_secs(2);

const PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// Why the bot is not in Discord any more, or never was. Each has its own exit code.
#[derive(Debug, thiserror::Error)]
pub enum Ended {
    /// The token is missing.
    #[error(
        "there is no token. Make an application at https://discord.com/developers/applications, copy the token from its page Bot, and \
         set DISCORD_TOKEN to it, or DISCORD_TOKEN_FILE to a file that holds it. `caseclerk chat` answers in the terminal and needs none"
    )]
    NoToken,
    /// Discord does not know the token.
    #[error(
        "Discord refused the token. It may have been reset: copy the new one from the page Bot of the application at \
         https://discord.com/developers/applications"
    )]
    TokenRefused,
    /// Discord does not grant the intents.
    #[error(
        "Discord refused the intents, though none of them is privileged. Look at the page Bot of the application in Discord's portal"
    )]
    IntentsRefused,
    /// The desk's commands cannot be registered.
    #[error(
        "Discord does not let this application have commands in the server {0} that moderation.guild names. Invite it there again, \
         with the scopes bot and applications.commands, or correct moderation.guild"
    )]
    ScopeMissing(u64),
    /// The gateway gave no sign of life.
    #[error(
        "the connection to Discord was dead for {0} seconds, or did not last; whatever supervises this process should start it again"
    )]
    Dead(u64),
    /// The root certificate cannot be used.
    #[error("cannot use the certificate {} that discord.ca_file names", path.display())]
    Certificate {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something about the machine.
    #[error("cannot {0}")]
    Machine(&'static str, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Is in Discord until it is told to stop (`Ok`) or cannot go on.
pub async fn run(
    router: Arc<Router>,
    settings: &DiscordSettings,
    desk: Option<u64>,
    token: &Secret,
) -> Result<(), Ended> {
    let stop = stop_signal()?;
    tokio::pin!(stop);
    let client = http_client(settings)?;
    let heartbeat = Heartbeat::new(settings.heartbeat_file.as_deref());
    let rest = Arc::new(Rest::new(
        client.clone(),
        settings.api_base.as_deref(),
        token,
        settings.http_timeout,
    ));
    let gateway = tokio::select! {
        gateway = look_up(&rest) => gateway?,
        () = &mut stop => return Ok(()),
    };
    let pace = gateway.pace();
    if !pace.is_zero() {
        warn!(
            seconds = pace.as_secs(),
            "few of today's sessions are left; waiting before the next is begun"
        );
        tokio::select! {
            () = sleep(pace) => {}
            () = &mut stop => return Ok(()),
        }
    }
    let mut registered = tokio::spawn({
        let rest = rest.clone();
        let commands = router.commands();
        async move { register(&rest, &commands, desk).await }
    });
    // Whoever sees the bot should see its commands, too; but a bot without commands is better than
    // none.
    let early = timeout(HEAD_START, &mut registered).await.ok();
    let registration = async {
        let result = match early {
            Some(result) => result,
            None => registered.await,
        };
        match result {
            Ok(Err(ScopeMissing(guild))) => Ended::ScopeMissing(guild),
            _ => std::future::pending().await,
        }
    };
    let handler = Arc::new(Handler::new(router, rest, settings.remembered_replies));
    let (manager, mut closed) = connect(&gateway, client, token, handler.clone()).await;
    let result = tokio::select! {
        () = &mut stop => Ok(()),
        ended = registration => Err(ended),
        refused = closed.next() => Err(refusal(refused)),
        dead = watch(&manager, &handler, heartbeat, settings.silence) => Err(dead),
    };
    info!("closing");
    let finish = async {
        manager.shutdown_all().await;
        handler.idle().await;
    };
    if timeout(settings.shutdown, finish).await.is_err() {
        warn!("not everything was finished in time");
    }
    result
}

/// What Discord tells before one connects.
struct Gateway {
    url: String,
    shards: u32,
    sessions_left: f64,
    sessions_a_day: f64,
    reset: Duration,
}

impl Gateway {
    fn read(answer: &Value) -> Option<Self> {
        let limit = &answer["session_start_limit"];
        Some(Self {
            url: answer["url"].as_str()?.to_owned(),
            shards: answer["shards"].as_u64().unwrap_or(1).clamp(1, 1000) as u32,
            sessions_left: limit["remaining"].as_f64().unwrap_or(1000.0),
            sessions_a_day: limit["total"].as_f64().unwrap_or(1000.0),
            reset: Duration::from_millis(
                limit["reset_after"].as_u64().unwrap_or(0).min(86_400_000),
            ),
        })
    }

    /// How long to wait before a session is begun. While more than half of them are left, not at
    /// all; then the rest is spread over the rest of the day, so that a process that is started
    /// again and again cannot use them up: Discord would reset the token.
    fn pace(&self) -> Duration {
        if self.sessions_left * 2.0 > self.sessions_a_day {
            return Duration::ZERO;
        }
        self.reset.div_f64(self.sessions_left.max(1.0))
    }
}

async fn look_up(rest: &Rest) -> Result<Gateway, Ended> {
    let mut pause = Duration::from_secs(1);
    loop {
        match rest.get("/gateway/bot", PATIENCE).await {
            Ok(answer) => match Gateway::read(&answer) {
                Some(gateway) => return Ok(gateway),
                None => warn!("Discord's answer does not name the gateway; asking again"),
            },
            Err(RestError::Refused { status: StatusCode::UNAUTHORIZED, .. }) => {
                return Err(Ended::TokenRefused);
            }
            Err(error) => {
                warn!(%error, "the address of the gateway cannot be looked up yet; trying again")
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_REST);
    }
}

type Closed = serenity::futures::channel::mpsc::UnboundedReceiver<Result<(), GatewayError>>;

/// Begins the shards. serenity's `Client` would look the gateway up by itself, once, and on a fault
/// connect to a fixed address for the rest of its life; so its parts are put together here.
async fn connect(
    gateway: &Gateway,
    client: Client,
    token: &Secret,
    handler: Arc<Handler>,
) -> (Arc<ShardManager>, Closed) {
    let http = HttpBuilder::new(token.reveal()).client(client).ratelimiter_disabled(true).build();
    let (manager, closed) = ShardManager::new(ShardManagerOptions {
        data: Arc::new(RwLock::default()),
        event_handlers: Vec::new(),
        raw_event_handlers: vec![handler],
        shard_index: 0,
        shard_init: gateway.shards,
        shard_total: gateway.shards,
        ws_url: Arc::new(Mutex::new(gateway.url.clone())),
        http: Arc::new(http),
        intents: INTENTS,
        presence: None,
    });
    // It cannot fail, says serenity.
    let _ = manager.initialize();
    (manager, closed)
}

fn refusal(refused: Option<Result<(), GatewayError>>) -> Ended {
    match refused {
        Some(Err(GatewayError::InvalidAuthentication)) => Ended::TokenRefused,
        Some(Err(GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents)) => {
            Ended::IntentsRefused
        }
        _ => Ended::Dead(0),
    }
}

/// Returns when the gateway was silent for too long, or when its sessions do not last. Until then
/// it keeps the heartbeat, once a session has begun.
///
/// A sign of life is an event, or a heartbeat that was answered: then the measured latency is
/// another one. The stage of a shard alone would not do, because it is not brought up to date while
/// the shard hangs.
async fn watch(
    manager: &ShardManager,
    handler: &Handler,
    mut heartbeat: Heartbeat,
    silence: Duration,
) -> Ended {
    let mut tick = interval(silence / 10);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = Vec::new();
    let mut hour = (Instant::now(), handler.sessions());
    loop {
        tick.tick().await;
        if hour.0.elapsed() > HOUR {
            hour = (Instant::now(), handler.sessions());
        }
        let runners = manager.runners.lock().await;
        let mut latencies: Vec<_> =
            runners.iter().map(|(id, runner)| (id.0, runner.latency)).collect();
        let connected = runners.values().any(|runner| runner.stage == ConnectionStage::Connected);
        drop(runners);
        latencies.sort_unstable();
        if connected && latencies != seen {
            handler.is_alive();
        }
        seen = latencies;
        if handler.sessions() > 0
            && let Some(heard) = SystemTime::now().checked_sub(handler.silent_for())
        {
            heartbeat.beat(heard);
        }
        if handler.silent_for() > silence || handler.sessions() - hour.1 > SESSIONS_AN_HOUR {
            return Ended::Dead(handler.silent_for().as_secs());
        }
    }
}

fn http_client(settings: &DiscordSettings) -> Result<Client, Ended> {
    let mut builder =
        Client::builder().timeout(settings.http_timeout).connect_timeout(settings.http_timeout);
    if let Some(path) = &settings.ca_file {
        let unusable = |source| Ended::Certificate { path: path.clone(), source };
        let pem = std::fs::read(path).map_err(|error| unusable(error.into()))?;
        let certificates = Certificate::from_pem(&pem).map_err(|error| unusable(error.into()))?;
        builder = builder.add_root_certificate(certificates);
    }
    builder.build().map_err(|error| Ended::Machine("make an HTTP client", error.into()))
}

/// Completes when the process is told to stop.
fn stop_signal() -> Result<impl Future<Output = ()>, Ended> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen =
        |kind| signal(kind).map_err(|error| Ended::Machine("listen for signals", error.into()));
    let (mut terminate, mut interrupt) =
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn no_intent_is_privileged() {
        assert!(!INTENTS.intersects(GatewayIntents::privileged()));
    }

    #[test]
    fn a_crash_loop_cannot_use_the_sessions_of_a_day_up() {
        let pace = |remaining: u32, reset_after: u64| {
            let limit = json!({"total": 1000, "remaining": remaining, "reset_after": reset_after});
            Gateway::read(&json!({"url": "wss://x", "session_start_limit": limit})).unwrap().pace()
        };
        assert_eq!(pace(1000, 0), Duration::ZERO);
        assert_eq!(pace(501, 86_400_000), Duration::ZERO);
        assert_eq!(pace(500, 50_000_000), Duration::from_secs(100));
        assert_eq!(pace(0, 7_000), Duration::from_secs(7));
    }
}
