//! What rendering a page or running a server function says about the HTTP response around it.

use crate::AppError;
use http::header::{ACCEPT, HeaderName, HeaderValue};
use http::request::Parts;
use leptos::nonce::use_nonce;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;

/// Sets the status of the page being rendered.
pub fn set_status(status: http::StatusCode) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(status);
    }
}

/// Whether the request asks for a page rather than for data: a visit, or a form sent without JavaScript.
#[must_use]
pub fn wants_html() -> bool {
    use_context::<Parts>()
        .and_then(|parts| parts.headers.get(ACCEPT)?.to_str().ok().map(|accept| accept.contains("text/html")))
        .unwrap_or(false)
}

/// Gives a failed server function the status of its error when a script called it. A plain form keeps the
/// framework's redirect back to the page it came from, which another status would break.
pub fn with_status<T>(result: Result<T, AppError>) -> Result<T, AppError> {
    if let Err(error) = &result
        && !wants_html()
    {
        set_status(error.status());
    }
    result
}

/// The value of a cookie of the request.
#[must_use]
pub fn cookie(name: &str) -> Option<String> {
    let parts = use_context::<Parts>()?;
    let cookies = parts.headers.get(http::header::COOKIE)?.to_str().ok()?;
    cookies.split(';').find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// Allows only our own scripts, styles and fonts, and the inline scripts that carry this response's nonce.
/// Compiling WebAssembly needs a permission of its own.
pub fn set_content_security_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(HeaderName::from_static("content-security-policy"), value);
    }
}
