//! Requests to Discord's API, with the obedience that it asks for: wait where it says so, try again
//! when it stumbles, stop when it says no.
//!
//! serenity has a limiter of its own, which it leaves out behind an API proxy, which does not cover
//! what is answered to interactions, and whose errors do not tell how long to wait. So all requests
//! go through here, with or without a proxy.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, USER_AGENT};
use reqwest::{Client, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};
use tracing::{debug, info};

use super::callback::Callback;
use super::limits;
use super::render::Message;
use super::request::{Request, Written};
use crate::config::Secret;

/// Where Discord's API is, unless an operator says otherwise.
pub const DISCORD: &str = "https://discord.com";
const API: &str = "/api/v10";

/// Discord asks every library to say who it is.
const WHO: &str =
    concat!("DiscordBot (https://github.com/caseclerk, ", env!("CARGO_PKG_VERSION"), ")");

/// The rest between two attempts after Discord stumbled; it doubles each time.
const FIRST_REST: Duration = Duration::from_millis(150);
const LONGEST_REST: Duration = Duration::from_secs(30);

/// For how long a message in a channel is worth sending.
const MESSAGE_PATIENCE: Duration = Duration::from_secs(60);

/// How many buckets are remembered before those that are over are forgotten.
const BUCKETS: usize = 1000;

/// Discord's answer that there is nothing more to acknowledge: the attempt before had arrived after
/// all.
const ALREADY_ACKNOWLEDGED: u64 = 40_060;

/// The door out.
pub struct Rest {
    client: Client,
    base: String,
    authorization: String,
    attempt: Duration,
    /// Until when a bucket is closed; the one without a name is everything.
    closed: Mutex<HashMap<String, Instant>>,
}

/// A request that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// Discord said no, and would again.
    #[error("Discord refused with {status} (code {code})")]
    Refused {
        /// The status.
        status: StatusCode,
        /// Discord's own code.
        code: u64,
    },
    /// It was not to be had within the time in which it would have been of use.
    #[error("given up after {0} attempts: {1}")]
    GivenUp(u32, &'static str),
}

/// One request.
struct Call<'a> {
    method: Method,
    path: &'a str,
    body: Option<String>,
    /// Whose limit it counts against.
    bucket: String,
    /// When it is of no use any more.
    deadline: Instant,
    /// How long one attempt may take.
    attempt: Duration,
}

/// A message that replies to another one.
#[derive(Serialize)]
struct InReply<'m> {
    #[serde(flatten)]
    message: &'m Message,
    message_reference: Reference,
    /// If an attempt arrives and its answer does not, the next one finds the message already there.
    nonce: String,
    enforce_nonce: bool,
}

#[derive(Serialize)]
struct Reference {
    message_id: String,
    fail_if_not_exists: bool,
}

/// What matters here of a message that was sent.
#[derive(Deserialize)]
struct Sent {
    id: String,
}

/// What came of one attempt.
enum Attempt {
    /// With what Discord sent back.
    Done(Vec<u8>),
    Refused(StatusCode, u64),
    Limited {
        rest: Duration,
        everywhere: bool,
    },
    Stumbled(&'static str),
}

impl Call<'_> {
    /// The same call with something to send.
    fn with(self, body: &impl Serialize) -> Self {
        Self {
            body: Some(
                serde_json::to_string(body).expect("what is sent is made of texts and numbers"),
            ),
            ..self
        }
    }
}

impl<'m> InReply<'m> {
    fn to(question: u64, message: &'m Message) -> Self {
        let message_id = question.to_string();
        let nonce = message_id.clone();
        let message_reference = Reference { message_id, fail_if_not_exists: false };
        Self { message, message_reference, nonce, enforce_nonce: true }
    }
}

impl Rest {
    /// A door to this address, for this token.
    pub fn new(client: Client, base: Option<&str>, token: &Secret, attempt: Duration) -> Self {
        Self {
            client,
            base: format!("{}{API}", base.unwrap_or(DISCORD)),
            authorization: format!("Bot {}", token.reveal()),
            attempt,
            closed: Mutex::default(),
        }
    }

    /// Responds to an interaction, while Discord still waits for it.
    pub async fn respond(&self, request: &Request, callback: &Callback) -> Result<(), RestError> {
        let path = format!("/interactions/{}/{}/callback", request.id, request.token);
        let patience = Duration::from_secs(limits::FIRST_RESPONSE_SECONDS);
        // A lost attempt must leave time for another one.
        let call = self.call(Method::POST, &path, patience).with(callback);
        let call = Call { attempt: self.attempt.min(patience / 3), ..call };
        match self.send(call).await {
            Err(RestError::Refused { code: ALREADY_ACKNOWLEDGED, .. }) => Ok(()),
            other => other.map(|_| ()),
        }
    }

    /// Puts a message in the place of a response that only promised one.
    pub async fn fulfil(&self, request: &Request, message: &Message) -> Result<(), RestError> {
        let path =
            format!("/webhooks/{}/{}/messages/@original", request.application, request.token);
        self.send(self.call(Method::PATCH, &path, MESSAGE_PATIENCE).with(message)).await.map(|_| ())
    }

    /// Replies to a message; gives the id of the reply.
    pub async fn reply(&self, to: &Written, message: &Message) -> Result<Option<u64>, RestError> {
        let path = format!("/channels/{}/messages", to.channel);
        let call =
            self.call(Method::POST, &path, MESSAGE_PATIENCE).with(&InReply::to(to.id, message));
        let sent: Option<Sent> = serde_json::from_slice(&self.send(call).await?).ok();
        Ok(sent.and_then(|sent| sent.id.parse().ok()))
    }

    /// Puts another message in the place of one of ours.
    pub async fn replace(&self, channel: u64, id: u64, message: &Message) -> Result<(), RestError> {
        let path = format!("/channels/{channel}/messages/{id}");
        self.send(self.call(Method::PATCH, &path, MESSAGE_PATIENCE).with(message)).await.map(|_| ())
    }

    /// Takes one of our messages away.
    pub async fn remove(&self, channel: u64, id: u64) -> Result<(), RestError> {
        let path = format!("/channels/{channel}/messages/{id}");
        self.send(self.call(Method::DELETE, &path, MESSAGE_PATIENCE)).await.map(|_| ())
    }

    /// Asks for something.
    pub async fn get(&self, path: &str, patience: Duration) -> Result<Value, RestError> {
        self.send(self.call(Method::GET, path, patience)).await.map(|answer| read(&answer))
    }

    /// Puts something in the place of what is there.
    pub async fn put(
        &self,
        path: &str,
        body: &impl Serialize,
        patience: Duration,
    ) -> Result<Value, RestError> {
        self.send(self.call(Method::PUT, path, patience).with(body))
            .await
            .map(|answer| read(&answer))
    }

    fn call<'a>(&self, method: Method, path: &'a str, patience: Duration) -> Call<'a> {
        let bucket = format!("{method} {}", bucket_path(path));
        Call {
            method,
            path,
            body: None,
            bucket,
            deadline: Instant::now() + patience,
            attempt: self.attempt,
        }
    }

    async fn send(&self, call: Call<'_>) -> Result<Vec<u8>, RestError> {
        let mut rest = FIRST_REST;
        let mut attempts = 0;
        loop {
            self.wait_for_turn(&call, attempts).await?;
            attempts += 1;
            let why = match self.attempt(&call).await {
                Attempt::Done(answer) => return Ok(answer),
                Attempt::Refused(status, code) => return Err(RestError::Refused { status, code }),
                Attempt::Limited { rest, everywhere } => {
                    info!(seconds = rest.as_secs_f64(), everywhere, "Discord asks to wait");
                    self.close(if everywhere { String::new() } else { call.bucket.clone() }, rest);
                    continue;
                }
                Attempt::Stumbled(why) => why,
            };
            debug!(why, attempts, "trying again");
            if Instant::now() + rest >= call.deadline {
                return Err(RestError::GivenUp(attempts, why));
            }
            sleep(rest).await;
            rest = (rest * 2).min(LONGEST_REST);
        }
    }

    async fn attempt(&self, call: &Call<'_>) -> Attempt {
        let left = call.deadline.saturating_duration_since(Instant::now());
        let mut request =
            self.client.request(call.method.clone(), format!("{}{}", self.base, call.path));
        request = request.header(AUTHORIZATION, &self.authorization).header(USER_AGENT, WHO);
        if let Some(body) = &call.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.clone());
        }
        let answer = timeout(call.attempt.min(left), async {
            let response = request.send().await?;
            let (status, headers) = (response.status(), response.headers().clone());
            Ok::<_, reqwest::Error>((status, headers, response.bytes().await?))
        });
        match answer.await {
            Err(_) => Attempt::Stumbled("no answer in time"),
            // The error names the address, and with it the token of an interaction: it is not
            // logged.
            Ok(Err(error)) if error.is_connect() => Attempt::Stumbled("no connection"),
            Ok(Err(_)) => Attempt::Stumbled("the connection broke"),
            Ok(Ok((status, headers, body))) => {
                self.close_if_spent(call, &headers);
                judge(status, &headers, body.into())
            }
        }
    }

    /// Waits until the bucket is open again, unless that is too late.
    async fn wait_for_turn(&self, call: &Call<'_>, attempts: u32) -> Result<(), RestError> {
        loop {
            let now = Instant::now();
            match self.closed_until(&call.bucket) {
                Some(until) if until >= call.deadline => {
                    return Err(RestError::GivenUp(attempts, "rate limited"));
                }
                Some(until) if until > now => sleep(until - now).await,
                _ if now >= call.deadline => return Err(RestError::GivenUp(attempts, "too late")),
                _ => return Ok(()),
            }
        }
    }

    fn closed_until(&self, bucket: &str) -> Option<Instant> {
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        [closed.get(""), closed.get(bucket)].into_iter().flatten().max().copied()
    }

    fn close(&self, bucket: String, rest: Duration) {
        let now = Instant::now();
        let mut closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if closed.len() >= BUCKETS {
            closed.retain(|_, until| *until > now);
        }
        closed.insert(bucket, now + rest);
    }

    /// When Discord says that nothing is left of a limit, the next request waits instead of running
    /// into it.
    fn close_if_spent(&self, call: &Call<'_>, headers: &HeaderMap) {
        let number = |name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()?.parse::<f64>().ok())
        };
        let reset =
            number("x-ratelimit-reset-after").filter(|seconds| (0.0..3600.0).contains(seconds));
        if let (Some(0.0), Some(reset)) = (number("x-ratelimit-remaining"), reset) {
            self.close(call.bucket.clone(), Duration::from_secs_f64(reset));
        }
    }
}

/// What an answer of Discord means.
fn judge(status: StatusCode, headers: &HeaderMap, answer: Vec<u8>) -> Attempt {
    if status.is_success() {
        return Attempt::Done(answer);
    }
    let body = read(&answer);
    if status == StatusCode::TOO_MANY_REQUESTS {
        let header =
            headers.get("retry-after").and_then(|value| value.to_str().ok()?.parse::<f64>().ok());
        let seconds = body["retry_after"]
            .as_f64()
            .or(header)
            .filter(|s| s.is_finite())
            .unwrap_or(1.0)
            .clamp(0.0, 86_400.0);
        let everywhere = body["global"] == true || headers.contains_key("x-ratelimit-global");
        return Attempt::Limited { rest: Duration::from_secs_f64(seconds), everywhere };
    }
    if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        return Attempt::Stumbled("Discord stumbled");
    }
    Attempt::Refused(status, body["code"].as_u64().unwrap_or_default())
}

/// What Discord sent back; null if it is not JSON.
fn read(answer: &[u8]) -> Value {
    serde_json::from_slice(answer).unwrap_or_default()
}

/// The part of a path by which Discord counts: a channel or a server counts by itself, a message in
/// it does not.
fn bucket_path(path: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').collect();
    if parts.get(1) == Some(&"channels") {
        parts.truncate(4);
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn discord_is_obeyed() {
        let judged = |status: u16, body: Value| {
            judge(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), body.to_string().into())
        };
        assert!(matches!(judged(204, Value::Null), Attempt::Done(_)));
        assert!(matches!(judged(503, Value::Null), Attempt::Stumbled(_)));
        assert!(matches!(judged(404, json!({"code": 10_062})), Attempt::Refused(_, 10_062)));
        let limited = judged(429, json!({"retry_after": 0.5, "global": true}));
        assert!(
            matches!(limited, Attempt::Limited { rest, everywhere: true } if rest == Duration::from_millis(500))
        );
        let absurd = judged(429, json!({"retry_after": 1e300}));
        assert!(
            matches!(absurd, Attempt::Limited { rest, .. } if rest == Duration::from_secs(86_400))
        );
    }

    #[test]
    fn messages_of_a_channel_share_a_limit() {
        assert_eq!(bucket_path("/channels/1/messages/2"), bucket_path("/channels/1/messages"));
        assert_ne!(bucket_path("/channels/1/messages"), bucket_path("/channels/2/messages"));
    }
}
