//! Gives each request an id that the log, error pages and the answer share.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, HeaderValue};
use uuid::Uuid;

/// The header proxies and log collectors know.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request being handled, as a request extension.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

/// Takes over a proxy's id if it is a UUID and makes one otherwise: whatever a visitor sends would
/// end up in the log and on error pages.
pub(crate) async fn assign(mut request: Request, next: Next) -> Response {
    let id = request
        .headers()
        .get(HEADER)
        .and_then(|value| Uuid::try_parse_ascii(value.as_bytes()).ok())
        .unwrap_or_else(Uuid::now_v7)
        .to_string();
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
