//! The JSON API: one file a resource, errors as problem details, all of it described in [`openapi`].
//!
//! Reading a use case goes through [`body`] (bytes to members) and [`inputs`] (members to a use case). Whatever
//! belongs to a workspace takes an API token, which [`caller`] reads; the rest is open to anybody.

pub(crate) mod audit;
mod body;
mod caller;
mod closest;
mod decisions;
mod examples;
mod failure;
pub(crate) mod fields;
mod inputs;
pub(crate) mod measurements;
pub(crate) mod media_type;
mod misses;
pub(crate) mod occurrence;
mod openapi;
mod path;
mod portfolios;
mod price_book;
mod race;
mod revision_tag;
mod scenarios;
mod use_cases;

use app::state::AppState;
use axum::{
    Extension, Router,
    middleware::{from_fn, from_fn_with_state},
    routing::{any, get, post},
};
use http::StatusCode;

use crate::{middleware::database_gate, problem::Problem, race::Desk, readiness::Readiness};

/// Everything under `/api/v1`.
pub(crate) fn routes(state: AppState, readiness: Readiness, desk: Desk) -> Router {
    // What is stored needs the database...
    let stored = Router::new()
        .route("/api/v1/decisions", post(decisions::decide))
        .route("/api/v1/price-book", get(price_book::current))
        .route("/api/v1/scenarios/{token}", get(scenarios::open))
        .route("/api/v1/portfolios", get(portfolios::list))
        .route("/api/v1/portfolios/{id}/use-cases", get(use_cases::list).post(use_cases::create))
        .route("/api/v1/use-cases/{id}", get(use_cases::read).put(use_cases::replace))
        .route("/api/v1/use-cases/{id}/measurements", get(measurements::list).post(measurements::attach))
        .route("/api/v1/race", get(race::terms).post(race::race))
        .route("/api/v1/audit", get(audit::export))
        .route("/api/v1/audit/verification", get(audit::verify))
        .route_layer(from_fn_with_state(readiness, database_gate::pass))
        .layer(Extension(desk))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(state);
    // ...the description of it does not, and neither does saying that something is not there.
    let always = Router::new()
        .route("/api/v1/openapi.json", get(openapi::document))
        .method_not_allowed_fallback(method_not_allowed)
        .route("/api/v1", any(not_found))
        .route("/api/v1/", any(not_found))
        .route("/api/v1/{*rest}", any(not_found));
    stored.merge(always).layer(from_fn(occurrence::name))
}

async fn not_found() -> Problem {
    Problem::of_kind(
        StatusCode::NOT_FOUND,
        "no-such-address",
        "There is nothing at this address",
        "The API has no such path. /api/v1/openapi.json lists all of them.",
    )
}

/// The router adds which methods are allowed as the `Allow` header.
async fn method_not_allowed() -> Problem {
    Problem::of_kind(
        StatusCode::METHOD_NOT_ALLOWED,
        "method-not-allowed",
        "This address does not take that method",
        "The Allow header names the methods it takes; /api/v1/openapi.json describes them.",
    )
}
