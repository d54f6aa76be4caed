//! Whether the addresses of the sources are still there.

use std::collections::BTreeMap;
use std::path::Path;

use reqwest::redirect::Policy;
use reqwest::{Client, Method, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use super::http::{Pace, client, reason};
use super::{Look, News, shortened};
use crate::config::WatchSettings;

/// The most redirects that are followed.
const REDIRECTS: usize = 5;

/// An address is gone after so many looks without it.
const LOOKS: u32 = 2;

/// Whoever looks.
pub struct Addresses {
    client: Client,
    pace: Mutex<Pace>,
}

/// An address of the content.
#[derive(Debug, Clone)]
pub struct Address {
    /// What stands there.
    pub title: String,
    pub url: String,
}

/// What is known of each address.
pub type KnownAddresses = BTreeMap<String, KnownAddress>;

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct KnownAddress {
    /// On how many looks in a row it was not there.
    missing: u32,
    /// The site that it led to last.
    leads_to: Option<String>,
}

/// What there is at an address.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    /// A page, at this address after all redirects.
    Page(Url),
    Missing(String),
    /// Whether there is a page cannot be told: many sites refuse programs.
    Unclear(String),
}

impl Addresses {
    /// `ca_file` has one more root certificate to trust.
    pub fn new(settings: &WatchSettings, ca_file: Option<&Path>) -> Result<Self, String> {
        Ok(Self {
            client: client(Policy::limited(REDIRECTS), ca_file)?,
            pace: Mutex::new(Pace::new(settings.pause)),
        })
    }

    pub async fn look(
        &self,
        addresses: &[Address],
        known: &KnownAddresses,
    ) -> Look<KnownAddresses> {
        let mut look = Look { known: BTreeMap::new(), news: Vec::new(), gaps: Vec::new() };
        for Address { title, url } in addresses {
            if look.known.contains_key(url) {
                continue;
            }
            let mut now = known.get(url).cloned().unwrap_or_default();
            let title = shortened(title, 100);
            let mut tell = |text| look.news.push(News { text, url: url.clone() });
            match self.see(url).await {
                Seen::Page(page) => {
                    now.missing = 0;
                    let site = page.host_str().unwrap_or_default().to_owned();
                    let before = now.leads_to.replace(site.clone());
                    if before.is_some_and(|before| before != site) {
                        tell(format!("The address of “{title}” now leads to {site}"));
                    }
                }
                Seen::Missing(why) => {
                    now.missing = now.missing.saturating_add(1);
                    if now.missing == LOOKS {
                        tell(format!("The address of “{title}” is gone: {why}, on two looks"));
                    }
                }
                Seen::Unclear(why) => look.gaps.push(format!("{url} could not be checked: {why}")),
            }
            look.known.insert(url.clone(), now);
        }
        look
    }

    async fn see(&self, address: &str) -> Seen {
        let Ok(url) = Url::parse(address) else { return Seen::Missing("it is no URL".to_owned()) };
        match self.ask(Method::HEAD, &url).await {
            page @ Seen::Page(_) => page,
            // Some sites answer only the request that browsers make.
            _ => self.ask(Method::GET, &url).await,
        }
    }

    /// The body of an answer is never read.
    async fn ask(&self, method: Method, url: &Url) -> Seen {
        self.pace.lock().await.turn().await;
        let response = match self.client.request(method, url.clone()).send().await {
            Ok(response) => response,
            Err(error) => {
                let is_redirect = error.is_redirect();
                let why = reason(error);
                let lower = why.to_lowercase();
                // The name of the site belongs to nobody any more.
                let has_no_site = ["name or service not known", "no such host", "nodename"];
                return match has_no_site.iter().any(|words| lower.contains(words)) {
                    true => Seen::Missing("there is no such site".to_owned()),
                    false if is_redirect => Seen::Unclear("too many redirects".to_owned()),
                    false => Seen::Unclear(shortened(&why, 100)),
                };
            }
        };
        let page = response.url().clone();
        match response.status() {
            // Sites that have dropped a page often lead to their first one.
            status if status.is_success() && page.path() == "/" && url.path() != "/" => {
                Seen::Missing("it leads to the first page of a site".to_owned())
            }
            status if status.is_success() => Seen::Page(page),
            status @ (StatusCode::NOT_FOUND | StatusCode::GONE) => {
                Seen::Missing(format!("the site said {status}"))
            }
            status => Seen::Unclear(format!("the site said {status}")),
        }
    }
}
