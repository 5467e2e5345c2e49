//! Errors for programs: problem details as RFC 9457 describes them.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The media type of problem details.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// What went wrong, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem; `about:blank` when the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words, always the same for one kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time and what to do about it.
    // Boxed, like the next one, to keep a `Result` with a problem in it small.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<String>)]
    pub detail: Option<Box<str>>,
    /// The request's id, to be quoted when asking for help.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[schema(value_type = Option<String>)]
    pub instance: Option<Box<str>>,
    /// The fields that cannot be used, all at once; names that are no field at all are cut short.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldProblem>,
    /// Seconds after which to try again; also sent as the `Retry-After` header.
    #[serde(skip)]
    pub retry_after: Option<u32>,
}

/// One field that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldProblem {
    /// Where the field is in the body, as a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The field's name.
    pub field: String,
    /// What is wrong, as a phrase that goes with the field's name.
    pub detail: String,
    /// What would be accepted, such as `a number from 0 to 100 (%)`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowed: Option<String>,
}

impl Problem {
    /// A problem that its status describes.
    pub fn new(status: StatusCode, detail: impl Into<Box<str>>) -> Self {
        Self {
            kind: "about:blank".to_owned(),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: Some(detail.into()),
            instance: None,
            errors: Vec::new(),
            retry_after: None,
        }
    }

    /// A problem of a kind of its own; `name` in lower case with hyphens.
    pub fn of_kind(status: StatusCode, name: &str, title: &str, detail: impl Into<Box<str>>) -> Self {
        Self {
            kind: format!("urn:parsimony:problem:{name}"),
            title: title.to_owned(),
            ..Self::new(status, detail)
        }
    }

    /// 422: fields that were read but cannot be used, and how many more there are than are listed.
    pub fn invalid_input(errors: Vec<FieldProblem>, unlisted: usize) -> Self {
        let listed = errors.len();
        let detail = match (listed, unlisted) {
            (1, 0) => "1 field cannot be used. Nothing was changed.".to_owned(),
            (_, 0) => format!("{listed} fields cannot be used. Nothing was changed."),
            _ => format!(
                "{} fields cannot be used, {listed} of which are listed. Nothing was changed.",
                grouped(listed + unlisted)
            ),
        };
        Self {
            errors,
            ..Self::of_kind(
                StatusCode::UNPROCESSABLE_ENTITY,
                "invalid-input",
                "Some fields cannot be used",
                detail,
            )
        }
    }

    /// The same problem with a time after which to try again.
    #[must_use]
    pub fn retry_after(self, seconds: u32) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// The same problem with the id of the request it happened in.
    #[must_use]
    pub fn named(self, request_id: &str) -> Self {
        Self { instance: Some(format!("urn:uuid:{request_id}").into()), ..self }
    }
}

/// A count with its thousands separated.
#[expect(clippy::cast_precision_loss, reason = "counts of members in 1 MiB are far below 2^52")]
fn grouped(count: usize) -> String {
    domain::field::plain_number(count as f64)
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        // For whoever knows more about the request than the code that refused it.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_sent_with_its_own_media_type_and_without_empty_members() {
        let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "Try later.").retry_after(5);
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "about:blank",
                "title": "Service Unavailable",
                "status": 503,
                "detail": "Try later.",
            })
        );
        let response = problem.into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::CONTENT_TYPE], PROBLEM_JSON);
        assert_eq!(response.headers()[header::RETRY_AFTER], "5");
    }

    #[test]
    fn all_unusable_fields_are_named_at_once() {
        let field = |name: &str| FieldProblem {
            pointer: format!("/{name}"),
            field: name.to_owned(),
            detail: "This is not a number".to_owned(),
            allowed: Some("a number from 0 to 1".to_owned()),
        };
        let problem = Problem::invalid_input(vec![field("a"), field("b")], 0);
        assert_eq!(problem.status, 422);
        assert_eq!(problem.detail.as_deref(), Some("2 fields cannot be used. Nothing was changed."));
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["errors"][1]["pointer"], "/b");
    }
}
