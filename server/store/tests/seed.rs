//! What a fresh database starts with, and what a later release adds to it.
#![allow(clippy::unwrap_used)]

mod support;

use domain::policy::Policy;
use domain::preset::SAMPLE_PORTFOLIO;
use domain::units::Usd;
use sqlx::PgPool;
use store::{SAMPLE_PORTFOLIO_NAME, Scope};
use support::{Team, json, named, store_on};

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn the_sample_portfolio_is_decided_and_costed(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let scope = Scope::system(store.first_workspace().await.unwrap());
    let portfolios = store.portfolios(scope).await.unwrap();
    assert_eq!(portfolios.len(), 1);
    let sample = &portfolios[0];
    assert_eq!(sample.name, SAMPLE_PORTFOLIO_NAME);
    assert_eq!(sample.use_case_count as usize, SAMPLE_PORTFOLIO.len());
    let rows = store.use_cases(scope, sample.id, false).await.unwrap();
    let costed: Vec<_> =
        rows.iter().filter_map(|row| row.summary.option_total.zip(row.summary.frontier_total)).collect();
    assert_eq!(sample.costed_count as usize, costed.len());
    assert_eq!(sample.recommended_total, costed.iter().map(|(option, _)| *option).sum::<Usd>());
    assert_eq!(sample.frontier_total, costed.iter().map(|(_, frontier)| *frontier).sum::<Usd>());
    for row in &rows {
        let record = store.use_case(scope, row.id).await.unwrap().unwrap();
        assert_eq!(record.decision.summary(), row.summary, "{}", row.name);
        assert_eq!(record.revision.number, 1);
    }
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn seeding_again_changes_nothing(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let scope = Scope::system(store.first_workspace().await.unwrap());
    let before = (store.portfolios(scope).await.unwrap(), store.current_price_book().await.unwrap());
    store.seed().await.unwrap();
    assert_eq!((store.portfolios(scope).await.unwrap(), store.current_price_book().await.unwrap()), before);
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn whoever_archives_the_sample_does_not_get_it_back(pool: PgPool) {
    let store = store_on(&pool);
    store.seed().await.unwrap();
    let scope = Scope::system(store.first_workspace().await.unwrap());
    let sample = store.portfolios(scope).await.unwrap().remove(0);
    store.archive_portfolio(scope, sample.id).await.unwrap();
    store.seed().await.unwrap();
    let portfolios = store.portfolios(scope).await.unwrap();
    assert_eq!(portfolios.len(), 1);
    assert!(portfolios[0].archived_at.is_some());
}

#[sqlx::test(migrator = "store::MIGRATOR")]
async fn new_prices_become_current_and_old_decisions_keep_theirs(pool: PgPool) {
    let team = Team::new(&pool).await;
    let id = team.create(&named("Invoices", "10M")).await;
    let before = team.store.use_case(team.scope, id).await.unwrap().unwrap();

    let mut cheaper = domain::evidence::price_book().unwrap();
    cheaper.api_models[0].input = Usd::from_price(0.5);
    let mut stricter = Policy::article();
    stricter.version = "article-2".to_owned();
    stricter.tie_margin_percent = 5.0;
    team.store.seed_with(stricter.clone(), cheaper.clone()).await.unwrap();

    // The release forgot to rename the price book: it gets a version of its own all the same.
    let (book_id, book) = team.store.current_price_book().await.unwrap();
    assert_eq!(book.version, format!("{}.2", cheaper.version));
    assert_eq!(book.api_models, cheaper.api_models);
    assert_eq!(team.store.current_policy().await.unwrap().1, stricter);
    let after = team.store.use_case(team.scope, id).await.unwrap().unwrap();
    assert_eq!(after, before);
    assert_ne!(after.price_book_id, book_id);
    let old = team.store.price_book(team.scope, after.price_book_id).await.unwrap().unwrap();
    assert_eq!(json(&*old), json(&*team.book));

    // A server of the earlier release starting late adds nothing and takes nothing back.
    team.store.seed().await.unwrap();
    team.store.seed_with(stricter, cheaper).await.unwrap();
    assert_eq!(team.store.current_price_book().await.unwrap().0, book_id);
}
