//! Invitations: links that let one person into a workspace, once. The link that a new server prints, which
//! makes the first administrator, is one of them.

use crate::account::NewAccount;
use crate::audit::{self, Change};
use crate::scope::View;
use crate::session::read_role;
use crate::{
    AccountId, Actor, AuditAction, InvitationId, Scope, Store, StoreError, WorkspaceId, account, email,
    member, token,
};
use domain::access::Role;
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// Hours for which the link works that makes the first administrator.
const SETUP_HOURS: i32 = 24;

/// An invitation that was just made.
#[derive(Clone)]
pub struct NewInvitation {
    /// Its id.
    pub id: InvitationId,
    /// The secret of its link. This is the only time it is seen.
    pub token: String,
}

/// An invitation that still works, in the list of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// Its id.
    pub id: InvitationId,
    /// Whom it is meant for, if somebody.
    pub email: Option<String>,
    /// Role the person gets.
    pub role: Role,
    /// Name of the admin who made it.
    pub invited_by: Option<String>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it stops working.
    pub expires_at: OffsetDateTime,
}

/// What an invitation's link says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Name of the workspace it leads into.
    pub workspace: String,
    /// Role the person gets.
    pub role: Role,
    /// Whom it is meant for, if somebody.
    pub email: Option<String>,
    /// Name of the admin who made it; none for the link that makes the first administrator.
    pub invited_by: Option<String>,
}

/// Who accepts an invitation.
pub enum Invitee {
    /// Somebody without an account, who gets one.
    New(NewAccount),
    /// Somebody who is signed in.
    Known(AccountId),
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    workspace_id: Uuid,
    workspace: String,
    role: String,
    email: Option<String>,
    invited_by: Option<String>,
    is_setup: bool,
    created_at: OffsetDateTime,
    expires_at: OffsetDateTime,
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT i.id, i.workspace_id, w.name AS workspace, i.role, i.email, a.name AS invited_by,
                i.invited_by IS NULL AS is_setup, i.created_at, i.expires_at
             FROM invitations i JOIN workspaces w ON w.id = i.workspace_id LEFT JOIN accounts a ON a.id = i.invited_by
             WHERE i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now() AND ",
            $tail
        )
    };
}

impl Store {
    /// Makes a link that lets one person in with this role. With an address it is meant for that person, to whom
    /// a server that sends e-mails also sends it.
    ///
    /// The e-mail holds the link's secret, of which otherwise only a hash is kept. The address is what the admin
    /// trusts to be that person's, and mail is how admins pass such links on by hand; the secret works once and
    /// for days. Until it is sent the text lies in the database, where requests can write e-mails and not read
    /// them; as soon as it is sent or given up, the text is blanked.
    ///
    /// # Errors
    /// [`StoreError::Text`] for something that is no address; [`StoreError::NotFound`] without an acting account,
    /// since a link that nobody made is the one that makes the first administrator.
    pub async fn invite(
        &self,
        scope: Scope,
        role: Role,
        email: Option<&str>,
        expires_at: OffsetDateTime,
    ) -> Result<NewInvitation, StoreError> {
        let invited_by = scope.actor.account().ok_or(StoreError::NotFound)?;
        let email = email.map(account::email_address).transpose()?;
        let (token, hash) = token::make()?;
        let id = Uuid::now_v7();
        let mut transaction = self.begin(scope).await?;
        sqlx::query(
            "INSERT INTO invitations (id, workspace_id, token_hash, role, email, invited_by, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(id)
        .bind(scope.workspace.uuid())
        .bind(hash)
        .bind(role.key())
        .bind(&email)
        .bind(invited_by.uuid())
        .bind(expires_at)
        .execute(&mut *transaction)
        .await?;
        let change = Change::of(AuditAction::InvitationCreated, id)
            .after(json!({ "role": role.key(), "email": email, "expires_at": expires_at.unix_timestamp() }));
        audit::record(&mut transaction, scope, change).await?;
        if let Some((address, site)) = email.zip(self.email_site.as_deref()) {
            let (workspace, admin): (String, String) = sqlx::query_as(
                "SELECT w.name, a.name FROM workspaces w, accounts a WHERE w.id = $1 AND a.id = $2",
            )
            .bind(scope.workspace.uuid())
            .bind(invited_by.uuid())
            .fetch_one(&mut *transaction)
            .await?;
            let link = format!("{site}/invitations/{token}");
            let letter = email::letter::invitation_email(&workspace, &admin, role, &link, expires_at);
            email::enqueue(&mut transaction, letter.to(Some(scope.workspace), address)).await?;
        }
        transaction.commit().await?;
        self.email_alarm.notify_one();
        Ok(NewInvitation { id: id.into(), token })
    }

    /// Makes a link that lets the first administrator in; `None` once there is an account. Several servers may
    /// each print one: the first that is used ends the others.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn setup_link(&self) -> Result<Option<String>, StoreError> {
        let (token, hash) = token::make()?;
        let mut transaction = self.begin(View::Owner).await?;
        lock_setup(&mut transaction).await?;
        if sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&mut *transaction).await? {
            return Ok(None);
        }
        let workspace = crate::workspace::ensure_first(&mut transaction).await?;
        sqlx::query(
            "INSERT INTO invitations (id, workspace_id, token_hash, role, expires_at)
             VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5))",
        )
        .bind(Uuid::now_v7())
        .bind(workspace.uuid())
        .bind(hash)
        .bind(Role::Admin.key())
        .bind(SETUP_HOURS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(Some(token))
    }

    /// Invitations of a workspace that still work, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn invitations(&self, scope: Scope) -> Result<Vec<InvitationRow>, StoreError> {
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(select!("i.workspace_id = $1 ORDER BY i.created_at DESC, i.id DESC"))
                    .bind(scope.workspace.uuid())
                    .fetch_all(&mut *connection)
                    .await
            })
            .await?;
        let row = |row: Row| {
            Ok(InvitationRow {
                id: row.id.into(),
                email: row.email,
                role: read_role(&row.role)?,
                invited_by: row.invited_by,
                created_at: row.created_at,
                expires_at: row.expires_at,
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// Withdraws an invitation. One that was used or withdrawn already is not found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_invitation(&self, scope: Scope, id: InvitationId) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        let role: String = sqlx::query_scalar(
            "UPDATE invitations SET revoked_at = now()
             WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL AND accepted_at IS NULL RETURNING role",
        )
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .fetch_one(&mut *transaction)
        .await?;
        let change = Change::of(AuditAction::InvitationRevoked, id.uuid()).before(json!({ "role": role }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// What an invitation's link says, or `None` when it does not work (any more).
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn invitation(&self, secret: &str) -> Result<Option<Invitation>, StoreError> {
        let Some(hash) = token::hash_of(secret) else { return Ok(None) };
        let row: Option<Row> = self
            .read(View::Owner, |mut connection| {
                let hash = hash.clone();
                async move {
                    sqlx::query_as(select!("i.token_hash = $1"))
                        .bind(hash)
                        .fetch_optional(&mut *connection)
                        .await
                }
            })
            .await?;
        row.map(Row::into_invitation).transpose()
    }

    /// Lets somebody in by a link, which then works no more, and returns who that is. An invitation that is
    /// meant for one address gives a new account that address, whatever was typed.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a link that does not work; [`StoreError::NotInvited`] for somebody else than it is
    /// meant for; [`StoreError::EmailTaken`]: whoever has an
    /// account signs in first; [`StoreError::WeakPassword`], [`StoreError::Text`].
    pub async fn accept_invitation(
        &self,
        secret: &str,
        invitee: Invitee,
    ) -> Result<(AccountId, WorkspaceId), StoreError> {
        let hash = token::hash_of(secret).ok_or(StoreError::NotFound)?;
        let invitation = self.invitation(secret).await?.ok_or(StoreError::NotFound)?;
        let prepared = match invitee {
            Invitee::Known(id) => {
                let account = self.account(id).await?;
                let meant = invitation.email.is_none_or(|email| email.eq_ignore_ascii_case(&account.email));
                if !meant {
                    return Err(StoreError::NotInvited);
                }
                Err(id)
            }
            Invitee::New(new) => {
                let email = invitation.email.unwrap_or(new.email);
                Ok(NewAccount { email, ..new }.prepared().await?)
            }
        };
        let mut transaction = self.begin(View::Owner).await?;
        lock_setup(&mut transaction).await?;
        let row: Option<Row> = sqlx::query_as(select!("i.token_hash = $1 FOR UPDATE OF i"))
            .bind(&hash)
            .fetch_optional(&mut *transaction)
            .await?;
        let row = row.ok_or(StoreError::NotFound)?;
        let id = match prepared {
            Ok(new) => new.insert(&mut transaction).await?,
            Err(known) => known,
        };
        sqlx::query("UPDATE invitations SET accepted_at = now(), accepted_by = $2 WHERE id = $1")
            .bind(row.id)
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await?;
        if row.is_setup {
            sqlx::query(
                "UPDATE invitations SET revoked_at = now()
                 WHERE invited_by IS NULL AND revoked_at IS NULL AND accepted_at IS NULL",
            )
            .execute(&mut *transaction)
            .await?;
        }
        let workspace = WorkspaceId::from(row.workspace_id);
        // The session comes after the account, so the log names the person and no session.
        let scope = Scope { workspace, actor: Actor::Account { account: id } };
        member::join(&mut transaction, scope, id, read_role(&row.role)?).await?;
        transaction.commit().await?;
        Ok((id, workspace))
    }
}

/// Held while the first account may come into being, so that there is one first administrator. The number is
/// "first" in ASCII.
async fn lock_setup(connection: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(0x66_6972_7374_i64).execute(connection).await?;
    Ok(())
}

impl Row {
    fn into_invitation(self) -> Result<Invitation, StoreError> {
        Ok(Invitation {
            workspace: self.workspace,
            role: read_role(&self.role)?,
            email: self.email,
            invited_by: self.invited_by,
        })
    }
}
