//! `POST /api/v1/decisions`, when all is well.

use axum::body::Body;
use domain::{decision::Decision, preset::PRESETS};
use http::{Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::support::{Site, preset};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_answer_is_the_decision_of_the_engine_byte_for_byte(pool: PgPool) {
    let site = Site::new(pool).await;
    for preset in PRESETS {
        let use_case = preset_json(preset.id);
        let answer = site.decide(&use_case).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
        assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
        let expected = site.frozen(crate::support::preset(preset.id)).await.decision;
        assert_eq!(answer.body, serde_json::to_vec(&expected).unwrap(), "{}", preset.id);
    }
}

fn preset_json(id: &str) -> Value {
    serde_json::to_value(preset(id)).unwrap()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_worked_example_of_the_article_costs_what_it_must(pool: PgPool) {
    let decision = Site::new(pool).await.decide(&preset_json("article-classification")).await.json();
    let total = |option: &str| {
        let options = decision["options"].as_array().unwrap();
        options.iter().find(|result| result["option"] == option).unwrap()["cost"]["total"]["likely"].clone()
    };
    assert_eq!(total("frontier_api"), 522_000.0);
    assert_eq!(total("self_hosted_slm"), 76_100.0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn unknown_is_an_answer_and_the_decision_names_it(pool: PgPool) {
    let site = Site::new(pool).await;
    let answer = site.decide(&json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let decision: Decision = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(answer.json()["outcome"]["kind"], "missing_evidence");
    assert!(decision.options.iter().all(|result| result.cost.is_none() && !result.missing.is_empty()));
    assert_eq!(site.decide(&json!({ "name": null, "batch": null })).await.json(), answer.json());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn small_numbers_ranges_and_words_change_what_they_should(pool: PgPool) {
    let site = Site::new(pool).await;
    let mut use_case = preset_json("article-classification");
    use_case["price_per_label"] = json!(0.1);
    use_case["share_handled"] = json!(12.345_678_9);
    use_case["latency_target_ms"] = json!("none");
    use_case["requests_per_month"] = json!({ "low": 9e6, "likely": 10_000_000, "high": 11_000_000.0 });
    let answer = site.decide(&use_case).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let total = answer.json()["options"][0]["cost"]["total"].clone();
    assert_eq!(total, json!({ "low": 469_800.0, "likely": 522_000.0, "high": 574_200.0 }));
    let latency = &answer.json()["dimensions"][3];
    assert_eq!((&latency["dimension"], &latency["fact"]), (&json!("latency"), &json!("no target")));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn other_spellings_of_the_media_type_are_read(pool: PgPool) {
    let site = Site::new(pool).await;
    for content_type in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/problem+json"] {
        let request = Request::post("/api/v1/decisions").header("content-type", content_type);
        let answer = site.send(request.body(Body::from("\u{feff}{}")).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{content_type}");
    }
}
