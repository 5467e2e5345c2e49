//! What the API says when it is not the right address, method or moment.

use axum::body::Body;
use http::{Method, Request, StatusCode, header};
use serde_json::json;
use sqlx::PgPool;

use crate::support::Site;

#[tokio::test]
async fn unknown_addresses_are_problems_not_pages() {
    let site = Site::without_database();
    for path in [
        "/api/v1",
        "/api/v1/",
        "/api/v1/decision",
        "/api/v1/decisions/",
        "/api/v1/scenarios",
        "/api/v1/scenarios/",
        "/api/v1/scenarios/x/y",
        "/api/v1/openapi.yaml",
        "/api/v1/%FF",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let request = Request::builder().method(method).uri(path).header("accept", "text/html");
            let answer = site.send(request.body(Body::empty()).unwrap()).await;
            assert_eq!(answer.problem(404)["type"], "urn:parsimony:problem:no-such-address", "{path}");
        }
    }
}

#[tokio::test]
async fn other_methods_are_refused_with_those_that_work() {
    let site = Site::without_database();
    for (method, path, allowed) in [
        (Method::GET, "/api/v1/decisions", "POST"),
        (Method::PUT, "/api/v1/decisions", "POST"),
        (Method::OPTIONS, "/api/v1/decisions", "POST"),
        (Method::POST, "/api/v1/price-book", "GET,HEAD"),
        (Method::DELETE, "/api/v1/scenarios/x", "GET,HEAD"),
        (Method::POST, "/api/v1/openapi.json", "GET,HEAD"),
        (Method::DELETE, "/api/v1/use-cases/x", "GET,HEAD,PUT"),
        (Method::PUT, "/api/v1/portfolios/x/use-cases", "GET,HEAD,POST"),
        (Method::POST, "/api/v1/audit", "GET,HEAD"),
    ] {
        let request = Request::builder().method(&method).uri(path);
        let answer = site.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            answer.problem(405)["type"],
            "urn:parsimony:problem:method-not-allowed",
            "{method} {path}"
        );
        assert_eq!(answer.header(header::ALLOW), allowed, "{method} {path}");
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_body_that_is_not_declared_as_json_is_refused(pool: PgPool) {
    let site = Site::new(pool).await;
    for content_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
    {
        let request = Request::post("/api/v1/decisions").header("content-type", content_type);
        let problem = site.send(request.body(Body::from("{}")).unwrap()).await.problem(415);
        assert!(problem["detail"].as_str().unwrap().contains("application/json"), "{content_type}");
    }
    let request = Request::post("/api/v1/decisions").body(Body::from("{}")).unwrap();
    site.send(request).await.problem(415);
}

#[tokio::test]
async fn everything_stored_waits_for_the_database_and_says_when_to_try_again() {
    let site = Site::without_database();
    for path in ["/api/v1/price-book", "/api/v1/scenarios/x", "/api/v1/portfolios", "/api/v1/audit"] {
        let answer = site.get(path).await;
        assert_eq!(answer.problem(503)["type"], "urn:parsimony:problem:database-unavailable");
        assert_eq!(answer.header(header::RETRY_AFTER), "5");
    }
    site.decide(&json!({})).await.problem(503);
    assert_eq!(site.get("/api/v1/openapi.json").await.status, StatusCode::OK);
    assert_eq!(site.get("/healthz").await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_database_that_goes_away_in_between_is_no_fault_of_the_caller(pool: PgPool) {
    let site = Site::new(pool).await;
    assert_eq!(site.get("/api/v1/price-book").await.status, StatusCode::OK);
    // The gate has just seen it answer, so the store is the first to find out.
    site.store.close().await;
    let token = format!("parsimony_{}", "A".repeat(43));
    for path in ["/api/v1/price-book", &format!("/api/v1/scenarios/{}", "A".repeat(43)), "/api/v1/portfolios"]
    {
        let answer = site.read(&token, path).await;
        assert_eq!(answer.problem(503)["type"], "urn:parsimony:problem:database-unavailable");
        assert_eq!(answer.header(header::RETRY_AFTER), "5");
    }
}
