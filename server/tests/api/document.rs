//! The description of the API against the API: its routes, its schemas and each of its examples.

use std::collections::BTreeSet;

use app::limits::TOKEN_MISSES;
use axum::body::Body;
use domain::{access::Role, preset::PRESETS};
use http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;

use crate::{
    office::{Office, sketch},
    people::{Person, first_admin},
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
        let request =
            Request::builder().method(method).uri(path.replace("{token}", "x").replace("{id}", "x"));
        let status = site.send(request.body(Body::empty()).unwrap()).await.status;
        assert!(matches!(status.as_u16(), 200 | 503), "{path}: {status}");
    }
}

/// A body without what differs with every request.
fn lasting(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(lasting).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "instance");
            let member = |(name, value): (&String, &Value)| match name.as_str() {
                "id" | "portfolio_id" | "created_at" | "updated_at" | "head" if value.is_string() => {
                    (name.clone(), Value::from("…"))
                }
                _ => (name.clone(), lasting(value)),
            };
            Value::Object(kept.map(member).collect())
        }
        other => other.clone(),
    }
}

fn assert_same(answer: &Answer, documented: &Value, what: &str) {
    let (body, documented) = (lasting(&answer.json()), lasting(documented));
    assert!(body == documented, "{what}: {body}\nis documented as\n{documented}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_example_is_what_the_api_answers(pool: PgPool) {
    let site = Site::new(pool.clone()).await;
    let description = description(&site).await;
    let schemas = Schemas::of(&description);
    let rehearsal = Rehearsal { ada: first_admin(&site.store).await, site, pool };
    let mut sent = 0;
    for (path, method, operation) in operations(&description) {
        let requests = &operation["requestBody"]["content"]["application/json"];
        for (name, request) in requests["examples"].as_object().into_iter().flatten() {
            schemas.assert_valid(&requests["schema"], &request["value"]);
            let answered = ["200", "201"].map(|status| {
                &operation["responses"][status]["content"]["application/json"]["examples"][name]
            });
            assert!(answered.iter().any(|answer| answer.is_object()), "{path}: nothing answers {name}");
        }
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (_, content) in response["content"].as_object().into_iter().flatten() {
                for (name, example) in content["examples"].as_object().into_iter().flatten() {
                    schemas.assert_valid(&content["schema"], &example["value"]);
                    let shown = Shown { method, path, name, example, requests: &requests["examples"] };
                    let answer = rehearsal.perform(&shown, status).await;
                    assert_eq!(answer.status.as_str(), status, "{method} {path} {name}: {answer:?}");
                    assert_same(&answer, &example["value"], &format!("{method} {path} {status} {name}"));
                    sent += 1;
                }
            }
        }
    }
    assert_eq!(sent, 84, "examples");
}

/// An example in the description.
struct Shown<'a> {
    method: &'a str,
    path: &'a str,
    name: &'a str,
    example: &'a Value,
    /// Examples of requests of the same operation.
    requests: &'a Value,
}

/// Where examples are tried out.
struct Rehearsal {
    site: Site,
    ada: Person,
    pool: PgPool,
}

impl Rehearsal {
    /// Does what an example is about.
    async fn perform(&self, shown: &Shown<'_>, status: &str) -> Answer {
        let away = Site::without_database();
        let site = if status == "503" { &away } else { &self.site };
        let request = &shown.requests[shown.name]["value"];
        match (shown.path, status) {
            ("/api/v1/decisions", "200") => site.decide(request).await,
            // The description of the example quotes what is sent.
            ("/api/v1/decisions", "400" | "422") => {
                let quoted = shown.example["description"].as_str().unwrap().split('`').nth(1).unwrap();
                site.decide_text(quoted.to_owned()).await
            }
            (path @ "/api/v1/decisions", "415") => {
                site.send(Request::post(path).body(Body::from("{}")).unwrap()).await
            }
            ("/api/v1/decisions", "503") => site.decide(&json!({})).await,
            ("/api/v1/price-book", "503") => site.get(shown.path).await,
            ("/api/v1/scenarios/{token}", "503") => site.get("/api/v1/scenarios/x").await,
            ("/api/v1/scenarios/{token}", _) => self.open_link(shown.name).await,
            (_, "503") => {
                let path = shown.path.replace("{id}", "x");
                site.write("x", (method_of(shown), &path), &[], &json!({})).await
            }
            _ => self.perform_with_token(shown).await,
        }
    }

    async fn open_link(&self, name: &str) -> Answer {
        let frozen = self.site.frozen(preset("blank")).await;
        let sharer = self.site.sharer().await;
        let share =
            async |until| self.site.store.create_scenario(sharer, None, &frozen, until).await.unwrap();
        let open = async |token: &str| self.site.get(&format!("/api/v1/scenarios/{token}")).await;
        match name {
            "no-such-link" => open(&"A".repeat(43)).await,
            "too-many-misses" => self.after_many_misses(open(&"A".repeat(43))).await,
            "revoked" => {
                let link = share(None).await;
                self.site.store.revoke_scenario(sharer, link.id).await.unwrap();
                open(&link.token).await
            }
            "expired" => {
                let past = time::OffsetDateTime::now_utc() - time::Duration::hours(1);
                open(&share(Some(past)).await.token).await
            }
            _ => panic!("nobody knows how to open the link of {name}"),
        }
    }

    async fn after_many_misses(&self, ask: impl Future<Output = Answer>) -> Answer {
        let store = &self.site.store;
        store.forget_attempts(TOKEN_MISSES, "").await.unwrap();
        for _ in 0..TOKEN_MISSES.attempts {
            store.attempt(TOKEN_MISSES, "").await.unwrap().unwrap();
        }
        let answer = ask.await;
        store.forget_attempts(TOKEN_MISSES, "").await.unwrap();
        answer
    }

    /// What takes a token, in a workspace of its own.
    async fn perform_with_token(&self, shown: &Shown<'_>) -> Answer {
        let site = &self.site;
        let office = Office::new(site, &self.ada).await;
        let token = match shown.name {
            "bad-token" | "too-many-misses" => format!("parsimony_{}", "A".repeat(43)),
            "viewer" => office.token_of(Role::Viewer).await,
            "reviewer" => office.token_of(Role::Reviewer).await,
            "only-reads" => office.admin.api_token(&site.store, false).await,
            _ => office.token.clone(),
        };
        let id = match (shown.name, shown.path) {
            // Ids of another workspace are as good as none.
            ("not-found", _) => "0198a1b2-0000-7000-8000-000000000009".to_owned(),
            // Replacing the sketch with itself would add no revision.
            ("first-sketch", "/api/v1/use-cases/{id}") => {
                let created = office.create(&token, &json!({})).await.json();
                created["id"].as_str().unwrap().to_owned()
            }
            (_, path) if path.contains("/portfolios/") => office.portfolio.to_string(),
            _ => office.use_case.clone(),
        };
        match shown.name {
            "archived" => site.store.archive_portfolio(office.admin.scope, office.portfolio).await.unwrap(),
            "broken" => office.tamper(&self.pool, 1).await,
            "changed" => {
                office.replace(&token, "\"1\"", &json!({})).await;
            }
            _ => {}
        }
        let path = shown.path.replace("{id}", &id);
        let headers: &[(&str, &str)] =
            if shown.name == "no-revision" { &[] } else { &[("if-match", "\"1\"")] };
        match shown.name {
            "no-token" => {
                let request = Request::builder().method(method_of(shown)).uri(&path);
                site.send(request.body(Body::empty()).unwrap()).await
            }
            "too-many-misses" => {
                let sent = sketch();
                let ask = site.write(&token, (method_of(shown), &path), headers, &sent);
                self.after_many_misses(ask).await
            }
            _ => site.write(&token, (method_of(shown), &path), headers, &sketch()).await,
        }
    }
}

fn method_of(shown: &Shown<'_>) -> Method {
    Method::from_bytes(shown.method.to_ascii_uppercase().as_bytes()).unwrap()
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
    let sharer = site.sharer().await;
    let tomorrow = time::OffsetDateTime::now_utc() + time::Duration::days(1);
    for (index, preset) in PRESETS.iter().enumerate() {
        let frozen = site.frozen(crate::support::preset(preset.id)).await;
        let use_case = serde_json::to_value(&frozen.use_case).unwrap();
        schemas.assert_valid(&json!({ "$ref": "#/components/schemas/UseCase" }), &use_case);
        schemas.assert_valid(&decision, &site.decide(&use_case).await.json());
        let until = (index % 2 == 0).then_some(tomorrow);
        let link = site.store.create_scenario(sharer, None, &frozen, until).await.unwrap();
        schemas.assert_valid(&scenario, &site.get(&format!("/api/v1/scenarios/{}", link.token)).await.json());
    }
    schemas.assert_valid(&decision, &site.decide(&json!({})).await.json());
    for path in ["/api/v1/price-book", "/healthz", "/readyz", "/api/v1/openapi.json"] {
        schemas.assert_valid(&schema_of(path, "get", "200", json), &site.get(path).await.json());
    }
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    for (path, address) in [
        ("/api/v1/portfolios", "/api/v1/portfolios"),
        ("/api/v1/portfolios/{id}/use-cases", &office.list_path()),
        ("/api/v1/use-cases/{id}", &office.use_case_path()),
        ("/api/v1/race", "/api/v1/race"),
        ("/api/v1/audit/verification", "/api/v1/audit/verification"),
    ] {
        let answer = site.read(&office.token, address).await;
        schemas.assert_valid(&schema_of(path, "get", "200", json), &answer.json());
    }
    let created = office.create(&office.token, &json!({})).await.json();
    schemas.assert_valid(&schema_of("/api/v1/portfolios/{id}/use-cases", "post", "201", json), &created);
    let replaced = office.replace(&office.token, "\"1\"", &json!({})).await.json();
    schemas.assert_valid(&schema_of("/api/v1/use-cases/{id}", "put", "200", json), &replaced);
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
