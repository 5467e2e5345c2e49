//! One sentence in the log for each request.

use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request},
    middleware::Next,
    response::Response,
};
use http::Method;
use tracing::Instrument;

use crate::middleware::request_id::RequestId;

/// Logs method, route, status and time. The route is the pattern, such as `/s/{token}`: whoever
/// reads the log must not be able to open shared scenarios, so neither paths nor queries appear.
pub(crate) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "(no route)".to_owned());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default();
    let span = tracing::info_span!("request", id);
    let response = next.run(request).instrument(span.clone()).await;
    let _entered = span.enter();
    write(&method, &route, response.status().as_u16(), started.elapsed().as_millis());
    response
}

fn write(method: &Method, route: &str, status: u16, milliseconds: u128) {
    let is_routine = route == "/healthz" || route == "/readyz" || route.starts_with("/pkg");
    let method = method.as_str();
    match status {
        500.. if route != "/readyz" => {
            tracing::warn!(
                method,
                route,
                status,
                "{method} {route} failed with {status} after {milliseconds} ms"
            );
        }
        _ if is_routine => {
            tracing::debug!(method, route, status, "{method} {route} answered {status} in {milliseconds} ms");
        }
        _ => {
            tracing::info!(method, route, status, "{method} {route} answered {status} in {milliseconds} ms");
        }
    }
}
