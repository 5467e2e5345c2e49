//! The demo without a network: the script of its service worker, and the place of its worker's files.
//!
//! `offline/worker.js` says what is kept and why. It is served whether the site has a demo or not: a browser that
//! has it already and finds none removes it then.

use app::plain::demo::{OFFLINE_SCRIPT, PAGE, WORKER_FOLDER};
use axum::{Router, middleware::from_fn, response::IntoResponse, routing::get};
use http::{HeaderName, header};
use leptos::config::LeptosOptions;

use crate::assets;

const SCRIPT: &str = include_str!("offline/worker.js");

/// A service worker takes its policy from its own script. It fetches from this site, and nothing else.
const POLICY: &str = "default-src 'self'";

/// The script, and the bundle once more below the page.
pub(crate) fn routes(options: &LeptosOptions) -> Router {
    let files: Router = Router::new()
        .nest_service(WORKER_FOLDER, assets::bundle(options))
        .layer(from_fn(assets::confine_workers));
    Router::new().route(OFFLINE_SCRIPT, get(script)).merge(files)
}

async fn script() -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        // Asked for again with each visit, so that a faulty one does not live on.
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        // By itself a script reaches what is below its own folder, `/demo/`, and the page is not.
        (HeaderName::from_static("service-worker-allowed"), PAGE),
    ];
    (headers, SCRIPT)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::{Request, StatusCode};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn the_script_may_reach_the_page_above_it_and_is_asked_for_again() {
        let options = LeptosOptions::builder().output_name("parsimony").build();
        let request = Request::get(OFFLINE_SCRIPT).body(Body::empty()).unwrap();
        let response = routes(&options).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let headers = response.headers();
        assert_eq!(headers["service-worker-allowed"], "/demo");
        assert_eq!(headers["cache-control"], "no-cache");
        assert!(headers["content-type"].to_str().unwrap().starts_with("text/javascript"));
    }

    #[test]
    fn script_and_server_name_the_same_places() {
        assert!(SCRIPT.contains(&format!("const PAGE = '{PAGE}';")));
        let folder = WORKER_FOLDER.trim_start_matches('/').replace('/', r"\/");
        assert!(SCRIPT.contains(&folder), "{folder}");
    }
}
