//! What the page is told.

use super::js;
use slm_messages::{About, Report};

/// Tells the page.
pub(super) fn post(report: &Report) {
    // Reports have nothing in them that JSON could not say, and text can always be posted.
    let posted = serde_json::to_string(report).map(|text| js::scope().post_message(&text.into()));
    if !matches!(posted, Ok(Ok(()))) {
        js::warn("A report could not be posted.");
    }
}

/// Tells the page what did not work out.
pub(super) fn fail(about: About, sentence: &str) {
    post(&Report::Failed { about, sentence: sentence.to_owned() });
}
