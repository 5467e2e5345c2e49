//! Measurements: attached by programs and by a page, listed, and taken over by a revision.

use app::access::SESSION_COOKIE;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    document::description,
    office::{Office, sketch},
    people::first_admin,
    schemas::Schemas,
    support::Site,
};

fn measured() -> Value {
    json!({
        "kind": "browser_model",
        "model": "SmolLM2-135M-Instruct Q4_1",
        "prompt_set": "ticket-triage-1",
        "backend": "gpu",
        "adapter": { "vendor": "apple", "architecture": "metal-3", "description": null },
        "browser": { "name": "Chrome", "version": 140 },
        "runs": 50,
        "first_token_ms": { "p50": 21.0, "p95": 30.5, "p99": 41.0 },
        "per_token_ms": null,
        "total_ms": { "p50": 60.0, "p95": 84.0, "p99": 97.5 }
    })
}

/// The same with this member changed; `null` leaves it out.
fn with(name: &str, value: Value) -> Value {
    let mut measured = measured();
    match value {
        Value::Null => measured.as_object_mut().unwrap().remove(name),
        value => measured.as_object_mut().unwrap().insert(name.to_owned(), value),
    };
    measured
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_measurement_is_attached_listed_and_described(pool: PgPool) {
    let site = Site::new(pool).await;
    let description = description(&site).await;
    let schemas = Schemas::of(&description);
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    let path = format!("{}/measurements", office.use_case_path());
    schemas.assert_valid(&json!({ "$ref": "#/components/schemas/Measurement" }), &measured());
    let attached = site.write(&office.token, (Method::POST, &path), &[], &measured()).await;
    assert_eq!(attached.status, StatusCode::CREATED, "{attached:?}");
    let attached = attached.json();
    schemas.assert_valid(&json!({ "$ref": "#/components/schemas/AttachedMeasurement" }), &attached);
    assert_eq!((&attached["measurement"], &attached["measured_by"]), (&measured(), &json!("Otto")));
    assert_eq!(attached["use_case_id"], office.use_case);
    assert_eq!(attached["inputs"]["slm_latency_ms"], 84.0);
    let listed = site.read(&office.token, &path).await.json();
    schemas.assert_valid(&json!({ "$ref": "#/components/schemas/Measurements" }), &listed);
    assert_eq!(listed, json!({ "measurements": [attached] }));

    // What a page of ours sends comes to the same desk, with the cookie as its key.
    let page = |method: &str, body: &Value| {
        Request::builder()
            .method(method)
            .uri(format!("/demo/use-cases/{}/measurements", office.use_case))
            .header("cookie", format!("{SESSION_COOKIE}={}", office.admin.cookie))
            .header("content-type", "application/json")
            .body(Body::from(body.to_string()))
            .unwrap()
    };
    let endpoint = json!({ "kind": "api", "backend": "api", "adapter": { "vendor": "" } });
    let mut sent = measured();
    sent.as_object_mut().unwrap().extend(endpoint.as_object().unwrap().clone());
    let by_page = site.send(page("POST", &sent)).await;
    assert_eq!(by_page.status, StatusCode::CREATED, "{by_page:?}");
    let by_page = by_page.json();
    assert!(by_page["inputs"].is_null() && by_page["measurement"]["adapter"].is_null(), "{by_page}");
    let listed = site.send(page("GET", &Value::Null)).await.json();
    assert_eq!(listed["measurements"].as_array().unwrap().len(), 2);
    assert_eq!(listed["measurements"][0], by_page, "newest first");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_a_revision_makes_a_measurement_count(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    let mut inputs = sketch();
    inputs["latency_target_ms"] = json!(90);
    office.replace(&office.token, "\"1\"", &inputs).await;
    let before = site.read(&office.token, &office.use_case_path()).await.json();
    let path = format!("{}/measurements", office.use_case_path());
    let attached = site.write(&office.token, (Method::POST, &path), &[], &measured()).await.json();
    let after = site.read(&office.token, &office.use_case_path()).await.json();
    assert_eq!(before, after, "attaching changes nothing");

    inputs.as_object_mut().unwrap().extend(attached["inputs"].as_object().unwrap().clone());
    let saved = office.replace(&office.token, "\"2\"", &inputs).await;
    assert_eq!(saved.status, StatusCode::OK, "{saved:?}");
    let saved = saved.json();
    let dimensions = saved["decision"]["dimensions"].as_array().unwrap();
    let latency = dimensions.iter().find(|row| row["dimension"] == "latency").unwrap();
    let day = &attached["created_at"].as_str().unwrap()[..10];
    let fact = format!(
        "p95 within 90 ms; a small model measured 84 ms p95 (SmolLM2-135M-Instruct Q4_1 on one device’s GPU \
         (apple metal-3), Chrome 140, 50 runs, {day})"
    );
    assert_eq!((&latency["fact"], &latency["side"]), (&json!(fact), &json!("slm")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn everything_that_is_wrong_with_a_measurement_is_named(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    let path = format!("{}/measurements", office.use_case_path());
    let rising = |p50: f64, p95: f64| json!({ "p50": p50, "p95": p95, "p99": 100.0 });
    for (sent, pointers) in [
        (with("kind", json!("guess")), vec!["/kind"]),
        (with("backend", json!("api")), vec!["/backend"]),
        (with("runs", json!(0)), vec!["/runs"]),
        (with("runs", json!(2.5)), vec!["/runs"]),
        (with("model", json!("")), vec!["/model"]),
        (with("model", json!(" \u{a0} ")), vec!["/model"]),
        (with("model", json!("a\nb")), vec!["/model"]),
        (with("model", json!("x".repeat(201))), vec!["/model"]),
        (with("prompt_set", Value::Null), vec!["/prompt_set"]),
        (with("browser", json!({ "name": "Chrome", "version": "140.0.1" })), vec!["/browser/version"]),
        (with("browser", json!("Chrome 140")), vec!["/browser"]),
        (with("adapter", json!({ "serial": "4711" })), vec!["/adapter/serial"]),
        (with("total_ms", rising(84.0, 60.0)), vec!["/total_ms"]),
        (with("total_ms", rising(-1.0, 60.0)), vec!["/total_ms/p50"]),
        (with("first_token_ms", json!({ "p50": 1 })), vec!["/first_token_ms/p95", "/first_token_ms/p99"]),
        (with("user", json!("Ada")), vec!["/user"]),
        (
            json!({}),
            vec![
                "/kind",
                "/model",
                "/prompt_set",
                "/backend",
                "/browser",
                "/runs",
                "/first_token_ms",
                "/total_ms",
            ],
        ),
    ] {
        let problem = site.write(&office.token, (Method::POST, &path), &[], &sent).await.problem(422);
        let errors = problem["errors"].as_array().unwrap();
        let found: Vec<&str> = errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        assert_eq!(found, pointers, "{sent}");
    }
    assert_eq!(site.read(&office.token, &path).await.json(), json!({ "measurements": [] }));
    site.store.archive_portfolio(office.admin.scope, office.portfolio).await.unwrap();
    site.write(&office.token, (Method::POST, &path), &[], &measured()).await.problem(409);
    let nowhere = "/api/v1/use-cases/0198a1b2-0000-7000-8000-000000000009/measurements";
    site.write(&office.token, (Method::POST, nowhere), &[], &measured()).await.problem(404);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_page_lists_the_use_cases_that_something_can_be_attached_to(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    let listed = async || -> Vec<Value> {
        let request = Request::get("/demo/use-cases")
            .header("cookie", format!("{SESSION_COOKIE}={}", office.admin.cookie))
            .body(Body::empty())
            .unwrap();
        let answer = site.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()["use_cases"].as_array().unwrap().clone()
    };
    let ours = |all: &[Value]| all.iter().find(|use_case| use_case["id"] == office.use_case).cloned();
    let portfolio = site.store.portfolio(office.admin.scope, office.portfolio).await.unwrap().unwrap();
    let found = ours(&listed().await).unwrap();
    assert_eq!(found["portfolio"], portfolio.name);
    assert!(found["name"].as_str().is_some_and(|name| !name.is_empty()), "{found}");

    // Nothing can be attached to what was put away.
    let id = office.use_case.parse().unwrap();
    site.store.archive_use_case(office.admin.scope, id).await.unwrap();
    assert_eq!(ours(&listed().await), None);
    site.store.restore_use_case(office.admin.scope, id).await.unwrap();
    assert!(ours(&listed().await).is_some());
    site.store.archive_portfolio(office.admin.scope, office.portfolio).await.unwrap();
    assert_eq!(ours(&listed().await), None);
}
