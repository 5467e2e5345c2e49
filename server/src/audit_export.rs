//! `GET /settings/audit/export`: a workspace's whole audit log as JSON lines, for its admins. It is written while
//! it is read, so its length costs no memory.

use app::access::Caller;
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::State,
    response::{IntoResponse, Response},
};
use domain::access::Action;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{StatusCode, header};
use store::{Scope, Store, StoreError};

pub(crate) async fn export(State(store): State<Store>, Extension(caller): Extension<Caller>) -> Response {
    let Some(who) = caller.signed_in else { return StatusCode::UNAUTHORIZED.into_response() };
    let allowed = who.workspace.as_ref().is_some_and(|workspace| workspace.role.may(Action::ReadAudit));
    let Some(scope) = who.scope().filter(|_| allowed) else { return StatusCode::FORBIDDEN.into_response() };
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"parsimony-audit.jsonl\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (headers, Body::from_stream(lines(store, scope))).into_response()
}

/// The log from its first entry, a page of lines at a time.
pub(crate) fn lines(
    store: Store,
    scope: Scope,
) -> impl futures_util::Stream<Item = Result<Bytes, StoreError>> {
    stream::try_unfold((store, 0), move |(store, after)| async move {
        let records = store.audit_after(scope, after).await?;
        let Some(last) = records.last().map(|record| record.seq) else { return Ok(None) };
        let mut page = Vec::new();
        for record in &records {
            serde_json::to_writer(&mut page, record)
                .map_err(|source| StoreError::Unreadable { what: "audit entry", source: source.into() })?;
            page.push(b'\n');
        }
        Ok(Some((Bytes::from(page), (store, last))))
    })
    .into_stream()
    .boxed()
}
