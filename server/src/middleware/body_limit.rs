//! Refuses bodies that are too large, with a page instead of a broken connection.

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http::{Method, StatusCode};
use http_body_util::BodyExt;

use crate::refusal::{Asker, Refusal};

/// The largest body we read. A use case is a few kilobytes.
pub const BODY_LIMIT_BYTES: usize = 1024 * 1024;

/// How much of a refused body is still read. Browsers show an answer only once they have sent
/// their form; whoever sends more than this is cut off.
const DRAIN_LIMIT_BYTES: usize = 16 * 1024 * 1024;

const TOO_LARGE: Refusal = Refusal {
    status: StatusCode::PAYLOAD_TOO_LARGE,
    kind: "too-large",
    title: "That is too much at once",
    detail: "The request is larger than 1 MiB, which is the most this server reads. Nothing was changed.",
    retry_after: None,
};

const BROKEN: Refusal = Refusal {
    status: StatusCode::BAD_REQUEST,
    kind: "broken-body",
    title: "The request did not arrive whole",
    detail: "The connection broke while the request was being sent. Nothing was changed.",
    retry_after: None,
};

/// Reads the whole body before the handler runs. Handlers would each turn a late "too large" into
/// an error of their own, mostly a wrong one; and nothing here streams uploads.
pub(crate) async fn enforce(request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD) && request.body().is_end_stream() {
        return next.run(request).await;
    }
    let asker = Asker::of(&request);
    let (parts, mut body) = request.into_parts();
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut is_too_large = announced > BODY_LIMIT_BYTES;
    let mut read = 0;
    let mut kept: Vec<u8> = Vec::with_capacity(if is_too_large { 0 } else { announced });
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else { return asker.refuse(&BROKEN) };
        let Ok(data) = frame.into_data() else { continue };
        read += data.len();
        is_too_large |= read > BODY_LIMIT_BYTES;
        if !is_too_large {
            kept.extend_from_slice(&data);
        } else if read > DRAIN_LIMIT_BYTES {
            break;
        }
    }
    if is_too_large {
        return asker.refuse(&TOO_LARGE);
    }
    next.run(Request::from_parts(parts, Body::from(kept))).await
}
