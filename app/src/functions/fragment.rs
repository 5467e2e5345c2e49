//! Parts of pages that the server renders and the page puts in place: reviews and their queue.

use crate::AppError;
use leptos::prelude::*;

/// A part of a page as HTML. `part` is the address of what it is about, `query` the part of the page's address
/// after `?`: a refused form leaves its text there.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::SignInNeeded`].
#[server(prefix = "/api", endpoint = "fragment")]
pub async fn fragment(part: String, #[server(default)] query: String) -> Result<String, AppError> {
    let html = match part.split_once('/') {
        Some(("use-cases", id)) => crate::review::discussion(id, &query).await,
        None if part == "reviews" => crate::review::queue(&query).await,
        _ => Err(AppError::NotFound),
    };
    crate::response::with_status(html)
}
