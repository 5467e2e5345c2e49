//! Probes for whoever runs the server.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde_json::json;

use crate::{middleware::database_gate, problem::Problem, readiness::Readiness};

/// `/healthz`: the process lives and answers. Says nothing about the database, so that an
/// orchestrator does not kill servers because their database is away.
pub(crate) async fn healthz() -> Response {
    fresh(Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") })))
}

/// `/readyz`: 200 when the database answers and its schema is up to date, 503 otherwise.
pub(crate) async fn readyz(State(readiness): State<Readiness>) -> Response {
    match readiness.check().await {
        Ok(()) => fresh(Json(json!({ "status": "ready" }))),
        Err(why) => {
            let refusal = database_gate::refusal(why);
            Problem {
                retry_after: refusal.retry_after,
                ..Problem::of_kind(refusal.status, refusal.kind, refusal.title, refusal.detail)
            }
            .into_response()
        }
    }
}

fn fresh(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
