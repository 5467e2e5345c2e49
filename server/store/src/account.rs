//! Accounts: who can sign in, with a password or through an OpenID Connect provider.

use crate::scope::View;
use crate::{AccountId, Store, StoreError, password, text};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

/// Most characters of an account's name.
pub const NAME_LENGTH: usize = 120;

/// Most characters of an e-mail address (RFC 5321, with its brackets).
const EMAIL_LENGTH: usize = 254;

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount {
    /// Address it signs in with.
    pub email: String,
    /// Name as others read it.
    pub name: String,
    /// How it signs in.
    pub credential: Credential,
}

/// How a new account signs in.
#[derive(Clone)]
pub enum Credential {
    /// With a password of its own.
    Password(String),
    /// Through its organisation.
    Identity(Identity),
}

/// Who somebody is at an OpenID Connect provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Issuer of the ID token.
    pub issuer: String,
    /// The issuer's own name for the person.
    pub subject: String,
}

/// An account as itself and its colleagues see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Address it signs in with.
    pub email: String,
    /// Name as others read it.
    pub name: String,
    /// Whether it has a password.
    pub has_password: bool,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    email: String,
    name: String,
    has_password: bool,
}

impl From<Row> for Account {
    fn from(row: Row) -> Self {
        Self { id: row.id.into(), email: row.email, name: row.name, has_password: row.has_password }
    }
}

impl Store {
    /// The account that this address and password belong to, or `None`, after the same time, whatever is
    /// wrong with them.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn authenticate(&self, email: &str, password: &str) -> Result<Option<AccountId>, StoreError> {
        // Postgres takes no NUL in a text and would refuse the query; no address has one.
        let email = &email.trim().replace('\0', "\u{fffd}");
        let found: Option<(Uuid, Option<String>)> = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_as("SELECT id, password_hash FROM accounts WHERE lower(email) = lower($1)")
                    .bind(email)
                    .fetch_optional(&mut *connection)
                    .await
            })
            .await?;
        let (id, hash) = found.map_or((None, None), |(id, hash)| (Some(id), hash));
        let matches = password::verify(password, hash).await?;
        Ok(id.filter(|_| matches).map(AccountId::from))
    }

    /// The account of somebody at an OpenID Connect provider, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn account_of_identity(&self, identity: &Identity) -> Result<Option<AccountId>, StoreError> {
        let id: Option<Uuid> = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_scalar(
                    "SELECT account_id FROM account_identities WHERE issuer = $1 AND subject = $2",
                )
                .bind(&identity.issuer)
                .bind(&identity.subject)
                .fetch_optional(&mut *connection)
                .await
            })
            .await?;
        Ok(id.map(AccountId::from))
    }

    /// Whether an account can sign in through a provider.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn has_identity(&self, account: AccountId) -> Result<bool, StoreError> {
        self.read(View::Owner, |mut connection| async move {
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM account_identities WHERE account_id = $1)")
                .bind(account.uuid())
                .fetch_one(&mut *connection)
                .await
        })
        .await
    }

    /// Lets an account, which is signed in, also sign in through a provider.
    ///
    /// # Errors
    /// [`StoreError::IdentityTaken`] when that identity belongs to another account.
    pub async fn link_identity(&self, account: AccountId, identity: &Identity) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        link(&mut transaction, account, identity).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// One account.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn account(&self, id: AccountId) -> Result<Account, StoreError> {
        let row: Row = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_as(
                    "SELECT id, email, name, password_hash IS NOT NULL AS has_password FROM accounts WHERE id = $1",
                )
                .bind(id.uuid())
                .fetch_one(&mut *connection)
                .await
            })
            .await?;
        Ok(row.into())
    }

    /// Whether anybody can sign in at all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn has_accounts(&self) -> Result<bool, StoreError> {
        self.read(View::Owner, |mut connection| async move {
            sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM accounts)").fetch_one(&mut *connection).await
        })
        .await
    }

    /// Gives an account another name.
    ///
    /// # Errors
    /// [`StoreError::Text`], [`StoreError::NotFound`].
    pub async fn rename_account(&self, id: AccountId, name: &str) -> Result<(), StoreError> {
        let name = text::required("name", name, NAME_LENGTH)?;
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query_scalar::<_, Uuid>("UPDATE accounts SET name = $2 WHERE id = $1 RETURNING id")
            .bind(id.uuid())
            .bind(name)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Changes a password and ends all other sessions of the account. The present password is asked for
    /// again, because whoever sits at an unlocked screen should not be able to keep the account.
    ///
    /// # Errors
    /// [`StoreError::WrongPassword`], [`StoreError::WeakPassword`].
    pub async fn change_password(
        &self,
        id: AccountId,
        present: &str,
        new: &str,
        keep: crate::SessionId,
    ) -> Result<(), StoreError> {
        let account = self.account(id).await?;
        if account.has_password && self.authenticate(&account.email, present).await? != Some(id) {
            return Err(StoreError::WrongPassword);
        }
        password::check(new, &account.email, &account.name)?;
        self.set_password(id, new, Some(keep)).await
    }

    /// Sets a password without asking for the present one: for whoever runs the server. Ends the account's
    /// sessions.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no account of this address; [`StoreError::WeakPassword`].
    pub async fn reset_password(&self, email: &str, new: &str) -> Result<(), StoreError> {
        let row: Row = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_as(
                    "SELECT id, email, name, password_hash IS NOT NULL AS has_password FROM accounts
                     WHERE lower(email) = lower($1)",
                )
                .bind(email.trim())
                .fetch_one(&mut *connection)
                .await
            })
            .await?;
        let account = Account::from(row);
        password::check(new, &account.email, &account.name)?;
        self.set_password(account.id, new, None).await
    }

    async fn set_password(
        &self,
        id: AccountId,
        new: &str,
        keep: Option<crate::SessionId>,
    ) -> Result<(), StoreError> {
        let hash = password::hash(new).await?;
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query("UPDATE accounts SET password_hash = $2, password_changed_at = now() WHERE id = $1")
            .bind(id.uuid())
            .bind(hash)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "UPDATE sessions SET revoked_at = now()
             WHERE account_id = $1 AND revoked_at IS NULL AND id IS DISTINCT FROM $2",
        )
        .bind(id.uuid())
        .bind(keep.map(crate::SessionId::uuid))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

impl NewAccount {
    /// Checks what was typed and hashes the password, which takes a moment and is better done before a
    /// transaction begins.
    ///
    /// # Errors
    /// [`StoreError::Text`], [`StoreError::WeakPassword`].
    pub(crate) async fn prepared(self) -> Result<PreparedAccount, StoreError> {
        let name = text::required("name", &self.name, NAME_LENGTH)?;
        let email = email_address(&self.email)?;
        let (password_hash, identity) = match self.credential {
            Credential::Password(password) => {
                password::check(&password, &email, &name)?;
                (Some(password::hash(&password).await?), None)
            }
            Credential::Identity(identity) => (None, Some(identity)),
        };
        Ok(PreparedAccount { email, name, password_hash, identity })
    }
}

/// A new account, checked.
pub(crate) struct PreparedAccount {
    pub(crate) email: String,
    pub(crate) name: String,
    password_hash: Option<String>,
    identity: Option<Identity>,
}

impl PreparedAccount {
    /// Adds it inside the caller's transaction, which must see everything.
    ///
    /// # Errors
    /// [`StoreError::EmailTaken`], [`StoreError::IdentityTaken`].
    pub(crate) async fn insert(self, connection: &mut PgConnection) -> Result<AccountId, StoreError> {
        let id = AccountId::from(Uuid::now_v7());
        sqlx::query(
            "INSERT INTO accounts (id, email, name, password_hash, password_changed_at)
             VALUES ($1, $2, $3, $4, CASE WHEN $4 IS NOT NULL THEN now() END)",
        )
        .bind(id.uuid())
        .bind(self.email)
        .bind(self.name)
        .bind(self.password_hash)
        .execute(&mut *connection)
        .await?;
        if let Some(identity) = self.identity {
            link(connection, id, &identity).await?;
        }
        Ok(id)
    }
}

async fn link(connection: &mut PgConnection, id: AccountId, identity: &Identity) -> Result<(), StoreError> {
    let owner: Uuid = sqlx::query_scalar(
        "INSERT INTO account_identities (issuer, subject, account_id) VALUES ($1, $2, $3)
         ON CONFLICT (issuer, subject) DO UPDATE SET issuer = excluded.issuer RETURNING account_id",
    )
    .bind(&identity.issuer)
    .bind(&identity.subject)
    .bind(id.uuid())
    .fetch_one(connection)
    .await?;
    if owner == id.uuid() { Ok(()) } else { Err(StoreError::IdentityTaken) }
}

/// An e-mail address, as far as it can be told without writing to it: something, an @, something.
///
/// # Errors
/// [`StoreError::Text`].
pub(crate) fn email_address(text: &str) -> Result<String, StoreError> {
    let email = text::required("email", text, EMAIL_LENGTH)?;
    let fits = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !email.contains([' ', '<', '>', ','])
    });
    if fits {
        Ok(email)
    } else {
        Err(StoreError::Text { field: "email", problem: "should look like name@example.org".to_owned() })
    }
}
