//! What callers hear when the store refuses or fails.

use http::StatusCode;
use store::StoreError;

use super::revision_tag;
use crate::{middleware::database_gate, problem::Problem, readiness::NotReady};

impl From<StoreError> for Problem {
    /// Translates what the caller can do something about, and logs the rest: the store's words go to the log,
    /// ours to the caller.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => not_found(),
            StoreError::Archived => archived(),
            StoreError::Conflict { current } => revision_tag::changed(current),
            StoreError::Text { field, problem } => Self::of_kind(
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad-text",
                "A text cannot be stored",
                format!("The {field} {problem}. Nothing was changed."),
            ),
            error if error.is_unavailable() => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "The database went away while the API used it"
                );
                database_gate::refusal(NotReady::DatabaseAway).problem()
            }
            error => {
                tracing::error!(error = &error as &dyn std::error::Error, "The store failed under the API");
                internal()
            }
        }
    }
}

/// 404: also for what belongs to another workspace, which does not exist for this token.
pub(super) fn not_found() -> Problem {
    Problem::of_kind(
        StatusCode::NOT_FOUND,
        "not-found",
        "There is no such thing",
        "The workspace of this token has nothing of this id.",
    )
}

/// 409: what is put away must be restored before it changes.
pub(super) fn archived() -> Problem {
    Problem::of_kind(
        StatusCode::CONFLICT,
        "archived",
        "This is archived",
        "The use case or its portfolio is archived. Restore it first, then change it.",
    )
}

/// 500: a fault on our side whose details are in the log.
pub(super) fn internal() -> Problem {
    Problem::of_kind(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal-error",
        "Something went wrong on our side",
        "This is a fault in Parsimony, not in the request. If it happens again, please report it with the \
         instance.",
    )
}
