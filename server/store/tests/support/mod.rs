//! What the tests of the store share: small builders over the real engine.
#![allow(dead_code, clippy::unwrap_used)]

use domain::decision::Decision;
use domain::field::Draft;
use domain::policy::Policy;
use domain::prices::PriceBook;
use domain::use_case::{Field, UseCase};
use sqlx::PgPool;
use std::sync::Arc;
use store::{FrozenScenario, PortfolioId, Store, UseCaseId, WorkspaceId};

/// A seeded store with a portfolio of its own beside the sample.
pub struct Team {
    pub store: Store,
    pub workspace: WorkspaceId,
    pub portfolio: PortfolioId,
    pub policy: Policy,
    pub book: Arc<PriceBook>,
}

impl Team {
    pub async fn new(pool: &PgPool) -> Self {
        let store = Store::from_pool(pool.clone());
        store.seed().await.unwrap();
        let workspace = store.local_workspace().await.unwrap();
        Self::in_workspace(store, workspace).await
    }

    /// A team in a workspace of its own, in the same database.
    pub async fn other(&self) -> Self {
        let workspace = self.store.create_workspace("other", "Other team").await.unwrap();
        Self::in_workspace(self.store.clone(), workspace).await
    }

    async fn in_workspace(store: Store, workspace: WorkspaceId) -> Self {
        let portfolio =
            store.create_portfolio(workspace, "Claims", "What the claims team asks for").await.unwrap();
        let (_, policy) = store.current_policy().await.unwrap();
        let (_, book) = store.current_price_book().await.unwrap();
        Self { store, workspace, portfolio, policy, book }
    }

    pub fn decide(&self, use_case: &UseCase) -> Decision {
        domain::decide(use_case, &self.policy, &self.book)
    }

    pub async fn create(&self, use_case: &UseCase) -> UseCaseId {
        self.store
            .create_use_case(self.workspace, self.portfolio, use_case, &self.decide(use_case), "First.")
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
