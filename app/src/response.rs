//! What rendering a page or running a server function says about the HTTP response around it.

use crate::AppError;
use http::HeaderMap;
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

/// Whether a page is being rendered, rather than a server function run.
#[must_use]
pub fn is_page(parts: &Parts) -> bool {
    parts.method == http::Method::GET && !parts.uri.path().starts_with("/api/")
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
    cookie_of(&use_context::<Parts>()?.headers, name)
}

/// The value of a cookie among the headers of a request.
#[must_use]
pub fn cookie_of(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers.get_all(http::header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs.flat_map(|value| value.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then(|| value.to_owned())
    })
}

/// Sets a cookie that scripts cannot read and other sites cannot send along with a change. Over TLS it is bound
/// to this host and never sent in the clear.
///
/// # Errors
/// [`AppError::Internal`] outside a request.
pub fn set_cookie(name: &str, value: &str, seconds: u32) -> Result<(), AppError> {
    append_cookie(&cookie_text(name, value, seconds, crate::state::app_state()?.is_over_tls()))
}

/// Sets a cookie whose text is made already.
///
/// # Errors
/// [`AppError::Internal`] outside a request.
pub fn append_cookie(cookie: &str) -> Result<(), AppError> {
    let response = use_context::<ResponseOptions>().ok_or(AppError::Internal)?;
    response.append_header(
        http::header::SET_COOKIE,
        HeaderValue::from_str(cookie).map_err(|_| AppError::Internal)?,
    );
    Ok(())
}

/// The text of such a cookie; `secure` over TLS.
#[must_use]
pub fn cookie_text(name: &str, value: &str, seconds: u32, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

/// Takes a cookie back.
///
/// # Errors
/// As [`set_cookie`].
pub fn clear_cookie(name: &str) -> Result<(), AppError> {
    set_cookie(name, "", 0)
}

/// Leaves a secret for the next page, which shows it once. It travels in a cookie that scripts cannot read, and
/// not in an address, which histories and logs keep.
///
/// # Errors
/// As [`set_cookie`].
pub fn show_once(name: &str, secret: &str) -> Result<(), AppError> {
    set_cookie(name, secret, 60)
}

/// The secret that [`show_once`] left, which is gone afterwards.
#[must_use]
pub fn shown_once(name: &str) -> Option<String> {
    let secret = cookie(name)?;
    clear_cookie(name).ok()?;
    Some(secret)
}

/// Allows only our own scripts, styles and fonts, and the inline scripts that carry this response's nonce.
/// Compiling WebAssembly needs a permission of its own, and so do workers, which only the demo has.
pub fn set_content_security_policy() {
    let (Some(response), Some(nonce)) = (use_context::<ResponseOptions>(), use_nonce()) else { return };
    let has_worker = use_context::<Parts>().is_some_and(|parts| parts.uri.path() == "/demo");
    let workers = if has_worker { "'self'" } else { "'none'" };
    let policy = format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src {workers}; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(value) = HeaderValue::from_str(&policy) {
        response.insert_header(HeaderName::from_static("content-security-policy"), value);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(http::header::COOKIE, "theme=dark; parsimony_session=abc".parse().unwrap());
        assert_eq!(cookie_of(&headers, "parsimony_session").as_deref(), Some("abc"));
        assert_eq!(cookie_of(&headers, "session"), None);
    }
}
