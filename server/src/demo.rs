//! The doors of the demo's page, which comes with a session: racing, and attaching what was measured. Programs come
//! with a token and use the API; both reach the same desks. Changes asked for by other sites are refused before this.

use app::access::Caller;
use axum::{
    Extension, Json, Router,
    body::Bytes,
    extract::{Path, State},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::get,
};
use domain::access::{Action, Role};
use http::{HeaderMap, StatusCode, header};
use serde::Serialize;
use store::{Scope, StoreError, UseCaseId, UseCaseRow};

use crate::{
    api::{measurements, occurrence},
    problem::Problem,
    race::Desk,
};

/// The doors. Whoever calls them has to be identified before.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>(desk: Desk) -> Router<S> {
    Router::new()
        .route("/demo/race", get(terms).post(race))
        .route("/demo/use-cases", get(use_cases))
        .route("/demo/use-cases/{id}/measurements", get(measured).post(attach))
        .layer(from_fn(occurrence::name))
        .with_state(desk)
}

async fn terms(State(desk): State<Desk>, Extension(caller): Extension<Caller>) -> Result<Response, Problem> {
    let scope = member(&caller, Action::Read)?;
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(desk.terms(scope).await?)).into_response())
}

async fn race(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let scope = member(&caller, Action::Race)?;
    desk.race(scope, &headers, &body).await
}

/// Use cases that something can be attached to.
#[derive(Serialize)]
struct UseCases {
    /// By portfolio, then by name.
    use_cases: Vec<UseCaseChoice>,
}

/// A use case to choose.
#[derive(Serialize)]
struct UseCaseChoice {
    id: UseCaseId,
    /// Its name, or a stand-in where none was given.
    name: String,
    /// Name of its portfolio.
    portfolio: String,
}

/// Lists what is in use. Whoever may not edit could attach to none of them.
async fn use_cases(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
) -> Result<Response, Problem> {
    let scope = member(&caller, Action::Edit)?;
    let mut use_cases = Vec::new();
    for portfolio in desk.store().portfolios(scope).await? {
        if portfolio.archived_at.is_some() || portfolio.use_case_count == 0 {
            continue;
        }
        let rows = desk.store().use_cases(scope, portfolio.id, false).await?;
        let choice =
            |row: UseCaseRow| UseCaseChoice { id: row.id, name: row.name, portfolio: portfolio.name.clone() };
        use_cases.extend(rows.into_iter().map(choice));
    }
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(UseCases { use_cases })).into_response())
}

async fn measured(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let scope = member(&caller, Action::Read)?;
    measurements::list_of(desk.store(), scope, use_case(&id)?).await
}

async fn attach(
    State(desk): State<Desk>,
    Extension(caller): Extension<Caller>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let scope = member(&caller, Action::Edit)?;
    measurements::attach_to(desk.store(), scope, use_case(&id)?, &headers, &body).await
}

/// A text that cannot be an id names nothing.
fn use_case(text: &str) -> Result<UseCaseId, Problem> {
    text.parse().map_err(|_| StoreError::NotFound.into())
}

/// Where somebody who is signed in works, if their role does.
///
/// # Errors
/// 401 for strangers, 403 for a role that does not reach.
fn member(caller: &Caller, action: Action) -> Result<Scope, Problem> {
    let who = caller.signed_in.as_ref().ok_or_else(sign_in_needed)?;
    let role = who.workspace.as_ref().map(|workspace| workspace.role);
    match (who.scope(), role) {
        (Some(scope), Some(role)) if role.may(action) => Ok(scope),
        (_, role) => Err(not_allowed(role, action.needs())),
    }
}

fn sign_in_needed() -> Problem {
    Problem::of_kind(
        StatusCode::UNAUTHORIZED,
        "sign-in-needed",
        "Sign in first",
        "Only members of a workspace can do this. Sign in and try again.",
    )
}

fn not_allowed(role: Option<Role>, needs: Role) -> Problem {
    let needs = needs.name().to_lowercase();
    let detail = match role {
        Some(role) => format!("This takes the role {needs}; yours is {}.", role.name().to_lowercase()),
        None => "You belong to no workspace at present.".to_owned(),
    };
    Problem::of_kind(StatusCode::FORBIDDEN, "role-too-low", "Your role does not allow this", detail)
}
