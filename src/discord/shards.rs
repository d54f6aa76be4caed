//! The shards that this process connects to the gateway: each is started when its turn comes, with a
//! manager of its own from serenity, which reconnects and resumes it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Client;
use serenity::all::{
    BotGateway, ConnectionStage, GatewayIntents, Http, HttpBuilder, ShardManager,
    ShardManagerOptions,
};
use serenity::futures::StreamExt;
use serenity::futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use serenity::futures::future::join_all;
use serenity::gateway::GatewayError;
use tokio::sync::RwLock;
use tokio::time::{Instant, sleep_until};

use super::desk::Desk;
use super::events::Handler;
use crate::config::{Secret, Shards};

/// No privileged intents: messages that mention the bot and direct messages have their content
/// anyway.
pub const INTENTS: GatewayIntents =
    GatewayIntents::GUILD_MESSAGES.union(GatewayIntents::DIRECT_MESSAGES);

/// The time between two sessions that Discord counts together.
const BETWEEN_STARTS: Duration = Duration::from_secs(5);

/// What serenity reports when a shard has ended.
pub type Closed = UnboundedReceiver<Result<(), GatewayError>>;

/// The shards of this process.
pub struct OwnShards {
    own: Range<u32>,
    total: u32,
    /// Whether other processes have the others.
    is_part: bool,
    /// Of so many shards in a row, each may start a session within the same five seconds.
    at_once: u32,
    url: String,
    /// The shards only read the token from it; they make no requests.
    http: Arc<Http>,
    handler: Arc<Handler>,
    /// Those that were started.
    managers: Mutex<BTreeMap<u32, Arc<ShardManager>>>,
    closed: UnboundedSender<Result<(), GatewayError>>,
}

/// How a shard is, and when a heartbeat was last acknowledged, by the latency that serenity measured.
pub struct Condition {
    pub shard: u32,
    pub is_connected: bool,
    pub latency: Option<Duration>,
}

impl OwnShards {
    /// Starts none yet.
    pub fn new(
        wanted: &Shards,
        gateway: &BotGateway,
        client: Client,
        token: &Secret,
        handler: Arc<Handler>,
    ) -> (Self, Closed) {
        let (own, total) = wanted.of(gateway.shards.max(1));
        let (closed, reports) = unbounded();
        let http = HttpBuilder::new(token.reveal()).client(client).ratelimiter_disabled(true);
        handler.expect_no_shard();
        let shards = Self {
            own,
            total,
            is_part: wanted.is_part(),
            at_once: u32::try_from(gateway.session_start_limit.max_concurrency).unwrap_or(1).max(1),
            url: gateway.url.clone(),
            http: Arc::new(http.build()),
            handler,
            managers: Mutex::default(),
            closed,
        };
        (shards, reports)
    }

    /// How many this process connects.
    pub fn count(&self) -> u32 {
        self.own.len() as u32
    }

    /// Starts one after the other, as fast as Discord allows. Never returns.
    pub async fn start(&self, desk: &Desk) {
        let mut next: BTreeMap<u32, Instant> = BTreeMap::new();
        for shard in self.own.clone() {
            // Discord's rate_limit_key: https://docs.discord.com/developers/events/gateway
            let counted_as = shard % self.at_once;
            if let Some(next) = next.get(&counted_as) {
                sleep_until(*next).await;
            }
            if self.is_part {
                desk.turn_to_start_session(counted_as).await;
            }
            next.insert(counted_as, Instant::now() + BETWEEN_STARTS);
            self.handler.expect_shard(shard);
            let manager = self.start_one(shard);
            self.managers().insert(shard, manager);
        }
        std::future::pending().await
    }

    /// This does not use serenity's `Client`, because that looks up the gateway only once, and uses a
    /// fixed URL from then on if the lookup fails.
    fn start_one(&self, shard: u32) -> Arc<ShardManager> {
        let (manager, mut closed) = ShardManager::new(ShardManagerOptions {
            data: Arc::new(RwLock::default()),
            event_handlers: Vec::new(),
            raw_event_handlers: vec![self.handler.clone()],
            shard_index: shard,
            shard_init: 1,
            shard_total: self.total,
            ws_url: Arc::new(tokio::sync::Mutex::new(self.url.clone())),
            http: self.http.clone(),
            intents: INTENTS,
            presence: None,
        });
        let reports = self.closed.clone();
        tokio::spawn(async move {
            while let Some(report) = closed.next().await {
                // Nobody listens any more once all are shut down.
                let _ = reports.unbounded_send(report);
            }
        });
        // Never fails, according to serenity's documentation.
        let _ = manager.initialize();
        manager
    }

    /// How those that were started are.
    pub async fn conditions(&self) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for (shard, manager) in self.started() {
            for runner in manager.runners.lock().await.values() {
                let is_connected = runner.stage == ConnectionStage::Connected;
                conditions.push(Condition { shard, is_connected, latency: runner.latency });
            }
        }
        conditions
    }

    /// How many are connected now.
    pub async fn connected(&self) -> u32 {
        let conditions = self.conditions().await;
        conditions.iter().filter(|condition| condition.is_connected).count() as u32
    }

    /// Whether all are connected.
    pub async fn are_connected(&self) -> bool {
        self.connected().await == self.count()
    }

    /// Makes a shard that Discord has closed end. serenity 0.12 polls its connection again and again
    /// without a pause, and would keep the only worker thread busy; the order to close it fails, and
    /// that ends the loop.
    pub async fn unblock(&self) {
        for (_, manager) in self.started() {
            for runner in manager.runners.lock().await.values() {
                runner.runner_tx.shutdown_clean();
            }
        }
    }

    pub async fn shut_down(&self) {
        let managers = self.started();
        join_all(managers.iter().map(|(_, manager)| manager.shutdown_all())).await;
    }

    fn started(&self) -> Vec<(u32, Arc<ShardManager>)> {
        self.managers().iter().map(|(shard, manager)| (*shard, manager.clone())).collect()
    }

    fn managers(&self) -> std::sync::MutexGuard<'_, BTreeMap<u32, Arc<ShardManager>>> {
        self.managers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_intent_is_privileged() {
        assert!(!INTENTS.intersects(GatewayIntents::privileged()));
    }
}
