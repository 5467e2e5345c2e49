//! The surroundings of every request, with handlers that misbehave.

use std::time::Duration;

use axum::{Router, body::Body, response::Response, routing};
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

use super::{body_limit::BODY_LIMIT_BYTES, security_headers::OverTls};
use crate::{problem::Problem, router::surround};

async fn boom() -> &'static str {
    panic!("as the test wants")
}

async fn length(body: axum::body::Bytes) -> String {
    body.len().to_string()
}

/// Generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

fn site(over_tls: bool, time_limit: Duration) -> Router {
    let routes = Router::new()
        .route("/", routing::get(|| async { "hello" }))
        .route("/s/{token}", routing::get(|| async { "shared" }))
        .route("/panic", routing::get(boom))
        .route("/slow", routing::get(std::future::pending::<()>))
        .route("/length", routing::post(length))
        .route("/api/v1/length", routing::post(length));
    surround(routes, OverTls(over_tls), time_limit)
}

async fn ask(request: http::request::Builder, body: impl Into<Body>) -> Response {
    let request = request.body(body.into()).unwrap();
    site(false, PATIENCE).oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test]
async fn every_answer_is_careful_and_carries_an_id() {
    let response = ask(Request::get("/"), Body::empty()).await;
    let headers = response.headers();
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert_eq!(headers[header::REFERRER_POLICY], "same-origin");
    assert_eq!(headers[header::X_FRAME_OPTIONS], "DENY");
    assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
    assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=()"));
    assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    assert!(uuid::Uuid::try_parse_ascii(headers["x-request-id"].as_bytes()).is_ok());

    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = site(true, PATIENCE).oneshot(request).await.unwrap();
    assert!(response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY));
}

#[tokio::test]
async fn an_id_from_a_proxy_is_kept_and_nonsense_is_not() {
    let id = "0190163d-8694-739b-aea5-966c26f8ad91";
    let response = ask(Request::get("/").header("x-request-id", id), Body::empty()).await;
    assert_eq!(response.headers()["x-request-id"], id);
    let response = ask(Request::get("/").header("x-request-id", "<script>"), Body::empty()).await;
    assert_ne!(response.headers()["x-request-id"], "<script>");
}

#[tokio::test]
async fn a_panic_becomes_a_page_with_a_reference() {
    let response = ask(Request::get("/panic").header("accept", "text/html"), Body::empty()).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let id = response.headers()["x-request-id"].to_str().unwrap().to_owned();
    let page = text(response).await;
    assert!(page.contains("Something went wrong on our side") && page.contains(&id), "{page}");
    assert!(!page.contains("as the test wants"), "{page}");
}

#[tokio::test]
async fn an_answer_that_never_begins_is_given_up() {
    let request = Request::get("/slow").body(Body::empty()).unwrap();
    let response = site(false, Duration::from_millis(20)).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
}

#[tokio::test]
async fn bodies_up_to_the_limit_arrive_whole_and_larger_ones_are_refused() {
    let response = ask(Request::post("/length"), vec![b'x'; BODY_LIMIT_BYTES]).await;
    assert_eq!(text(response).await, BODY_LIMIT_BYTES.to_string());

    let response =
        ask(Request::post("/length").header("accept", "text/html"), vec![b'x'; BODY_LIMIT_BYTES + 1]).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
    let page = text(response).await;
    assert!(page.contains("1 MiB") && page.contains("go back one page"), "{page}");

    let response = ask(Request::post("/api/v1/length"), vec![b'x'; BODY_LIMIT_BYTES + 1]).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], crate::problem::PROBLEM_JSON);
    let problem: Problem = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!((problem.status, problem.kind.as_str()), (413, "urn:parsimony:problem:too-large"));
}

#[tokio::test]
async fn a_body_of_unannounced_length_is_refused_too() {
    let chunks = (0..40).map(|_| Ok::<_, std::io::Error>(vec![b'x'; 64 * 1024]));
    let body = Body::from_stream(futures_util::stream::iter(chunks));
    let response = ask(Request::post("/length"), body).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn changes_asked_for_by_other_sites_are_refused_and_reading_is_not() {
    let foreign = |builder: http::request::Builder| builder.header("sec-fetch-site", "cross-site");
    let response = ask(foreign(Request::post("/length")), "x").await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let response = ask(foreign(Request::get("/s/token")), Body::empty()).await;
    assert_eq!(response.status(), StatusCode::OK);
    let response = ask(Request::post("/length").header("sec-fetch-site", "same-origin"), "x").await;
    assert_eq!(response.status(), StatusCode::OK);
}
