//! The REST API of CourtListener, version 4. The Free Law Project documents it at
//! <https://www.courtlistener.com/help/api/rest/>.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;
use url::Url;

use super::http::{Pace, client};
use crate::config::{Secret, WatchSettings};

/// The largest answer that is read, in bytes. A page of 20 records has less than a tenth of it.
const MAX_ANSWER: usize = 4 << 20;

/// The most pages of one list that are read.
const MAX_PAGES: usize = 5;

/// Where people read what the API tells of.
const SITE: &str = "https://www.courtlistener.com";

/// Whoever asks the API.
pub struct CourtListener {
    client: Client,
    base: String,
    authorization: HeaderValue,
    pace: Mutex<Pace>,
}

/// Why the API did not answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    #[error(
        "CourtListener refused the API token ({0}); copy the present one from your profile there, \
         and set COURTLISTENER_TOKEN or the file that COURTLISTENER_TOKEN_FILE names to it"
    )]
    TokenRefused(u16),
    #[error("CourtListener has had too many requests of this account")]
    TooMany {
        /// How long to wait, if it said so.
        wait: Option<Duration>,
    },
    #[error("CourtListener did not answer: {0}")]
    Unavailable(String),
    #[error(
        "CourtListener answered in a form that this version of Caseclerk does not understand \
         ({0}); look at {SITE} yourself, and look for a newer version"
    )]
    OtherForm(String),
}

/// A docket, as the search API returns it for `type=d`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FoundDocket {
    #[serde(rename = "docket_id")]
    pub id: u64,
    #[serde(default)]
    pub docket_number: Option<String>,
    #[serde(default)]
    pub case_name: Option<String>,
    #[serde(default)]
    pub court: Option<String>,
    #[serde(default, rename = "court_id")]
    pub court_id: Option<String>,
    #[serde(default)]
    pub date_filed: Option<String>,
    #[serde(default, rename = "docket_absolute_url")]
    path: Option<String>,
    #[serde(default)]
    pub party: Option<Vec<String>>,
}

/// A row of a docket, as the API of docket entries returns it.
#[derive(Debug, Clone, Deserialize)]
pub struct FoundEntry {
    pub id: u64,
    #[serde(default)]
    pub entry_number: Option<u64>,
    #[serde(default)]
    pub date_filed: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
}

/// A page of a list.
#[derive(Deserialize)]
struct Page<T> {
    next: Option<String>,
    results: Vec<T>,
}

impl FoundDocket {
    pub fn url(&self) -> String {
        match self.path.as_deref().filter(|path| path.starts_with('/')) {
            Some(path) => format!("{SITE}{path}"),
            None => format!("{SITE}/docket/{}/", self.id),
        }
    }
}

impl CourtListener {
    /// `ca_file` has one more root certificate to trust.
    pub fn new(
        settings: &WatchSettings,
        token: &Secret,
        ca_file: Option<&Path>,
    ) -> Result<Self, String> {
        let authorization = HeaderValue::from_str(&format!("Token {}", token.reveal()));
        let mut authorization = authorization.map_err(|error| error.to_string())?;
        authorization.set_sensitive(true);
        Ok(Self {
            // The token belongs to nobody else.
            client: client(Policy::none(), ca_file)?,
            base: settings.api_base.clone(),
            authorization,
            pace: Mutex::new(Pace::new(settings.pause)),
        })
    }

    /// Dockets that a search finds, the newest first.
    pub async fn search(&self, query: &[(&str, &str)]) -> Result<Vec<FoundDocket>, Trouble> {
        let query = [&[("type", "d"), ("order_by", "dateFiled desc")], query].concat();
        self.list("search/", &query, |_| true).await
    }

    /// The entries of a docket that were added after one of them, the newest first. `None` if this
    /// account may not see entries.
    pub async fn entries(
        &self,
        docket: u64,
        after: Option<u64>,
    ) -> Result<Option<Vec<FoundEntry>>, Trouble> {
        let docket = docket.to_string();
        let query = [
            ("docket", docket.as_str()),
            ("order_by", "-id"),
            // Without the text of every document.
            ("fields", "id,entry_number,date_filed,description"),
        ];
        let is_new = |entry: &FoundEntry| after.is_none_or(|after| entry.id > after);
        match self.list("docket-entries/", &query, is_new).await {
            Ok(entries) => Ok(Some(entries.into_iter().filter(is_new).collect())),
            // The token was accepted by the search before.
            Err(Trouble::TokenRefused(403)) => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// All records of a list, page by page, until one is not wanted.
    async fn list<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
        is_wanted: impl Fn(&T) -> bool,
    ) -> Result<Vec<T>, Trouble> {
        let mut records = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let url = format!("{}/{path}", self.base);
            let mut url = Url::parse(&url).map_err(|error| other_form(&error))?;
            url.query_pairs_mut().extend_pairs(query);
            if let Some(cursor) = &cursor {
                url.query_pairs_mut().append_pair("cursor", cursor);
            }
            let Page { next, results } = self.get(url).await?;
            let is_last = results.iter().any(|record| !is_wanted(record));
            records.extend(results);
            // The rest of that address may lead elsewhere, and the token must not go there.
            cursor = next.and_then(|next| {
                let next = Url::parse(&next).ok()?;
                let cursor = next.query_pairs().find(|(name, _)| name == "cursor");
                cursor.map(|(_, value)| value.into_owned())
            });
            if is_last || cursor.is_none() {
                break;
            }
        }
        Ok(records)
    }

    async fn get<T: DeserializeOwned>(&self, url: Url) -> Result<T, Trouble> {
        self.pace.lock().await.turn().await;
        let request = self.client.get(url).header(AUTHORIZATION, self.authorization.clone());
        let response = request.send().await.map_err(unavailable)?;
        let status = response.status();
        match status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(Trouble::TokenRefused(status.as_u16()));
            }
            StatusCode::TOO_MANY_REQUESTS => {
                let wait = response.headers().get(RETRY_AFTER);
                let wait = wait.and_then(|wait| wait.to_str().ok()?.trim().parse().ok());
                return Err(Trouble::TooMany { wait: wait.map(Duration::from_secs) });
            }
            status if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT => {
                return Err(Trouble::Unavailable(format!("its server has an error ({status})")));
            }
            status => return Err(other_form(&format!("it said {status}"))),
        }
        let answer = whole(response).await?;
        serde_json::from_slice(&answer).map_err(|error| other_form(&error))
    }
}

async fn whole(mut response: Response) -> Result<Vec<u8>, Trouble> {
    let mut answer = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unavailable)? {
        if answer.len() + chunk.len() > MAX_ANSWER {
            return Err(other_form(&format!("it has more than {} MiB", MAX_ANSWER >> 20)));
        }
        answer.extend_from_slice(&chunk);
    }
    Ok(answer)
}

/// serde's errors name the field and the place, never the token.
fn other_form(error: &dyn ToString) -> Trouble {
    Trouble::OtherForm(super::shortened(&error.to_string(), 200))
}

fn unavailable(error: reqwest::Error) -> Trouble {
    if error.is_timeout() {
        return Trouble::Unavailable("no answer in time".to_owned());
    }
    Trouble::Unavailable(super::http::reason(error))
}
