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
#[schema(example = json!({
    "type": "urn:parsimony:problem:invalid-input",
    "title": "Some fields cannot be used",
    "status": 422,
    "detail": "1 field cannot be used. Nothing was changed.",
    "errors": [{
        "pointer": "/requests_per_month",
        "field": "requests_per_month",
        "detail": "This is below zero",
        "allowed": "a number from 0 to 1,000,000,000,000"
    }]
}))]
pub struct Problem {
    /// Names the kind of problem; `about:blank` when the status says it all.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind of problem in a few words, always the same for one kind.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time and what to do about it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub detail: Option<String>,
    /// The request's id, to be quoted when asking for help.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instance: Option<String>,
    /// The fields that cannot be used, all at once.
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
    /// What is wrong, as a sentence without the field's name.
    pub detail: String,
    /// What would be accepted, such as `a number from 0 to 100 (%)`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub allowed: Option<String>,
}

impl Problem {
    /// A problem that its status describes.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Self {
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
    pub fn of_kind(status: StatusCode, name: &str, title: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:parsimony:problem:{name}"),
            title: title.to_owned(),
            ..Self::new(status, detail)
        }
    }

    /// 422: fields that were read but cannot be used.
    pub fn invalid_input(errors: Vec<FieldProblem>) -> Self {
        let count = errors.len();
        let detail = match count {
            1 => "1 field cannot be used. Nothing was changed.".to_owned(),
            _ => format!("{count} fields cannot be used. Nothing was changed."),
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
}

impl From<domain::field::FieldError> for FieldProblem {
    /// The pointer is right for bodies whose fields are flat, as a use case's are.
    fn from(error: domain::field::FieldError) -> Self {
        let field = error.field.name();
        Self {
            pointer: format!("/{field}"),
            field: field.to_owned(),
            detail: error.problem,
            allowed: Some(error.allowed),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry_after = self.retry_after;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
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
        let problem = Problem::invalid_input(vec![field("a"), field("b")]);
        assert_eq!(problem.status, 422);
        assert_eq!(problem.detail.as_deref(), Some("2 fields cannot be used. Nothing was changed."));
        let json = serde_json::to_value(&problem).unwrap();
        assert_eq!(json["errors"][1]["pointer"], "/b");
    }
}
