//! A CourtListener on loopback. It answers with the files in `court_listener/`, which have the form that
//! <https://www.courtlistener.com/help/api/rest/search/> documents for `type=d`, and
//! <https://www.courtlistener.com/help/api/rest/pacer/> for docket entries; the case is invented. It also
//! stands for the sites of sources.

// Each test file uses only a part of this module.
#![allow(dead_code)]

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

pub const OWN: &str = include_str!("court_listener/own.json");
pub const PARTIES: &str = include_str!("court_listener/parties.json");
pub const ENTRIES: &str = include_str!("court_listener/entries.json");
pub const NEW_ENTRIES: &str = include_str!("court_listener/new_entries.json");
pub const NOTHING: &str = r#"{"count": 0, "next": null, "previous": null, "results": []}"#;

/// A status, a header, and a body.
type Answer = (u16, Option<(&'static str, String)>, String);

#[derive(Clone)]
pub struct CourtListener {
    address: SocketAddr,
    /// By what the path and the query contain.
    answers: Arc<Mutex<HashMap<&'static str, Answer>>>,
    requests: Arc<Mutex<Vec<Asked>>>,
}

/// A request.
#[derive(Clone, Debug)]
pub struct Asked {
    pub target: String,
    pub authorization: String,
    pub user_agent: String,
}

impl CourtListener {
    /// With the docket of the case, its two entries, and another docket between the parties.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let own = Self { address, answers: Arc::default(), requests: Arc::default() };
        own.answers_with("docket_number=", 200, OWN);
        own.answers_with("party_name=", 200, PARTIES);
        own.answers_with("cursor=", 200, NOTHING);
        own.answers_with("docket-entries", 200, ENTRIES);
        let server = own.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let server = server.clone();
                let serve = service_fn(move |request| server.clone().respond(request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), serve));
            }
        });
        own
    }

    pub fn base(&self) -> String {
        format!("http://{}/api/rest/v4", self.address)
    }

    /// An address of a site.
    pub fn site(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }

    /// Answers so from now on where the path or the query contains this.
    pub fn answers_with(&self, part: &'static str, status: u16, body: impl Into<String>) {
        self.answers.lock().unwrap().insert(part, (status, None, body.into()));
    }

    pub fn answers_with_header(
        &self,
        part: &'static str,
        status: u16,
        header: (&'static str, String),
    ) {
        let answer = (status, Some(header), "{}".to_owned());
        self.answers.lock().unwrap().insert(part, answer);
    }

    pub fn requests(&self) -> Vec<Asked> {
        self.requests.lock().unwrap().clone()
    }

    async fn respond(
        self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        let target = request.uri().to_string();
        let header = |name: &str| {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default().to_owned()
        };
        let asked = Asked {
            target: target.clone(),
            authorization: header("authorization"),
            user_agent: header("user-agent"),
        };
        self.requests.lock().unwrap().push(asked);
        let answers = self.answers.lock().unwrap();
        // A page that is not the first one has a cursor besides. Of others, the longest part counts.
        let matching = answers.iter().filter(|(part, _)| target.contains(**part));
        let found = matching.max_by_key(|(part, _)| (**part == "cursor=", part.len()));
        let (status, header, body) =
            found.map_or((404, None, String::new()), |(_, answer)| answer.clone());
        let mut response = Response::builder().status(status);
        if let Some((name, value)) = header {
            response = response.header(name, value);
        }
        Ok(response.body(Full::new(Bytes::from(body))).expect("a response"))
    }
}
