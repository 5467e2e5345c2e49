//! The prices that decisions are made with.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::prices::PriceBook;
use http::{HeaderMap, StatusCode, header};
use store::Store;

use crate::problem::{PROBLEM_JSON, Problem};

/// Read the current price book
///
/// The prices that new decisions are made with, each row with its source and date. Send the `ETag` back as
/// `If-None-Match` to hear only about changes.
#[utoipa::path(
    get,
    path = "/api/v1/price-book",
    operation_id = "readPriceBook",
    tag = "prices",
    params(("If-None-Match" = Option<String>, Header, description = "The `ETag` of the price book you have.")),
    responses(
        (
            status = 200,
            description = "The price book.",
            body = PriceBook,
            content_type = "application/json",
            headers(("ETag" = String, description = "Changes whenever the price book does."))
        ),
        (status = 304, description = "The price book is still the one you have."),
        (
            status = 503,
            description = "The database cannot be reached; try again later.",
            body = Problem,
            content_type = PROBLEM_JSON
        ),
    )
)]
pub(super) async fn current(State(store): State<Store>, headers: HeaderMap) -> Result<Response, Problem> {
    let (_, book) = store.current_price_book().await?;
    // Weak, because the bytes differ with the compression.
    let tag = format!("W/\"{}\"", book.digest());
    let is_known = knows(&headers, &tag);
    let caching = [(header::ETAG, tag), (header::CACHE_CONTROL, "no-cache".to_owned())];
    Ok(match is_known {
        true => (StatusCode::NOT_MODIFIED, caching).into_response(),
        false => (caching, Json(&*book)).into_response(),
    })
}

/// Whether `If-None-Match` lists the tag. Strong and weak tags of one content count as equal there.
fn knows(headers: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|listed| listed.trim() == "*" || opaque(listed) == opaque(tag))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_listed_tag_is_known_weak_or_strong() {
        let tag = "W/\"abc\"";
        for (listed, is_known) in [
            ("W/\"abc\"", true),
            ("\"abc\"", true),
            ("\"x\", W/\"abc\"", true),
            ("*", true),
            ("", false),
            ("\"abcd\"", false),
            ("abc", false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static(listed))]);
            assert_eq!(knows(&headers, tag), is_known, "{listed}");
        }
        assert!(!knows(&HeaderMap::new(), tag));
    }
}
