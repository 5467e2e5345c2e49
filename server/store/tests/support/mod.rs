//! What the tests of the store share: small builders over the real engine.
#![allow(dead_code, clippy::unwrap_used)]

pub mod people;
pub mod prices;
pub mod review;

use domain::decision::Decision;
use domain::field::Draft;
use domain::policy::Policy;
use domain::prices::PriceBook;
use domain::use_case::{Field, UseCase};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use std::sync::Arc;
use store::{FrozenScenario, PortfolioId, Scope, Sharer, Store, UseCaseId};

/// A store on the database of a test. It has connections of its own, because the store gives up the rights
/// of a superuser on every connection it uses, and the tests need them to look behind it.
pub fn store_on(pool: &PgPool) -> Store {
    let options = (*pool.connect_options()).clone();
    Store::from_pool(PgPoolOptions::new().max_connections(16).connect_lazy_with(options))
}

/// A seeded store with a portfolio of its own beside the sample.
pub struct Team {
    pub store: Store,
    pub scope: Scope,
    pub portfolio: PortfolioId,
    pub policy: Policy,
    pub book: Arc<PriceBook>,
}

impl Team {
    pub async fn new(pool: &PgPool) -> Self {
        let store = store_on(pool);
        store.seed().await.unwrap();
        let workspace = store.first_workspace().await.unwrap();
        Self::with(store, Scope::system(workspace)).await
    }

    /// A team in a workspace of its own, in the same database.
    pub async fn other(&self) -> Self {
        let workspace = self.store.create_workspace("other", "Other team").await.unwrap();
        Self::with(self.store.clone(), Scope::system(workspace)).await
    }

    /// A team that works in this scope.
    pub async fn with(store: Store, scope: Scope) -> Self {
        let portfolio =
            store.create_portfolio(scope, "Claims", "What the claims team asks for").await.unwrap();
        let (_, policy) = store.current_policy().await.unwrap();
        let (_, book) = store.current_price_book().await.unwrap();
        Self { store, scope, portfolio, policy, book }
    }

    pub fn sharer(&self) -> Sharer<'static> {
        Sharer::Team(self.scope)
    }

    pub fn decide(&self, use_case: &UseCase) -> Decision {
        domain::decide(use_case, &self.policy, &self.book)
    }

    pub async fn create(&self, use_case: &UseCase) -> UseCaseId {
        self.store
            .create_use_case(self.scope, self.portfolio, use_case, &self.decide(use_case), "First.")
            .await
            .unwrap()
    }

    pub fn frozen(&self, use_case: &UseCase) -> FrozenScenario {
        FrozenScenario {
            title: use_case.title().to_owned(),
            use_case: use_case.clone(),
            policy: self.policy.clone(),
            price_book: (*self.book).clone(),
            decision: self.decide(use_case),
        }
    }
}

/// The worked example of the article under another name and at another volume.
pub fn named(name: &str, requests_per_month: &str) -> UseCase {
    let draft = domain::preset::by_id("article-classification").unwrap().draft();
    UseCase::parse(&draft.with(Field::Name, name).with(Field::RequestsPerMonth, requests_per_month)).unwrap()
}

/// A use case of which nothing is known but the name, so that nothing can be costed.
pub fn unknown(name: &str) -> UseCase {
    UseCase::parse(&Draft::default().with(Field::Name, name)).unwrap()
}

pub fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap()
}

/// Every table of the schema, by name.
pub async fn tables(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT relname::text FROM pg_class
         WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1",
    )
    .fetch_all(pool)
    .await
    .unwrap()
}

/// The tables in which a text stands in some column of some row.
pub async fn tables_that_hold(pool: &PgPool, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for table in tables(pool).await {
        let query =
            format!("SELECT EXISTS (SELECT 1 FROM {table} t WHERE strpos(to_jsonb(t)::text, $1) > 0)");
        if sqlx::query_scalar(AssertSqlSafe(query)).bind(text).fetch_one(pool).await.unwrap() {
            found.push(table);
        }
    }
    found
}

/// What a statement that must fail says.
pub async fn refusal(pool: &PgPool, statement: &str) -> String {
    sqlx::query(AssertSqlSafe(statement)).execute(pool).await.unwrap_err().to_string()
}

/// Runs a statement as superuser and says how many rows it touched.
pub async fn run(pool: &PgPool, statement: &str) -> u64 {
    sqlx::query(AssertSqlSafe(statement)).execute(pool).await.unwrap().rows_affected()
}

/// How many rows of a table meet a condition, seen by a superuser.
pub async fn count(pool: &PgPool, table: &str, condition: &str) -> i64 {
    let query = format!("SELECT count(*) FROM {table} WHERE {condition}");
    sqlx::query_scalar(AssertSqlSafe(query)).fetch_one(pool).await.unwrap()
}
