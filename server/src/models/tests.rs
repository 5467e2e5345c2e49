//! The model file of the tests, which `cargo xtask test` fetches, through the surroundings of every request.

use std::{fs, path::PathBuf, time::Duration};

use axum::body::Body;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::{middleware::security_headers::OverTls, router::surround};

const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
const BYTES: usize = 98_362_432;

/// The model: named by the caller, or in the cache.
fn model() -> PathBuf {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = || variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
    variable("PARSIMONY_MODEL")
        .or_else(|| Some(cache()?.join("parsimony/SmolLM2-135M-Instruct.Q4_1.gguf")))
        .filter(|file| file.is_file())
        .expect("the model is missing: `cargo xtask test` fetches it")
}

fn site(models: Models) -> Router {
    surround(routes(models), OverTls(false), Duration::from_secs(120))
}

struct Site(Router);

impl Site {
    fn with_model() -> Self {
        Self(site(Models::open(Some(model()))))
    }

    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.0.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn file(&self, headers: &[(&str, &str)]) -> Response<Body> {
        // What every browser says.
        let headers = [headers, &[("accept-encoding", "gzip, deflate, br")]].concat();
        self.ask(Method::GET, &address(), &headers).await
    }
}

fn address() -> String {
    format!("/models/{SHA256}.gguf")
}

fn tag() -> String {
    format!("\"{SHA256}\"")
}

fn header_of(response: &Response<Body>, name: impl header::AsHeaderName) -> &str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

async fn bytes(response: Response<Body>) -> Vec<u8> {
    response.into_body().collect().await.unwrap().to_bytes().to_vec()
}

async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_slice(&bytes(response).await).unwrap()
}

/// What every answer about the file says, with content and without.
fn assert_lasting(response: &Response<Body>) {
    assert_eq!(header_of(response, header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    assert_eq!(header_of(response, header::ETAG), tag());
    assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
}

#[tokio::test]
async fn the_list_says_what_is_there_and_where() {
    let response = Site::with_model().ask(Method::GET, "/models", &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    let expected = json!({ "models": [{
        "name": "SmolLM2-135M-Instruct Q4_1",
        "bytes": BYTES,
        "sha256": SHA256,
        "url": address(),
        "licence": "Apache-2.0",
    }] });
    assert_eq!(json_of(response).await, expected);
}

#[tokio::test]
async fn the_whole_file_comes_as_it_is() {
    let response = Site::with_model().file(&[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_lasting(&response);
    assert_eq!(header_of(&response, header::CONTENT_LENGTH), BYTES.to_string());
    assert_eq!(header_of(&response, header::ACCEPT_RANGES), "bytes");
    assert_eq!(header_of(&response, header::CONTENT_TYPE), "application/octet-stream");
    assert!(bytes(response).await == fs::read(model()).unwrap());
}

#[tokio::test]
async fn asking_for_the_head_tells_the_length_and_sends_nothing() {
    let response = Site::with_model().ask(Method::HEAD, &address(), &[]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_lasting(&response);
    assert_eq!(header_of(&response, header::CONTENT_LENGTH), BYTES.to_string());
    assert!(bytes(response).await.is_empty());
}

#[tokio::test]
async fn a_range_is_that_part_of_the_file() {
    let (site, whole) = (Site::with_model(), fs::read(model()).unwrap());
    for (range, from, to) in [
        ("bytes=0-3", 0, 4),
        ("bytes=98000000-", 98_000_000, BYTES),
        ("bytes=-5", BYTES - 5, BYTES),
        ("bytes=98362431-98362431", BYTES - 1, BYTES),
    ] {
        let response = site.file(&[("range", range)]).await;
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_lasting(&response);
        assert_eq!(header_of(&response, header::CONTENT_LENGTH), (to - from).to_string());
        let content_range = format!("bytes {from}-{}/{BYTES}", to - 1);
        assert_eq!(header_of(&response, header::CONTENT_RANGE), content_range);
        assert!(bytes(response).await == whole[from..to], "{range}");
    }
}

#[tokio::test]
async fn a_range_beyond_the_end_is_refused_with_the_length() {
    let response = Site::with_model().file(&[("range", "bytes=98362432-")]).await;
    assert_eq!(response.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(header_of(&response, header::CONTENT_RANGE), format!("bytes */{BYTES}"));
}

#[tokio::test]
async fn several_ranges_at_once_get_the_whole_file() {
    let response = Site::with_model().file(&[("range", "bytes=0-3,8-11")]).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header_of(&response, header::CONTENT_LENGTH), BYTES.to_string());
}

#[tokio::test]
async fn a_download_goes_on_only_if_it_is_of_the_same_file() {
    let site = Site::with_model();
    let weak = format!("W/{}", tag());
    for (condition, status) in [
        (tag().as_str(), StatusCode::PARTIAL_CONTENT),
        ("\"another\"", StatusCode::OK),
        // Weak tags promise too little for joining two halves; dates are no better.
        (weak.as_str(), StatusCode::OK),
        ("Sat, 28 Nov 2026 07:00:00 GMT", StatusCode::OK),
        ("nonsense", StatusCode::OK),
    ] {
        let response = site.file(&[("range", "bytes=4-"), ("if-range", condition)]).await;
        assert_eq!(response.status(), status, "{condition}");
        assert_lasting(&response);
    }
}

#[tokio::test]
async fn whoever_has_the_file_is_not_sent_it_again() {
    let site = Site::with_model();
    let list = format!("\"another\", {}", tag());
    for condition in [tag().as_str(), "*", list.as_str(), format!("W/{}", tag()).as_str()] {
        let response = site.file(&[("if-none-match", condition)]).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{condition}");
        assert_lasting(&response);
        assert!(bytes(response).await.is_empty());
    }
    let other = [("if-none-match", "\"another\""), ("if-modified-since", "Sat, 28 Nov 2099 07:00:00 GMT")];
    assert_eq!(site.file(&other).await.status(), StatusCode::OK, "the tag counts, not the time");
    let response = site.file(&[("if-match", "\"another\"")]).await;
    assert_eq!(response.status(), StatusCode::PRECONDITION_FAILED);
}

#[tokio::test]
async fn without_a_model_the_list_is_empty_and_a_file_is_a_problem() {
    let no_model = tempfile("no-model", b"not a model");
    let missing = no_model.with_extension("missing");
    for path in [None, Some(no_model.clone()), Some(missing), Some(std::env::temp_dir())] {
        let site = Site(site(Models::open(path)));
        assert_eq!(json_of(site.ask(Method::GET, "/models", &[]).await).await, json!({ "models": [] }));
        let response = site.ask(Method::GET, &address(), &[]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        let problem = json_of(response).await;
        assert_eq!(problem["type"], "urn:parsimony:problem:no-such-model");
        assert!(problem["detail"].as_str().unwrap().contains("PARSIMONY_MODEL"), "{problem}");
    }
    fs::remove_file(no_model).unwrap();
}

#[tokio::test]
async fn another_model_is_offered_under_its_own_hash_and_no_other_path_is() {
    let file = tempfile("tiny", b"GGUF and the rest");
    let site = Site(site(Models::open(Some(file.clone()))));
    let listed = json_of(site.ask(Method::GET, "/models", &[]).await).await;
    let entry = &listed["models"][0];
    assert_eq!((&entry["bytes"], &entry["licence"]), (&json!(17), &Value::Null));
    let url = entry["url"].as_str().unwrap();
    assert_eq!(bytes(site.ask(Method::GET, url, &[]).await).await, b"GGUF and the rest");
    for path in [address().as_str(), "/models/..%2f..%2fetc%2fpasswd", "/models/tiny.gguf"] {
        assert_eq!(site.ask(Method::GET, path, &[]).await.status(), StatusCode::NOT_FOUND, "{path}");
    }
    // A file that goes away while the server runs is a problem too, and not an empty answer.
    fs::remove_file(file).unwrap();
    assert_eq!(site.ask(Method::GET, url, &[]).await.status(), StatusCode::NOT_FOUND);
}

/// A file of this test run.
fn tempfile(name: &str, content: &[u8]) -> PathBuf {
    let file = std::env::temp_dir().join(format!("parsimony-{name}.{}.gguf", std::process::id()));
    fs::write(&file, content).unwrap();
    file
}
