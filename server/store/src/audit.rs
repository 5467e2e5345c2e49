//! The audit log: written in the transaction of the change it records, read as a timeline, an export and a
//! stream of live events, and verified against its hash chain.

use crate::document::read;
use crate::scope::{Scope, View};
use crate::{AccountId, ApiTokenId, SessionId, Store, StoreError, UseCaseId, WorkspaceId};
use domain::audit::{AuditEntry, BEGINNING, Broken, ChainHash, Verified, Verifier, chain_hash};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

macro_rules! actions {
    ($( $(#[$doc:meta])* $name:ident = $key:literal; )*) => {
        /// What was done, as the audit log names it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditAction { $( $(#[$doc])* $name, )* }

        impl AuditAction {
            /// Every action there is.
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// Its name in the log: `subject.verb`.
            #[must_use]
            pub fn key(self) -> &'static str {
                match self { $( Self::$name => $key, )* }
            }
        }
    };
}

actions! {
    /// A portfolio was created.
    PortfolioCreated = "portfolio.created";
    /// A portfolio got another name or description.
    PortfolioRenamed = "portfolio.renamed";
    /// A portfolio was put away.
    PortfolioArchived = "portfolio.archived";
    /// A portfolio was taken back into use.
    PortfolioRestored = "portfolio.restored";
    /// A use case was created.
    UseCaseCreated = "use_case.created";
    /// A use case gained a revision.
    UseCaseRevised = "use_case.revised";
    /// A use case was put away.
    UseCaseArchived = "use_case.archived";
    /// A use case was taken back into use.
    UseCaseRestored = "use_case.restored";
    /// A decision was shared by link.
    ScenarioShared = "scenario.shared";
    /// A link was withdrawn.
    ScenarioRevoked = "scenario.revoked";
    /// An account joined the workspace.
    MemberJoined = "member.joined";
    /// A member got another role.
    MemberRoleChanged = "member.role_changed";
    /// A member left.
    MemberLeft = "member.left";
    /// A member was removed by an admin.
    MemberRemoved = "member.removed";
    /// An invitation was made.
    InvitationCreated = "invitation.created";
    /// An invitation was withdrawn.
    InvitationRevoked = "invitation.revoked";
    /// An API token was made.
    ApiTokenCreated = "api_token.created";
    /// An API token was withdrawn.
    ApiTokenRevoked = "api_token.revoked";
    /// The rule for approvals was set.
    ReviewRuleSet = "review_rule.set";
    /// The workspace got another name.
    WorkspaceRenamed = "workspace.renamed";
    /// The classification of a use case was proposed.
    ReviewProposed = "review.proposed";
    /// Somebody approved.
    ReviewApproved = "review.approved";
    /// Somebody asked for changes.
    ReviewChangesRequested = "review.changes_requested";
    /// A proposal was withdrawn.
    ReviewWithdrawn = "review.withdrawn";
    /// Somebody raised a blocking concern.
    ReviewConcernRaised = "review.concern_raised";
    /// A concern was resolved.
    ReviewConcernResolved = "review.concern_resolved";
    /// Reviewers put their own option in the place of the engine's.
    ReviewOverridden = "review.overridden";
    /// An override came to its end.
    ReviewOverrideExpired = "review.override_expired";
    /// The inputs changed in a way that approvals do not survive.
    ReviewSuperseded = "review.superseded";
    /// New prices left an approved classification as it was.
    ReviewPricesHeld = "review.prices_held";
    /// New prices re-opened an approved classification.
    ReviewReopened = "review.reopened";
    /// The last approved revision was restored.
    ReviewRestored = "review.restored";
    /// Somebody wrote a comment.
    CommentWritten = "comment.written";
    /// Somebody edited a comment.
    CommentEdited = "comment.edited";
    /// Somebody took a comment back.
    CommentWithdrawn = "comment.withdrawn";
    /// New prices were put in.
    PriceBookAdded = "price_book.added";
    /// Earlier prices were put in again.
    PriceBookReturned = "price_book.returned";
}

/// One change, to be recorded.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    action: AuditAction,
    subject: Option<Uuid>,
    use_case: Option<UseCaseId>,
    before: Option<Value>,
    after: Option<Value>,
}

impl Change {
    /// Something was done to the thing of this id.
    pub(crate) fn of(action: AuditAction, subject: Uuid) -> Self {
        Self { action, subject: Some(subject), use_case: None, before: None, after: None }
    }

    /// Names the use case it concerns, in whose timeline it then stands.
    pub(crate) fn about(self, use_case: UseCaseId) -> Self {
        Self { use_case: Some(use_case), ..self }
    }

    /// What was there before, as far as it changed.
    pub(crate) fn before(self, before: Value) -> Self {
        Self { before: Some(before), ..self }
    }

    /// What is there now, as far as it changed.
    pub(crate) fn after(self, after: Value) -> Self {
        Self { after: Some(after), ..self }
    }
}

/// Records a change inside the caller's transaction and returns its number. Should be the last thing the
/// transaction does: from here on every other change of the workspace waits for it to end, which is what
/// keeps the numbers without gaps and in the order of commits.
pub(crate) async fn record(
    connection: &mut PgConnection,
    scope: Scope,
    change: Change,
) -> Result<i64, StoreError> {
    #[derive(FromRow)]
    struct Head {
        at: OffsetDateTime,
        seq: Option<i64>,
        hash: Option<Vec<u8>>,
    }
    let workspace = scope.workspace.to_string();
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
        .bind(&workspace)
        .execute(&mut *connection)
        .await?;
    // A statement of its own: one begun before the wait would still see the log as it was then.
    let head: Head = sqlx::query_as(
        "SELECT clock_timestamp() AS at, e.seq, e.hash FROM (VALUES (1)) one
         LEFT JOIN LATERAL (SELECT seq, hash FROM audit_events WHERE workspace_id = $1
            ORDER BY seq DESC LIMIT 1) e ON true",
    )
    .bind(scope.workspace.uuid())
    .fetch_one(&mut *connection)
    .await?;
    let previous = head.hash.map_or(Ok(BEGINNING), chain_bytes)?;
    let seq = head.seq.unwrap_or(0).saturating_add(1);
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    let (before, after) = (text(change.before), text(change.after));
    let id = |id: Option<Uuid>| id.map(|id| id.to_string());
    let actor = scope.actor;
    let account = actor.account().map(AccountId::uuid);
    let (session, api_token) =
        (actor.session().map(SessionId::uuid), actor.api_token().map(ApiTokenId::uuid));
    let use_case = change.use_case.map(UseCaseId::uuid);
    let hash = chain_hash(
        &previous,
        &AuditEntry {
            workspace: &workspace,
            seq,
            at_micros: micros(head.at),
            account: id(account).as_deref(),
            session: id(session).as_deref(),
            api_token: id(api_token).as_deref(),
            action: change.action.key(),
            subject: id(change.subject).as_deref(),
            use_case: id(use_case).as_deref(),
            before: before.as_deref(),
            after: after.as_deref(),
        },
    );
    sqlx::query(
        "INSERT INTO audit_events (workspace_id, seq, at, account_id, session_id, api_token_id, action, subject_id,
            use_case_id, before, after, previous_hash, hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10::json, $11::json, $12, $13)",
    )
    .bind(scope.workspace.uuid())
    .bind(seq)
    .bind(head.at)
    .bind(account)
    .bind(session)
    .bind(api_token)
    .bind(change.action.key())
    .bind(change.subject)
    .bind(use_case)
    .bind(before)
    .bind(after)
    .bind(previous.as_slice())
    .bind(hash.as_slice())
    .execute(connection)
    .await?;
    Ok(seq)
}

/// One entry of the log as people and programs read it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditRecord {
    /// 1 for the workspace's first entry, then one more each time.
    pub seq: i64,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Who did it; none for the product itself.
    pub account_id: Option<AccountId>,
    /// That account's name today.
    pub account_name: Option<String>,
    /// The session it came through.
    pub session_id: Option<SessionId>,
    /// The API token it came through.
    pub api_token_id: Option<ApiTokenId>,
    /// What was done, as `subject.verb`.
    pub action: String,
    /// What it was done to.
    pub subject_id: Option<Uuid>,
    /// The use case it concerns.
    pub use_case_id: Option<UseCaseId>,
    /// What was there before, as far as it changed.
    pub before: Option<Value>,
    /// What is there now, as far as it changed.
    pub after: Option<Value>,
    /// Hash of the entry before, in hexadecimal.
    pub previous_hash: String,
    /// Hash of this entry, in hexadecimal.
    pub hash: String,
}

#[derive(FromRow)]
struct Row {
    seq: i64,
    at: OffsetDateTime,
    account_id: Option<Uuid>,
    account_name: Option<String>,
    session_id: Option<Uuid>,
    api_token_id: Option<Uuid>,
    action: String,
    subject_id: Option<Uuid>,
    use_case_id: Option<Uuid>,
    before: Option<String>,
    after: Option<String>,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl Row {
    fn into_record(self) -> Result<AuditRecord, StoreError> {
        let value = |text: Option<String>| text.map(|text| read("audit entry", &text)).transpose();
        Ok(AuditRecord {
            seq: self.seq,
            at: self.at,
            account_id: self.account_id.map(AccountId::from),
            account_name: self.account_name,
            session_id: self.session_id.map(SessionId::from),
            api_token_id: self.api_token_id.map(ApiTokenId::from),
            action: self.action,
            subject_id: self.subject_id,
            use_case_id: self.use_case_id.map(UseCaseId::from),
            before: value(self.before)?,
            after: value(self.after)?,
            previous_hash: crate::document::hexadecimal(&self.previous_hash),
            hash: crate::document::hexadecimal(&self.hash),
        })
    }

    fn verify(&self, workspace: &str, verifier: &mut Verifier) -> Result<Result<(), Broken>, StoreError> {
        let [account, session, api_token, subject, use_case] =
            [self.account_id, self.session_id, self.api_token_id, self.subject_id, self.use_case_id]
                .map(|id| id.map(|id| id.to_string()));
        let entry = AuditEntry {
            workspace,
            seq: self.seq,
            at_micros: micros(self.at),
            account: account.as_deref(),
            session: session.as_deref(),
            api_token: api_token.as_deref(),
            action: &self.action,
            subject: subject.as_deref(),
            use_case: use_case.as_deref(),
            before: self.before.as_deref(),
            after: self.after.as_deref(),
        };
        let (previous, hash) = (chain_bytes(self.previous_hash.clone())?, chain_bytes(self.hash.clone())?);
        Ok(verifier.next(&entry, &previous, &hash))
    }
}

macro_rules! select {
    ($tail:literal) => {
        concat!(
            "SELECT e.seq, e.at, e.account_id, a.name AS account_name, e.session_id, e.api_token_id, e.action,
                e.subject_id, e.use_case_id, e.before::text AS before, e.after::text AS after, e.previous_hash, e.hash
             FROM audit_events e LEFT JOIN accounts a ON a.id = e.account_id ",
            $tail
        )
    };
}

/// Rows read at once while a log is walked.
const PAGE: i64 = 1000;

impl Store {
    /// What happened to a use case, newest first, at most `limit` entries.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn timeline(
        &self,
        scope: Scope,
        use_case: UseCaseId,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(select!(
                    "WHERE e.workspace_id = $1 AND e.use_case_id = $2 ORDER BY e.seq DESC LIMIT $3"
                ))
                .bind(scope.workspace.uuid())
                .bind(use_case.uuid())
                .bind(i64::from(limit))
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        rows.into_iter().map(Row::into_record).collect()
    }

    /// Entries after the one of number `after`, oldest first, a page at a time: at most 1,000.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn audit_after(&self, scope: Scope, after: i64) -> Result<Vec<AuditRecord>, StoreError> {
        self.audit_rows(scope.into(), scope.workspace, after)
            .await?
            .into_iter()
            .map(Row::into_record)
            .collect()
    }

    /// Number of the newest entry; 0 while there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn audit_head(&self, scope: Scope) -> Result<i64, StoreError> {
        self.read(scope, |mut connection| async move {
            sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM audit_events WHERE workspace_id = $1")
                .bind(scope.workspace.uuid())
                .fetch_one(&mut *connection)
                .await
        })
        .await
    }

    /// Recomputes the hash chain of a workspace's log from its first entry.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like. That the chain is broken is an answer, not an error.
    pub async fn verify_audit(&self, scope: Scope) -> Result<Result<Verified, Broken>, StoreError> {
        self.verify(scope.into(), scope.workspace).await
    }

    /// Recomputes the hash chains of all workspaces, by slug. For the command line.
    ///
    /// # Errors
    /// As [`Self::verify_audit`].
    pub async fn verify_all_audits(&self) -> Result<Vec<(String, Result<Verified, Broken>)>, StoreError> {
        let workspaces: Vec<(Uuid, String)> = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_as("SELECT id, slug FROM workspaces ORDER BY slug")
                    .fetch_all(&mut *connection)
                    .await
            })
            .await?;
        let mut answers = Vec::with_capacity(workspaces.len());
        for (id, slug) in workspaces {
            answers.push((slug, self.verify(View::Owner, id.into()).await?));
        }
        Ok(answers)
    }

    async fn verify(
        &self,
        view: View,
        workspace: WorkspaceId,
    ) -> Result<Result<Verified, Broken>, StoreError> {
        let name = workspace.to_string();
        let mut verifier = Verifier::default();
        loop {
            let after = verifier.verified().entries;
            let rows = self.audit_rows(view.clone(), workspace, after).await?;
            if rows.is_empty() {
                return Ok(Ok(verifier.verified()));
            }
            for row in rows {
                if let Err(broken) = row.verify(&name, &mut verifier)? {
                    return Ok(Err(broken));
                }
            }
        }
    }

    async fn audit_rows(
        &self,
        view: View,
        workspace: WorkspaceId,
        after: i64,
    ) -> Result<Vec<Row>, StoreError> {
        self.read(view, |mut connection| async move {
            sqlx::query_as(select!("WHERE e.workspace_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3"))
                .bind(workspace.uuid())
                .bind(after)
                .bind(PAGE)
                .fetch_all(&mut *connection)
                .await
        })
        .await
    }
}

fn chain_bytes(bytes: Vec<u8>) -> Result<ChainHash, StoreError> {
    bytes.try_into().map_err(|bytes: Vec<u8>| StoreError::Unreadable {
        what: "audit entry",
        source: format!("a hash has {} bytes", bytes.len()).into(),
    })
}

/// Microseconds since 1970: as exact as Postgres keeps a time.
fn micros(at: OffsetDateTime) -> i64 {
    i64::try_from(at.unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX)
}
