//! Refuses changes that another site asks for in a visitor's name. A server on `localhost` needs
//! this as much as a public one: any page in the same browser can post to it.

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderName, Method, StatusCode};

use crate::refusal::{Asker, Refusal};

/// Set by all current browsers and by nothing a page can influence; programs leave it out.
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

const FOREIGN: Refusal = Refusal {
    status: StatusCode::FORBIDDEN,
    kind: "cross-site",
    title: "Another site sent this",
    detail: "Another web site tried to change something here, so nothing was done. \
             Open Parsimony itself to make the change.",
    retry_after: None,
};

pub(crate) async fn refuse(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let is_foreign = request.headers().get(FETCH_SITE).is_some_and(|site| site == "cross-site");
    if changes && is_foreign {
        return Asker::of(&request).refuse(&FOREIGN);
    }
    next.run(request).await
}
