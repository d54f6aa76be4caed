//! Runs the bot: connects to the gateway, answers, shuts down.
//!
//! serenity reconnects and resumes by itself. This module does what serenity does not: it retries
//! the lookup of the gateway's URL, saves the daily session starts, detects a dead connection, and
//! shuts down gracefully.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::{Certificate, Client, StatusCode};
use serenity::all::{BotGateway, GuildId, SessionStartLimit};
use serenity::futures::StreamExt;
use serenity::gateway::GatewayError;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};
use tracing::{info, warn};

use super::api::{Api, ApiError};
use super::bot::Bot;
use super::connection::{closed_for_good, explain_outages};
use super::events::Handler;
use super::heartbeat::{Heartbeat, NotAHeartbeat};
use super::registration::ScopeMissing;
use super::shards::{Condition, OwnShards};
use crate::config::{DiscordSettings, Secret, Shards};
use crate::metrics::{Metrics, State};

/// If a larger share of the session starts of a day is used within an hour, sessions do not last.
/// Discord allows a small bot 1000 a day.
const MAX_SHARE_PER_HOUR: f64 = 0.04;

/// A shard may always start so many sessions within an hour.
const MIN_SESSIONS_PER_HOUR: u64 = 3;
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
    let wanted = &settings.shards;
    let mut gateway = tokio::select! {
        gateway = next_session(&api, wanted) => gateway?,
        () = &mut stop => return Ok(()),
    };
    // One process does it for all.
    let mut registered = wanted.has_first().then(|| bot.register(settings, moderated));
    // Register the commands before the bot appears online if possible; but a bot without commands
    // is better than none.
    let early = match &mut registered {
        Some(registered) => timeout(REGISTRATION_HEAD_START, registered).await.ok(),
        None => None,
    };
    let registration = async {
        let result = match (early, registered) {
            (Some(result), _) => result,
            (None, Some(registered)) => registered.await,
            (None, None) => std::future::pending().await,
        };
        match result {
            Ok(Err(ScopeMissing(guild))) => RunError::ScopeMissing(guild),
            _ => std::future::pending().await,
        }
    };
    tokio::pin!(registration);
    bot.begin();
    let desk = bot.desk.clone();
    let handler = Arc::new(Handler::new(bot, settings.remembered_replies));
    let mut pause = FIRST_PAUSE_AFTER_CLOSE;
    loop {
        let sessions_before = handler.sessions();
        let (shards, mut closed) =
            OwnShards::new(wanted, &gateway, client.clone(), token, handler.clone());
        let most = most_sessions_per_hour(&gateway.session_start_limit, wanted, &gateway);
        let end = tokio::select! {
            () = &mut stop => Some(Ok(())),
            error = &mut registration => Some(Err(error)),
            closed = closed.next() => Some(Err(error_of_close(closed))),
            () = shards.start(&desk) => None,
            error = watch(&shards, &handler, &mut heartbeat, settings.silence, most) => Some(Err(error)),
            () = closed_for_good() => {
                shards.unblock().await;
                // serenity logs the refusals that it reports in the same words.
                let reported = timeout(REPORT_PATIENCE, closed.next()).await;
                reported.ok().map(|closed| Err(error_of_close(closed)))
            }
            () = explain_outages(&gateway.url, async || shards.are_connected().await) => None,
            () = note_state(&metrics, &shards) => None,
        };
        metrics.set_gateway(State::Down);
        let Some(result) = end else {
            warn!(seconds = pause.as_secs(), "Discord closed the connection; connecting again");
            if handler.sessions() > sessions_before {
                pause = FIRST_PAUSE_AFTER_CLOSE;
            }
            // Discord may want another number of shards now.
            let next = async {
                let ended = timeout(settings.shutdown, shards.shut_down());
                let _ = tokio::join!(ended, sleep(pause));
                next_session(&api, wanted).await
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
            shards.shut_down().await;
            handler.idle().await;
        };
        if timeout(settings.shutdown, graceful).await.is_err() {
            warn!("not everything was finished in time");
        }
        return result;
    }
}

/// Looks the gateway up, and waits until the sessions of this process may be started.
async fn next_session(api: &Api, wanted: &Shards) -> Result<BotGateway, RunError> {
    let gateway = look_up_gateway(api).await?;
    let (own, total) = wanted.of(gateway.shards);
    if total < gateway.shards {
        warn!(
            recommended = gateway.shards,
            total, "Discord recommends more shards (discord.shards)"
        );
    }
    let wait = wait_for_sessions(&gateway.session_start_limit, own.len());
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

/// How long to wait before so many sessions are started. Zero while more than half of the session starts
/// are left afterwards. Then the remaining ones are spread over the time until the reset, so that a
/// crash loop does not exhaust them: Discord would reset the token.
pub(super) fn wait_for_sessions(limit: &SessionStartLimit, sessions: usize) -> Duration {
    let sessions = (sessions as u64).max(1);
    if (limit.remaining + 1).saturating_sub(sessions).saturating_mul(2) > limit.total {
        return Duration::ZERO;
    }
    let share = sessions as f64 / limit.remaining.max(1) as f64;
    Duration::from_millis(limit.reset_after.min(86_400_000)).mul_f64(share.min(1.0))
}

/// More sessions than this, the first ones included, do not last. Processes that have other shards
/// share the starts of a day.
fn most_sessions_per_hour(limit: &SessionStartLimit, wanted: &Shards, gateway: &BotGateway) -> u64 {
    let (own, total) = wanted.of(gateway.shards.max(1));
    let share = own.len() as f64 / f64::from(total);
    let most = limit.total as f64 * MAX_SHARE_PER_HOUR * share;
    (most as u64).max(own.len() as u64 * MIN_SESSIONS_PER_HOUR)
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

/// Returns when a shard has been silent for too long, or when sessions do not last. Until then it
/// updates the heartbeat file, after the first session has started.
///
/// Activity is an event or an acknowledged heartbeat; a heartbeat changes the measured latency. The
/// stage of a shard is not enough, because a shard that hangs does not update it.
async fn watch(
    shards: &OwnShards,
    handler: &Handler,
    heartbeat: &mut Heartbeat,
    silence: Duration,
    most_sessions: u64,
) -> RunError {
    let mut tick = interval(silence / 10);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut latencies = BTreeMap::new();
    let (mut hour_start, mut sessions_before) = (Instant::now(), handler.sessions());
    loop {
        tick.tick().await;
        if hour_start.elapsed() > HOUR {
            (hour_start, sessions_before) = (Instant::now(), handler.sessions());
        }
        for Condition { shard, is_connected, latency } in shards.conditions().await {
            let is_another = latencies.insert(shard, latency) != Some(latency);
            if is_connected && is_another {
                handler.note_activity(shard);
            }
        }
        if handler.sessions() > 0
            && let Some(last_heard) = SystemTime::now().checked_sub(handler.silent_for())
        {
            heartbeat.beat(last_heard);
        }
        if handler.silent_for() > silence || handler.sessions() - sessions_before > most_sessions {
            return RunError::ConnectionDead(handler.silent_for().as_secs());
        }
    }
}

/// Notes whether the gateway is connected, which means all shards. Never returns.
async fn note_state(metrics: &Metrics, shards: &OwnShards) {
    let mut tick = interval(NOTE_EVERY);
    loop {
        tick.tick().await;
        let (connected, all) = (shards.connected().await, shards.count());
        metrics.set_gateway(if connected == all { State::Up } else { State::Down });
        metrics.set_shards(connected, all);
    }
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
    fn a_crash_loop_cannot_use_up_the_sessions_of_a_day() {
        let wait_of = |sessions, remaining: u64, reset_after: u64| {
            let limit = json!({
                "total": 1000, "remaining": remaining, "reset_after": reset_after,
                "max_concurrency": 1,
            });
            wait_for_sessions(&serde_json::from_value(limit).unwrap(), sessions)
        };
        let wait = |remaining, reset_after| wait_of(1, remaining, reset_after);
        assert_eq!(wait(1000, 0), Duration::ZERO);
        assert_eq!(wait(501, 86_400_000), Duration::ZERO);
        assert_eq!(wait(500, 50_000_000), Duration::from_secs(100));
        assert_eq!(wait(0, 7_000), Duration::from_secs(7));
        assert_eq!(wait_of(16, 516, 0), Duration::ZERO);
        assert_eq!(wait_of(16, 400, 50_000_000), Duration::from_secs(2_000));
        assert_eq!(wait_of(16, 10, 7_000), Duration::from_secs(7));
    }

    #[test]
    fn the_sessions_of_a_day_are_shared_by_all_processes() {
        let gateway = |total: u64, shards: u32| -> BotGateway {
            let limit = json!({
                "total": total, "remaining": total, "reset_after": 0, "max_concurrency": 1,
            });
            let gateway = json!({"url": "wss://x", "shards": shards, "session_start_limit": limit});
            serde_json::from_value(gateway).unwrap()
        };
        let most = |wanted: &str, gateway: &BotGateway| {
            let wanted = wanted.parse().unwrap();
            most_sessions_per_hour(&gateway.session_start_limit, &wanted, gateway)
        };
        let small = gateway(1000, 1);
        assert_eq!([most("", &small), most("4", &small), most("0-1/4", &small)], [40, 40, 20]);
        assert_eq!(most("1/16 of 400", &gateway(4000, 400)), 75);
    }
}
