//! Lets requests through to pages and APIs only while the database answers.

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::StatusCode;

use crate::{
    readiness::{NotReady, Readiness},
    refusal::{Asker, Refusal},
};

/// Soon enough for a person who waits, rarely enough for a database that is recovering.
const RETRY_SECONDS: u32 = 5;

const AWAY: Refusal = Refusal {
    status: StatusCode::SERVICE_UNAVAILABLE,
    kind: "database-unavailable",
    title: "The database cannot be reached",
    detail: "Parsimony is running, but its database does not answer at the moment. Everything that was saved \
             is safe. This will work again by itself as soon as the database is back.",
    retry_after: Some(RETRY_SECONDS),
};

const STARTING: Refusal = Refusal {
    status: StatusCode::SERVICE_UNAVAILABLE,
    kind: "starting",
    title: "Parsimony is starting",
    detail: "The database is being prepared and cannot be reached yet. This will work by itself in a moment.",
    retry_after: Some(RETRY_SECONDS),
};

pub(crate) async fn pass(State(readiness): State<Readiness>, request: Request, next: Next) -> Response {
    match readiness.check().await {
        Ok(()) => next.run(request).await,
        Err(why) => Asker::of(&request).refuse(refusal(why)),
    }
}

/// The words for visitors.
pub(crate) fn refusal(why: NotReady) -> &'static Refusal {
    match why {
        NotReady::Starting => &STARTING,
        NotReady::DatabaseAway => &AWAY,
    }
}
