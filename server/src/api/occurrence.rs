//! Gives each problem the id of its request, so that a caller can quote it and the log can be searched.

use axum::{
    extract::Request,
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{middleware::request_id::RequestId, problem::Problem};

/// Sets `instance` on problems that do not have one yet. Other headers, such as `Allow`, stay.
pub(crate) async fn name(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let mut response = next.run(request).await;
    match (id, response.extensions_mut().remove::<Problem>()) {
        (Some(RequestId(id)), Some(problem)) if problem.instance.is_none() => {
            let mut named = problem.named(&id).into_response();
            for (name, value) in response.headers() {
                if !named.headers().contains_key(name) && name != http::header::CONTENT_LENGTH {
                    named.headers_mut().insert(name, value.clone());
                }
            }
            named
        }
        _ => response,
    }
}
