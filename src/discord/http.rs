//! Discord's way in over HTTP: what it posts to the Interactions Endpoint URL.
//!
//! The same router answers as for the gateway, and the answer is the response to the request itself.
//! What takes longer follows through the webhook of the interaction. The listener is not here: this
//! module takes headers and a body, and gives a status and a body.

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde::Serialize;
use serde_json::Value;
use serenity::all::{Interaction, InteractionId};
use serenity::interactions_endpoint::Verifier;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;
use tracing::{info, warn};

use super::api::{ApiError, SentMessage};
use super::bot::{Bot, log_failure};
use super::cache::BoundedCache;
use super::gateway::RunError;
use super::interaction::read::parse_leniently;
use super::interaction::router::{Response, Router};
use super::registration::ScopeMissing;
use crate::config::DiscordSettings;
use crate::metrics::Door;

/// The headers with which Discord signs a request.
const SIGNATURE: &str = "x-signature-ed25519";
const TIMESTAMP: &str = "x-signature-timestamp";

/// A request that was signed longer ago is not Discord's, but somebody's who has recorded it, in
/// seconds.
const OLDEST: i64 = 300;

/// The type of the interaction with which Discord tries the address, and the answer to it.
const PING: u64 = 1;
const PONG: &[u8] = br#"{"type":1}"#;

/// The most interactions that are handled at the same time, with what follows after them. Further
/// ones are refused.
const CONCURRENT: u32 = 4096;

/// How many interactions are remembered, so that one that comes twice is answered once.
const REMEMBERED: usize = 4096;

/// How long it takes Discord to take a response, at first. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const PAUSES: u32 = 6;

/// Answers what Discord posts.
pub struct HttpDoor {
    verifier: Verifier,
    bot: Bot,
    interactions: BoundedCache<InteractionId, ()>,
    permits: Arc<Semaphore>,
}

/// What a body holds.
enum Posted {
    /// Discord tries the address.
    Ping,
    Interaction(Box<Interaction>),
    Unreadable,
    NoJson,
}

impl Posted {
    fn read(body: &[u8]) -> Self {
        let interaction = match serde_json::from_slice::<Interaction>(body) {
            Ok(interaction) => Some(interaction),
            Err(_) => match serde_json::from_slice::<Value>(body) {
                Ok(event) if event["type"] == PING => return Self::Ping,
                Ok(event) => parse_leniently(event),
                Err(_) => return Self::NoJson,
            },
        };
        match interaction {
            Some(Interaction::Ping(_)) => Self::Ping,
            Some(interaction) => Self::Interaction(interaction.into()),
            None => Self::Unreadable,
        }
    }
}

impl HttpDoor {
    /// `key` is the public key of the application.
    pub fn new(key: [u8; 32], bot: &Bot) -> Result<Self, RunError> {
        let verifier = Verifier::try_new(key).map_err(|_| RunError::PublicKey)?;
        let router = Arc::new(bot.router.behind(Door::Http));
        Ok(Self {
            verifier,
            bot: Bot { router, ..bot.clone() },
            interactions: BoundedCache::new(REMEMBERED),
            permits: Arc::new(Semaphore::new(CONCURRENT as usize)),
        })
    }

    /// Answers a request. What follows is done beside it; see [`Self::idle`].
    pub async fn answer(
        self: &Arc<Self>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> (StatusCode, Vec<u8>) {
        if !self.is_genuine(headers, body) {
            return (StatusCode::UNAUTHORIZED, Vec::new());
        }
        let Ok(permit) = self.permits.clone().try_acquire_owned() else {
            warn!("too many interactions at the same time; refusing one");
            return (StatusCode::SERVICE_UNAVAILABLE, Vec::new());
        };
        let interaction = match Posted::read(body) {
            Posted::Ping => return (StatusCode::OK, PONG.to_vec()),
            Posted::Interaction(interaction) => *interaction,
            Posted::Unreadable => {
                warn!("an interaction cannot be parsed");
                return (StatusCode::OK, json(&Router::unreadable().callback));
            }
            Posted::NoJson => return (StatusCode::BAD_REQUEST, Vec::new()),
        };
        if !self.interactions.insert(interaction.id()) {
            return (StatusCode::CONFLICT, Vec::new());
        }
        self.bot.router.recall(&interaction).await;
        let response = self.bot.router.interaction(&interaction);
        let callback = json(&response.callback);
        if response.deferred.is_some() || response.shown.is_some() || response.posts.is_some() {
            tokio::spawn(self.clone().follow_up(interaction, response, permit));
        }
        (StatusCode::OK, callback)
    }

    /// Waits until nothing follows any more.
    pub async fn idle(&self) {
        let _all = self.permits.acquire_many(CONCURRENT).await;
    }

    /// Whether Discord signed the request, and lately.
    fn is_genuine(&self, headers: &HeaderMap, body: &[u8]) -> bool {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let (Some(signature), Some(timestamp)) = (header(SIGNATURE), header(TIMESTAMP)) else {
            return false;
        };
        let age = timestamp.parse().map(|signed: i64| self.bot.api.now().as_second() - signed);
        age.is_ok_and(|age| (-OLDEST..=OLDEST).contains(&age))
            && self.verifier.verify(signature, timestamp, body).is_ok()
    }

    async fn follow_up(
        self: Arc<Self>,
        interaction: Interaction,
        response: Response,
        _permit: OwnedSemaphorePermit,
    ) {
        let (application, token) = (interaction.application_id(), interaction.token());
        let message = self.taken(&interaction).await;
        match message {
            Ok(message) => {
                if let Some(shown) = response.shown {
                    self.bot.desk.note_post(message.channel_id, message.id, Some(shown)).await;
                }
            }
            Err(error) => {
                if let Some(from) = response.posts {
                    self.bot.router.was_not_posted(from);
                }
                log_failure("a response", Err(error));
            }
        }
        // Also if Discord did not show the first response: a moderator's change must be made.
        if let Some(deferred) = response.deferred {
            self.bot.finish(deferred, application, token).await;
        }
    }

    /// Waits until Discord has taken the first response, and returns the message.
    async fn taken(&self, interaction: &Interaction) -> Result<SentMessage, ApiError> {
        let (application, token) = (interaction.application_id(), interaction.token());
        let mut pauses = 1;
        loop {
            sleep(FIRST_PAUSE * (1 << (pauses - 1))).await;
            match self.bot.api.original_response(application, token).await {
                Err(ApiError::Refused { status: StatusCode::NOT_FOUND, .. }) if pauses < PAUSES => {
                    pauses += 1;
                }
                result => return result,
            }
        }
    }
}

/// Runs the bot without the gateway, until `stop` completes or Discord refuses its commands.
pub async fn run_without_gateway(
    bot: &Bot,
    settings: &DiscordSettings,
    moderated: Vec<u64>,
    stop: impl Future<Output = ()>,
) -> Result<(), RunError> {
    let mut registered = bot.register(settings, moderated);
    bot.begin();
    tokio::pin!(stop);
    tokio::select! {
        () = &mut stop => {}
        result = &mut registered => {
            if let Ok(Err(ScopeMissing(guild))) = result {
                return Err(RunError::ScopeMissing(guild));
            }
            stop.await;
        }
    }
    info!("shutting down");
    Ok(())
}

fn json(callback: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(callback).expect("serenity's builders serialize")
}
