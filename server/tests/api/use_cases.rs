//! Use cases through the API: created, read, replaced, and never overwritten unseen.

use http::{Method, StatusCode, header};
use serde_json::{Value, json};
use sqlx::PgPool;
use store::UseCaseId;

use crate::{
    office::{Office, sketch},
    people::{Person, first_admin},
    support::Site,
};

async fn ada(site: &Site) -> Person {
    first_admin(&site.store).await
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_created_is_there_with_the_decision_anybody_gets(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &ada(&site).await).await;
    let created = office.create(&office.token, &sketch()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!(created.header(header::ETAG), "\"1\"");
    let body = created.json();
    assert_eq!(body["revision"], 1);
    assert_eq!(body["decision"], site.decide(&sketch()).await.json());

    let address = created.header(header::LOCATION);
    assert_eq!(address, format!("/api/v1/use-cases/{}", body["id"].as_str().unwrap()));
    let read = site.read(&office.token, address).await;
    assert_eq!(read.status, StatusCode::OK, "{read:?}");
    assert_eq!(read.header(header::ETAG), "\"1\"");
    assert_eq!(read.header(header::CACHE_CONTROL), "no-store");
    let stored = read.json();
    assert_eq!(stored["id"], body["id"]);
    assert_eq!(stored["portfolio_id"], office.portfolio.to_string());
    assert_eq!(stored["decision"], body["decision"]);
    assert_eq!(stored["note"], "Saved through the API");
    for (field, value) in sketch().as_object().unwrap() {
        let expected = match value {
            Value::Number(number) => json!(number.as_f64()),
            other => other.clone(),
        };
        if field != "requests_per_month" {
            assert_eq!(stored["use_case"][field], expected, "{field}");
        }
    }
    // What was read can be sent back as it is, and adds nothing.
    let path = (Method::PUT, address);
    let answer = site.write(&office.token, path, &[("if-match", "\"1\"")], &stored["use_case"]).await;
    assert_eq!((answer.status, &answer.json()["revision"]), (StatusCode::OK, &json!(1)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn replacing_adds_a_revision_with_a_note(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &ada(&site).await).await;
    let mut changed = sketch();
    changed["input_tokens"] = json!(700);
    changed.as_object_mut().unwrap().remove("horizon_months");
    let path = format!("{}?note=Longer%20tickets", office.use_case_path());
    let answer = site.write(&office.token, (Method::PUT, &path), &[("if-match", "\"1\"")], &changed).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header(header::ETAG), "\"2\"");
    assert_eq!(answer.json()["id"], office.use_case);
    assert_eq!(answer.json()["revision"], 2);
    assert_eq!(answer.json()["decision"], site.decide(&changed).await.json());
    let stored = site.read(&office.token, &office.use_case_path()).await;
    assert_eq!(stored.header(header::ETAG), "\"2\"");
    let stored = stored.json();
    assert_eq!((&stored["revision"], &stored["note"]), (&json!(2), &json!("Longer tickets")));
    assert_eq!(stored["use_case"]["horizon_months"], Value::Null, "left out is unknown");
    let id: UseCaseId = office.use_case.parse().unwrap();
    assert_eq!(site.store.revisions(office.admin.scope, id).await.unwrap().len(), 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn nothing_is_overwritten_unseen(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &ada(&site).await).await;
    let named = |name: &str| {
        let mut use_case = sketch();
        use_case["name"] = json!(name);
        use_case
    };
    assert_eq!(office.replace(&office.token, "\"1\"", &named("Theirs")).await.status, StatusCode::OK);
    let before = office.log_length().await;
    for (revision, status, kind) in [
        ("\"1\"", 412, "revision-changed"),
        ("\"3\"", 412, "revision-changed"),
        ("\"x\"", 412, "revision-changed"),
        ("*", 428, "revision-required"),
        ("", 428, "revision-required"),
    ] {
        let problem = office.replace(&office.token, revision, &named("Mine")).await.problem(status);
        assert_eq!(problem["type"], format!("urn:parsimony:problem:{kind}"), "{revision}");
        if status == 412 {
            assert!(problem["detail"].as_str().unwrap().contains("Revision 2"), "{problem}");
        }
    }
    let path = office.use_case_path();
    site.write(&office.token, (Method::PUT, &path), &[], &named("Mine")).await.problem(428);
    assert_eq!(office.log_length().await, before);
    assert_eq!(site.read(&office.token, &path).await.json()["use_case"]["name"], "Theirs");

    // Weak tags come from proxies that compress; of several, one has to be current.
    assert_eq!(office.replace(&office.token, "W/\"2\"", &named("Third")).await.json()["revision"], 3);
    assert_eq!(office.replace(&office.token, "\"1\", \"3\"", &named("Fourth")).await.json()["revision"], 4);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn of_two_who_replace_the_same_revision_one_hears_of_the_other(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &ada(&site).await).await;
    let mut mine = sketch();
    mine["input_tokens"] = json!(351);
    let mut theirs = sketch();
    theirs["input_tokens"] = json!(352);
    let (one, other) = tokio::join!(
        office.replace(&office.token, "\"1\"", &mine),
        office.replace(&office.token, "\"1\"", &theirs)
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412]);
    assert_eq!(site.read(&office.token, &office.use_case_path()).await.json()["revision"], 2);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_cannot_be_stored_is_refused_and_changes_nothing(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &ada(&site).await).await;
    let before = office.log_length().await;
    let bad = json!({ "requests_per_month": -5, "latancy_target_ms": 100 });
    for answer in
        [office.create(&office.token, &bad).await, office.replace(&office.token, "\"1\"", &bad).await]
    {
        let problem = answer.problem(422);
        assert_eq!(problem["type"], "urn:parsimony:problem:invalid-input");
        assert_eq!(problem["errors"].as_array().unwrap().len(), 2, "{problem}");
    }
    for path in [office.list_path(), office.use_case_path()] {
        let method = if path == office.list_path() { Method::POST } else { Method::PUT };
        let path = format!("{path}?note={}", "x".repeat(1_001));
        let answer = site.write(&office.token, (method, &path), &[("if-match", "\"1\"")], &json!({})).await;
        let problem = answer.problem(422);
        assert_eq!(problem["type"], "urn:parsimony:problem:bad-text");
        assert!(problem["detail"].as_str().unwrap().contains("1001 characters"), "{problem}");
    }
    let text = ("content-type", "text/plain");
    let path = office.use_case_path();
    let request = http::Request::put(&path).header("authorization", format!("Bearer {}", office.token));
    let request = request.header(text.0, text.1).header("if-match", "\"1\"").body("{}".into()).unwrap();
    site.send(request).await.problem(415);
    for id in ["x", "%FF", &office.portfolio.to_string()] {
        site.read(&office.token, &format!("/api/v1/use-cases/{id}")).await.problem(404);
    }
    assert_eq!(office.log_length().await, before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_is_archived_is_read_and_not_changed(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &ada(&site).await).await;
    let (scope, id) = (office.admin.scope, office.use_case.parse::<UseCaseId>().unwrap());
    site.store.archive_use_case(scope, id).await.unwrap();
    let mut changed = sketch();
    changed["input_tokens"] = json!(700);
    let problem = office.replace(&office.token, "\"1\"", &changed).await.problem(409);
    assert_eq!(problem["type"], "urn:parsimony:problem:archived");
    assert!(site.read(&office.token, &office.use_case_path()).await.json()["archived_at"].is_string());

    site.store.restore_use_case(scope, id).await.unwrap();
    site.store.archive_portfolio(scope, office.portfolio).await.unwrap();
    office.replace(&office.token, "\"1\"", &changed).await.problem(409);
    office.create(&office.token, &sketch()).await.problem(409);
    assert_eq!(site.read(&office.token, &office.list_path()).await.status, StatusCode::OK);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_workspace_with_prices_of_its_own_is_decided_with_them(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &ada(&site).await).await;
    let (_, book) = site.store.current_price_book().await.unwrap();
    let mut own = (*book).clone();
    own.version = "negotiated".to_owned();
    site.store.add_price_book(office.admin.scope, &own).await.unwrap();
    let created = office.create(&office.token, &sketch()).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!(created.json()["decision"]["provenance"]["price_book"], "negotiated");
    let replaced = office.replace(&office.token, "\"1\"", &json!({ "name": "Other" })).await;
    assert_eq!(replaced.json()["decision"]["provenance"]["price_book"], "negotiated");
    // Whoever decides without a workspace gets the prices that everybody gets.
    assert_eq!(site.decide(&sketch()).await.json()["provenance"]["price_book"], book.version.as_str());
}
