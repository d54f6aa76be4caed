//! Requests to others: slow, small, and with a name.

use std::path::Path;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use tokio::time::{Instant, sleep_until};

/// How others can tell who asks.
const USER_AGENT: &str = concat!(
    "caseclerk/",
    env!("CARGO_PKG_VERSION"),
    " (FAQ bot; looks for news of one court case, once a day)"
);

/// A request fails after this time without a whole answer.
const TIMEOUT: Duration = Duration::from_secs(30);

/// A client; `ca_file` has one more root certificate to trust.
pub fn client(redirects: Policy, ca_file: Option<&Path>) -> Result<Client, String> {
    let mut builder: ClientBuilder =
        Client::builder().user_agent(USER_AGENT).timeout(TIMEOUT).redirect(redirects);
    if let Some(path) = ca_file {
        let cannot = |error: String| format!("cannot use {}: {error}", path.display());
        let pem = std::fs::read(path).map_err(|error| cannot(error.to_string()))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| cannot(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| error.to_string())
}

/// Keeps a pause between two requests.
pub struct Pace {
    pause: Duration,
    next: Instant,
}

impl Pace {
    pub fn new(pause: Duration) -> Self {
        Self { pause, next: Instant::now() }
    }

    /// Waits for its turn.
    pub async fn turn(&mut self) {
        sleep_until(self.next).await;
        self.next = Instant::now() + self.pause;
    }
}

/// Why there is no answer, without the address.
pub fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    let causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    match causes.is_empty() {
        true => error.to_string(),
        false => causes.join(": "),
    }
}
