//! A workspace's rule for approvals, in versions.

use crate::audit::{self, Change};
use crate::document::{read, write};
use crate::{AccountId, AuditAction, Scope, Store, StoreError};
use domain::review::ReviewRule;
use serde_json::json;
use sqlx::PgConnection;

impl Store {
    /// The workspace's rule for approvals.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn review_rule(&self, scope: Scope) -> Result<ReviewRule, StoreError> {
        let mut transaction = self.begin(scope).await?;
        rule(&mut transaction, scope).await
    }

    /// Sets the workspace's rule. What is proposed already keeps the rule it was proposed under.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn set_review_rule(&self, scope: Scope, new: &ReviewRule) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        sqlx::query("SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE")
            .bind(scope.workspace.uuid())
            .execute(&mut *transaction)
            .await?;
        let before = rule(&mut transaction, scope).await?;
        if before == *new {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO review_rules (workspace_id, number, rule, created_by)
             SELECT $1, coalesce(max(number), 0) + 1, $2::json, $3 FROM review_rules WHERE workspace_id = $1",
        )
        .bind(scope.workspace.uuid())
        .bind(write("review rule", new)?)
        .bind(scope.actor.account().map(AccountId::uuid))
        .execute(&mut *transaction)
        .await?;
        let change = Change::of(AuditAction::ReviewRuleSet, scope.workspace.uuid())
            .before(json!(before))
            .after(json!(new));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// The rule in force, or the built-in one where none was ever set.
pub(super) async fn rule(connection: &mut PgConnection, scope: Scope) -> Result<ReviewRule, StoreError> {
    let rule: Option<String> = sqlx::query_scalar(
        "SELECT rule::text FROM review_rules WHERE workspace_id = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(scope.workspace.uuid())
    .fetch_optional(connection)
    .await?;
    rule.map_or_else(|| Ok(ReviewRule::default()), |text| read("review rule", &text))
}
