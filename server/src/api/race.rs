//! The race for programs: the LLM endpoint of whoever runs the server answers a prompt.

use axum::{
    Extension, Json,
    body::Bytes,
    response::{IntoResponse, Response},
};
use domain::access::Action;
use http::{HeaderMap, header};

use super::caller::ApiCaller;
use crate::{
    problem::{PROBLEM_JSON, Problem},
    race::{Desk, Prompt, Terms},
};

/// Read what a race is run with
///
/// The model, its price, how much fits, and what is left of today's budgets. Takes a token of any role.
#[utoipa::path(
    get,
    path = "/api/v1/race",
    operation_id = "readRaceTerms",
    tag = "race",
    security(("api_token" = [])),
    responses(
        (status = 200, description = "The terms.", body = Terms, content_type = "application/json"),
        ApiCaller,
    )
)]
pub(super) async fn terms(Extension(desk): Extension<Desk>, caller: ApiCaller) -> Result<Response, Problem> {
    let scope = caller.may(Action::Read)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(desk.terms(scope).await?)).into_response())
}

/// Have a prompt answered
///
/// Sends the prompt to the LLM endpoint of whoever runs the server and passes its answer on as it comes, as server-sent
/// events: `begun` with `model` and `timing`; a `delta` with `content` and `at_ms` for every piece of text; `done` with
/// `model`, `finish_reason`, `pieces`, `usage` (`prompt_tokens`, `cached_tokens`, `completion_tokens`), `cost_usd` and
/// `timing`; or `failed` with a problem. `timing` has milliseconds as the server saw them: `server_ms` before it asked
/// the endpoint, and from then on `connect_ms` (`null` over a connection that was there already), `headers_ms`,
/// `first_token_ms`, `last_token_ms`, `total_ms`. Hanging up ends the call to the endpoint too. It costs money, so
/// there are budgets for a day. Takes a token that writes, of an editor at least.
#[utoipa::path(
    post,
    path = "/api/v1/race",
    operation_id = "race",
    tag = "race",
    security(("api_token" = [])),
    request_body(content = Prompt, content_type = "application/json", description = "The prompt."),
    responses(
        ApiCaller,
        (status = 200, description = "The answer, as it comes.", body = String, content_type = "text/event-stream"),
        (status = 400, description = "The body is not JSON.", body = Problem, content_type = PROBLEM_JSON),
        (status = 404, description = "No LLM endpoint is set up.", body = Problem, content_type = PROBLEM_JSON),
        (status = 413, description = "The body is larger than 1 MiB.", body = Problem, content_type = PROBLEM_JSON),
        (status = 415, description = "The body is not declared as JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 422,
            description = "Some fields cannot be used, which `errors` lists.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 429,
            description = "The person’s or the workspace’s budget for today has too little left, or too many tokens \
                           from this network address did not work.",
            body = Problem,
            content_type = PROBLEM_JSON,
            headers(("Retry-After" = String, description = "Seconds until it makes sense again."))
        ),
        (
            status = 502,
            description = "The LLM endpoint cannot be reached, refuses, fails or cannot be understood.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (status = 504, description = "The LLM endpoint took too long to begin.", body = Problem, content_type = PROBLEM_JSON),
    )
)]
pub(super) async fn race(
    Extension(desk): Extension<Desk>,
    caller: ApiCaller,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::Race)?;
    desk.race(scope, &headers, &body).await
}
