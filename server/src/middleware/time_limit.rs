//! Gives up on answers that take too long to begin.

use std::time::Duration;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::StatusCode;

use crate::refusal::{Asker, Refusal};

/// Longest time until an answer begins; an answer that has begun may take longer.
pub(crate) const TIME_LIMIT: Duration = Duration::from_secs(30);

const TOO_SLOW: Refusal = Refusal {
    status: StatusCode::SERVICE_UNAVAILABLE,
    kind: "too-slow",
    title: "This is taking too long",
    detail: "The server could not finish within 30 seconds and stopped trying. Please try again in a moment.",
    retry_after: Some(30),
};

pub(crate) async fn enforce(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    let asker = Asker::of(&request);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => asker.refuse(&TOO_SLOW),
    }
}
