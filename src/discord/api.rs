//! Requests to Discord's API: they respect rate limits, are retried after failures, and end when
//! Discord refuses them.
//!
//! Requests and routes are serenity's, but `serenity::http::Http` does not send them, because its
//! error for a 429 does not say how long to wait, its rate limiter has no deadlines and is bypassed
//! behind a proxy (`api_base`), and it does not retry after a 5xx or a broken connection.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reqwest::header::HeaderMap;
use reqwest::{Client, StatusCode, Url};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serenity::all::{
    ApplicationFlags, ApplicationId, BotGateway, ChannelId, CreateAttachment,
    CreateInteractionResponse, CreateMessage, EditMessage, GuildId, InteractionId, LightMethod,
    MessageId, Permissions, RoleId, UserId,
};
use serenity::http::{DiscordJsonError, Multipart, MultipartUpload, Request, Route};
use tokio::time::{Instant, sleep, timeout};
use tracing::{info, warn};

use super::interaction::limits;
use super::interaction::outgoing::OutgoingMessage;
use super::rate_limits::{NoTurn, RateLimits, Turn};
use crate::config::Secret;
use crate::metrics::{Metrics, RestError};

/// The pause before the first retry; it doubles for each further retry.
const FIRST_PAUSE: Duration = Duration::from_millis(150);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long a message may be retried; later it would be of no use.
const MESSAGE_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a request during start-up may be retried before its caller gets the error.
const SETUP_TIMEOUT: Duration = Duration::from_secs(30);
const GATEWAY_TIMEOUT: Duration = Duration::from_secs(10);

/// How many of the fields that Discord complains about are logged.
const MAX_FIELDS: usize = 3;

/// Discord's code for a second response to an interaction. A retry gets it if the first attempt
/// arrived and only the answer to it was lost.
const ALREADY_ACKNOWLEDGED: isize = 40_060;

/// A client for Discord's API.
pub struct Api {
    client: Client,
    /// The Authorization header.
    authorization: String,
    proxy: Option<String>,
    /// Whose server answers, for messages.
    server: Arc<str>,
    attempt_timeout: Duration,
    rate_limits: RateLimits,
    /// Why the last request failed; `None` if it did not. Each reason is logged once.
    trouble: Mutex<Option<String>>,
    /// How far Discord's clock is ahead of ours, in seconds.
    clock_lead: AtomicI64,
    metrics: Metrics,
}

/// A failed request. It never contains a URL, because the URL of a response to an interaction
/// contains the interaction token.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Discord refused the request, so a retry would not help.
    #[error("{by} refused the request with {status} (code {code}{fields})")]
    Refused {
        /// Discord, or the server that `discord.api_base` names.
        by: Arc<str>,
        status: StatusCode,
        code: isize,
        /// What Discord says about fields of the request, or nothing.
        fields: String,
    },
    /// The deadline passed.
    #[error("gave up after {attempts} attempts: {reason}")]
    GaveUp { attempts: u32, reason: String },
    #[error("the answer of {by} cannot be parsed: {source}")]
    Unreadable { by: Arc<str>, source: serde_json::Error },
}

/// The deadline of a request with all its retries, and the timeout of one attempt.
#[derive(Debug, Clone, Copy)]
struct Timeouts {
    deadline: Instant,
    attempt: Duration,
}

/// The outcome of one attempt.
enum Attempt {
    Done(Vec<u8>),
    Refused { status: StatusCode, code: isize, fields: String },
    RateLimited,
    Failed(RestError, String),
}

/// The part of a sent message that is needed. `serenity::all::Message` would fail on any new field
/// that it cannot parse, and the id of the reply would be lost.
#[derive(Deserialize)]
struct CreatedMessage {
    id: MessageId,
}

/// A message that responds to an interaction.
#[derive(Debug, Clone, Copy, Deserialize)]
pub struct SentMessage {
    pub id: MessageId,
    pub channel_id: ChannelId,
}

/// The part of the answer to a first response that is needed.
#[derive(Deserialize)]
struct CallbackAnswer {
    resource: Option<CallbackResource>,
}

#[derive(Deserialize)]
struct CallbackResource {
    message: Option<SentMessage>,
}

/// The part of the application object that is needed.
#[derive(Deserialize)]
pub struct Application {
    pub id: ApplicationId,
    /// Where Discord sends interactions instead of over the gateway, if the portal says so.
    interactions_endpoint_url: Option<String>,
    #[serde(default)]
    pub flags: ApplicationFlags,
}

/// The part of the bot's own user that is needed.
#[derive(Deserialize)]
pub struct OwnUser {
    pub username: String,
}

/// The parts of a server that are needed.
#[derive(Deserialize)]
pub struct Server {
    pub id: GuildId,
    pub name: String,
    /// What the bot may do there, as far as no channel says otherwise.
    pub permissions: Permissions,
}

/// The parts of a role that are needed.
#[derive(Deserialize)]
struct Role {
    id: RoleId,
    tags: Option<RoleTags>,
}

#[derive(Deserialize)]
struct RoleTags {
    bot_id: Option<UserId>,
}

impl Application {
    /// Whether Discord sends interactions elsewhere, and not over the gateway.
    pub fn has_interactions_endpoint(&self) -> bool {
        self.interactions_endpoint_url.as_deref().is_some_and(|url| !url.is_empty())
    }
}

impl Api {
    /// `proxy` replaces https://discord.com.
    pub fn new(
        client: Client,
        proxy: Option<&str>,
        token: &Secret,
        attempt_timeout: Duration,
    ) -> Self {
        Self {
            client,
            authorization: format!("Bot {}", token.reveal()),
            proxy: proxy.map(str::to_owned),
            server: proxy.map_or("Discord".into(), name_of),
            attempt_timeout,
            rate_limits: RateLimits::default(),
            trouble: Mutex::default(),
            clock_lead: AtomicI64::new(0),
            metrics: Metrics::default(),
        }
    }

    /// Counts failures there.
    pub fn with_metrics(self, metrics: Metrics) -> Self {
        Self { metrics, ..self }
    }

    /// Sends the first response to an interaction, within Discord's time limit. Returns the message,
    /// if it is wanted and if Discord tells.
    pub async fn respond(
        &self,
        interaction_id: InteractionId,
        token: &str,
        response: &CreateInteractionResponse,
        wants_message: bool,
    ) -> Result<Option<SentMessage>, ApiError> {
        let route = Route::InteractionResponse { interaction_id, token };
        let timeouts = Timeouts {
            // After a lost attempt there must be time for another one.
            attempt: self.attempt_timeout.min(limits::FIRST_RESPONSE / 3),
            ..self.timeouts(limits::FIRST_RESPONSE)
        };
        let with_response = wants_message.then(|| vec![("with_response", "true".to_owned())]);
        let request = with_body(route, LightMethod::Post, response).params(with_response);
        match self.send(request, timeouts).await {
            Ok(answer) if wants_message => {
                let answer = serde_json::from_slice::<CallbackAnswer>(&answer).ok();
                Ok(answer.and_then(|answer| answer.resource?.message))
            }
            Ok(_) | Err(ApiError::Refused { code: ALREADY_ACKNOWLEDGED, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The first response, which is a message. `None` if Discord knows it no more.
    pub async fn original_response(
        &self,
        application_id: ApplicationId,
        token: &str,
    ) -> Result<SentMessage, ApiError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        self.fetch(Request::new(route, LightMethod::Get), MESSAGE_TIMEOUT).await
    }

    /// Replaces a deferred response.
    pub async fn edit_response(
        &self,
        application_id: ApplicationId,
        token: &str,
        message: OutgoingMessage,
    ) -> Result<(), ApiError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        let file = message.file().cloned();
        let body = message.edit_response();
        let request = match file {
            None => with_body(route, LightMethod::Patch, &body),
            Some(file) => with_file(route, LightMethod::Patch, &body, file),
        };
        self.submit(request, MESSAGE_TIMEOUT).await
    }

    /// Deletes the first response, or the message whose component was used if that response only
    /// acknowledged it.
    pub async fn delete_response(
        &self,
        application_id: ApplicationId,
        token: &str,
    ) -> Result<(), ApiError> {
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        self.submit(Request::new(route, LightMethod::Delete), MESSAGE_TIMEOUT).await
    }

    pub async fn create_message(
        &self,
        channel_id: ChannelId,
        message: &CreateMessage,
    ) -> Result<MessageId, ApiError> {
        let request = with_body(Route::ChannelMessages { channel_id }, LightMethod::Post, message);
        let sent: CreatedMessage = self.fetch(request, MESSAGE_TIMEOUT).await?;
        Ok(sent.id)
    }

    /// Posts a message that replies to none, with its file.
    pub async fn post(
        &self,
        channel_id: ChannelId,
        message: OutgoingMessage,
    ) -> Result<MessageId, ApiError> {
        let file = message.file().cloned();
        let message = message.post();
        let Some(file) = file else { return self.create_message(channel_id, &message).await };
        let route = Route::ChannelMessages { channel_id };
        let request = with_file(route, LightMethod::Post, &message, file);
        let sent: CreatedMessage = self.fetch(request, MESSAGE_TIMEOUT).await?;
        Ok(sent.id)
    }

    pub async fn edit_message(
        &self,
        channel_id: ChannelId,
        message_id: MessageId,
        message: &EditMessage,
    ) -> Result<(), ApiError> {
        let route = Route::ChannelMessage { channel_id, message_id };
        let request = with_body(route, LightMethod::Patch, message);
        self.submit(request, MESSAGE_TIMEOUT).await
    }

    pub async fn delete_message(
        &self,
        channel_id: ChannelId,
        message_id: MessageId,
    ) -> Result<(), ApiError> {
        let route = Route::ChannelMessage { channel_id, message_id };
        let request = Request::new(route, LightMethod::Delete);
        self.submit(request, MESSAGE_TIMEOUT).await
    }

    /// What messages call the server that answers.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The time by Discord's clock, to a second or two. Our own may be set wrong.
    pub fn now(&self) -> Timestamp {
        Timestamp::now().checked_add(self.clock_lead()).unwrap_or_else(|_| Timestamp::now())
    }

    /// The URL of the gateway, and the number of sessions that may still be started.
    pub async fn gateway(&self) -> Result<BotGateway, ApiError> {
        self.fetch(Request::new(Route::GatewayBot, LightMethod::Get), GATEWAY_TIMEOUT).await
    }

    /// The application that the token belongs to.
    pub async fn application(&self) -> Result<Application, ApiError> {
        let request = Request::new(Route::Oauth2ApplicationCurrent, LightMethod::Get);
        self.fetch(request, SETUP_TIMEOUT).await
    }

    /// The bot's own user.
    pub async fn own_user(&self) -> Result<OwnUser, ApiError> {
        self.fetch(Request::new(Route::UserMe, LightMethod::Get), SETUP_TIMEOUT).await
    }

    /// The servers that the bot is in, at most `limit` (200), those with an id above `after`.
    pub async fn servers(&self, after: u64, limit: u8) -> Result<Vec<Server>, ApiError> {
        let range = vec![("after", after.to_string()), ("limit", limit.to_string())];
        let request = Request::new(Route::UserMeGuilds, LightMethod::Get).params(Some(range));
        self.fetch(request, SETUP_TIMEOUT).await
    }

    /// How far Discord's clock was ahead of ours when it answered last.
    pub fn clock_lead(&self) -> SignedDuration {
        SignedDuration::from_secs(self.clock_lead.load(Ordering::Relaxed))
    }

    /// The role that Discord made for the bot in a server when it was invited; `None` if it has none.
    pub async fn role_of(
        &self,
        bot: UserId,
        guild_id: GuildId,
    ) -> Result<Option<RoleId>, ApiError> {
        let request = Request::new(Route::GuildRoles { guild_id }, LightMethod::Get);
        let roles: Vec<Role> = self.fetch(request, MESSAGE_TIMEOUT).await?;
        let is_own = |role: &Role| role.tags.as_ref().and_then(|tags| tags.bot_id) == Some(bot);
        Ok(roles.into_iter().find(is_own).map(|role| role.id))
    }

    /// The registered commands of the application, global or for one server. They are JSON, so that
    /// they can be compared with serenity's command builders, which can only be serialized.
    pub async fn commands(
        &self,
        application_id: ApplicationId,
        guild: Option<GuildId>,
    ) -> Result<Value, ApiError> {
        let route = commands_route(application_id, guild);
        self.fetch(Request::new(route, LightMethod::Get), SETUP_TIMEOUT).await
    }

    /// Replaces the registered commands.
    pub async fn set_commands(
        &self,
        application_id: ApplicationId,
        guild: Option<GuildId>,
        commands: &Value,
    ) -> Result<(), ApiError> {
        let route = commands_route(application_id, guild);
        let request = with_body(route, LightMethod::Put, commands);
        self.submit(request, SETUP_TIMEOUT).await
    }

    fn timeouts(&self, total: Duration) -> Timeouts {
        Timeouts { deadline: Instant::now() + total, attempt: self.attempt_timeout }
    }

    /// Sends a request whose answer is not needed.
    async fn submit(&self, request: Request<'_>, total: Duration) -> Result<(), ApiError> {
        self.send(request, self.timeouts(total)).await.map(drop)
    }

    /// Sends a request and parses its answer.
    async fn fetch<T: DeserializeOwned>(
        &self,
        request: Request<'_>,
        total: Duration,
    ) -> Result<T, ApiError> {
        let answer = self.send(request, self.timeouts(total)).await?;
        serde_json::from_slice(&answer)
            .map_err(|source| ApiError::Unreadable { by: self.server.clone(), source })
    }

    /// Sends a request and retries it until it succeeds, Discord refuses it, or the deadline
    /// passes.
    async fn send(&self, request: Request<'_>, timeouts: Timeouts) -> Result<Vec<u8>, ApiError> {
        let mut pause = FIRST_PAUSE;
        let mut attempts = 0;
        let gave_up =
            |attempts, reason: &str| Err(ApiError::GaveUp { attempts, reason: reason.to_owned() });
        loop {
            let turn = self.rate_limits.turn(&request, timeouts.deadline).await;
            let mut turn = match turn {
                Ok(turn) => turn,
                Err(NoTurn::RateLimited) => return gave_up(attempts, "rate limited"),
                Err(NoTurn::TooManyRefusals) => {
                    return gave_up(attempts, "Discord has refused too many requests");
                }
            };
            attempts += 1;
            let attempt = self.attempt(&request, &mut turn, timeouts).await;
            if let Some(error) = attempt.error() {
                self.metrics.rest_error(error);
            }
            let reason = match attempt {
                Attempt::Done(answer) => {
                    self.note_trouble(None);
                    return Ok(answer);
                }
                Attempt::Refused { status, code, fields } => {
                    return Err(ApiError::Refused {
                        by: self.server.clone(),
                        status,
                        code,
                        fields,
                    });
                }
                Attempt::RateLimited => continue,
                Attempt::Failed(_, reason) => reason,
            };
            drop(turn);
            self.note_trouble(Some(&reason));
            if Instant::now() + pause >= timeouts.deadline {
                return gave_up(attempts, &reason);
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Logs why requests fail, once for each reason, and when they succeed again.
    fn note_trouble(&self, reason: Option<&str>) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if trouble.as_deref() == reason {
            return;
        }
        match reason {
            Some(reason) => warn!(reason, "a request to Discord failed; trying again"),
            None => info!("requests to Discord succeed again"),
        }
        *trouble = reason.map(str::to_owned);
    }

    fn note_clock(&self, headers: &HeaderMap) {
        let date = headers.get("date").and_then(|date| date.to_str().ok());
        let theirs = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        if let Some(theirs) = theirs {
            let lead = theirs.timestamp().as_second() - Timestamp::now().as_second();
            self.clock_lead.store(lead, Ordering::Relaxed);
        }
    }

    async fn attempt(
        &self,
        request: &Request<'_>,
        turn: &mut Turn<'_>,
        timeouts: Timeouts,
    ) -> Attempt {
        let left = timeouts.deadline.saturating_duration_since(Instant::now());
        let request =
            request.clone().build(&self.client, &self.authorization, self.proxy.as_deref());
        let Ok(request) = request else {
            let reason = "the request cannot be built".to_owned();
            return Attempt::Failed(RestError::Connection, reason);
        };
        let answer = timeout(timeouts.attempt.min(left), async {
            let response = request.send().await?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok::<_, reqwest::Error>((status, headers, response.bytes().await?))
        });
        match answer.await {
            Err(_) => Attempt::Failed(RestError::Timeout, "no answer in time".to_owned()),
            Ok(Err(error)) => Attempt::Failed(RestError::Connection, reason_of(error, &ADVICE)),
            Ok(Ok((status, headers, body))) => {
                self.note_clock(&headers);
                turn.answered(status, &headers, &body).await;
                classify(status, body.into())
            }
        }
    }
}

impl Attempt {
    /// What failed, if it is worth counting.
    fn error(&self) -> Option<RestError> {
        match self {
            // A retry finds that the first attempt had arrived.
            Self::Done(_) | Self::Refused { code: ALREADY_ACKNOWLEDGED, .. } => None,
            Self::Refused { .. } => Some(RestError::Refused),
            Self::RateLimited => Some(RestError::RateLimited),
            Self::Failed(error, _) => Some(*error),
        }
    }
}

fn with_body<'r>(route: Route<'r>, method: LightMethod, body: &impl Serialize) -> Request<'r> {
    let body = serde_json::to_vec(body).expect("serenity's builders serialize");
    Request::new(route, method).body(Some(body))
}

fn with_file<'r>(
    route: Route<'r>,
    method: LightMethod,
    body: &impl Serialize,
    file: CreateAttachment,
) -> Request<'r> {
    let body = serde_json::to_string(body).expect("serenity's builders serialize");
    let upload = MultipartUpload::Attachments(vec![file]);
    let form = Multipart { upload, payload_json: Some(body), fields: Vec::new() };
    Request::new(route, method).multipart(Some(form))
}

fn commands_route(application_id: ApplicationId, guild: Option<GuildId>) -> Route<'static> {
    match guild {
        None => Route::Commands { application_id },
        Some(guild_id) => Route::GuildCommands { application_id, guild_id },
    }
}

/// Interprets a response of Discord.
fn classify(status: StatusCode, answer: Vec<u8>) -> Attempt {
    if status.is_success() {
        return Attempt::Done(answer);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        return Attempt::RateLimited;
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        let reason = format!("Discord's server has an error ({status})");
        return Attempt::Failed(RestError::Server, reason);
    }
    let Ok(DiscordJsonError { code, errors, .. }) = serde_json::from_slice(&answer) else {
        return Attempt::Refused { status, code: 0, fields: String::new() };
    };
    let fields = errors.iter().take(MAX_FIELDS);
    let fields = fields.map(|error| format!("; {}: {}", error.path, error.message)).collect();
    Attempt::Refused { status, code, fields }
}

/// What messages call the server that `discord.api_base` names.
fn name_of(url: &str) -> Arc<str> {
    let url = Url::parse(url).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or("discord.api_base");
    format!("the server {host} (discord.api_base)").into()
}

/// What an operator can do about a connection that fails.
pub struct Advice {
    pub certificate: &'static str,
    pub refused: &'static str,
}

const ADVICE: Advice = Advice {
    certificate: "install the package ca-certificates; if a proxy inspects TLS, name its root \
                  certificate in discord.ca_file",
    refused: "check discord.api_base, HTTPS_PROXY and the firewall",
};

/// Why a request got no answer: the step that failed, and what an operator can do about it. Without
/// the URL, which may contain the token of an interaction.
pub fn reason_of(error: reqwest::Error, advice: &Advice) -> String {
    let was_connected = !error.is_connect();
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    let causes = causes.map(ToString::to_string).collect::<Vec<_>>().join(": ");
    let lower = causes.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    let (step, advice) = if was_connected {
        ("the connection broke", None)
    } else if says(&["certificate"]) {
        ("cannot connect (TLS)", Some(advice.certificate))
    } else if says(&["lookup", "resolve", "dns"]) {
        ("cannot connect (DNS)", Some("check the DNS settings of this machine"))
    } else if says(&["ssl", "tls"]) {
        ("cannot connect (TLS)", Some("what answers does not speak TLS as Discord does"))
    } else if says(&["refused"]) {
        ("cannot connect (TCP)", Some(advice.refused))
    } else {
        ("cannot connect (TCP)", None)
    };
    let advice = advice.map_or(String::new(), |advice| format!("; {advice}"));
    format!("{step}: {causes}{advice}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn answers_are_classified_by_status_and_body() {
        let classified = |status: u16, body: Value| {
            classify(StatusCode::from_u16(status).unwrap(), body.to_string().into())
        };
        assert!(matches!(classified(204, Value::Null), Attempt::Done(_)));
        assert!(matches!(classified(429, Value::Null), Attempt::RateLimited));
        assert!(matches!(classified(503, Value::Null), Attempt::Failed(..)));
        let refused = classified(404, json!({"code": 10_062, "message": "Unknown interaction"}));
        assert!(matches!(refused, Attempt::Refused { code: 10_062, .. }));
    }

    #[tokio::test]
    async fn a_failed_connection_says_why_and_names_no_address() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let url = format!("http://{address}/interactions/1/secret-token/callback");
        let error = Client::new().get(url).send().await.unwrap_err();
        let reason = reason_of(error, &ADVICE);
        assert!(reason.contains("refused") && reason.contains("HTTPS_PROXY"), "{reason}");
        assert!(!reason.contains("secret-token"), "{reason}");
    }
}
