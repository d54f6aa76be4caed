//! Passes on what Discord posts.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody, to_bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::time::timeout;

use super::Served;

/// The longest interaction that is read, in bytes. Those with a long message and its embeds have some
/// 50,000.
const LONGEST: usize = 512 * 1024;

/// How long Discord may take to send it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Answers a request with these headers and this body by a status and JSON.
pub type Interactions = Arc<dyn Fn(HeaderMap, Bytes) -> Answer + Send + Sync>;

type Answer = Pin<Box<dyn Future<Output = (StatusCode, Vec<u8>)> + Send>>;

pub async fn answer(State(web): Served, headers: HeaderMap, body: Body) -> Response {
    let Some(interactions) = &web.interactions else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if body.size_hint().lower() > LONGEST as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let body = match timeout(PATIENCE, to_bytes(body, LONGEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let (status, json) = interactions(headers, body).await;
    (status, [(CONTENT_TYPE, "application/json")], json).into_response()
}
