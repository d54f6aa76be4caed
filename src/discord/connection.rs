//! Notices what serenity 0.12 says about the connection to the gateway only in its own log: that a
//! connection was closed for good, and why none can be opened.

use std::time::Duration;

use reqwest::header::{CONNECTION, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE};
use reqwest::{Client, StatusCode};
use tokio::sync::Notify;
use tracing::{Level, Metadata, info, warn};

use super::api::{Advice, reason_of};

/// How often the connection is looked at while it is down.
const LOOK: Duration = Duration::from_secs(5);

const ADVICE: Advice = Advice {
    certificate: "the gateway is verified with the root certificates of this system only",
    refused: "check the firewall; the gateway uses no proxy",
};

static CLOSED_FOR_GOOD: Notify = Notify::const_new();

/// Waits until Discord closes a connection with a code after which serenity neither opens another
/// one nor ends: 4003 (not authenticated), 4010 (invalid shard), 4011 (sharding required). serenity
/// notices only when its next heartbeat fails.
pub async fn closed_for_good() {
    CLOSED_FOR_GOOD.notified().await;
}

/// Takes note of a line that serenity logs, which is the only sign of such a close. It is the only
/// error that this module of serenity logs.
pub fn note_log_line(line: &Metadata<'_>) {
    let is_close = line.target() == "serenity::gateway::bridge::shard_runner";
    if is_close && *line.level() == Level::ERROR {
        CLOSED_FOR_GOOD.notify_one();
    }
}

/// Logs why there is no connection to the gateway, once for each reason. Never returns.
pub async fn explain_outages(url: &str, is_connected: impl AsyncFn() -> bool) {
    let Ok(client) = client() else { return std::future::pending().await };
    let mut last_reason: Option<String> = None;
    let mut was_connected = true;
    loop {
        tokio::time::sleep(LOOK).await;
        let is_connected = is_connected().await;
        // A connection is down for a moment whenever it is resumed.
        if !is_connected && !was_connected {
            let reason = why_not(&client, url).await;
            if let Some(reason) = reason.filter(|reason| last_reason.as_ref() != Some(reason)) {
                warn!(reason, "there is no connection to the gateway; trying again");
                last_reason = Some(reason);
            }
        } else if is_connected && last_reason.take().is_some() {
            info!("the gateway is connected again");
        }
        was_connected = is_connected;
    }
}

/// Connects as serenity does: without a proxy, and trusting only the certificates of the system.
pub fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().http1_only().timeout(LOOK).build()
}

/// Why no websocket can be opened; `None` if one can.
pub async fn why_not(client: &Client, url: &str) -> Option<String> {
    // "ws" becomes "http", and "wss" becomes "https".
    let request = client
        .get(url.replacen("ws", "http", 1))
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        // The example of RFC 6455; the answer to it does not matter.
        .header(SEC_WEBSOCKET_KEY, "dGhlIHNhbXBsZSBub25jZQ==");
    match request.send().await {
        Ok(response) if response.status() == StatusCode::SWITCHING_PROTOCOLS => None,
        Ok(response) => {
            Some(format!("the gateway answered {} to the websocket handshake", response.status()))
        }
        Err(error) if error.is_timeout() => Some("no answer in time".to_owned()),
        Err(error) => Some(reason_of(error, &ADVICE)),
    }
}
