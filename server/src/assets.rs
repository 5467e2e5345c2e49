//! Static files: the browser bundle under `/pkg` and the few files at the root of the site.

use std::path::Path;

use axum::{extract::Request, middleware::Next, response::Response};
use http::{HeaderValue, StatusCode, header};
use leptos::config::LeptosOptions;
use tower_http::services::{ServeDir, ServeFile};

/// A name with a hash in it never changes its content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Names without a hash are asked for again each time and answered with 304 when unchanged.
const ASK_AGAIN: &str = "no-cache";

/// Icons and such: an hour old is fine.
const AN_HOUR: &str = "public, max-age=3600";

/// Pages show what is stored, and may be private.
const PAGE: &str = "private, no-cache";

/// Shortest middle part of a file name that is taken for a hash.
const SHORTEST_HASH: usize = 8;

/// The files of the browser bundle, with their `.br` and `.gz` siblings where the build made them.
pub(crate) fn bundle(options: &LeptosOptions) -> ServeDir {
    ServeDir::new(Path::new(&*options.site_root).join(&*options.site_pkg_dir))
        .append_index_html_on_directories(false)
        .precompressed_br()
        .precompressed_gzip()
}

/// The typefaces. They have a place of their own so that asking for one looks nobody up.
pub(crate) fn fonts(options: &LeptosOptions) -> ServeDir {
    ServeDir::new(Path::new(&*options.site_root).join("fonts")).append_index_html_on_directories(false)
}

/// Browsers ask for `/favicon.ico` whatever the page says; the drawn icon serves when there is no
/// other.
pub(crate) fn favicon(options: &LeptosOptions) -> ServeFile {
    let root = Path::new(&*options.site_root);
    let icon = root.join("favicon.ico");
    ServeFile::new(if icon.is_file() { icon } else { root.join("favicon.svg") })
}

/// What the demo's worker may do: run our own code, and fetch from this site. A worker takes its policy from its own
/// script, not from the page; for scripts that are none it changes nothing.
const WORKER_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

/// Confines scripts of the bundle that run as workers.
pub(crate) async fn confine_workers(request: Request, next: Next) -> Response {
    let is_script = request.uri().path().ends_with(".js");
    let mut response = next.run(request).await;
    if is_script {
        let policy = HeaderValue::from_static(WORKER_POLICY);
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Says how long answers may be kept, where the handler did not.
pub(crate) async fn cache_headers(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let is_file = response.headers().contains_key(header::LAST_MODIFIED);
    let is_good = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let value = if is_file && is_good { lifetime(&path) } else { PAGE };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(value));
    response
}

fn lifetime(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default();
    if has_hash(name) {
        FOREVER
    } else if path.starts_with("/pkg/") {
        ASK_AGAIN
    } else {
        AN_HOUR
    }
}

/// Recognises `parsimony.Zk3vQ0xWmT1b2c.js`: something, a hash, an extension.
fn has_hash(name: &str) -> bool {
    let mut parts = name.rsplit('.');
    let _extension = parts.next();
    let hash = parts.next().unwrap_or_default();
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    parts.next().is_some() && hash.len() >= SHORTEST_HASH && hash.bytes().all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_with_a_hash_are_kept_for_long() {
        assert_eq!(lifetime("/pkg/parsimony.Zk3vQ0xWmT1b2c4d5e6f7g.js"), FOREVER);
        assert_eq!(lifetime("/pkg/banking77.0123456789abcdef.safetensors"), FOREVER);
        assert_eq!(lifetime("/fonts/inter.0123456789abcdef.woff2"), FOREVER);
        assert_eq!(lifetime("/pkg/parsimony.js"), ASK_AGAIN);
        assert_eq!(lifetime("/pkg/parsimony.min.js"), ASK_AGAIN);
        assert_eq!(lifetime("/favicon.svg"), AN_HOUR);
    }
}
