//! How the bot is, for supervisors, load balancers and Prometheus.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use serde_json::json;

use super::Served;
use crate::metrics;

/// The process answers.
pub async fn health() -> &'static str {
    "ok\n"
}

/// 200 if the bot can do its work, 503 if the gateway is wanted and not connected. A store that does
/// not work is named, and no reason for 503: questions are answered without it.
pub async fn readiness(State(web): Served) -> impl IntoResponse {
    let gateway = web.metrics.gateway();
    let is_ready = gateway != metrics::State::Down;
    let (content, answers) = web.responder.version();
    let body = json!({
        "ready": is_ready,
        "gateway": in_words(gateway, "connected", "not connected"),
        "store": in_words(web.metrics.store(), "works", "does not work"),
        "content": content,
        "answers": answers,
    });
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body))
}

pub async fn metrics(State(web): Served) -> impl IntoResponse {
    let today = (web.today)();
    let checked = web.responder.case_stamp(today).last_checked;
    let age = today.duration_since(checked).as_hours() / 24;
    let (_, answers) = web.responder.version();
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], web.metrics.text(age, answers))
}

fn in_words(state: metrics::State, up: &'static str, down: &'static str) -> &'static str {
    match state {
        metrics::State::NotWanted => "none",
        metrics::State::Down => down,
        metrics::State::Up => up,
    }
}
