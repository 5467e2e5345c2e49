//! `GET /api/v1/portfolios` and the lists of use cases in them.

use http::StatusCode;
use serde_json::{Value, json};
use sqlx::PgPool;
use store::UseCaseId;

use crate::{
    office::{Office, sketch},
    people::first_admin,
    support::Site,
};

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect()
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn portfolios_come_by_name_with_their_totals_archived_ones_last(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    let scope = office.admin.scope;
    let away = site.store.create_portfolio(scope, "Attic", "").await.unwrap();
    site.store.archive_portfolio(scope, away).await.unwrap();
    site.store.create_portfolio(scope, "Billing", "").await.unwrap();
    let article = serde_json::to_value(crate::support::preset("article-classification")).unwrap();
    assert_eq!(office.create(&office.token, &article).await.status, StatusCode::CREATED);

    let answer = site.read(&office.token, "/api/v1/portfolios").await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(answer.header("cache-control"), "no-store");
    let list = answer.json()["portfolios"].clone();
    assert_eq!(names(&list), ["Billing", "Claims", "Attic"]);
    let claims = &list[1];
    assert_eq!(claims["id"], office.portfolio.to_string());
    assert_eq!(claims["description"], "What the claims team asks for");
    assert_eq!((&claims["archived"], &list[2]["archived"]), (&json!(false), &json!(true)));
    assert_eq!(claims["use_case_count"], 2);
    let summary = &site.store.portfolio_summary(scope, office.portfolio).await.unwrap().unwrap();
    assert_eq!(claims["costed_count"], summary.costed_count);
    assert_eq!(claims["recommended_total"], summary.recommended_total.dollars());
    assert_eq!(claims["frontier_total"], summary.frontier_total.dollars());
    assert!(summary.frontier_total.dollars() > 0.0);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_list_holds_the_use_cases_in_use_or_the_archived_ones(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    let mut other = sketch();
    other["name"] = json!("Address parsing");
    let created = office.create(&office.token, &other).await.json();
    let list = async |query: &str| {
        let answer = site.read(&office.token, &format!("{}{query}", office.list_path())).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()["use_cases"].clone()
    };
    let all = list("").await;
    assert_eq!(names(&all), ["Address parsing", "Ticket triage"]);
    assert_eq!(all[0]["id"], created["id"]);
    assert_eq!((&all[0]["revision"], &all[0]["archived_at"]), (&json!(1), &Value::Null));
    assert_eq!(all[0]["summary"]["outcome"], created["decision"]["outcome"]["kind"]);
    assert_eq!(list("?archived=true").await, json!([]));

    let id: UseCaseId = office.use_case.parse().unwrap();
    site.store.archive_use_case(office.admin.scope, id).await.unwrap();
    assert_eq!(names(&list("?archived=false").await), ["Address parsing"]);
    let archived = list("?archived=true").await;
    assert_eq!(names(&archived), ["Ticket triage"]);
    assert!(archived[0]["archived_at"].is_string());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn what_cannot_be_read_is_refused(pool: PgPool) {
    let site = Site::new(pool).await;
    let office = Office::new(&site, &first_admin(&site.store).await).await;
    for query in ["?archived=yes", "?archived=", "?archived=true&archived=false"] {
        let answer = site.read(&office.token, &format!("{}{query}", office.list_path())).await;
        let problem = answer.problem(400);
        assert_eq!(problem["type"], "urn:parsimony:problem:bad-query", "{query}");
        assert!(problem["detail"].as_str().unwrap().contains("archived"), "{problem}");
    }
    for id in ["x", "%FF", "0", &office.portfolio.to_string().to_uppercase(), &office.use_case] {
        site.read(&office.token, &format!("/api/v1/portfolios/{id}/use-cases")).await.problem(404);
    }
}
