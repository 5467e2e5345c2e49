//! Sessions: browsers that are signed in, and the workspace each works in.

use crate::scope::View;
use crate::{AccountId, Actor, Scope, SessionId, Store, StoreError, WorkspaceId, text, token};
use domain::access::Role;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

/// How long a session lives at most, in days; then the person signs in again.
pub const LIFETIME_DAYS: i32 = 30;

/// A session that was just made.
#[derive(Clone)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// The secret for the browser's cookie. This is the only time it is seen.
    pub token: String,
}

/// Who is signed in, and where they work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The session.
    pub session: SessionId,
    /// The account.
    pub account: AccountId,
    /// Its address.
    pub email: String,
    /// Its name.
    pub name: String,
    /// Where it works at present; none for an account that belongs to no workspace any more.
    pub workspace: Option<Membership>,
}

impl SignedIn {
    /// The scope of its calls in its present workspace.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        let actor = Actor::Session { account: self.account, session: self.session };
        self.workspace.as_ref().map(|membership| Scope { workspace: membership.workspace, actor })
    }
}

/// One workspace of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its name.
    pub name: String,
    /// What the account may do there.
    pub role: Role,
}

/// A session in the list of an account's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// What the browser said it is.
    pub device: String,
    /// Network address it was made from.
    pub address: String,
    /// When somebody signed in.
    pub created_at: OffsetDateTime,
    /// When it was last used, to the minute.
    pub last_used_at: OffsetDateTime,
}

#[derive(FromRow)]
struct Found {
    session: Uuid,
    account: Uuid,
    email: String,
    name: String,
    stale: bool,
    workspace: Option<Uuid>,
    workspace_name: Option<String>,
    role: Option<String>,
}

/// The live session of a token, with the workspace it works in: the one it chose, or else the one the
/// account joined first.
const BY_TOKEN: &str = "
    SELECT s.id AS session, a.id AS account, a.email, a.name,
        s.last_used_at < now() - interval '1 minute' AS stale,
        w.workspace_id AS workspace, w.name AS workspace_name, w.role
    FROM sessions s
    JOIN accounts a ON a.id = s.account_id
    LEFT JOIN LATERAL (
        SELECT m.workspace_id, w.name, m.role FROM members m JOIN workspaces w ON w.id = m.workspace_id
        WHERE m.account_id = s.account_id AND m.left_at IS NULL
        ORDER BY m.workspace_id IS NOT DISTINCT FROM s.workspace_id DESC, m.joined_at, m.workspace_id LIMIT 1
    ) w ON true
    WHERE s.token_hash = $1 AND s.revoked_at IS NULL AND s.expires_at > now()";

impl Store {
    /// Signs an account in: a new session with a new secret, whatever the browser had before.
    ///
    /// # Errors
    /// [`StoreError::Random`], [`StoreError::Unavailable`].
    pub async fn create_session(
        &self,
        account: AccountId,
        device: &str,
        address: &str,
    ) -> Result<NewSession, StoreError> {
        let (token, hash) = token::make()?;
        let id = Uuid::now_v7();
        let device: String = text::beginning(device, 300).chars().filter(|c| !c.is_control()).collect();
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query(
            "INSERT INTO sessions (id, account_id, token_hash, device, address, expires_at)
             VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6))",
        )
        .bind(id)
        .bind(account.uuid())
        .bind(hash)
        .bind(device)
        .bind(text::beginning(address, 64))
        .bind(LIFETIME_DAYS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(NewSession { id: id.into(), token })
    }

    /// Who holds this session token, if it is good. Notes that it was used, at most once a minute.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn signed_in(&self, session_token: &str) -> Result<Option<SignedIn>, StoreError> {
        let Some(hash) = token::hash_of(session_token) else { return Ok(None) };
        let found: Option<Found> = self
            .read(View::Owner, |mut connection| {
                let hash = hash.clone();
                async move { sqlx::query_as(BY_TOKEN).bind(hash).fetch_optional(&mut *connection).await }
            })
            .await?;
        let Some(found) = found else { return Ok(None) };
        if found.stale {
            self.note_use_of_session(found.session).await?;
        }
        let workspace = match (found.workspace, found.workspace_name, found.role) {
            (Some(id), Some(name), Some(role)) => {
                Some(Membership { workspace: id.into(), name, role: read_role(&role)? })
            }
            _ => None,
        };
        Ok(Some(SignedIn {
            session: found.session.into(),
            account: found.account.into(),
            email: found.email,
            name: found.name,
            workspace,
        }))
    }

    async fn note_use_of_session(&self, session: Uuid) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query("UPDATE sessions SET last_used_at = now() WHERE id = $1")
            .bind(session)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Live sessions of an account, the one used last first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn sessions(&self, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
        type Row = (Uuid, String, String, OffsetDateTime, OffsetDateTime);
        let rows: Vec<Row> = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_as(
                    "SELECT id, device, address, created_at, last_used_at FROM sessions
                     WHERE account_id = $1 AND revoked_at IS NULL AND expires_at > now()
                     ORDER BY last_used_at DESC, id DESC",
                )
                .bind(account.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let row = |(id, device, address, created_at, last_used_at): Row| SessionRow {
            id: id.into(),
            device,
            address,
            created_at,
            last_used_at,
        };
        Ok(rows.into_iter().map(row).collect())
    }

    /// Ends one session of an account. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account has no such session.
    pub async fn revoke_session(&self, account: AccountId, session: SessionId) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query_scalar::<_, Uuid>(
            "UPDATE sessions SET revoked_at = coalesce(revoked_at, now())
             WHERE account_id = $1 AND id = $2 RETURNING id",
        )
        .bind(account.uuid())
        .bind(session.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ends all sessions of an account but one, and says how many that were.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn revoke_other_sessions(
        &self,
        account: AccountId,
        keep: SessionId,
    ) -> Result<u64, StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        let done = sqlx::query(
            "UPDATE sessions SET revoked_at = now() WHERE account_id = $1 AND id <> $2 AND revoked_at IS NULL",
        )
        .bind(account.uuid())
        .bind(keep.uuid())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(done.rows_affected())
    }

    /// Lets a session work in another workspace of its account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the account does not belong to that workspace.
    pub async fn switch_workspace(
        &self,
        account: AccountId,
        session: SessionId,
        workspace: WorkspaceId,
    ) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query_scalar::<_, Uuid>(
            "UPDATE sessions s SET workspace_id = m.workspace_id FROM members m
             WHERE s.id = $2 AND s.account_id = $1 AND m.account_id = $1 AND m.workspace_id = $3
                AND m.left_at IS NULL
             RETURNING s.id",
        )
        .bind(account.uuid())
        .bind(session.uuid())
        .bind(workspace.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// A role as it is stored.
pub(crate) fn read_role(key: &str) -> Result<Role, StoreError> {
    key.parse().map_err(|_| StoreError::Unreadable { what: "role", source: key.to_owned().into() })
}
