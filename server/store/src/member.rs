//! Members: which accounts work in a workspace, and what they may do there.

use crate::audit::{self, Change};
use crate::scope::View;
use crate::session::{Membership, read_role};
use crate::{AccountId, AuditAction, Scope, Store, StoreError, WorkspaceId, text};
use domain::access::Role;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// One member of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The account.
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub email: String,
    /// What it may do.
    pub role: Role,
    /// When it joined.
    pub joined_at: OffsetDateTime,
}

#[derive(FromRow)]
struct Row {
    account_id: Uuid,
    name: String,
    email: String,
    role: String,
    joined_at: OffsetDateTime,
}

impl Store {
    /// Members of a workspace by name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn members(&self, scope: Scope) -> Result<Vec<Member>, StoreError> {
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT m.account_id, a.name, a.email, m.role, m.joined_at
                     FROM members m JOIN accounts a ON a.id = m.account_id
                     WHERE m.workspace_id = $1 AND m.left_at IS NULL ORDER BY lower(a.name), a.id",
                )
                .bind(scope.workspace.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let member = |row: Row| {
            Ok(Member {
                account: row.account_id.into(),
                name: row.name,
                email: row.email,
                role: read_role(&row.role)?,
                joined_at: row.joined_at,
            })
        };
        rows.into_iter().map(member).collect()
    }

    /// Workspaces an account belongs to, by name.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn memberships(&self, account: AccountId) -> Result<Vec<Membership>, StoreError> {
        let rows: Vec<(Uuid, String, String)> = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_as(
                    "SELECT w.id, w.name, m.role FROM members m JOIN workspaces w ON w.id = m.workspace_id
                     WHERE m.account_id = $1 AND m.left_at IS NULL ORDER BY lower(w.name), w.id",
                )
                .bind(account.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        rows.into_iter()
            .map(|(id, name, role)| Ok(Membership { workspace: id.into(), name, role: read_role(&role)? }))
            .collect()
    }

    /// Gives a member another role. The one it has already changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::LastAdmin`].
    pub async fn set_role(&self, scope: Scope, account: AccountId, role: Role) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        let (name, before) = lock(&mut transaction, scope, account).await?;
        if before == role {
            return Ok(());
        }
        sqlx::query("UPDATE members SET role = $3 WHERE workspace_id = $1 AND account_id = $2")
            .bind(scope.workspace.uuid())
            .bind(account.uuid())
            .bind(role.key())
            .execute(&mut *transaction)
            .await?;
        if role < before {
            sqlx::query(REVOKE_INVITATIONS_BY)
                .bind(scope.workspace.uuid())
                .bind(account.uuid())
                .execute(&mut *transaction)
                .await?;
        }
        let change = Change::of(AuditAction::MemberRoleChanged, account.uuid())
            .before(json!({ "role": before.key() }))
            .after(json!({ "name": name, "role": role.key() }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Takes a member out of the workspace: an admin somebody else, or a person themself. What it did keeps
    /// its name; its API tokens of this workspace end.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::LastAdmin`].
    pub async fn remove_member(&self, scope: Scope, account: AccountId) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        let (name, role) = lock(&mut transaction, scope, account).await?;
        for statement in [
            "UPDATE members SET left_at = now() WHERE workspace_id = $1 AND account_id = $2",
            "UPDATE api_tokens SET revoked_at = now()
             WHERE workspace_id = $1 AND account_id = $2 AND revoked_at IS NULL",
            // Else whoever is removed could come back by a link of their own.
            REVOKE_INVITATIONS_BY,
        ] {
            sqlx::query(statement)
                .bind(scope.workspace.uuid())
                .bind(account.uuid())
                .execute(&mut *transaction)
                .await?;
        }
        let action = if scope.actor.account() == Some(account) {
            AuditAction::MemberLeft
        } else {
            AuditAction::MemberRemoved
        };
        let change = Change::of(action, account.uuid()).before(json!({ "name": name, "role": role.key() }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Founds a workspace with the acting account as its admin.
    ///
    /// # Errors
    /// [`StoreError::Text`].
    pub async fn found_workspace(
        &self,
        account: AccountId,
        session: crate::SessionId,
        name: &str,
    ) -> Result<WorkspaceId, StoreError> {
        let name = text::required("name", name, 120)?;
        let id = Uuid::now_v7();
        let scope = Scope { workspace: id.into(), actor: crate::Actor::Session { account, session } };
        let mut transaction = self.begin(scope).await?;
        sqlx::query("INSERT INTO workspaces (id, slug, name) VALUES ($1, $2, $3)")
            .bind(id)
            .bind(format!("w-{}", id.simple()))
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        join(&mut transaction, scope, account, Role::Admin).await?;
        transaction.commit().await?;
        Ok(id.into())
    }

    /// Gives a workspace another name.
    ///
    /// # Errors
    /// [`StoreError::Text`].
    pub async fn rename_workspace(&self, scope: Scope, name: &str) -> Result<(), StoreError> {
        let name = text::required("name", name, 120)?;
        let mut transaction = self.begin(scope).await?;
        let before: String =
            sqlx::query_scalar("SELECT name FROM workspaces WHERE id = $1 FOR NO KEY UPDATE")
                .bind(scope.workspace.uuid())
                .fetch_one(&mut *transaction)
                .await?;
        if before == name {
            return Ok(());
        }
        sqlx::query("UPDATE workspaces SET name = $2 WHERE id = $1")
            .bind(scope.workspace.uuid())
            .bind(&name)
            .execute(&mut *transaction)
            .await?;
        let change = Change::of(AuditAction::WorkspaceRenamed, scope.workspace.uuid())
            .before(json!({ "name": before }))
            .after(json!({ "name": name }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Ends the invitations that somebody made and nobody used yet.
const REVOKE_INVITATIONS_BY: &str = "UPDATE invitations SET revoked_at = now()
     WHERE workspace_id = $1 AND invited_by = $2 AND revoked_at IS NULL AND accepted_at IS NULL";

/// Lets an account into the scope's workspace inside the caller's transaction. One that belongs to it
/// already keeps the higher of the two roles.
pub(crate) async fn join(
    connection: &mut PgConnection,
    scope: Scope,
    account: AccountId,
    role: Role,
) -> Result<(), StoreError> {
    let present: Option<String> = sqlx::query_scalar(
        "SELECT role FROM members WHERE workspace_id = $1 AND account_id = $2 AND left_at IS NULL FOR UPDATE",
    )
    .bind(scope.workspace.uuid())
    .bind(account.uuid())
    .fetch_optional(&mut *connection)
    .await?;
    let present = present.map(|role| read_role(&role)).transpose()?;
    if present.is_some_and(|present| present >= role) {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO members (workspace_id, account_id, role) VALUES ($1, $2, $3)
         ON CONFLICT (workspace_id, account_id)
         DO UPDATE SET role = excluded.role, left_at = NULL,
            joined_at = CASE WHEN members.left_at IS NULL THEN members.joined_at ELSE now() END",
    )
    .bind(scope.workspace.uuid())
    .bind(account.uuid())
    .bind(role.key())
    .execute(&mut *connection)
    .await?;
    let name: String = sqlx::query_scalar("SELECT name FROM accounts WHERE id = $1")
        .bind(account.uuid())
        .fetch_one(&mut *connection)
        .await?;
    let change = match present {
        Some(before) => {
            Change::of(AuditAction::MemberRoleChanged, account.uuid()).before(json!({ "role": before.key() }))
        }
        None => Change::of(AuditAction::MemberJoined, account.uuid()),
    };
    audit::record(connection, scope, change.after(json!({ "name": name, "role": role.key() }))).await?;
    Ok(())
}

async fn lock(
    connection: &mut PgConnection,
    scope: Scope,
    account: AccountId,
) -> Result<(String, Role), StoreError> {
    // The workspace first: two admins who leave at once would otherwise each hold their own row and wait
    // for the other's.
    // Not the key: whoever records a change holds the log and needs the key for a moment, while we are about to
    // wait for the log.
    sqlx::query("SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE")
        .bind(scope.workspace.uuid())
        .execute(&mut *connection)
        .await?;
    let found: Option<(String, String)> = sqlx::query_as(
        "SELECT a.name, m.role FROM members m JOIN accounts a ON a.id = m.account_id
         WHERE m.workspace_id = $1 AND m.account_id = $2 AND m.left_at IS NULL FOR UPDATE OF m",
    )
    .bind(scope.workspace.uuid())
    .bind(account.uuid())
    .fetch_optional(connection)
    .await?;
    let (name, role) = found.ok_or(StoreError::NotFound)?;
    Ok((name, read_role(&role)?))
}
