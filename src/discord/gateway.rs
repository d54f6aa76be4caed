//! Runs the bot: connects to the gateway, answers, shuts down.
//!
//! serenity reconnects and resumes by itself. This module does what serenity does not: it retries
//! the lookup of the gateway's URL, saves the daily session starts, detects a dead connection, and
//! shuts down gracefully.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::{Certificate, Client, StatusCode};
use serenity::all::{
    BotGateway, ConnectionStage, GatewayIntents, GuildId, HttpBuilder, SessionStartLimit,
    ShardManager, ShardManagerOptions,
};
use serenity::futures::StreamExt;
use serenity::gateway::GatewayError;
use tokio::sync::{Mutex, RwLock};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tracing::{info, warn};

use super::api::{Api, ApiError};
use super::bot::Bot;
use super::connection::{closed_for_good, explain_outages};
use super::events::Handler;
use super::heartbeat::{Heartbeat, NotAHeartbeat};
use super::registration::ScopeMissing;
use crate::config::{DiscordSettings, Secret};
use crate::metrics::{Metrics, State};

/// No privileged intents: messages that mention the bot and direct messages have their content
/// anyway.
pub const INTENTS: GatewayIntents =
    GatewayIntents::GUILD_MESSAGES.union(GatewayIntents::DIRECT_MESSAGES);

/// If more sessions than this start within an hour, they do not last. Discord allows 1000 session
/// starts a day.
const MAX_SESSIONS_PER_HOUR: u64 = 40;
const HOUR: Duration = Duration::from_secs(3600);

/// How long connecting waits for the registration of the commands.
const REGISTRATION_HEAD_START: Duration = Duration::from_secs(2);

/// How often it is noted whether the gateway is connected.
const NOTE_EVERY: Duration = Duration::from_millis(500);

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long serenity may take to report a close that it has logged.
const REPORT_PATIENCE: Duration = Duration::from_secs(1);

/// The pause before a new session after Discord closed a connection for good. Discord allows one
/// session start every five seconds.
const FIRST_PAUSE_AFTER_CLOSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE_AFTER_CLOSE: Duration = Duration::from_secs(300);

/// Why the bot stopped or could not start. `caseclerk run` has an exit code for each.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(
        "there is no token. Create an application at https://discord.com/developers/applications, \
         copy the token from its page Bot, and set DISCORD_TOKEN to it, or DISCORD_TOKEN_FILE to a \
         file that holds it. `caseclerk chat` answers in the terminal and needs none"
    )]
    NoToken,
    #[error(
        "Discord refused the token. It may have been reset: copy the new one from the page Bot of \
         the application at https://discord.com/developers/applications"
    )]
    TokenRefused,
    #[error(
        "Discord refused the intents, although none of them is privileged. Check the page Bot of \
         the application in Discord's portal"
    )]
    IntentsRefused,
    #[error(
        "Discord does not let this application have commands in the server {0} that \
         moderation.guild or a section servers.{0} names. Invite it there again, with the scopes bot \
         and applications.commands, or correct the option"
    )]
    ScopeMissing(GuildId),
    /// The gateway was silent for this many seconds, or its sessions did not last.
    #[error(
        "the connection to Discord was dead for {0} seconds, or did not last; the supervisor of \
         this process should restart it"
    )]
    ConnectionDead(u64),
    #[error(
        "discord.public_key is no key that a signature can be verified with; copy the Public Key from \
         the page General Information of the application at \
         https://discord.com/developers/applications"
    )]
    PublicKey,
    #[error("cannot use the certificate {} that discord.ca_file names", path.display())]
    Certificate { path: PathBuf, source: Box<dyn std::error::Error + Send + Sync> },
    #[error(transparent)]
    Heartbeat(#[from] NotAHeartbeat),
    /// An operation of the operating system or of the HTTP client failed.
    #[error("cannot {0}")]
    System(&'static str, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Runs the bot until `stop` completes (`Ok`) or it cannot continue; see [`stop_signal`].
pub async fn run(
    bot: Bot,
    settings: &DiscordSettings,
    moderated: Vec<u64>,
    token: &Secret,
    mut stop: impl Future<Output = ()> + Unpin,
) -> Result<(), RunError> {
    let client = http_client(settings)?;
    let mut heartbeat = Heartbeat::new(settings.heartbeat_file.as_deref())?;
    let (api, metrics) = (bot.api.clone(), bot.metrics.clone());
    metrics.set_gateway(State::Down);
    let mut gateway = tokio::select! {
        gateway = next_session(&api) => gateway?,
        () = &mut stop => return Ok(()),
    };
    let mut registered = bot.register(settings, moderated);
    // Register the commands before the bot appears online if possible; but a bot without commands
    // is better than none.
    let early = timeout(REGISTRATION_HEAD_START, &mut registered).await.ok();
    let registration = async {
        let result = match early {
            Some(result) => result,
            None => registered.await,
        };
        match result {
            Ok(Err(ScopeMissing(guild))) => RunError::ScopeMissing(guild),
            _ => std::future::pending().await,
        }
    };
    tokio::pin!(registration);
    bot.begin();
    let handler = Arc::new(Handler::new(bot, settings.remembered_replies));
    let mut pause = FIRST_PAUSE_AFTER_CLOSE;
    loop {
        let sessions_before = handler.sessions();
        let (manager, mut closed) = connect(&gateway, client.clone(), token, handler.clone()).await;
        let end = tokio::select! {
            () = &mut stop => Some(Ok(())),
            error = &mut registration => Some(Err(error)),
            closed = closed.next() => Some(Err(error_of_close(closed))),
            error = watch(&manager, &handler, &mut heartbeat, settings.silence) => Some(Err(error)),
            () = closed_for_good() => {
                unblock(&manager).await;
                // serenity logs the refusals that it reports in the same words.
                let reported = timeout(REPORT_PATIENCE, closed.next()).await;
                reported.ok().map(|closed| Err(error_of_close(closed)))
            }
            () = explain_outages(&gateway.url, async || is_connected(&manager).await) => None,
            () = note_state(&metrics, async || is_connected(&manager).await) => None,
        };
        metrics.set_gateway(State::Down);
        let Some(result) = end else {
            warn!(seconds = pause.as_secs(), "Discord closed the connection; connecting again");
            if handler.sessions() > sessions_before {
                pause = FIRST_PAUSE_AFTER_CLOSE;
            }
            // Discord may want another number of shards now.
            let next = async {
                let ended = timeout(settings.shutdown, manager.shutdown_all());
                let _ = tokio::join!(ended, sleep(pause));
                next_session(&api).await
            };
            gateway = tokio::select! {
                gateway = next => gateway?,
                () = &mut stop => return Ok(()),
            };
            pause = (pause * 2).min(LONGEST_PAUSE_AFTER_CLOSE);
            continue;
        };
        info!("shutting down");
        let graceful = async {
            manager.shutdown_all().await;
            handler.idle().await;
        };
        if timeout(settings.shutdown, graceful).await.is_err() {
            warn!("not everything was finished in time");
        }
        return result;
    }
}

/// Makes the shard that Discord has closed end. serenity 0.12 polls its connection again and again
/// without a pause, and would keep the only worker thread busy; the order to close it fails, and that
/// ends the loop.
async fn unblock(manager: &ShardManager) {
    for runner in manager.runners.lock().await.values() {
        runner.runner_tx.shutdown_clean();
    }
}

/// Looks the gateway up, and waits until a session may be started.
async fn next_session(api: &Api) -> Result<BotGateway, RunError> {
    let gateway = look_up_gateway(api).await?;
    let wait = wait_for_session(&gateway.session_start_limit);
    if !wait.is_zero() {
        warn!(seconds = wait.as_secs(), "few of today's sessions are left; waiting to start one");
        sleep(wait).await;
    }
    Ok(gateway)
}

async fn look_up_gateway(api: &Api) -> Result<BotGateway, RunError> {
    let mut pause = FIRST_PAUSE;
    loop {
        match api.gateway().await {
            Ok(gateway) => return Ok(gateway),
            Err(ApiError::Refused { status: StatusCode::UNAUTHORIZED, .. }) => {
                return Err(RunError::TokenRefused);
            }
            Err(error) => {
                warn!(%error, "the address of the gateway cannot be looked up yet; trying again")
            }
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// How long to wait before a session start. Zero while more than half of the session starts are
/// left. After that, the remaining ones are spread over the time until the reset, so that a crash
/// loop does not exhaust them: Discord would reset the token.
pub(super) fn wait_for_session(limit: &SessionStartLimit) -> Duration {
    if limit.remaining.saturating_mul(2) > limit.total {
        return Duration::ZERO;
    }
    Duration::from_millis(limit.reset_after.min(86_400_000)).div_f64(limit.remaining.max(1) as f64)
}

type Closed = serenity::futures::channel::mpsc::UnboundedReceiver<Result<(), GatewayError>>;

/// Starts the shards. This does not use serenity's `Client`, because that looks up the gateway only
/// once, and uses a fixed URL from then on if the lookup fails.
async fn connect(
    gateway: &BotGateway,
    client: Client,
    token: &Secret,
    handler: Arc<Handler>,
) -> (Arc<ShardManager>, Closed) {
    let shards = gateway.shards.clamp(1, 1000);
    // The shards only read the token from it; they make no requests.
    let http = HttpBuilder::new(token.reveal()).client(client).ratelimiter_disabled(true).build();
    let (manager, closed) = ShardManager::new(ShardManagerOptions {
        data: Arc::new(RwLock::default()),
        event_handlers: Vec::new(),
        raw_event_handlers: vec![handler],
        shard_index: 0,
        shard_init: shards,
        shard_total: shards,
        ws_url: Arc::new(Mutex::new(gateway.url.clone())),
        http: Arc::new(http),
        intents: INTENTS,
        presence: None,
    });
    // Never fails, according to serenity's documentation.
    let _ = manager.initialize();
    (manager, closed)
}

fn error_of_close(closed: Option<Result<(), GatewayError>>) -> RunError {
    match closed {
        Some(Err(GatewayError::InvalidAuthentication)) => RunError::TokenRefused,
        Some(Err(GatewayError::InvalidGatewayIntents | GatewayError::DisallowedGatewayIntents)) => {
            RunError::IntentsRefused
        }
        _ => RunError::ConnectionDead(0),
    }
}

/// Returns when the gateway has been silent for too long, or when its sessions do not last. Until
/// then it updates the heartbeat file, after the first session has started.
///
/// Activity is an event or an acknowledged heartbeat; a heartbeat changes the measured latency. The
/// stage of a shard is not enough, because a shard that hangs does not update it.
async fn watch(
    manager: &ShardManager,
    handler: &Handler,
    heartbeat: &mut Heartbeat,
    silence: Duration,
) -> RunError {
    let mut tick = interval(silence / 10);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last_latencies = Vec::new();
    let (mut hour_start, mut sessions_before) = (Instant::now(), handler.sessions());
    loop {
        tick.tick().await;
        if hour_start.elapsed() > HOUR {
            (hour_start, sessions_before) = (Instant::now(), handler.sessions());
        }
        let runners = manager.runners.lock().await;
        let mut latencies: Vec<_> =
            runners.iter().map(|(id, runner)| (id.0, runner.latency)).collect();
        drop(runners);
        latencies.sort_unstable();
        if is_connected(manager).await && latencies != last_latencies {
            handler.note_activity();
        }
        last_latencies = latencies;
        if handler.sessions() > 0
            && let Some(last_heard) = SystemTime::now().checked_sub(handler.silent_for())
        {
            heartbeat.beat(last_heard);
        }
        if handler.silent_for() > silence
            || handler.sessions() - sessions_before > MAX_SESSIONS_PER_HOUR
        {
            return RunError::ConnectionDead(handler.silent_for().as_secs());
        }
    }
}

/// Notes whether the gateway is connected. Never returns.
async fn note_state(metrics: &Metrics, is_connected: impl AsyncFn() -> bool) {
    let mut tick = interval(NOTE_EVERY);
    loop {
        tick.tick().await;
        metrics.set_gateway(if is_connected().await { State::Up } else { State::Down });
    }
}

/// Whether any shard is connected.
async fn is_connected(manager: &ShardManager) -> bool {
    let runners = manager.runners.lock().await;
    runners.values().any(|runner| runner.stage == ConnectionStage::Connected)
}

pub(super) fn http_client(settings: &DiscordSettings) -> Result<Client, RunError> {
    let mut builder =
        Client::builder().timeout(settings.http_timeout).connect_timeout(settings.http_timeout);
    if let Some(path) = &settings.ca_file {
        let unusable = |source| RunError::Certificate { path: path.clone(), source };
        let pem = std::fs::read(path).map_err(|error| unusable(error.into()))?;
        let certificates = Certificate::from_pem(&pem).map_err(|error| unusable(error.into()))?;
        builder = builder.add_root_certificate(certificates);
    }
    if settings.api_base.as_deref().is_some_and(|base| base.starts_with("http://")) {
        // A proxy would get the token in clear.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|error| RunError::System("create an HTTP client", error.into()))
}

/// Completes when the process gets SIGTERM or SIGINT.
pub fn stop_signal() -> Result<impl Future<Output = ()>, RunError> {
    use tokio::signal::unix::{SignalKind, signal};
    let listen =
        |kind| signal(kind).map_err(|error| RunError::System("listen for signals", error.into()));
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
    fn a_crash_loop_cannot_use_up_the_sessions_of_a_day() {
        let wait = |remaining: u64, reset_after: u64| {
            let limit = json!({
                "total": 1000, "remaining": remaining, "reset_after": reset_after,
                "max_concurrency": 1,
            });
            wait_for_session(&serde_json::from_value(limit).unwrap())
        };
        assert_eq!(wait(1000, 0), Duration::ZERO);
        assert_eq!(wait(501, 86_400_000), Duration::ZERO);
        assert_eq!(wait(500, 50_000_000), Duration::from_secs(100));
        assert_eq!(wait(0, 7_000), Duration::from_secs(7));
    }
}
