//! The evaluation of the adapter that is shipped, read once for all pages.

use crate::AppError;
use domain::evaluation::{Evaluation, banking77};
use std::sync::LazyLock;

static EVALUATION: LazyLock<Option<Evaluation>> = LazyLock::new(|| {
    banking77()
        .inspect_err(|error| {
            tracing::error!(
                error = error as &dyn std::error::Error,
                "the embedded evaluation cannot be read"
            );
        })
        .ok()
});

/// The evaluation.
///
/// # Errors
/// [`AppError::Internal`] when the embedded file cannot be read.
pub(crate) fn evaluation() -> Result<&'static Evaluation, AppError> {
    EVALUATION.as_ref().ok_or(AppError::Internal)
}

/// What it says about a classical model, for the option that is one; empty where nothing was measured.
pub(crate) fn of_classical_models() -> String {
    EVALUATION.as_ref().and_then(Evaluation::baseline).unwrap_or_default()
}
