//! A workspace at work, for the tests of what takes a token.

use domain::access::Role;
use http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use store::PortfolioId;

use crate::{
    people::{Person, founder, invited},
    support::{Answer, Site},
};

/// A workspace of one portfolio with one use case, and a program that works there in its admin's name.
pub struct Office<'a> {
    pub site: &'a Site,
    pub admin: Person,
    /// A token that writes.
    pub token: String,
    pub portfolio: PortfolioId,
    /// Id of the use case, at revision 1.
    pub use_case: String,
}

impl<'a> Office<'a> {
    /// A new workspace; `ada` is the admin of the first one.
    pub async fn new(site: &'a Site, ada: &Person) -> Self {
        let admin = founder(&site.store, ada).await;
        let token = admin.api_token(&site.store, true).await;
        let about = "What the claims team asks for";
        let portfolio = site.store.create_portfolio(admin.scope, "Claims", about).await.unwrap();
        let mut office = Self { site, admin, token, portfolio, use_case: String::new() };
        let created = office.create(&office.token, &sketch()).await;
        assert_eq!(created.status, 201, "{created:?}");
        office.use_case = created.json()["id"].as_str().unwrap().to_owned();
        office
    }

    /// A token of a new member of this role, which writes as far as the role allows.
    pub async fn token_of(&self, role: Role) -> String {
        invited(&self.site.store, &self.admin, role).await.api_token(&self.site.store, true).await
    }

    pub async fn create(&self, token: &str, use_case: &Value) -> Answer {
        let path = self.list_path();
        self.site.write(token, (Method::POST, &path), &[], use_case).await
    }

    /// Replaces the use case, as long as `revision` is current.
    pub async fn replace(&self, token: &str, revision: &str, use_case: &Value) -> Answer {
        let path = self.use_case_path();
        self.site.write(token, (Method::PUT, &path), &[("if-match", revision)], use_case).await
    }

    pub fn list_path(&self) -> String {
        format!("/api/v1/portfolios/{}/use-cases", self.portfolio)
    }

    pub fn use_case_path(&self) -> String {
        format!("/api/v1/use-cases/{}", self.use_case)
    }

    /// Number of entries in the audit log.
    pub async fn log_length(&self) -> i64 {
        self.site.store.audit_head(self.admin.scope).await.unwrap()
    }

    /// Changes the log's entry of this number past the product, as only the owner of the database can.
    pub async fn tamper(&self, pool: &PgPool, seq: i64) {
        sqlx::query("ALTER TABLE audit_events DISABLE TRIGGER audit_events_append_only")
            .execute(pool)
            .await
            .unwrap();
        let changed = sqlx::query(
            "UPDATE audit_events SET action = 'portfolio.archived' WHERE workspace_id = $1 AND seq = $2",
        )
        .bind(self.admin.scope.workspace.uuid())
        .bind(seq)
        .execute(pool)
        .await
        .unwrap();
        assert_eq!(changed.rows_affected(), 1);
    }
}

/// A use case of which little is known, as the description of the API shows it.
pub fn sketch() -> Value {
    json!({
        "name": "Ticket triage",
        "requests_per_month": { "low": 200_000, "likely": 400_000, "high": 900_000 },
        "input_tokens": 350,
        "output_tokens": 5,
        "latency_target_ms": "none",
        "reasoning": "simple",
        "privacy": "cloud_acceptable",
        "frontier_model": "gpt-4o",
        "horizon_months": 36
    })
}
