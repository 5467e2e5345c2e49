//! What callers hear when the store fails.

use http::StatusCode;
use store::StoreError;

use crate::{middleware::database_gate, problem::Problem, readiness::NotReady};

impl From<StoreError> for Problem {
    /// Translates and logs: the store's words go to the log, ours to the caller.
    fn from(error: StoreError) -> Self {
        if error.is_unavailable() {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "The database went away while the API used it"
            );
            return database_gate::refusal(NotReady::DatabaseAway).problem();
        }
        tracing::error!(error = &error as &dyn std::error::Error, "The store failed under the API");
        internal()
    }
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
