//! Portfolios: names, totals, archiving.
#![allow(clippy::unwrap_used)]

mod support;

use domain::units::Usd;
use sqlx::PgPool;
use store::StoreError;
use support::{Team, named, unknown};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn a_name_is_taken_once_whatever_its_case(pool: PgPool) {
    let team = Team::new(&pool).await;
    let again = team.store.create_portfolio(team.scope, " claims ", "").await;
    assert!(matches!(again, Err(StoreError::NameTaken)), "{again:?}");
    let second = team.store.create_portfolio(team.scope, "Sales", "").await.unwrap();
    let renamed = team.store.update_portfolio(team.scope, second, "CLAIMS", "").await;
    assert!(matches!(renamed, Err(StoreError::NameTaken)), "{renamed:?}");
    team.other().await;
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_archived_portfolio_gives_its_name_free_until_restored(pool: PgPool) {
    let team = Team::new(&pool).await;
    team.store.archive_portfolio(team.scope, team.portfolio).await.unwrap();
    let archived = team.store.portfolio(team.scope, team.portfolio).await.unwrap().unwrap();
    team.store.archive_portfolio(team.scope, team.portfolio).await.unwrap();
    assert_eq!(team.store.portfolio(team.scope, team.portfolio).await.unwrap().unwrap(), archived);
    let successor = team.store.create_portfolio(team.scope, "Claims", "").await.unwrap();
    let restored = team.store.restore_portfolio(team.scope, team.portfolio).await;
    assert!(matches!(restored, Err(StoreError::NameTaken)), "{restored:?}");
    team.store.update_portfolio(team.scope, successor, "Claims 2027", "Next year").await.unwrap();
    team.store.restore_portfolio(team.scope, team.portfolio).await.unwrap();
    let names: Vec<String> = team
        .store
        .portfolios(team.scope)
        .await
        .unwrap()
        .into_iter()
        .map(|portfolio| portfolio.name)
        .collect();
    assert_eq!(names, ["Article examples", "Claims", "Claims 2027"]);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn names_that_do_not_fit_are_refused_in_words(pool: PgPool) {
    let team = Team::new(&pool).await;
    for (name, sentence) in [
        ("  ", "the name is missing"),
        (&*"x".repeat(121), "the name has 121 characters; at most 120 fit"),
        ("a\0b", "the name has characters that cannot be shown"),
    ] {
        let refused = team.store.create_portfolio(team.scope, name, "").await.unwrap_err();
        assert_eq!(refused.to_string(), sentence);
    }
    let long = team.store.create_portfolio(team.scope, "Long", &"ü".repeat(2_001)).await;
    assert!(matches!(long, Err(StoreError::Text { field: "description", .. })), "{long:?}");
    team.store.create_portfolio(team.scope, &"ü".repeat(120), &"ü".repeat(2_000)).await.unwrap();
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn totals_compare_the_use_cases_that_are_costed_both_ways(pool: PgPool) {
    let team = Team::new(&pool).await;
    let (small, large) = (named("Small", "20k"), named("Large", "10M"));
    team.create(&small).await;
    team.create(&large).await;
    team.create(&unknown("Vague")).await;
    let archived = team.create(&named("Gone", "5M")).await;
    team.store.archive_use_case(team.scope, archived).await.unwrap();
    let summaries = [team.decide(&small).summary(), team.decide(&large).summary()];
    let summary = team.store.portfolio_summary(team.scope, team.portfolio).await.unwrap().unwrap();
    assert_eq!((summary.use_case_count, summary.costed_count), (3, 2));
    assert_eq!(summary.recommended_total, summaries.iter().filter_map(|each| each.option_total).sum::<Usd>());
    assert_eq!(summary.frontier_total, summaries.iter().filter_map(|each| each.frontier_total).sum::<Usd>());
    let listed = team.store.portfolios(team.scope).await.unwrap();
    assert!(listed.contains(&summary));
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn an_empty_portfolio_costs_nothing(pool: PgPool) {
    let team = Team::new(&pool).await;
    let summary = team.store.portfolio_summary(team.scope, team.portfolio).await.unwrap().unwrap();
    assert_eq!((summary.use_case_count, summary.costed_count), (0, 0));
    assert_eq!((summary.recommended_total, summary.frontier_total), (Usd::ZERO, Usd::ZERO));
    assert!(team.store.use_cases(team.scope, team.portfolio, false).await.unwrap().is_empty());
}
