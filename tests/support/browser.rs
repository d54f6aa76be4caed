//! A real Chromium, driven by its DevTools protocol.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// A wait longer than this fails the test. Otherwise the tests do not depend on timing.
const PATIENCE: Duration = Duration::from_secs(60);

/// What Chromium prints before its address.
const LISTENING: &str = "DevTools listening on ws://";

/// A browser with one tab.
pub struct Browser {
    process: Child,
    socket: WebSocketStream<TcpStream>,
    session: String,
    next: u64,
    /// The events that nobody has waited for.
    events: Vec<Value>,
    _profile: TempDir,
}

impl Browser {
    pub async fn start() -> Self {
        let profile = tempfile::tempdir().expect("a folder");
        let browser = std::env::var("CASECLERK_BROWSER").unwrap_or("chromium".to_owned());
        // It opens only our own pages, so it needs no sandbox, which containers often lack.
        let mut process = Command::new(browser)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update"])
            .args(["--disable-sync", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stderr(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("Chromium starts");
        let mut lines = BufReader::new(process.stderr.take().expect("its errors")).lines();
        let address = lines
            .find_map(|line| Some(line.ok()?.strip_prefix(LISTENING)?.to_owned()))
            .expect("Chromium says where it listens");
        // Otherwise it would wait until somebody reads what it prints.
        std::thread::spawn(move || lines.for_each(drop));
        let host = address.split('/').next().unwrap_or_default();
        let stream = TcpStream::connect(host).await.expect("a connection");
        let (socket, _) = client_async(format!("ws://{address}"), stream).await.expect("a socket");
        let (session, events) = (String::new(), Vec::new());
        let mut browser = Self { process, socket, session, next: 0, events, _profile: profile };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"})).await;
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.call("Target.attachToTarget", attach).await;
        browser.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Log", "Runtime"] {
            browser.call(&format!("{domain}.enable"), json!({})).await;
        }
        browser
    }

    /// Sets the width of the screen, and whether people prefer dark colours.
    pub async fn screen(&mut self, width: u32, is_dark: bool) {
        let screen = json!({"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": true});
        self.call("Emulation.setDeviceMetricsOverride", screen).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.call("Emulation.setEmulatedMedia", media).await;
    }

    /// Opens a page and waits until all of it is there.
    pub async fn open(&mut self, url: &str) {
        self.events.retain(|event| event["method"] != "Page.loadEventFired");
        self.call("Page.navigate", json!({"url": url})).await;
        self.event("Page.loadEventFired").await;
    }

    /// The value of an expression of JavaScript. The policy of a page does not hold for it.
    pub async fn value(&mut self, expression: &str) -> Value {
        let request =
            json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", request).await;
        assert!(result["exceptionDetails"].is_null(), "{result}");
        result["result"]["value"].clone()
    }

    /// Presses a key, such as `Tab`. `text` is what it writes.
    pub async fn press(&mut self, key: &str, code: u32, text: &str) {
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        for kind in [down, "keyUp"] {
            let key = json!({
                "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text,
            });
            self.call("Input.dispatchKeyEvent", key).await;
        }
    }

    /// What the browser complained about so far, such as violations of the page's policy.
    pub fn complaints(&mut self) -> Vec<String> {
        let complains = |event: &Value| match event["method"].as_str() {
            Some("Log.entryAdded") => {
                ["error", "warning"].map(Value::from).contains(&event["params"]["entry"]["level"])
            }
            Some("Runtime.exceptionThrown" | "Runtime.consoleAPICalled") => true,
            _ => false,
        };
        let complaints = self.events.iter().filter(|event| complains(event));
        let complaints = complaints.map(ToString::to_string).collect();
        self.events.clear();
        complaints
    }

    /// Waits for an event.
    pub async fn event(&mut self, method: &str) {
        while !self.events.iter().any(|event| event["method"] == method) {
            let message = self.message().await;
            self.events.push(message);
        }
    }

    async fn call(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let mut request = json!({"id": self.next, "method": method, "params": params});
        if !self.session.is_empty() {
            request["sessionId"] = json!(self.session);
        }
        self.socket.send(Message::Text(request.to_string())).await.expect("sent");
        loop {
            let mut message = self.message().await;
            if message["id"] == self.next {
                assert!(message["error"].is_null(), "{method}: {message}");
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    async fn message(&mut self) -> Value {
        loop {
            let message = timeout(PATIENCE, self.socket.next()).await.expect("it comes");
            if let Message::Text(text) = message.expect("open").expect("a message") {
                return serde_json::from_str(&text).expect("JSON");
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
