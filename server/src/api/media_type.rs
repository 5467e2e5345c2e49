//! What the API sends and takes.

/// The media type of bodies that are not problems.
pub(super) const JSON: &str = "application/json";

/// The media type of one JSON value a line.
pub(crate) const JSON_LINES: &str = "application/x-ndjson";

/// Whether a content type says that the body is JSON, such as `application/json; charset=utf-8`.
pub(super) fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence == JSON || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_recognised_in_all_its_spellings_and_nothing_else_is() {
        for yes in ["application/json", "Application/JSON; charset=utf-8", "application/vnd.use-case+json"] {
            assert!(is_json(yes), "{yes}");
        }
        for no in ["", "text/plain", "text/json", "application/jsonl", "json", "multipart/form-data"] {
            assert!(!is_json(no), "{no}");
        }
    }
}
