//! E-mails that wait to be sent. Each is written in the transaction it speaks of, so that none is lost and none
//! tells of what did not happen; a job of the server hands them to a mail server.

pub(crate) mod letter;

use crate::scope::View;
use crate::{AccountId, Reason, Store, StoreError, WorkspaceId};
use letter::{Letter, notification_email};
use sqlx::{FromRow, PgConnection};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// Seconds for which a claimed e-mail belongs to the server that claimed it. Longer than an attempt may take;
/// a server that is killed in the middle leaves its e-mails to others after this.
const CLAIM_SECONDS: f64 = 120.0;

/// Seconds to wait after each attempt that failed: 1 minute, 5, 30, 2 hours, 12 hours. Together long enough for
/// a mail server that is away overnight.
const WAIT_SECONDS: [f64; 5] = [60.0, 300.0, 1_800.0, 7_200.0, 43_200.0];

/// Days after which an e-mail is too old to be sent: a server whose mail was off for a week should not catch up
/// on a week of news.
const OLDEST_DAYS: i32 = 3;

/// Days for which it stays known to whom an e-mail went, for an operator who is asked why none arrived.
const KEPT_DAYS: i64 = 30;

/// An e-mail to be sent.
pub(crate) struct NewEmail {
    /// Workspace it is about; none for one about the account itself.
    pub(crate) workspace: Option<WorkspaceId>,
    /// Address it goes to.
    pub(crate) recipient: String,
    /// Subject line, at most 200 characters.
    pub(crate) subject: String,
    /// Plain text, at most 20,000 characters.
    pub(crate) body: String,
}

/// An e-mail whose time has come. Not printable: its body may hold a link that lets its reader in.
#[derive(Clone, FromRow)]
pub struct DueEmail {
    /// Its id, the same at every attempt.
    pub id: Uuid,
    /// Address it goes to.
    pub recipient: String,
    /// Subject line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// When it was written.
    pub created_at: OffsetDateTime,
}

impl Store {
    /// The same store, which also writes e-mails, for a server that sends them. Their links begin with this
    /// address of the site, which has no slash at its end. Without it nothing is written.
    #[must_use]
    pub fn writing_emails(self, site: &str) -> Self {
        Self { email_site: Some(Arc::from(site)), ..self }
    }

    /// Whether e-mails are written, and so sent.
    #[must_use]
    pub fn writes_emails(&self) -> bool {
        self.email_site.is_some()
    }

    /// Waits until this server has written an e-mail. Those of other servers are found by looking now and then.
    pub async fn email_written(&self) {
        self.email_alarm.notified().await;
    }

    /// Writes e-mails about notifications that nobody read yet, at most `limit`, and says how many. Each is written
    /// once, whichever server comes first; those from before e-mail was set up are left alone after a day.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn write_notification_emails(&self, limit: usize) -> Result<usize, StoreError> {
        #[derive(FromRow)]
        struct Due {
            id: Uuid,
            workspace_id: Uuid,
            account_id: Uuid,
            reason: String,
            use_case_id: Uuid,
            use_case: String,
            actor: Option<String>,
        }
        let Some(site) = self.email_site.clone() else { return Ok(0) };
        let mut transaction = self.begin(View::Owner).await?;
        let due: Vec<Due> = sqlx::query_as(
            "SELECT n.id, n.workspace_id, n.account_id, n.reason, u.id AS use_case_id, u.name AS use_case, a.name AS actor
             FROM notifications n
             JOIN use_cases u ON u.workspace_id = n.workspace_id AND u.id = n.use_case_id
             JOIN audit_events e ON e.workspace_id = n.workspace_id AND e.seq = n.seq
             LEFT JOIN accounts a ON a.id = e.account_id
             WHERE n.mailed_at IS NULL AND n.read_at IS NULL AND n.created_at > now() - interval '1 day'
             ORDER BY n.created_at LIMIT $1 FOR UPDATE OF n SKIP LOCKED",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(&mut *transaction)
        .await?;
        for each in &due {
            if let Some(reason) = Reason::of_key(&each.reason) {
                let link = format!("{site}/use-cases/{}", each.use_case_id);
                let letter = notification_email(reason, &each.use_case, each.actor.as_deref(), &link);
                let account = AccountId::from(each.account_id);
                enqueue_notification(&mut transaction, each.workspace_id.into(), account, letter).await?;
            }
            sqlx::query("UPDATE notifications SET mailed_at = now() WHERE id = $1")
                .bind(each.id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(due.len())
    }

    /// Claims e-mails whose time has come, oldest first, at most `limit`. Whoever claims one has two minutes to
    /// say how it went with [`Store::email_sent`] or [`Store::email_failed`]; until then nobody else gets it.
    /// What has waited for days is given up instead.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn due_emails(&self, limit: usize) -> Result<Vec<DueEmail>, StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query(
            "UPDATE emails SET failed_at = now(), body = '', problem = coalesce(problem, 'not sent in time')
             WHERE sent_at IS NULL AND failed_at IS NULL AND next_attempt_at <= now()
                AND created_at < now() - make_interval(days => $1)",
        )
        .bind(OLDEST_DAYS)
        .execute(&mut *transaction)
        .await?;
        let due: Vec<DueEmail> = sqlx::query_as(
            "WITH due AS MATERIALIZED (
                SELECT id FROM emails WHERE sent_at IS NULL AND failed_at IS NULL AND next_attempt_at <= now()
                ORDER BY next_attempt_at, id LIMIT $1 FOR UPDATE SKIP LOCKED)
             UPDATE emails e SET attempts = e.attempts + 1, next_attempt_at = now() + make_interval(secs => $2)
             FROM due WHERE e.id = due.id
             RETURNING e.id, e.recipient, e.subject, e.body, e.created_at",
        )
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .bind(CLAIM_SECONDS)
        .fetch_all(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(due)
    }

    /// Notes that the mail server took an e-mail. Its text is forgotten: it may hold a link that lets its reader
    /// in, and nobody needs it any more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn email_sent(&self, id: Uuid) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query_scalar::<_, Uuid>(
            "UPDATE emails SET sent_at = now(), failed_at = NULL, problem = NULL, body = '' WHERE id = $1 RETURNING id",
        )
        .bind(id)
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Notes why an e-mail could not be sent, and returns when it is tried again. `None` means that it was given
    /// up, because the caller says so or after the last attempt; its text is then forgotten as well.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], also for an e-mail that was sent or given up already.
    pub async fn email_failed(
        &self,
        id: Uuid,
        problem: &str,
        give_up: bool,
    ) -> Result<Option<OffsetDateTime>, StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        let next: Option<OffsetDateTime> = sqlx::query_scalar(
            "UPDATE emails SET problem = $2,
                failed_at = CASE WHEN $3 OR attempts > cardinality($4::float8[]) THEN now() END,
                body = CASE WHEN $3 OR attempts > cardinality($4::float8[]) THEN '' ELSE body END,
                next_attempt_at =
                    coalesce(now() + make_interval(secs => ($4::float8[])[attempts]), next_attempt_at)
             WHERE id = $1 AND sent_at IS NULL AND failed_at IS NULL
             RETURNING CASE WHEN failed_at IS NULL THEN next_attempt_at END",
        )
        .bind(id)
        .bind(problem)
        .bind(give_up)
        .bind(WAIT_SECONDS.to_vec())
        .fetch_one(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(next)
    }
}

impl Store {
    /// Forgets e-mails that were sent or given up more than [`KEPT_DAYS`] before `now`: whom a workspace wrote to
    /// is nobody's business for ever.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn sweep_emails(&self, now: OffsetDateTime) -> Result<u64, StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        let swept = sqlx::query("DELETE FROM emails WHERE coalesce(sent_at, failed_at) < $1")
            .bind(now - Duration::days(KEPT_DAYS))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(swept.rows_affected())
    }
}

/// Adds an e-mail inside the caller's transaction. After the commit, `email_alarm` of the store makes it go out
/// at once instead of within seconds.
///
/// # Errors
/// [`StoreError::Database`] for another workspace than the transaction works in.
pub(crate) async fn enqueue(connection: &mut PgConnection, email: NewEmail) -> Result<(), StoreError> {
    // Nothing is returned: requests may add e-mails and read none.
    sqlx::query(
        "INSERT INTO emails (id, workspace_id, recipient, subject, body) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(Uuid::now_v7())
    .bind(email.workspace.map(WorkspaceId::uuid))
    .bind(email.recipient)
    .bind(email.subject)
    .bind(email.body)
    .execute(connection)
    .await?;
    Ok(())
}

/// The same for a member of the workspace that the transaction works in, at the address of its account. Whoever
/// is no member (any more) gets nothing.
///
/// # Errors
/// [`StoreError::Unavailable`] and the like.
pub(crate) async fn enqueue_notification(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    account: AccountId,
    letter: Letter,
) -> Result<(), StoreError> {
    let recipient: Option<String> = sqlx::query_scalar(
        "SELECT a.email FROM accounts a JOIN members m ON m.account_id = a.id
         WHERE m.workspace_id = $1 AND a.id = $2 AND m.left_at IS NULL",
    )
    .bind(workspace.uuid())
    .bind(account.uuid())
    .fetch_optional(&mut *connection)
    .await?;
    match recipient {
        Some(recipient) => enqueue(connection, letter.to(Some(workspace), recipient)).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Actor, Credential, Identity, Invitee, NewAccount, Scope};
    use sqlx::PgPool;
    use sqlx::postgres::PgPoolOptions;

    #[sqlx::test(migrator = "crate::MIGRATOR")]
    async fn members_are_written_to_at_the_address_of_their_account(pool: PgPool) {
        let options = (*pool.connect_options()).clone();
        let store = Store::from_pool(PgPoolOptions::new().max_connections(2).connect_lazy_with(options));
        let link = store.setup_link().await.unwrap().unwrap();
        let identity = Identity { issuer: "https://login.example.org".to_owned(), subject: "ada".to_owned() };
        let ada = NewAccount {
            email: "ada@example.org".to_owned(),
            name: "Ada".to_owned(),
            credential: Credential::Identity(identity),
        };
        let (ada, workspace) = store.accept_invitation(&link, Invitee::New(ada)).await.unwrap();
        let scope = Scope { workspace, actor: Actor::Account { account: ada } };
        let stranger = AccountId::from(Uuid::now_v7());
        let mut transaction = store.begin(scope).await.unwrap();
        for account in [ada, stranger] {
            let letter = Letter { subject: "News".to_owned(), body: "None".to_owned() };
            enqueue_notification(&mut transaction, workspace, account, letter).await.unwrap();
        }
        assert!(store.due_emails(10).await.unwrap().is_empty());
        transaction.commit().await.unwrap();
        let due = store.due_emails(10).await.unwrap();
        let sent: Vec<_> =
            due.iter().map(|email| (&*email.recipient, &*email.subject, &*email.body)).collect();
        assert_eq!(sent, [("ada@example.org", "News", "None")]);
    }
}
