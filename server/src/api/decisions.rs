//! Deciding a use case that is not stored.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{decision::Decision, use_case::UseCase};
use http::{HeaderMap, header};
use store::{Scope, Store};

use super::{body, inputs};
use crate::problem::{PROBLEM_JSON, Problem};

/// Decide a use case
///
/// Takes a use case and answers with the whole decision, made with the current policy and price book. Nothing
/// is stored. Leave out what is unknown: the decision says which fact to get first. A number may be a range,
/// `{"low": …, "likely": …, "high": …}`; models, GPUs and throughputs are keys of the price book.
#[utoipa::path(
    post,
    path = "/api/v1/decisions",
    operation_id = "decide",
    tag = "decisions",
    request_body(content = UseCase, content_type = "application/json", description = "The use case."),
    responses(
        (status = 200, description = "The decision.", body = Decision, content_type = "application/json"),
        (status = 400, description = "The body is not JSON.", body = Problem, content_type = PROBLEM_JSON),
        (status = 413, description = "The body is larger than 1 MiB.", body = Problem, content_type = PROBLEM_JSON),
        (status = 415, description = "The body is not declared as JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 422,
            description = "Some fields cannot be used; `errors` lists all of them.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 503,
            description = "The database cannot be reached; try again later.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
    )
)]
pub(super) async fn decide(
    State(store): State<Store>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let (_, decision) = decided(&store, None, &headers, &body).await?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(decision)).into_response())
}

/// The use case of a body, with the decision that today's policy and prices lead to: those of a workspace, which
/// may have prices of its own, or those that anybody gets.
///
/// # Errors
/// 415, 400 or 422 for a body that is no use case; 503 without the database.
pub(super) async fn decided(
    store: &Store,
    workspace: Option<Scope>,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(UseCase, Decision), Problem> {
    let members = body::read(headers, body)?;
    let (_, policy) = store.current_policy().await?;
    let (_, book) = match workspace {
        Some(scope) => store.workspace_price_book(scope).await?,
        None => store.current_price_book().await?,
    };
    let use_case = inputs::read(members, &book)?;
    let decision = domain::decide(&use_case, &policy, &book);
    Ok((use_case, decision))
}
