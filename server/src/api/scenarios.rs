//! Decisions frozen behind a link.

use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use domain::{decision::Decision, policy::Policy, prices::PriceBook, use_case::UseCase};
use http::{HeaderName, StatusCode, header};
use serde::Serialize;
use store::{Scenario, ScenarioLookup, Store};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::misses::TokenMisses;
use crate::problem::{PROBLEM_JSON, Problem};

/// Whoever has the link may read it; search engines and shared caches may not.
const PRIVATE: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "private, no-store"), (HeaderName::from_static("x-robots-tag"), "noindex")];

/// A decision as it was when it was shared, with everything it was made from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Scenario)]
pub(super) struct SharedScenario {
    /// Its title.
    title: String,
    /// When it was shared.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    created_at: OffsetDateTime,
    /// When the link stops working; `null` if it does not.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<OffsetDateTime>,
    /// The inputs.
    use_case: UseCase,
    /// The policy the decision was made with.
    policy: Policy,
    /// The price book the decision was made with.
    price_book: PriceBook,
    /// The decision, as it was made then.
    decision: Decision,
}

impl From<Scenario> for SharedScenario {
    fn from(scenario: Scenario) -> Self {
        let frozen = scenario.frozen;
        Self {
            title: frozen.title,
            created_at: scenario.created_at,
            expires_at: scenario.expires_at,
            use_case: frozen.use_case,
            policy: frozen.policy,
            price_book: frozen.price_book,
            decision: frozen.decision,
        }
    }
}

/// Read a shared scenario
///
/// What a link shows: a decision frozen with its inputs, policy and prices. It never changes, whatever later
/// prices are. The token is the last part of the link, `/s/{token}`; whoever has it can read the scenario.
#[utoipa::path(
    get,
    path = "/api/v1/scenarios/{token}",
    operation_id = "readScenario",
    tag = "scenarios",
    params(("token" = String, Path, description = "The token of the link.")),
    responses(
        (status = 200, description = "The scenario.", body = SharedScenario, content_type = "application/json"),
        (status = 404, description = "There is no such link.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 410,
            description = "The link was withdrawn or has expired.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 429,
            description = "Too many links from this network address opened nothing; try again later.",
            body = Problem,
            content_type = PROBLEM_JSON,
            headers(("Retry-After" = String, description = "Seconds to wait."))
        ),
        (
            status = 503,
            description = "The database cannot be reached; try again later.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
    )
)]
pub(super) async fn open(
    State(store): State<Store>,
    misses: TokenMisses,
    token: Result<Path<String>, PathRejection>,
) -> Response {
    match find(&store, &misses, token).await {
        Ok(scenario) => (PRIVATE, Json(scenario)).into_response(),
        Err(problem) => (PRIVATE, problem).into_response(),
    }
}

async fn find(
    store: &Store,
    misses: &TokenMisses,
    token: Result<Path<String>, PathRejection>,
) -> Result<SharedScenario, Problem> {
    misses.check().await?;
    let found = match token {
        Ok(Path(token)) => store.scenario_by_token(&token).await?,
        // Some texts cannot even be decoded from an address.
        Err(_) => ScenarioLookup::NotFound,
    };
    match found {
        ScenarioLookup::Found(scenario) => Ok((*scenario).into()),
        ScenarioLookup::Revoked => Err(revoked()),
        ScenarioLookup::Expired => Err(expired()),
        ScenarioLookup::NotFound => {
            misses.note().await?;
            Err(not_found())
        }
    }
}

pub(super) fn not_found() -> Problem {
    Problem::of_kind(
        StatusCode::NOT_FOUND,
        "no-such-scenario",
        "There is no such scenario",
        "No link has this token. It may have been mistyped or cut off.",
    )
}

pub(super) fn revoked() -> Problem {
    Problem::of_kind(
        StatusCode::GONE,
        "scenario-revoked",
        "This link was withdrawn",
        "Whoever shared this scenario has withdrawn the link. Ask them for a new one.",
    )
}

pub(super) fn expired() -> Problem {
    Problem::of_kind(
        StatusCode::GONE,
        "scenario-expired",
        "This link has expired",
        "The time for which this scenario was shared is over. Ask whoever shared it for a new link.",
    )
}
