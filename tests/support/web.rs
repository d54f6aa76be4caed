//! The real program with its web listener, and a client that signs as Discord does.

// Each test file uses only a part of this module.
#![allow(dead_code)]

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use ed25519_dalek::{Signer, SigningKey};
use jiff::Timestamp;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::mock_discord::MockDiscord;

/// A wait longer than this fails the test. Otherwise the tests do not depend on timing.
const PATIENCE: Duration = Duration::from_secs(60);

/// The pause between two looks at something that changes by itself.
const LOOK: Duration = Duration::from_millis(20);

pub struct Site {
    pub discord: MockDiscord,
    pub address: SocketAddr,
    client: Client,
    key: SigningKey,
}

impl Site {
    /// The program with the tiny FAQ, connected to the gateway.
    pub async fn start(environment: &[(&str, &str)]) -> Self {
        let site = Self::over(MockDiscord::start().await, environment);
        site.answers().await;
        site
    }

    /// The program without the gateway.
    pub async fn without_gateway(environment: &[(&str, &str)]) -> Self {
        let gateway = [("CASECLERK_DISCORD_GATEWAY", "false")];
        Self::start(&[&gateway, environment].concat()).await
    }

    /// The same beside this Discord, without waiting for it.
    pub fn over(mut discord: MockDiscord, environment: &[(&str, &str)]) -> Self {
        let (address, key) = (free_address(), SigningKey::from_bytes(&[7; 32]));
        let (listen, public_key) = (address.to_string(), hex(key.verifying_key().as_bytes()));
        let own = [
            ("CASECLERK_WEB_LISTEN", listen.as_str()),
            ("CASECLERK_DISCORD_PUBLIC_KEY", public_key.as_str()),
        ];
        discord.run_bot(&[&own, environment].concat());
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none());
        Self { discord, address, client: client.build().expect("a client"), key }
    }

    /// Waits until the program listens.
    async fn answers(&self) {
        until(async || self.request("/healthz").send().await.ok().map(drop)).await;
    }

    /// Waits until `/readyz` has this in its answer, and returns its status.
    pub async fn becomes(&self, field: &str, value: &str) -> u16 {
        until(async || {
            let response = self.request("/readyz").send().await.ok()?;
            let status = response.status().as_u16();
            let body: Value = serde_json::from_str(&response.text().await.ok()?).ok()?;
            (body[field] == value).then_some(status)
        })
        .await
    }

    pub fn request(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("http://{}{path}", self.address))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(path).send().await.expect("an answer")
    }

    /// The status and the text of a page.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let response = self.get(path).await;
        (response.status().as_u16(), response.text().await.expect("a text"))
    }

    /// Posts an interaction as Discord does, and returns the status and the answer.
    pub async fn interaction(&self, interaction: &Value) -> (u16, Value) {
        let body = interaction.to_string();
        let timestamp = Timestamp::now().as_second().to_string();
        self.post(&self.sign(&timestamp, &body), &timestamp, body).await
    }

    /// Posts a body with this signature, and returns the status and the answer.
    pub async fn post(&self, signature: &str, timestamp: &str, body: String) -> (u16, Value) {
        let request = self.client.post(format!("http://{}/interactions", self.address));
        let request = request.header("x-signature-ed25519", signature);
        let request = request.header("x-signature-timestamp", timestamp);
        let response = request.body(body).send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a text");
        (status, serde_json::from_str(&text).unwrap_or_default())
    }

    /// Discord's signature.
    pub fn sign(&self, timestamp: &str, body: &str) -> String {
        hex(&self.key.sign(format!("{timestamp}{body}").as_bytes()).to_bytes())
    }
}

/// Waits until there is something to return.
pub async fn until<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            sleep(LOOK).await;
        }
    };
    timeout(PATIENCE, wait).await.expect("it happens")
}

/// An address on which nobody listens.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address")
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
