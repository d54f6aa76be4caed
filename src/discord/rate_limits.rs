//! When a request to Discord may be sent.
//!
//! Discord answers too many requests with 429 and says how long to wait. It bans an address that
//! gets 10,000 refusals in ten minutes, so a request never rushes in where another was refused:
//! those with the same limit go one after the other, each as soon as the one before was answered.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex as SyncMutex, PoisonError};
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;
use serenity::all::LightMethod;
use serenity::http::{RatelimitingBucket, Request, Route};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::{info, warn};

/// The shortest wait after a 429, whatever Discord says. It doubles with each further one.
const SHORTEST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// How often the wait doubles at most: up to half a minute.
const MAX_DOUBLINGS: u32 = 7;

/// If a 429 says nothing about how long to wait.
const USUAL_WAIT: f64 = 1.0;

/// With this many stored limits, those that have ended are removed.
const PRUNE_FROM: usize = 1000;

/// After a global 429, requests follow each other at this distance for a while: Discord allows 50 a
/// second.
const PACE: Duration = Duration::from_millis(25);
const PACED_FOR: Duration = Duration::from_secs(10);

/// Discord bans an address after 10,000 refusals in ten minutes. Others may share the address.
const MAX_REFUSALS: u32 = 2_000;
const REFUSALS_COUNT_FOR: Duration = Duration::from_secs(600);

/// The rate limits of a process.
#[derive(Default)]
pub struct RateLimits {
    limits: SyncMutex<HashMap<LimitKey, Arc<Mutex<Limit>>>>,
    global: Mutex<Global>,
    refusals: SyncMutex<Option<Refusals>>,
}

/// What has a rate limit of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum LimitKey {
    /// Discord limits each method by itself.
    Route(RatelimitingBucket, LightMethod),
    /// The token of an interaction, hashed.
    Interaction(u64),
}

#[derive(Default)]
struct Limit {
    /// No request may be sent before.
    until: Option<Instant>,
    /// How many 429 came one after the other.
    refused: u32,
}

/// The limit of all requests except those about interactions.
#[derive(Default)]
struct Global {
    until: Option<Instant>,
    paced_until: Option<Instant>,
}

/// The refusals since a time.
struct Refusals {
    since: Instant,
    count: u32,
}

/// The permission to send one request. No other with the same limit is sent meanwhile.
pub struct Turn<'l> {
    limits: &'l RateLimits,
    limit: OwnedMutexGuard<Limit>,
    is_about_interaction: bool,
}

/// Why a request may not be sent in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTurn {
    RateLimited,
    TooManyRefusals,
}

impl RateLimits {
    /// Waits until a request may be sent.
    pub async fn turn(&self, request: &Request<'_>, deadline: Instant) -> Result<Turn<'_>, NoTurn> {
        let route = request.route_ref();
        if self.has_too_many_refusals() {
            return Err(NoTurn::TooManyRefusals);
        }
        let limit = timeout_at(deadline, self.limit(request).lock_owned());
        let limit = limit.await.map_err(|_| NoTurn::RateLimited)?;
        if let Some(until) = limit.until {
            wait_until(until, deadline).await?;
        }
        let is_about_interaction = is_about_interaction(route);
        if !is_about_interaction {
            self.wait_for_global(deadline).await?;
        }
        Ok(Turn { limits: self, limit, is_about_interaction })
    }

    fn limit(&self, request: &Request<'_>) -> Arc<Mutex<Limit>> {
        let now = Instant::now();
        let mut limits = self.limits.lock().unwrap_or_else(PoisonError::into_inner);
        if limits.len() >= PRUNE_FROM {
            limits.retain(|_, limit| {
                Arc::strong_count(limit) > 1
                    || limit.try_lock().is_ok_and(|limit| limit.until.is_some_and(|at| at > now))
            });
        }
        limits.entry(LimitKey::of(request)).or_default().clone()
    }

    async fn wait_for_global(&self, deadline: Instant) -> Result<(), NoTurn> {
        let global = timeout_at(deadline, self.global.lock());
        let global = global.await.map_err(|_| NoTurn::RateLimited)?;
        if let Some(until) = global.until {
            wait_until(until, deadline).await?;
        }
        if global.paced_until.is_some_and(|until| until > Instant::now()) {
            // The next request waits for the lock.
            sleep(PACE).await;
        }
        Ok(())
    }

    fn has_too_many_refusals(&self) -> bool {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over =
            refusals.as_ref().is_some_and(|seen| seen.since.elapsed() > REFUSALS_COUNT_FOR);
        if is_over {
            *refusals = None;
        }
        refusals.as_ref().is_some_and(|seen| seen.count >= MAX_REFUSALS)
    }

    fn note_refusal(&self) {
        let mut refusals = self.refusals.lock().unwrap_or_else(PoisonError::into_inner);
        let refusals = refusals.get_or_insert(Refusals { since: Instant::now(), count: 0 });
        refusals.count += 1;
        if refusals.count == MAX_REFUSALS {
            warn!(
                refusals = MAX_REFUSALS,
                minutes = REFUSALS_COUNT_FOR.as_secs() / 60,
                "Discord refused so many requests that it may ban this address; sending nothing \
                 until the minutes are over"
            );
        }
    }
}

impl Turn<'_> {
    /// Notes what an answer of Discord says about the limits.
    pub async fn answered(&mut self, status: StatusCode, headers: &HeaderMap, body: &[u8]) {
        match status {
            StatusCode::TOO_MANY_REQUESTS => self.rate_limited(headers, body).await,
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => self.limits.note_refusal(),
            _ => {}
        }
        if status != StatusCode::TOO_MANY_REQUESTS {
            self.limit.refused = 0;
            // The next request waits instead of getting a 429.
            let reset = number(headers, "x-ratelimit-reset-after")
                .filter(|seconds| (0.0..3600.0).contains(seconds));
            if let (Some(0.0), Some(reset)) = (number(headers, "x-ratelimit-remaining"), reset) {
                self.limit.until = Some(Instant::now() + Duration::from_secs_f64(reset));
            }
        }
    }

    async fn rate_limited(&mut self, headers: &HeaderMap, body: &[u8]) {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let asked = body["retry_after"]
            .as_f64()
            .or_else(|| number(headers, "retry-after"))
            .filter(|seconds| seconds.is_finite())
            .unwrap_or(USUAL_WAIT)
            .clamp(0.0, LONGEST_WAIT.as_secs_f64());
        let shortest = SHORTEST_WAIT * 2_u32.pow(self.limit.refused.min(MAX_DOUBLINGS));
        let wait = Duration::from_secs_f64(asked).max(shortest);
        let global = body["global"] == true || headers.contains_key("x-ratelimit-global");
        self.limit.refused += 1;
        info!(seconds = wait.as_secs_f64(), global, "rate limited by Discord");
        let until = Instant::now() + wait;
        if global && !self.is_about_interaction {
            let mut global = self.limits.global.lock().await;
            global.until = global.until.max(Some(until));
            global.paced_until = Some(until + PACED_FOR);
        } else {
            self.limit.until = Some(until);
        }
        // A limit that others have used up is not held against us.
        if headers.get("x-ratelimit-scope").is_none_or(|scope| scope != "shared") {
            self.limits.note_refusal();
        }
    }
}

impl LimitKey {
    fn of(request: &Request<'_>) -> Self {
        match request.route_ref() {
            Route::WebhookOriginalInteractionResponse { token, .. } => {
                let mut hasher = DefaultHasher::new();
                token.hash(&mut hasher);
                Self::Interaction(hasher.finish())
            }
            route => Self::Route(route.ratelimiting_bucket(), *request.method_ref()),
        }
    }
}

/// Discord exempts these from the global limit.
fn is_about_interaction(route: &Route<'_>) -> bool {
    matches!(
        route,
        Route::InteractionResponse { .. } | Route::WebhookOriginalInteractionResponse { .. }
    )
}

async fn wait_until(until: Instant, deadline: Instant) -> Result<(), NoTurn> {
    if until >= deadline {
        return Err(NoTurn::RateLimited);
    }
    sleep_until(until).await;
    Ok(())
}

fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use serenity::all::{ChannelId, InteractionId, MessageId};

    fn messages(channel: u64) -> Request<'static> {
        let route = Route::ChannelMessages { channel_id: ChannelId::new(channel) };
        Request::new(route, LightMethod::Post)
    }

    fn callback(id: u64) -> Request<'static> {
        let interaction_id = InteractionId::new(id);
        let route = Route::InteractionResponse { interaction_id, token: "token" };
        Request::new(route, LightMethod::Post)
    }

    fn message(method: LightMethod) -> Request<'static> {
        let (channel_id, message_id) = (ChannelId::new(1), MessageId::new(2));
        Request::new(Route::ChannelMessage { channel_id, message_id }, method)
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    async fn refuse(limits: &RateLimits, request: &Request<'_>, body: Value) {
        let mut turn = limits.turn(request, Instant::now() + LONGEST_WAIT * 2).await.ok().unwrap();
        let body = body.to_string();
        turn.answered(StatusCode::TOO_MANY_REQUESTS, &HeaderMap::new(), body.as_bytes()).await;
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_holds_for_its_channel() {
        let limits = RateLimits::default();
        refuse(&limits, &messages(1), json!({"retry_after": 60})).await;
        assert_eq!(limits.turn(&messages(1), soon()).await.err(), Some(NoTurn::RateLimited));
        assert!(limits.turn(&messages(2), soon()).await.is_ok());
    }

    /// Discord limits edits of old messages for hours; the reply to a deleted question goes all the same.
    #[tokio::test(start_paused = true)]
    async fn a_limit_of_edits_does_not_hold_up_a_deletion() {
        let limits = RateLimits::default();
        refuse(&limits, &message(LightMethod::Patch), json!({"retry_after": 3600})).await;
        let edit = limits.turn(&message(LightMethod::Patch), soon()).await;
        assert_eq!(edit.err(), Some(NoTurn::RateLimited));
        assert!(limits.turn(&message(LightMethod::Delete), soon()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn the_global_limit_holds_for_everything_but_interactions() {
        let limits = RateLimits::default();
        refuse(&limits, &messages(1), json!({"retry_after": 60, "global": true})).await;
        assert_eq!(limits.turn(&messages(2), soon()).await.err(), Some(NoTurn::RateLimited));
        assert!(limits.turn(&callback(1), soon()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_of_nothing_is_a_wait_and_grows() {
        for body in [json!({"retry_after": 0}), json!({"retry_after": -5}), json!({})] {
            let limits = RateLimits::default();
            let start = Instant::now();
            for _ in 0..6 {
                refuse(&limits, &callback(1), body.clone()).await;
            }
            // 0.25, 0.5, 1, 2 and 4 seconds.
            assert!(start.elapsed() >= Duration::from_millis(7_750), "{body}");
        }
        let limits = RateLimits::default();
        refuse(&limits, &callback(1), json!({"retry_after": 1e300})).await;
        assert_eq!(limits.turn(&callback(1), soon()).await.err(), Some(NoTurn::RateLimited));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_with_one_limit_go_one_after_the_other() {
        let limits = RateLimits::default();
        let turn = limits.turn(&messages(1), soon()).await.ok().unwrap();
        let second = limits.turn(&messages(1), Instant::now() + Duration::from_secs(1)).await;
        assert_eq!(second.err(), Some(NoTurn::RateLimited));
        drop(turn);
        assert!(limits.turn(&messages(1), soon()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn it_stops_before_discord_bans_the_address() {
        let limits = RateLimits::default();
        for channel in 0..u64::from(MAX_REFUSALS) {
            refuse(&limits, &messages(channel + 1), json!({"retry_after": 1})).await;
        }
        let callback = callback(1);
        let next = || limits.turn(&callback, soon());
        assert_eq!(next().await.err(), Some(NoTurn::TooManyRefusals));
        sleep(REFUSALS_COUNT_FOR + PACE).await;
        assert!(next().await.is_ok());
    }
}
