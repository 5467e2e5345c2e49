//! Probes for whoever runs the server.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    middleware::database_gate,
    problem::{PROBLEM_JSON, Problem},
    readiness::Readiness,
};

/// The process lives.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// `ok`.
    status: &'static str,
    /// Version of the server.
    version: &'static str,
}

/// The server can be used.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Ready {
    /// `ready`.
    status: &'static str,
}

/// Ask whether the process lives
///
/// Says nothing about the database, so that an orchestrator does not kill servers because their database is
/// away.
#[utoipa::path(
    get,
    path = "/healthz",
    operation_id = "health",
    tag = "operation",
    responses((status = 200, description = "It does.", body = Health, content_type = "application/json"))
)]
pub(crate) async fn healthz() -> Response {
    fresh(Json(Health { status: "ok", version: env!("CARGO_PKG_VERSION") }))
}

/// Ask whether the server can be used
///
/// It can when the database answers and its schema is up to date.
#[utoipa::path(
    get,
    path = "/readyz",
    operation_id = "readiness",
    tag = "operation",
    responses(
        (status = 200, description = "It can.", body = Ready, content_type = "application/json"),
        (status = 503, description = "Not at the moment.", body = Problem, content_type = PROBLEM_JSON),
    )
)]
pub(crate) async fn readyz(State(readiness): State<Readiness>) -> Response {
    match readiness.check().await {
        Ok(()) => fresh(Json(Ready { status: "ready" })),
        Err(why) => database_gate::refusal(why).problem().into_response(),
    }
}

fn fresh(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
