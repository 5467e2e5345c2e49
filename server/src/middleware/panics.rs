//! Turns a panic in a handler into an error page. The panic itself is logged where it happens.

use std::panic::AssertUnwindSafe;

use axum::{extract::Request, middleware::Next, response::Response};
use futures_util::FutureExt;
use http::StatusCode;

use crate::refusal::{Asker, Refusal};

const BROKEN: Refusal = Refusal {
    status: StatusCode::INTERNAL_SERVER_ERROR,
    kind: "internal-error",
    title: "Something went wrong on our side",
    detail: "This is a fault in Parsimony, not in what you did. If it happens again, please report it with \
             the reference below.",
    retry_after: None,
};

pub(crate) async fn catch(request: Request, next: Next) -> Response {
    let asker = Asker::of(&request);
    // Handlers share only what is safe to share between threads, and a panicked one is not resumed.
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(_) => asker.refuse(&BROKEN),
    }
}
