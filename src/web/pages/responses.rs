//! Pages and files as responses, with what browsers and caches must know of them.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, IF_NONE_MATCH,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;

use super::site::Site;

const STYLE: &str = include_str!("page.css");
const ICON: &str = include_str!("icon.svg");
pub const ICON_PATH: &str = "/icon.svg";

const HTML: &str = "text/html; charset=utf-8";

/// A cache may keep a page, and asks each time whether it is still the same: an answer that is held
/// back must be gone at once.
const ASK_AGAIN: &str = "public, no-cache";
/// For a page with the words of somebody who searched.
const KEEP_NOTHING: &str = "no-store";
/// The path changes with the content.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Nothing but our own style and icon is loaded, no script runs, and no page is put into a frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

const SECURITY: [(HeaderName, &str); 7] = [
    (CONTENT_SECURITY_POLICY, POLICY),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    // Otherwise the sources would learn what somebody searched for.
    (REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];
const ENCRYPTED_FOR_A_YEAR: &str = "max-age=31536000";

static STYLE_PATH: LazyLock<String> =
    LazyLock::new(|| format!("/style-{}.css", fingerprint(STYLE.as_bytes())));

/// The path of the style sheet.
pub fn style_path() -> &'static str {
    &STYLE_PATH
}

pub fn style(site: &Site) -> Response {
    response(site, StatusCode::OK, "text/css; charset=utf-8", FOR_EVER, STYLE)
}

pub fn icon(site: &Site) -> Response {
    response(site, StatusCode::OK, "image/svg+xml", ASK_AGAIN, ICON)
}

/// A page or a text that anybody may keep, or only the news that it has not changed.
pub fn shared(
    site: &Site,
    request: &HeaderMap,
    status: StatusCode,
    kind: &'static str,
    text: String,
) -> Response {
    let tag = format!("\"{}\"", fingerprint(text.as_bytes()));
    let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|known| known.to_str().ok());
    let is_known = known.into_iter().any(|known| known.contains(&tag));
    let mut response = match is_known && status == StatusCode::OK {
        true => response(site, StatusCode::NOT_MODIFIED, kind, ASK_AGAIN, Body::empty()),
        false => response(site, status, kind, ASK_AGAIN, text),
    };
    let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits in quotation marks");
    response.headers_mut().insert(ETAG, tag);
    response
}

pub fn shared_page(site: &Site, request: &HeaderMap, status: StatusCode, html: String) -> Response {
    shared(site, request, status, HTML, html)
}

/// A page for one person.
pub fn private_page(site: &Site, status: StatusCode, html: String) -> Response {
    response(site, status, HTML, KEEP_NOTHING, html)
}

fn response(
    site: &Site,
    status: StatusCode,
    kind: &'static str,
    caching: &'static str,
    body: impl Into<Body>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let own = [(CONTENT_TYPE, kind), (CACHE_CONTROL, caching)];
    let encrypted =
        site.is_encrypted().then_some((STRICT_TRANSPORT_SECURITY, ENCRYPTED_FOR_A_YEAR));
    for (name, value) in own.into_iter().chain(SECURITY).chain(encrypted) {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn fingerprint(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..16].to_owned()
}
