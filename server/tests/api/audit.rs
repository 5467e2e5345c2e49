//! The audit log through the API: exported whole, recomputed from the export, verified.

use axum::body::Body;
use domain::audit::{AuditEntry, BEGINNING, ChainHash, Verifier};
use http::{Request, StatusCode, header};
use serde_json::Value;
use sqlx::PgPool;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    document::description,
    office::{Office, sketch},
    people::first_admin,
    schemas::Schemas,
    support::{Answer, Site},
};

const EXPORT: &str = "/api/v1/audit";
const VERIFY: &str = "/api/v1/audit/verification";

fn entries(answer: &Answer) -> Vec<Value> {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/x-ndjson");
    assert_eq!(answer.header(header::CACHE_CONTROL), "no-store");
    let text = std::str::from_utf8(&answer.body).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "a last line is whole");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hash(entry: &Value, member: &str) -> ChainHash {
    let digits = entry[member].as_str().unwrap();
    let byte = |at: usize| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap();
    std::array::from_fn(byte)
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn anybody_can_recompute_the_chain_from_an_export(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    let mut changed = sketch();
    changed["name"] = "“Über” \u{1F980}\n".trim().into();
    changed["price_per_label"] = 0.1.into();
    assert_eq!(office.replace(&office.token, "\"1\"", &changed).await.status, StatusCode::OK);

    let workspace = office.admin.scope.workspace.to_string();
    let mut verifier = Verifier::default();
    let log = entries(&site.read(&office.token, EXPORT).await);
    assert!(log.len() >= 5, "{log:?}");
    for entry in &log {
        let text = |member: &str| entry[member].as_str();
        let at = OffsetDateTime::parse(text("at").unwrap(), &Rfc3339).unwrap();
        let [before, after] =
            ["before", "after"].map(|member| (!entry[member].is_null()).then(|| entry[member].to_string()));
        let hashed = AuditEntry {
            workspace: &workspace,
            seq: entry["seq"].as_i64().unwrap(),
            at_micros: i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap(),
            account: text("account_id"),
            session: text("session_id"),
            api_token: text("api_token_id"),
            action: text("action").unwrap(),
            subject: text("subject_id"),
            use_case: text("use_case_id"),
            before: before.as_deref(),
            after: after.as_deref(),
        };
        verifier.next(&hashed, &hash(entry, "previous_hash"), &hash(entry, "hash")).unwrap();
    }
    assert_eq!(hash(&log[0], "previous_hash"), BEGINNING);
    let verified = site.read(&office.token, VERIFY).await.json();
    assert_eq!(verified["entries"], verifier.verified().entries);
    assert_eq!(verified["head"], log.last().unwrap()["hash"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_export_is_whole_however_long_the_log_is(pool: PgPool) {
    let site = Site::new(pool.clone()).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    // More than two of the pages in which the log is read. An export shows what is there, right or wrong.
    sqlx::query(
        "INSERT INTO audit_events (workspace_id, seq, at, action, previous_hash, hash)
         SELECT $1, $2 + n, now(), 'portfolio.renamed', sha256('a'), sha256('b') FROM generate_series(1, 2100) n",
    )
    .bind(office.admin.scope.workspace.uuid())
    .bind(office.log_length().await)
    .execute(&pool)
    .await
    .unwrap();
    let numbers = |log: &[Value]| log.iter().map(|entry| entry["seq"].as_i64().unwrap()).collect::<Vec<_>>();
    let head = office.log_length().await;
    assert!(head > 2_100);
    let log = entries(&site.read(&office.token, EXPORT).await);
    assert_eq!(numbers(&log), (1..=head).collect::<Vec<_>>());
    for after in [0, 1, 999, 1_000, 1_001, head - 1, head, head + 1, i64::MAX, -1] {
        let rest = entries(&site.read(&office.token, &format!("{EXPORT}?after={after}")).await);
        let expected: Vec<i64> = (after.max(0).saturating_add(1)..=head).collect();
        assert_eq!(numbers(&rest), expected, "after {after}");
    }
    let problem = site.read(&office.token, &format!("{EXPORT}?after=x")).await.problem(400);
    assert_eq!(problem["type"], "urn:parsimony:problem:bad-query");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn every_line_is_what_the_description_says(pool: PgPool) {
    let site = Site::new(pool).await;
    let ada = first_admin(&site.store).await;
    let token = ada.api_token(&site.store, false).await;
    let description = description(&site).await;
    let schemas = Schemas::of(&description);
    let content = &description["paths"][EXPORT]["get"]["responses"]["200"]["content"];
    let schema = &content["application/x-ndjson"]["schema"];
    assert!(schema.is_object(), "{content}");
    let log = entries(&site.read(&token, EXPORT).await);
    assert!(log.iter().any(|entry| entry["account_id"].is_null()), "the product itself made the sample");
    for entry in &log {
        schemas.assert_valid(schema, entry);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_log_that_was_changed_is_found_out(pool: PgPool) {
    let site = Site::new(pool.clone()).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    assert_eq!(site.read(&office.token, VERIFY).await.status, StatusCode::OK);
    office.tamper(&pool, 3).await;
    let problem = site.read(&office.token, VERIFY).await.problem(409);
    assert_eq!(problem["type"], "urn:parsimony:problem:audit-broken");
    assert!(problem["detail"].as_str().unwrap().contains("entry 3"), "{problem}");
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn strangers_learn_nothing_of_the_log(pool: PgPool) {
    let site = Site::new(pool).await;
    for path in [EXPORT, VERIFY] {
        let answer = site.send(Request::get(path).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.problem(401)["type"], "urn:parsimony:problem:token-missing");
    }
}
