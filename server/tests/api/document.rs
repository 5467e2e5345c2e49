//! The description of the API against the API: its routes, its schemas and each of its examples.

use std::collections::BTreeSet;

use axum::body::Body;
use domain::preset::PRESETS;
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    schemas::Schemas,
    support::{Answer, Site, preset},
};

/// The description as it is served.
pub async fn description(site: &Site) -> Value {
    let answer = site.get("/api/v1/openapi.json").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/json");
    answer.json()
}

fn operations(description: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    description["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
        item.as_object()
            .unwrap()
            .iter()
            .map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

#[tokio::test]
async fn the_document_says_who_it_is_and_where_even_without_a_database() {
    let description = description(&Site::without_database()).await;
    assert!(description["openapi"].as_str().unwrap().starts_with("3.1"));
    assert_eq!(description["info"]["title"], "Parsimony");
    assert_eq!(description["info"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(description["servers"][0]["url"], "/");
    let tags: Vec<&str> =
        description["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    assert!(!description.to_string().contains("[`"), "a link of the source code");
    let mut ids = BTreeSet::new();
    for (path, method, operation) in operations(&description) {
        for member in ["summary", "description"] {
            assert!(!operation[member].as_str().unwrap_or_default().is_empty(), "{method} {path}: {member}");
        }
        assert!(tags.contains(&operation["tags"][0].as_str().unwrap()), "{method} {path}");
        assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
    }
}

#[tokio::test]
async fn the_document_has_every_route_that_exists_and_no_other() {
    let site = Site::without_database();
    let description = description(&site).await;
    let described: BTreeSet<&str> =
        description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    // The router has no list of its routes but prints them.
    let printed = format!("{:?}", site.router);
    let existing: BTreeSet<&str> = printed
        .split('"')
        .filter(|text| text.starts_with("/api/v1/") || matches!(*text, "/healthz" | "/readyz"))
        .filter(|path| !matches!(*path, "/api/v1/" | "/api/v1/{*rest}"))
        .collect();
    assert_eq!(described, existing);
    for (path, method, _) in operations(&description) {
        let method = Method::from_bytes(method.to_ascii_uppercase().as_bytes()).unwrap();
        let request = Request::builder().method(method).uri(path.replace("{token}", "x"));
        let status = site.send(request.body(Body::empty()).unwrap()).await.status;
        assert!(matches!(status.as_u16(), 200 | 503), "{path}: {status}");
    }
}

/// Compares apart from what differs with every request.
fn assert_same(answer: &Answer, documented: &Value, what: &str) {
    let mut body = answer.json();
    body.as_object_mut().unwrap().remove("instance");
    assert!(body == *documented, "{what}: {body}\nis documented as\n{documented}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_example_is_what_the_api_answers(pool: PgPool) {
    let site = Site::new(pool).await;
    let description = description(&site).await;
    let schemas = Schemas::of(&description);
    let mut sent = 0;
    for (path, _, operation) in operations(&description) {
        let requests = &operation["requestBody"]["content"]["application/json"];
        for (name, request) in requests["examples"].as_object().into_iter().flatten() {
            schemas.assert_valid(&requests["schema"], &request["value"]);
            let answered = &operation["responses"]["200"]["content"]["application/json"]["examples"][name];
            assert!(answered.is_object(), "{path}: nothing answers {name}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (_, content) in response["content"].as_object().into_iter().flatten() {
                for (name, example) in content["examples"].as_object().into_iter().flatten() {
                    schemas.assert_valid(&content["schema"], &example["value"]);
                    let answer = reproduce(&site, path, status, name, example, &requests["examples"]).await;
                    assert_eq!(answer.status.as_str(), status, "{path} {name}");
                    assert_same(&answer, &example["value"], &format!("{path} {status} {name}"));
                    sent += 1;
                }
            }
        }
    }
    assert_eq!(sent, 12, "examples");
}

/// Does what an example is about.
async fn reproduce(
    site: &Site,
    path: &str,
    status: &str,
    name: &str,
    example: &Value,
    requests: &Value,
) -> Answer {
    let frozen = site.frozen(preset("blank")).await;
    let workspace = site.store.first_workspace().await.unwrap();
    let share = async |until| site.store.create_scenario(workspace, None, &frozen, until).await.unwrap();
    match (path, status, name) {
        ("/api/v1/decisions", "200", _) => site.decide(&requests[name]["value"]).await,
        // The description of the example quotes what is sent.
        ("/api/v1/decisions", "400" | "422", _) => {
            let quoted = example["description"].as_str().unwrap().split('`').nth(1).unwrap();
            site.decide_text(quoted.to_owned()).await
        }
        ("/api/v1/decisions", "415", _) => {
            site.send(Request::post(path).body(Body::from("{}")).unwrap()).await
        }
        ("/api/v1/decisions", "503", _) => Site::without_database().decide(&json!({})).await,
        (_, "503", _) => Site::without_database().get(&path.replace("{token}", "x")).await,
        (_, "404", "no-such-link") => site.get(&path.replace("{token}", &"A".repeat(43))).await,
        (_, "410", "revoked") => {
            let link = share(None).await;
            site.store.revoke_scenario(workspace, link.id).await.unwrap();
            site.get(&path.replace("{token}", &link.token)).await
        }
        (_, "410", "expired") => {
            let link = share(Some(time::OffsetDateTime::now_utc() - time::Duration::hours(1))).await;
            site.get(&path.replace("{token}", &link.token)).await
        }
        _ => panic!("nobody knows how to reproduce {path} {status} {name}"),
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn answers_are_what_the_schemas_say(pool: PgPool) {
    let site = Site::new(pool).await;
    let description = description(&site).await;
    let schemas = Schemas::of(&description);
    let schema_of = |path: &str, method: &str, status: &str, media_type: &str| {
        let schema =
            &description["paths"][path][method]["responses"][status]["content"][media_type]["schema"];
        assert!(schema.is_object(), "{method} {path} {status}");
        schema.clone()
    };
    let json = "application/json";
    let decision = schema_of("/api/v1/decisions", "post", "200", json);
    let scenario = schema_of("/api/v1/scenarios/{token}", "get", "200", json);
    let workspace = site.store.first_workspace().await.unwrap();
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::days(1);
    for (index, preset) in PRESETS.iter().enumerate() {
        let frozen = site.frozen(crate::support::preset(preset.id)).await;
        let use_case = serde_json::to_value(&frozen.use_case).unwrap();
        schemas.assert_valid(&json!({ "$ref": "#/components/schemas/UseCase" }), &use_case);
        schemas.assert_valid(&decision, &site.decide(&use_case).await.json());
        let until = (index % 2 == 0).then_some(tomorrow);
        let link = site.store.create_scenario(workspace, None, &frozen, until).await.unwrap();
        schemas.assert_valid(&scenario, &site.get(&format!("/api/v1/scenarios/{}", link.token)).await.json());
    }
    schemas.assert_valid(&decision, &site.decide(&json!({})).await.json());
    for path in ["/api/v1/price-book", "/healthz", "/readyz", "/api/v1/openapi.json"] {
        schemas.assert_valid(&schema_of(path, "get", "200", json), &site.get(path).await.json());
    }
    let problem = schema_of("/api/v1/decisions", "post", "413", "application/problem+json");
    schemas.assert_valid(&problem, &site.decide_text(vec![b'x'; 1_100_000]).await.json());
    let problem = schema_of("/api/v1/decisions", "post", "422", "application/problem+json");
    schemas.assert_valid(&problem, &site.decide(&json!({ "colour": "red" })).await.json());
    let problem = schema_of("/readyz", "get", "503", "application/problem+json");
    schemas.assert_valid(&problem, &Site::without_database().get("/readyz").await.json());
}

#[tokio::test]
async fn the_schemas_refuse_what_the_api_never_answers() {
    let description = description(&Site::without_database()).await;
    let schemas = Schemas::of(&description);
    let is_valid = |decision: &Value| schemas.is_valid("Decision", decision);
    let article = &description["paths"]["/api/v1/decisions"]["post"]["responses"]["200"]["content"]["application/json"]
        ["examples"]["article"]["value"];
    assert!(is_valid(article));
    for change in [
        json!({ "confidence": "certain" }),
        json!({ "surprise": 1 }),
        json!({ "outcome": { "kind": "recommended", "option": "abacus" } }),
        json!({ "tally": { "slm": -1, "llm": 0, "neutral": 0, "unknown": 0 } }),
        json!({ "headline": "none" }),
    ] {
        let mut changed = article.clone();
        changed.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        assert!(!is_valid(&changed), "{change}");
    }
    let mut shorter = article.clone();
    shorter.as_object_mut().unwrap().remove("headline");
    assert!(!is_valid(&shorter), "a member is missing");
}
