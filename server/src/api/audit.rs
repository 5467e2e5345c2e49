//! The audit log: exported as JSON lines, and verified against its hash chain.

use std::future::ready;

use axum::{
    Json,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    access::Action,
    audit::{Broken, Verified},
};
use futures_util::{StreamExt, stream};
use http::{StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::{AccountId, ApiTokenId, AuditRecord, Scope, SessionId, Store, StoreError, UseCaseId};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{caller::ApiCaller, media_type::JSON_LINES, path::Parameters};
use crate::{
    error::with_causes,
    problem::{PROBLEM_JSON, Problem},
};

/// One entry of the audit log. Its hash is over the entry itself and the hash of the one before, so that
/// anybody can recompute the chain from an export.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AuditEntry {
    /// 1 for the workspace's first entry, then one more each time.
    seq: i64,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    at: OffsetDateTime,
    /// Who did it; `null` for the product itself.
    #[schema(value_type = Option<String>, format = "uuid")]
    account_id: Option<AccountId>,
    /// That account's name today.
    account_name: Option<String>,
    /// The session it came through.
    #[schema(value_type = Option<String>, format = "uuid")]
    session_id: Option<SessionId>,
    /// The API token it came through.
    #[schema(value_type = Option<String>, format = "uuid")]
    api_token_id: Option<ApiTokenId>,
    /// What was done, as `subject.verb`.
    action: String,
    /// What it was done to.
    #[schema(value_type = Option<String>, format = "uuid")]
    subject_id: Option<Uuid>,
    /// The use case it concerns.
    #[schema(value_type = Option<String>, format = "uuid")]
    use_case_id: Option<UseCaseId>,
    /// What was there before, as far as it changed.
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// What is there now, as far as it changed.
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// Hash of the entry before, in hexadecimal.
    previous_hash: String,
    /// Hash of this entry, in hexadecimal.
    hash: String,
}

impl From<AuditRecord> for AuditEntry {
    fn from(record: AuditRecord) -> Self {
        Self {
            seq: record.seq,
            at: record.at,
            account_id: record.account_id,
            account_name: record.account_name,
            session_id: record.session_id,
            api_token_id: record.api_token_id,
            action: record.action,
            subject_id: record.subject_id,
            use_case_id: record.use_case_id,
            before: record.before,
            after: record.after,
            previous_hash: record.previous_hash,
            hash: record.hash,
        }
    }
}

/// An audit log that holds.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VerifiedAudit {
    /// Number of entries.
    entries: i64,
    /// Hash of the last one, in hexadecimal. Whoever wrote it down earlier can tell that nothing was cut off
    /// since.
    head: String,
}

impl From<Verified> for VerifiedAudit {
    fn from(verified: Verified) -> Self {
        Self { entries: verified.entries, head: verified.head_text() }
    }
}

/// Where an export begins.
#[derive(Debug, Deserialize)]
pub(super) struct Beginning {
    #[serde(default)]
    after: i64,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Export the audit log
///
/// Every entry of the workspace's log, oldest first, one JSON object a line. With `after`, those that came
/// later than the entry of this number, so that a program can fetch what is new. An answer that ends without
/// its end was cut off by a failure. Takes a token of an admin.
#[utoipa::path(
    get,
    path = "/api/v1/audit",
    operation_id = "exportAudit",
    tag = "audit",
    security(("api_token" = [])),
    params(("after" = Option<i64>, Query, description = "Number of the last entry that is known already.")),
    responses(
        (
            status = 200,
            description = "The entries, one a line.",
            body = AuditEntry,
            content_type = "application/x-ndjson"
        ),
        (
            status = 400,
            description = "A parameter cannot be read.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn export(
    State(store): State<Store>,
    caller: ApiCaller,
    Parameters(Beginning { after }): Parameters<Beginning>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ReadAudit)?;
    let headers = [(header::CONTENT_TYPE, JSON_LINES), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, log_after(store, scope, after).await?).into_response())
}

/// The log after an entry as JSON lines, written while it is read, so its length costs no memory. The first page
/// is read before anything is sent, so that a failure up to there can still be told.
///
/// # Errors
/// [`StoreError::Unavailable`] and the like.
pub(crate) async fn log_after(store: Store, scope: Scope, after: i64) -> Result<Body, StoreError> {
    let first = store.audit_after(scope, after).await?;
    let last = first.last().map_or(after, |record| record.seq);
    Ok(Body::from_stream(stream::once(ready(lines(first))).chain(pages_after(store, scope, last))))
}

/// The pages of the log after an entry, each read when the one before is on its way, to the end.
fn pages_after(
    store: Store,
    scope: Scope,
    last: i64,
) -> impl stream::Stream<Item = Result<Bytes, Failure>> + Send + 'static {
    stream::try_unfold((store, last), move |(store, last)| async move {
        let page = store.audit_after(scope, last).await.inspect_err(|error| {
            tracing::error!("An export of the audit log was cut off: {}", with_causes(error));
        })?;
        let Some(last) = page.last().map(|record| record.seq) else { return Ok(None) };
        Ok(Some((lines(page)?, (store, last))))
    })
}

/// One JSON object a line.
fn lines(page: Vec<AuditRecord>) -> Result<Bytes, Failure> {
    let mut text = Vec::new();
    for record in page {
        serde_json::to_writer(&mut text, &AuditEntry::from(record))?;
        text.push(b'\n');
    }
    Ok(text.into())
}

/// Verify the audit log
///
/// Recomputes the hash chain of the workspace's log from its first entry. Takes a token of an admin.
#[utoipa::path(
    get,
    path = "/api/v1/audit/verification",
    operation_id = "verifyAudit",
    tag = "audit",
    security(("api_token" = [])),
    responses(
        (status = 200, description = "It holds.", body = VerifiedAudit, content_type = "application/json"),
        (
            status = 409,
            description = "It was changed after it was written; `detail` names the first entry that is wrong.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
        ApiCaller,
    )
)]
pub(super) async fn verify(State(store): State<Store>, caller: ApiCaller) -> Result<Response, Problem> {
    let scope = caller.may(Action::ReadAudit)?;
    let verified = store.verify_audit(scope).await?.map_err(|broken| {
        tracing::error!("The audit log of workspace {} does not hold: {broken}", scope.workspace);
        does_not_hold(&broken)
    })?;
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    Ok((no_store, Json(VerifiedAudit::from(verified))).into_response())
}

pub(super) fn does_not_hold(broken: &Broken) -> Problem {
    Problem::of_kind(
        StatusCode::CONFLICT,
        "audit-broken",
        "The audit log does not hold",
        format!("The chain breaks: {broken}. Somebody changed the log in the database, past the product."),
    )
}
