//! Notifications: what one person should hear of, and whether they did.

use crate::{AccountId, NotificationId, Scope, Store, StoreError, UseCaseId};
use sqlx::{FromRow, PgConnection};
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// Why somebody hears of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// A proposal waits for their answer.
    ReviewWanted,
    /// Somebody answered their proposal.
    ReviewAnswered,
    /// Something they approved or proposed was opened again.
    Reopened,
    /// Somebody mentioned them.
    Mentioned,
    /// Somebody answered their comment.
    Replied,
}

impl Reason {
    const ALL: [Self; 5] =
        [Self::ReviewWanted, Self::ReviewAnswered, Self::Reopened, Self::Mentioned, Self::Replied];

    /// Its name in the database.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::ReviewWanted => "review_wanted",
            Self::ReviewAnswered => "review_answered",
            Self::Reopened => "reopened",
            Self::Mentioned => "mentioned",
            Self::Replied => "replied",
        }
    }
}

/// A notification in one's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Its id.
    pub id: NotificationId,
    /// Why one hears of it.
    pub reason: Reason,
    /// What happened, as the audit log names it.
    pub action: String,
    /// Who did it; none for the product itself.
    pub actor: Option<String>,
    /// The use case it is about.
    pub use_case: Option<UseCaseId>,
    /// That use case's name today.
    pub use_case_name: Option<String>,
    /// When.
    pub created_at: OffsetDateTime,
    /// Whether one read it.
    pub is_read: bool,
}

impl Store {
    /// Notifications of the acting account in this workspace, newest first, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn notifications(&self, scope: Scope, limit: u32) -> Result<Vec<Notification>, StoreError> {
        #[derive(FromRow)]
        struct Row {
            id: Uuid,
            reason: String,
            action: String,
            actor: Option<String>,
            use_case_id: Option<Uuid>,
            use_case_name: Option<String>,
            created_at: OffsetDateTime,
            is_read: bool,
        }
        let Some(account) = scope.actor.account() else { return Ok(Vec::new()) };
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT n.id, n.reason, e.action, a.name AS actor, n.use_case_id, u.name AS use_case_name,
                        n.created_at, n.read_at IS NOT NULL AS is_read
                     FROM notifications n
                     JOIN audit_events e ON e.workspace_id = n.workspace_id AND e.seq = n.seq
                     LEFT JOIN accounts a ON a.id = e.account_id
                     LEFT JOIN use_cases u ON u.workspace_id = n.workspace_id AND u.id = n.use_case_id
                     WHERE n.workspace_id = $1 AND n.account_id = $2
                     ORDER BY n.created_at DESC, n.id DESC LIMIT $3",
                )
                .bind(scope.workspace.uuid())
                .bind(account.uuid())
                .bind(i64::from(limit))
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let row = |row: Row| {
            let reason = Reason::ALL.into_iter().find(|reason| reason.key() == row.reason);
            Ok(Notification {
                id: row.id.into(),
                reason: reason.ok_or_else(|| StoreError::Unreadable {
                    what: "notification",
                    source: row.reason.clone().into(),
                })?,
                action: row.action,
                actor: row.actor,
                use_case: row.use_case_id.map(UseCaseId::from),
                use_case_name: row.use_case_name,
                created_at: row.created_at,
                is_read: row.is_read,
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// How many notifications the acting account has not read.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn unread_notifications(&self, scope: Scope) -> Result<u32, StoreError> {
        let Some(account) = scope.actor.account() else { return Ok(0) };
        let count: i64 = self
            .read(scope, |mut connection| async move {
                sqlx::query_scalar(
                    "SELECT count(*) FROM notifications
                     WHERE workspace_id = $1 AND account_id = $2 AND read_at IS NULL",
                )
                .bind(scope.workspace.uuid())
                .bind(account.uuid())
                .fetch_one(&mut *connection)
                .await
            })
            .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Notes that the acting account read its notifications: one, those about one use case, or all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn read_notifications(
        &self,
        scope: Scope,
        id: Option<NotificationId>,
        use_case: Option<UseCaseId>,
    ) -> Result<(), StoreError> {
        let Some(account) = scope.actor.account() else { return Ok(()) };
        let mut transaction = self.begin(scope).await?;
        sqlx::query(
            "UPDATE notifications SET read_at = now()
             WHERE workspace_id = $1 AND account_id = $2 AND read_at IS NULL
                AND ($3::uuid IS NULL OR id = $3) AND ($4::uuid IS NULL OR use_case_id = $4)",
        )
        .bind(scope.workspace.uuid())
        .bind(account.uuid())
        .bind(id.map(NotificationId::uuid))
        .bind(use_case.map(UseCaseId::uuid))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Tells people of an audit event, inside the transaction that recorded it. Each hears of it once.
pub(crate) async fn tell(
    connection: &mut PgConnection,
    scope: Scope,
    (seq, reason): (i64, Reason),
    (use_case, _name): (Option<UseCaseId>, &str),
    people: Vec<AccountId>,
) -> Result<(), StoreError> {
    for account in people.into_iter().collect::<BTreeSet<_>>() {
        sqlx::query(
            "INSERT INTO notifications (id, workspace_id, account_id, seq, reason, use_case_id)
             SELECT $1, $2, m.account_id, $4, $5, $6 FROM members m
             WHERE m.workspace_id = $2 AND m.account_id = $3 AND m.left_at IS NULL",
        )
        .bind(Uuid::now_v7())
        .bind(scope.workspace.uuid())
        .bind(account.uuid())
        .bind(seq)
        .bind(reason.key())
        .bind(use_case.map(UseCaseId::uuid))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
