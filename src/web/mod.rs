//! The web listener: how the bot is and what it counts, Discord's way in over HTTP, and public pages.
//!
//! It is meant to stand behind a reverse proxy, which brings TLS. Nothing here knows Discord: what is
//! posted to `/interactions` goes to a function that the caller gives. Nothing that somebody asks is
//! kept or logged.

mod interactions;
mod listener;
mod pages;
mod probes;

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::civil::Date;

use crate::metrics::Metrics;
use crate::responder::Responder;
use crate::store::Store;

pub use interactions::Interactions;
pub use listener::{ListenError, Listener};

/// What the listener serves.
pub struct Web {
    pub responder: Arc<Responder>,
    pub metrics: Metrics,
    /// `None`: Discord does not send interactions here.
    pub interactions: Option<Interactions>,
    /// For the corrections of an answer. The pages do without it.
    pub store: Option<Store>,
    /// `None`: there are no pages.
    pub public_url: Option<String>,
    pub today: fn() -> Date,
}

type Served = State<Arc<Web>>;

impl Web {
    fn router(self) -> Router {
        let web = Arc::new(self);
        let mut router = Router::new()
            .route("/healthz", get(probes::health))
            .route("/readyz", get(probes::readiness))
            .route("/metrics", get(probes::metrics));
        if web.interactions.is_some() {
            router = router.route("/interactions", post(interactions::answer));
        }
        let mut router = router.with_state(web.clone());
        if let Some(public_url) = &web.public_url {
            router = router.merge(pages::router(web.clone(), public_url));
        }
        router.layer(from_fn_with_state(web, measure))
    }
}

async fn measure(
    State(web): Served,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let start = Instant::now();
    let response = next.run(request).await;
    web.metrics.request(route.as_ref().map_or("none", MatchedPath::as_str), start.elapsed());
    response
}
