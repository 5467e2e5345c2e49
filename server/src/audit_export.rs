//! `GET /settings/audit/export`: a workspace's whole audit log for its admins, as the API writes it.

use app::access::Caller;
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::access::Action;
use http::{StatusCode, header};
use store::Store;

use crate::{
    api::{audit::log_after, media_type::JSON_LINES},
    problem::Problem,
};

pub(crate) async fn export(State(store): State<Store>, Extension(caller): Extension<Caller>) -> Response {
    let Some(who) = caller.signed_in else { return StatusCode::UNAUTHORIZED.into_response() };
    let allowed = who.workspace.as_ref().is_some_and(|workspace| workspace.role.may(Action::ReadAudit));
    let Some(scope) = who.scope().filter(|_| allowed) else { return StatusCode::FORBIDDEN.into_response() };
    let log = match log_after(store, scope, 0).await {
        Ok(log) => log,
        Err(error) => return Problem::from(error).into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE, JSON_LINES),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"parsimony-audit.jsonl\""),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (headers, log).into_response()
}
