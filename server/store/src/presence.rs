//! Who looks at a use case now.

use crate::scope::View;
use crate::{AccountId, Scope, Store, StoreError, UseCaseId};
use uuid::Uuid;

impl Store {
    /// Notes that an open page of the acting account shows this use case. `connection` names the page.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the workspace has no such use case.
    pub async fn arrive(
        &self,
        scope: Scope,
        use_case: UseCaseId,
        connection: Uuid,
    ) -> Result<(), StoreError> {
        let account = scope.actor.account().ok_or(StoreError::NotFound)?;
        let mut transaction = self.begin(scope).await?;
        let done = sqlx::query(
            "INSERT INTO presence (connection_id, workspace_id, use_case_id, account_id)
             SELECT $1, workspace_id, id, $4 FROM use_cases WHERE workspace_id = $2 AND id = $3
             ON CONFLICT (connection_id) DO UPDATE SET seen_at = now()",
        )
        .bind(connection)
        .bind(scope.workspace.uuid())
        .bind(use_case.uuid())
        .bind(account.uuid())
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NotFound);
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Notes that the page is still open. One that was taken for closed, because its server or the database slept,
    /// has arrived again: there is no other way to learn that it is there.
    ///
    /// # Errors
    /// As [`Store::arrive`].
    pub async fn stay(&self, scope: Scope, use_case: UseCaseId, connection: Uuid) -> Result<(), StoreError> {
        self.arrive(scope, use_case, connection).await
    }

    /// Notes that the page was closed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn leave(&self, scope: Scope, connection: Uuid) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        sqlx::query("DELETE FROM presence WHERE workspace_id = $1 AND connection_id = $2")
            .bind(scope.workspace.uuid())
            .bind(connection)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Names of the others who look at a use case, by name. A page that was not heard of for a minute is closed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn others_present(&self, scope: Scope, use_case: UseCaseId) -> Result<Vec<String>, StoreError> {
        self.read(scope, |mut connection| async move {
            sqlx::query_scalar(
                "SELECT DISTINCT a.name FROM presence p JOIN accounts a ON a.id = p.account_id
                 WHERE p.workspace_id = $1 AND p.use_case_id = $2 AND p.account_id <> $3
                    AND p.seen_at > now() - interval '1 minute'
                 ORDER BY a.name",
            )
            .bind(scope.workspace.uuid())
            .bind(use_case.uuid())
            .bind(scope.actor.account().map_or(Uuid::nil(), AccountId::uuid))
            .fetch_all(&mut *connection)
            .await
        })
        .await
    }

    /// Whom an audit event was told to.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn told(&self, scope: Scope, seq: i64) -> Result<Vec<AccountId>, StoreError> {
        let told: Vec<Uuid> = self
            .read(scope, |mut connection| async move {
                sqlx::query_scalar(
                    "SELECT account_id FROM notifications WHERE workspace_id = $1 AND seq = $2",
                )
                .bind(scope.workspace.uuid())
                .bind(seq)
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        Ok(told.into_iter().map(AccountId::from).collect())
    }

    /// Throws away pages whose server died.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn sweep_presence(&self) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query("DELETE FROM presence WHERE seen_at < now() - interval '1 minute'")
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
