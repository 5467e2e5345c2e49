//! API tokens: secrets with which programs work in an account's name, in one workspace.

use crate::audit::{self, Change};
use crate::scope::View;
use crate::session::read_role;
use crate::{AccountId, Actor, ApiTokenId, AuditAction, Scope, Store, StoreError, text, token};
use domain::access::Role;
use serde_json::json;
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

/// What every API token begins with, so that programs that look for leaked secrets recognise it.
pub const API_TOKEN_PREFIX: &str = "parsimony_";

/// An API token that was just made.
#[derive(Clone)]
pub struct NewApiToken {
    /// Its id.
    pub id: ApiTokenId,
    /// The secret itself. This is the only time it is seen.
    pub secret: String,
}

/// An API token in the list of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiTokenRow {
    /// Its id.
    pub id: ApiTokenId,
    /// What it is for.
    pub name: String,
    /// In whose name it acts.
    pub account: AccountId,
    /// That account's name.
    pub account_name: String,
    /// Whether it may change anything.
    pub may_write: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_used_at: Option<OffsetDateTime>,
}

/// What a program may do with its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiAccess {
    /// Where, and in whose name.
    pub scope: Scope,
    /// The role its account has today.
    pub role: Role,
    /// Whether it may change anything.
    pub may_write: bool,
}

impl Store {
    /// Makes a token for the acting account.
    ///
    /// # Errors
    /// [`StoreError::Text`]; [`StoreError::NotFound`] without an acting account.
    pub async fn create_api_token(
        &self,
        scope: Scope,
        name: &str,
        may_write: bool,
        expires_at: OffsetDateTime,
    ) -> Result<NewApiToken, StoreError> {
        let account = scope.actor.account().ok_or(StoreError::NotFound)?;
        let name = text::required("name", name, 120)?;
        let (token, hash) = token::make()?;
        let id = Uuid::now_v7();
        let mut transaction = self.begin(scope).await?;
        sqlx::query(
            "INSERT INTO api_tokens (id, workspace_id, account_id, name, token_hash, may_write, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(scope.workspace.uuid())
        .bind(account.uuid())
        .bind(&name)
        .bind(hash)
        .bind(may_write)
        .bind(expires_at)
        .execute(&mut *transaction)
        .await?;
        let change = Change::of(AuditAction::ApiTokenCreated, id).after(
            json!({ "name": name, "may_write": may_write, "expires_at": expires_at.unix_timestamp() }),
        );
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(NewApiToken { id: id.into(), secret: format!("{API_TOKEN_PREFIX}{token}") })
    }

    /// Tokens of a workspace that still work, newest first: those of one account, or all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn api_tokens(
        &self,
        scope: Scope,
        of: Option<AccountId>,
    ) -> Result<Vec<ApiTokenRow>, StoreError> {
        #[derive(FromRow)]
        struct Row {
            id: Uuid,
            name: String,
            account_id: Uuid,
            account_name: String,
            may_write: bool,
            created_at: OffsetDateTime,
            expires_at: OffsetDateTime,
            last_used_at: Option<OffsetDateTime>,
        }
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT t.id, t.name, t.account_id, a.name AS account_name, t.may_write, t.created_at,
                        t.expires_at, t.last_used_at
                     FROM api_tokens t JOIN accounts a ON a.id = t.account_id
                     WHERE t.workspace_id = $1 AND ($2::uuid IS NULL OR t.account_id = $2)
                        AND t.revoked_at IS NULL AND t.expires_at > now()
                     ORDER BY t.created_at DESC, t.id DESC",
                )
                .bind(scope.workspace.uuid())
                .bind(of.map(AccountId::uuid))
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let row = |row: Row| ApiTokenRow {
            id: row.id.into(),
            name: row.name,
            account: row.account_id.into(),
            account_name: row.account_name,
            may_write: row.may_write,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Withdraws a token: one of this account, or any of the workspace.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_api_token(
        &self,
        scope: Scope,
        id: ApiTokenId,
        of: Option<AccountId>,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        let name: String = sqlx::query_scalar(
            "UPDATE api_tokens SET revoked_at = now()
             WHERE workspace_id = $1 AND id = $2 AND ($3::uuid IS NULL OR account_id = $3) AND revoked_at IS NULL
             RETURNING name",
        )
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .bind(of.map(AccountId::uuid))
        .fetch_one(&mut *transaction)
        .await?;
        let change = Change::of(AuditAction::ApiTokenRevoked, id.uuid()).before(json!({ "name": name }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What this secret allows, if it is good. Notes that it was used, at most once a minute.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn api_access(&self, secret: &str) -> Result<Option<ApiAccess>, StoreError> {
        #[derive(FromRow)]
        struct Row {
            id: Uuid,
            workspace_id: Uuid,
            account_id: Uuid,
            may_write: bool,
            role: String,
            stale: bool,
        }
        let Some(hash) = secret.strip_prefix(API_TOKEN_PREFIX).and_then(token::hash_of) else {
            return Ok(None);
        };
        let row: Option<Row> = self
            .read(View::Owner, |mut connection| {
                let hash = hash.clone();
                async move {
                    sqlx::query_as(
                        "SELECT t.id, t.workspace_id, t.account_id, t.may_write, m.role,
                            coalesce(t.last_used_at < now() - interval '1 minute', true) AS stale
                         FROM api_tokens t
                         JOIN members m ON m.workspace_id = t.workspace_id AND m.account_id = t.account_id
                            AND m.left_at IS NULL
                         WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now()",
                    )
                    .bind(hash)
                    .fetch_optional(&mut *connection)
                    .await
                }
            })
            .await?;
        let Some(row) = row else { return Ok(None) };
        if row.stale {
            let mut transaction = self.begin(View::Owner).await?;
            sqlx::query("UPDATE api_tokens SET last_used_at = now() WHERE id = $1")
                .bind(row.id)
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
        }
        let actor = Actor::ApiToken { account: row.account_id.into(), token: row.id.into() };
        Ok(Some(ApiAccess {
            scope: Scope { workspace: row.workspace_id.into(), actor },
            role: read_role(&row.role)?,
            may_write: row.may_write,
        }))
    }
}
