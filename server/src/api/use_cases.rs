//! Stored use cases: listed, created, read, replaced.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{access::Action, decision::Decision, summary::DecisionSummary, use_case::UseCase};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use store::{PortfolioId, Scope, Store, StoreError, UseCaseId, UseCaseRecord, UseCaseRow};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    caller::ApiCaller,
    decisions::decided,
    path::{Id, Parameters},
    revision_tag,
};
use crate::problem::{PROBLEM_JSON, Problem};

/// What a revision is noted with when the caller says nothing.
const NOTE: &str = "Saved through the API";

/// The use cases of a portfolio.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UseCases {
    /// By name.
    pub(super) use_cases: Vec<UseCaseEntry>,
}

/// A use case in the list of its portfolio.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UseCaseEntry {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: UseCaseId,
    /// Its name, or a stand-in where none was given.
    pub(super) name: String,
    /// Number of the current revision.
    pub(super) revision: i32,
    /// What was decided for it, in a few figures.
    pub(super) summary: DecisionSummary,
    /// When it last gained a revision or was archived or restored.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) updated_at: OffsetDateTime,
    /// When it was archived; `null` if it is in use.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) archived_at: Option<OffsetDateTime>,
}

impl From<UseCaseRow> for UseCaseEntry {
    fn from(row: UseCaseRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            revision: row.revision,
            summary: row.summary,
            updated_at: row.updated_at,
            archived_at: row.archived_at,
        }
    }
}

/// A use case with its current inputs and what was decided for them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StoredUseCase {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: UseCaseId,
    /// The portfolio it stands in.
    #[schema(value_type = String, format = "uuid")]
    pub(super) portfolio_id: PortfolioId,
    /// Number of the current revision, which is also its `ETag`.
    pub(super) revision: i32,
    /// Why that revision was saved, in the words of whoever saved it; may be empty.
    pub(super) note: String,
    /// The inputs.
    pub(super) use_case: UseCase,
    /// The decision, as it was made when the revision was saved.
    pub(super) decision: Decision,
    /// When it was created.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) created_at: OffsetDateTime,
    /// When it last gained a revision or was archived or restored.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub(super) updated_at: OffsetDateTime,
    /// When it was archived; `null` if it is in use.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) archived_at: Option<OffsetDateTime>,
}

impl From<UseCaseRecord> for StoredUseCase {
    fn from(record: UseCaseRecord) -> Self {
        Self {
            id: record.id,
            portfolio_id: record.portfolio_id,
            revision: record.revision.number,
            note: record.revision.note,
            use_case: record.revision.use_case,
            decision: record.decision,
            created_at: record.created_at,
            updated_at: record.updated_at,
            archived_at: record.archived_at,
        }
    }
}

/// A use case that was just saved.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SavedUseCase {
    /// Its id.
    #[schema(value_type = String, format = "uuid")]
    pub(super) id: UseCaseId,
    /// Number of its current revision.
    pub(super) revision: i32,
    /// What was decided for it.
    pub(super) decision: Decision,
}

/// Which use cases are listed.
#[derive(Debug, Deserialize)]
pub(super) struct Listed {
    #[serde(default)]
    archived: bool,
}

/// What is said about a revision.
#[derive(Debug, Deserialize)]
pub(super) struct Saving {
    note: Option<String>,
}

impl Saving {
    fn note(&self) -> &str {
        self.note.as_deref().unwrap_or(NOTE)
    }
}

/// List the use cases of a portfolio
///
/// Those in use, or with `archived=true` those that were put away. Takes a token of any role.
#[utoipa::path(
    get,
    path = "/api/v1/portfolios/{id}/use-cases",
    operation_id = "listUseCases",
    tag = "use cases",
    security(("api_token" = [])),
    params(
        ("id" = String, Path, description = "Id of the portfolio."),
        ("archived" = Option<bool>, Query, description = "Whether to list the archived ones instead.")
    ),
    responses(
        (status = 200, description = "The use cases.", body = UseCases, content_type = "application/json"),
        (
            status = 400,
            description = "A parameter cannot be read.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 404,
            description = "The workspace has no such portfolio.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn list(
    State(store): State<Store>,
    caller: ApiCaller,
    Id(portfolio): Id<PortfolioId>,
    Parameters(listed): Parameters<Listed>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::Read)?;
    let rows = store.use_cases(scope, portfolio, listed.archived).await?;
    let use_cases = rows.into_iter().map(UseCaseEntry::from).collect();
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(UseCases { use_cases })).into_response())
}

/// Create a use case
///
/// Decides the use case with the current policy and the workspace's current prices, and keeps inputs and
/// decision in the portfolio. The body is that of `POST /api/v1/decisions`. Takes a token that writes, of an editor at least.
#[utoipa::path(
    post,
    path = "/api/v1/portfolios/{id}/use-cases",
    operation_id = "createUseCase",
    tag = "use cases",
    security(("api_token" = [])),
    params(
        ("id" = String, Path, description = "Id of the portfolio."),
        (
            "note" = Option<String>,
            Query,
            description = "Why it is saved, for whoever reads its history; at most 1,000 characters."
        )
    ),
    request_body(content = UseCase, content_type = "application/json", description = "The use case."),
    responses(
        (
            status = 201,
            description = "It is stored.",
            body = SavedUseCase,
            content_type = "application/json",
            headers(
                ("Location" = String, description = "Address of the use case."),
                ("ETag" = String, description = "Its revision, to be sent back as `If-Match`.")
            )
        ),
        (status = 400, description = "The body is not JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 404,
            description = "The workspace has no such portfolio.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (status = 409, description = "The portfolio is archived.", body = Problem, content_type = PROBLEM_JSON),
        (status = 413, description = "The body is larger than 1 MiB.", body = Problem, content_type = PROBLEM_JSON),
        (status = 415, description = "The body is not declared as JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 422,
            description = "Some fields cannot be used, which `errors` lists, or the note does not fit.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn create(
    State(store): State<Store>,
    caller: ApiCaller,
    Id(portfolio): Id<PortfolioId>,
    Parameters(saving): Parameters<Saving>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::Edit)?;
    let (use_case, decision) = decided(&store, Some(scope), &headers, &body).await?;
    let id = store.create_use_case(scope, portfolio, &use_case, &decision, saving.note()).await?;
    let location = [(header::LOCATION, format!("/api/v1/use-cases/{id}"))];
    Ok((StatusCode::CREATED, location, saved(id, 1, decision)).into_response())
}

/// Read a use case
///
/// Its current inputs and the decision that was made for them. The `ETag` is the revision: send it back as
/// `If-Match` to replace the use case. Takes a token of any role.
#[utoipa::path(
    get,
    path = "/api/v1/use-cases/{id}",
    operation_id = "readUseCase",
    tag = "use cases",
    security(("api_token" = [])),
    params(("id" = String, Path, description = "Id of the use case.")),
    responses(
        (
            status = 200,
            description = "The use case.",
            body = StoredUseCase,
            content_type = "application/json",
            headers(("ETag" = String, description = "Its revision."))
        ),
        (
            status = 404,
            description = "The workspace has no such use case.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn read(
    State(store): State<Store>,
    caller: ApiCaller,
    Id(id): Id<UseCaseId>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::Read)?;
    let record = store.use_case(scope, id).await?.ok_or(StoreError::NotFound)?;
    let headers = [
        (header::ETAG, revision_tag::tag(record.revision.number)),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, Json(StoredUseCase::from(record))).into_response())
}

/// Replace a use case
///
/// Decides the new inputs with the current policy and the workspace's current prices and keeps both as the next
/// revision; fields that are left out are unknown from then on. Sending what is there already adds none. `If-Match` names the
/// revision that is replaced, so that nobody's work is overwritten unseen. Takes a token that writes, of an
/// editor at least.
#[utoipa::path(
    put,
    path = "/api/v1/use-cases/{id}",
    operation_id = "replaceUseCase",
    tag = "use cases",
    security(("api_token" = [])),
    params(
        ("id" = String, Path, description = "Id of the use case."),
        ("If-Match" = String, Header, description = "The `ETag` of the use case as it was read."),
        (
            "note" = Option<String>,
            Query,
            description = "What changed and why, for whoever reads its history; at most 1,000 characters."
        )
    ),
    request_body(content = UseCase, content_type = "application/json", description = "The use case."),
    responses(
        (
            status = 200,
            description = "It is stored.",
            body = SavedUseCase,
            content_type = "application/json",
            headers(("ETag" = String, description = "Its new revision."))
        ),
        (status = 400, description = "The body is not JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 404,
            description = "The workspace has no such use case.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 409,
            description = "The use case or its portfolio is archived.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 412,
            description = "Another revision is current by now; nothing was saved.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (status = 413, description = "The body is larger than 1 MiB.", body = Problem, content_type = PROBLEM_JSON),
        (status = 415, description = "The body is not declared as JSON.", body = Problem, content_type = PROBLEM_JSON),
        (
            status = 422,
            description = "Some fields cannot be used, which `errors` lists, or the note does not fit.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        (
            status = 428,
            description = "`If-Match` does not say which revision is replaced.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn replace(
    State(store): State<Store>,
    caller: ApiCaller,
    Id(id): Id<UseCaseId>,
    Parameters(saving): Parameters<Saving>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::Edit)?;
    // What another workspace has is not there at all, whatever is wrong with the request.
    store.use_case_label(scope, id).await?.ok_or(StoreError::NotFound)?;
    let expected = revision_tag::expected(&headers)?;
    let (use_case, decision) = decided(&store, Some(scope), &headers, &body).await?;
    let inputs = (&use_case, &decision, saving.note());
    let revision = revise(&store, scope, id, &expected, inputs).await?;
    Ok(saved(id, revision, decision).into_response())
}

/// Saves the next revision if the current one is among those expected, and returns its number.
async fn revise(
    store: &Store,
    scope: Scope,
    id: UseCaseId,
    expected: &[i32],
    (use_case, decision, note): (&UseCase, &Decision, &str),
) -> Result<i32, StoreError> {
    let first = expected.first().copied().unwrap_or_default();
    match store.revise_use_case(scope, id, first, use_case, decision, note).await {
        Err(StoreError::Conflict { current }) if expected.contains(&current) => {
            store.revise_use_case(scope, id, current, use_case, decision, note).await
        }
        saved => saved,
    }
}

fn saved(id: UseCaseId, revision: i32, decision: Decision) -> impl IntoResponse {
    let headers =
        [(header::ETAG, revision_tag::tag(revision)), (header::CACHE_CONTROL, "no-store".to_owned())];
    (headers, Json(SavedUseCase { id, revision, decision }))
}
