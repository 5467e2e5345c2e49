//! Links: what a token opens, and what it does not.
#![allow(clippy::unwrap_used)]

mod support;

use sqlx::PgPool;
use store::{ScenarioLookup, StoreError};
use support::{Team, json, named};
use time::{Duration, OffsetDateTime};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_opens_what_was_frozen_whatever_happens_later(pool: PgPool) {
    let team = Team::new(&pool).await;
    let use_case = named("Invoices", "10M");
    let id = team.create(&use_case).await;
    let frozen = team.frozen(&use_case);
    let new = team.store.create_scenario(team.sharer(), Some(id), &frozen, None).await.unwrap();
    let changed = named("Receipts", "20k");
    team.store.revise_use_case(team.scope, id, 1, &changed, &team.decide(&changed), "").await.unwrap();
    team.store.archive_use_case(team.scope, id).await.unwrap();
    let ScenarioLookup::Found(opened) = team.store.scenario_by_token(&new.token).await.unwrap() else {
        panic!("the link opens nothing");
    };
    assert_eq!(opened.id, new.id);
    assert_eq!(json(&opened.frozen), json(&frozen));
    let listed = team.store.scenarios(team.scope, id).await.unwrap();
    assert_eq!((listed.len(), listed[0].id, listed[0].use_case_id), (1, new.id, Some(id)));
    assert!(!format!("{new:?}").contains(&new.token));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn only_the_hash_of_a_token_is_stored(pool: PgPool) {
    let team = Team::new(&pool).await;
    let frozen = team.frozen(&named("Invoices", "10M"));
    let new = team.store.create_scenario(team.sharer(), None, &frozen, None).await.unwrap();
    let row: String =
        sqlx::query_scalar("SELECT to_jsonb(s)::text FROM scenarios s").fetch_one(&pool).await.unwrap();
    assert!(!row.contains(&new.token));
    assert_eq!(team.store.shared_scenarios(team.sharer()).await.unwrap()[0].use_case_id, None);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_withdrawn_link_stays_withdrawn(pool: PgPool) {
    let team = Team::new(&pool).await;
    let frozen = team.frozen(&named("Invoices", "10M"));
    let new = team.store.create_scenario(team.sharer(), None, &frozen, None).await.unwrap();
    let kept = team.store.create_scenario(team.sharer(), None, &frozen, None).await.unwrap();
    team.store.revoke_scenario(team.sharer(), new.id).await.unwrap();
    let first = team.store.shared_scenarios(team.sharer()).await.unwrap();
    team.store.revoke_scenario(team.sharer(), new.id).await.unwrap();
    assert_eq!(team.store.shared_scenarios(team.sharer()).await.unwrap(), first);
    assert_eq!(team.store.scenario_by_token(&new.token).await.unwrap(), ScenarioLookup::Revoked);
    assert!(matches!(team.store.scenario_by_token(&kept.token).await.unwrap(), ScenarioLookup::Found(_)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_link_ends_when_its_time_is_over(pool: PgPool) {
    let team = Team::new(&pool).await;
    let frozen = team.frozen(&named("Invoices", "10M"));
    let now = OffsetDateTime::now_utc();
    let share = |until| team.store.create_scenario(team.sharer(), None, &frozen, Some(until));
    let past = share(now - Duration::hours(1)).await.unwrap();
    let future = share(now + Duration::days(30)).await.unwrap();
    assert_eq!(team.store.scenario_by_token(&past.token).await.unwrap(), ScenarioLookup::Expired);
    assert!(matches!(team.store.scenario_by_token(&future.token).await.unwrap(), ScenarioLookup::Found(_)));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn other_texts_open_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let unknown = "A".repeat(43);
    assert_eq!(team.store.scenario_by_token(&unknown).await.unwrap(), ScenarioLookup::NotFound);
    // What cannot be a token is refused without a query: it works on a closed pool.
    team.store.close().await;
    for text in ["", "x", "../../etc/passwd", "ä", &"A".repeat(44), &"A".repeat(1_000_000)] {
        assert_eq!(team.store.scenario_by_token(text).await.unwrap(), ScenarioLookup::NotFound);
    }
    assert!(team.store.scenario_by_token(&unknown).await.unwrap_err().is_unavailable());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_scenario_needs_a_title_and_a_long_one_is_cut(pool: PgPool) {
    let team = Team::new(&pool).await;
    let mut frozen = team.frozen(&named("Invoices", "10M"));
    frozen.title = "é".repeat(500);
    team.store.create_scenario(team.sharer(), None, &frozen, None).await.unwrap();
    let listed = team.store.shared_scenarios(team.sharer()).await.unwrap();
    assert_eq!(listed[0].title, "é".repeat(200));
    frozen.title = " ".to_owned();
    let blank = team.store.create_scenario(team.sharer(), None, &frozen, None).await;
    assert!(matches!(blank, Err(StoreError::Text { field: "title", .. })), "{blank:?}");
}
