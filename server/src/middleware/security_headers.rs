//! Headers that tell browsers to be careful with our pages. The content security policy is not
//! here: it carries a nonce and is set where the page is rendered.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};

/// Sent with every answer that does not say otherwise.
///
/// `same-origin` for the referrer keeps share links from leaking to other sites and still lets a
/// refused plain form find its way back to its page.
const ALWAYS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
];

/// Whether the site is reached over TLS, so that browsers may be told to insist on it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls(pub(crate) bool);

pub(crate) async fn add(State(OverTls(over_tls)): State<OverTls>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if over_tls {
        headers
            .entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    response
}
