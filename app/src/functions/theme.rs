//! Remembers the choice of colours for visitors without JavaScript.

use crate::AppError;
use leptos::prelude::*;

/// Stores the choice in a cookie; a plain form then returns to the page it came from.
#[server(prefix = "/api", endpoint = "theme")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    use crate::theme::{COOKIE, COOKIE_MAX_AGE_SECONDS, Theme};
    let theme = Theme::from_code(&theme);
    let cookie = format!("{COOKIE}={}; Path=/; Max-Age={COOKIE_MAX_AGE_SECONDS}; SameSite=Lax", theme.code());
    if let (Some(response), Ok(value)) =
        (use_context::<leptos_axum::ResponseOptions>(), http::HeaderValue::from_str(&cookie))
    {
        response.append_header(http::header::SET_COOKIE, value);
    }
    Ok(())
}
