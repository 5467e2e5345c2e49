//! The site while its database goes away and comes back.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod scratch;

use std::time::{Duration, Instant};

use app::state::AppState;
use axum::{Router, body::Body, response::Response};
use embedded_postgres::Cluster;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use scratch::Scratch;
use server::{problem::Problem, readiness::Readiness, router, router_with};
use store::Store;
use tower::ServiceExt;

fn state(store: Store) -> AppState {
    AppState {
        leptos_options: LeptosOptions::builder().output_name("parsimony").build(),
        store,
        public_url: "http://parsimony.test".into(),
        behind_proxy: false,
        organisation: None,
    }
}

async fn get(site: &Router, path: &str, accept: &str) -> Response {
    let request = Request::get(path).header("accept", accept).body(Body::empty()).unwrap();
    site.clone().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_say_so_while_the_database_is_away_and_work_again_by_themselves() {
    let scratch = Scratch::new("outage");
    let cluster = Cluster::start(scratch.cluster_config()).unwrap();
    cluster.ensure_database("parsimony").unwrap();
    let store = Store::connect(&cluster.url("parsimony")).unwrap();
    store.migrate().await.unwrap();
    store.seed().await.unwrap();
    let site = router(state(store));
    assert_eq!(get(&site, "/", "text/html").await.status(), StatusCode::OK);
    assert_eq!(get(&site, "/readyz", "*/*").await.status(), StatusCode::OK);

    cluster.stop().unwrap();
    wait_for(&site, StatusCode::SERVICE_UNAVAILABLE).await;
    let response = get(&site, "/evidence", "text/html").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    let page = text(response).await;
    assert!(page.contains("The database cannot be reached"), "{page}");
    assert!(page.contains("will work again by itself"), "{page}");
    let response = get(&site, "/readyz", "*/*").await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], server::problem::PROBLEM_JSON);
    let problem: Problem = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(problem.kind, "urn:parsimony:problem:database-unavailable");
    assert_eq!(get(&site, "/healthz", "*/*").await.status(), StatusCode::OK);

    cluster.ensure_running().unwrap();
    wait_for(&site, StatusCode::OK).await;
    assert_eq!(get(&site, "/evidence", "text/html").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_wait_for_the_migrations() {
    // Nobody listens there, and nobody is asked before the migrations are done.
    let store = Store::connect("postgres://nobody@127.0.0.1:1/none").unwrap();
    let site = router_with(state(store.clone()), Readiness::starting(store));
    let response = get(&site, "/", "text/html").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(text(response).await.contains("Parsimony is starting"));
    assert_eq!(get(&site, "/healthz", "*/*").await.status(), StatusCode::OK);
    assert_eq!(get(&site, "/readyz", "*/*").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

async fn wait_for(site: &Router, status: StatusCode) {
    let deadline = Instant::now() + scratch::PATIENCE;
    while get(site, "/readyz", "*/*").await.status() != status {
        assert!(Instant::now() < deadline, "waited in vain for {status}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
