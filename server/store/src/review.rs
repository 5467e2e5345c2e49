//! Reviews: what happened in each, where it stands, and what waits for whom.

mod queue;
mod restore;
mod rule;
mod tell;

pub use queue::QueueRow;
use rule::rule;

use crate::audit::{self, Change};
use crate::document::{read, write};
use crate::{AccountId, AuditAction, DecisionId, Scope, Store, StoreError, UseCaseId};
use domain::review::{
    Content, MoveRefused, Review, ReviewEvent, ReviewMove, ReviewRule, ReviewState, UnixSeconds,
};
use domain::use_case::Field;
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use std::collections::BTreeMap;
use time::OffsetDateTime;
use uuid::Uuid;

/// A review with everything a page says about it.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewRecord {
    /// Where it stands.
    pub review: Review,
    /// What happened, in order.
    pub events: Vec<ReviewEvent>,
    /// What the use case is now: what a proposal would propose.
    pub content: Content,
    /// The workspace's rule today.
    pub rule: ReviewRule,
    /// Names of the workspace's people, also of those who left.
    pub names: BTreeMap<AccountId, String>,
}

/// A use case as it is now, held until the caller's transaction ends.
pub(crate) struct Held {
    pub(crate) content: Content,
    pub(crate) decision: DecisionId,
    pub(crate) archived: bool,
    pub(crate) name: String,
    pub(crate) now: OffsetDateTime,
}

impl Store {
    /// The review of a use case; one that was never proposed is a draft.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn review(&self, scope: Scope, id: UseCaseId) -> Result<ReviewRecord, StoreError> {
        let mut transaction = self.begin(scope).await?;
        let held = look(&mut transaction, scope, id, false).await?;
        let events = events(&mut transaction, scope, id).await?;
        let rule = rule(&mut transaction, scope).await?;
        let names: Vec<(Uuid, String)> = sqlx::query_as(
            "SELECT a.id, a.name FROM members m JOIN accounts a ON a.id = m.account_id WHERE m.workspace_id = $1",
        )
        .bind(scope.workspace.uuid())
        .fetch_all(&mut *transaction)
        .await?;
        Ok(ReviewRecord {
            review: Review::replay(&events),
            events,
            content: held.content,
            rule,
            names: names.into_iter().map(|(id, name)| (id.into(), name)).collect(),
        })
    }

    /// Makes a move in the review of a use case: the closure gets the review as it is, what the use case is now,
    /// and the time, and returns the event. Nobody else can move it meanwhile.
    ///
    /// # Errors
    /// [`StoreError::MoveRefused`] with what the closure said; [`StoreError::NotFound`], [`StoreError::Archived`].
    pub async fn move_review(
        &self,
        scope: Scope,
        id: UseCaseId,
        make: impl FnOnce(&Review, Content, ReviewRule, UnixSeconds) -> Result<ReviewEvent, MoveRefused> + Send,
    ) -> Result<Review, StoreError> {
        let mut transaction = self.begin(scope).await?;
        let held = look(&mut transaction, scope, id, true).await?;
        if held.archived {
            return Err(StoreError::Archived);
        }
        let review = Review::replay(&events(&mut transaction, scope, id).await?);
        let rule = rule(&mut transaction, scope).await?;
        let event = make(&review, held.content.clone(), rule, held.now.unix_timestamp())?;
        let review = add(&mut transaction, scope, id, review, event, &held).await?;
        transaction.commit().await?;
        Ok(review)
    }

    /// Ends all overrides whose time was over at `now`, in all workspaces, and says how many that were. For a job
    /// that runs now and then; the time comes from outside so that tests need not wait.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn expire_overrides(&self, now: OffsetDateTime) -> Result<usize, StoreError> {
        let due: Vec<(Uuid, Uuid)> = self
            .read(crate::scope::View::Owner, |mut connection| async move {
                sqlx::query_as(
                    "SELECT workspace_id, use_case_id FROM reviews WHERE override_expires_at <= $1
                     ORDER BY override_expires_at",
                )
                .bind(now)
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let mut ended = 0;
        for (workspace, use_case) in due {
            let (scope, id) = (Scope::system(workspace.into()), UseCaseId::from(use_case));
            let mut transaction = self.begin(scope).await?;
            let held = look(&mut transaction, scope, id, true).await?;
            let review = Review::replay(&events(&mut transaction, scope, id).await?);
            // Another server may have been quicker.
            if let Ok(event) = review.expire_override(now.unix_timestamp()) {
                add(&mut transaction, scope, id, review, event, &held).await?;
                transaction.commit().await?;
                ended += 1;
            }
        }
        Ok(ended)
    }
}

/// What a use case is now, and who wrote what it has become since it was last approved. With `hold` nobody else can change or review it until the transaction ends.
pub(crate) async fn look(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
    hold: bool,
) -> Result<Held, StoreError> {
    #[derive(FromRow)]
    struct Row {
        name: String,
        revision: i32,
        decision_id: Uuid,
        content_hash: String,
        authors: Vec<Uuid>,
        archived: bool,
        now: OffsetDateTime,
    }
    // Fields that no decision goes by: whoever changes no others writes nothing that is reviewed.
    let cosmetic: Vec<&str> =
        Field::ALL.iter().filter(|field| field.is_cosmetic()).map(|field| field.name()).collect();
    if hold {
        // By itself and first: what is joined to a locked row is read as it was before the wait.
        sqlx::query("SELECT 1 FROM use_cases WHERE workspace_id = $1 AND id = $2 FOR UPDATE")
            .bind(scope.workspace.uuid())
            .bind(id.uuid())
            .execute(&mut *connection)
            .await?;
    }
    let row: Option<Row> = sqlx::query_as(
        "SELECT u.name, u.revision, u.decision_id, d.content_hash, w.authors,
            u.archived_at IS NOT NULL OR p.archived_at IS NOT NULL AS archived, clock_timestamp() AS now
         FROM use_cases u
         JOIN portfolios p ON p.workspace_id = u.workspace_id AND p.id = u.portfolio_id
         JOIN decisions d ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
         LEFT JOIN reviews r ON r.workspace_id = u.workspace_id AND r.use_case_id = u.id
         CROSS JOIN LATERAL (
            SELECT coalesce(array_agg(DISTINCT created_by), '{}') AS authors FROM (
                SELECT number, created_by, jsonb_strip_nulls(inputs::jsonb) - $3::text[] AS material,
                    lag(jsonb_strip_nulls(inputs::jsonb) - $3::text[]) OVER (ORDER BY number) AS before
                FROM use_case_revisions WHERE workspace_id = u.workspace_id AND use_case_id = u.id
                    AND number >= coalesce(r.approved_revision, 1)) v
            WHERE number > coalesce(r.approved_revision, 0) AND material IS DISTINCT FROM before
                AND created_by IS NOT NULL) w
         WHERE u.workspace_id = $1 AND u.id = $2",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(cosmetic)
    .fetch_optional(connection)
    .await?;
    let row = row.ok_or(StoreError::NotFound)?;
    Ok(Held {
        content: Content {
            hash: row.content_hash,
            revision: row.revision,
            authors: row.authors.into_iter().map(AccountId::from).collect(),
        },
        decision: row.decision_id.into(),
        archived: row.archived,
        name: row.name,
        now: row.now,
    })
}

/// What happened in a review, in order.
pub(crate) async fn events(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
) -> Result<Vec<ReviewEvent>, StoreError> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT event::text FROM review_events WHERE workspace_id = $1 AND use_case_id = $2 ORDER BY number",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|text| read("review event", text)).collect()
}

/// Notes an edit of a use case in its review, inside the transaction of the edit. A cosmetic edit, or one of a
/// use case without a review, leaves no trace.
pub(crate) async fn note_edit(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
) -> Result<(), StoreError> {
    let review = Review::replay(&events(connection, scope, id).await?);
    if review.content().is_none() {
        return Ok(());
    }
    let held = look(connection, scope, id, false).await?;
    let by = scope.actor.account();
    if let Some(event) = review.content_changed(by, held.content.clone(), held.now.unix_timestamp()) {
        add(connection, scope, id, review, event, &held).await?;
    }
    Ok(())
}

/// Adds an event to a review that the caller holds, with everything that follows from it.
pub(crate) async fn add(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
    mut review: Review,
    event: ReviewEvent,
    held: &Held,
) -> Result<Review, StoreError> {
    let before = review.clone();
    review.apply(&event);
    let number = i32::try_from(review.events()).unwrap_or(i32::MAX);
    sqlx::query(
        "INSERT INTO review_events (workspace_id, use_case_id, number, event, account_id, decision_id, at)
         VALUES ($1, $2, $3, $4::json, $5, $6, $7)",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(number)
    .bind(write("review event", &event)?)
    .bind(event.by.map(AccountId::uuid))
    .bind(held.decision.uuid())
    .bind(OffsetDateTime::from_unix_timestamp(event.at).unwrap_or(held.now))
    .execute(&mut *connection)
    .await?;
    remember(connection, scope, id, &review, held).await?;
    let change = Change::of(action(&event.did), id.uuid())
        .about(id)
        .before(json!({ "state": before.state().key() }))
        .after(json!({ "state": review.state().key(), "event": event }));
    let seq = audit::record(connection, scope, change).await?;
    tell::of_move(connection, scope, id, (seq, &before, &review, &event)).await?;
    Ok(review)
}

/// Repeats the state of a review in columns that queues read.
async fn remember(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
    review: &Review,
    held: &Held,
) -> Result<(), StoreError> {
    let time = |at: Option<UnixSeconds>| at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
    let approved_by: Vec<Uuid> = review.approvals().map(|(account, _)| account.uuid()).collect();
    let named: Option<Vec<Uuid>> =
        review.rule().reviewers().map(|named| named.iter().map(|account| account.uuid()).collect());
    let behind_it = review.behind_it().into_iter();
    let excluded: Vec<Uuid> =
        behind_it.filter(|account| review.may_approve(*account).is_err()).map(AccountId::uuid).collect();
    let approved_now = review.state() == ReviewState::Approved;
    sqlx::query(
        "INSERT INTO reviews (workspace_id, use_case_id, state, events, content_hash, revision, proposed_by,
            proposed_at, due_at, approved_by, approvals_missing, waits_for, excluded, approved_revision,
            approved_decision_id, override_option, override_expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
         ON CONFLICT (workspace_id, use_case_id) DO UPDATE SET state = excluded.state, events = excluded.events,
            content_hash = excluded.content_hash, revision = excluded.revision, proposed_by = excluded.proposed_by,
            proposed_at = excluded.proposed_at, due_at = excluded.due_at, approved_by = excluded.approved_by,
            approvals_missing = excluded.approvals_missing, waits_for = excluded.waits_for,
            excluded = excluded.excluded, approved_revision = excluded.approved_revision,
            approved_decision_id = coalesce(excluded.approved_decision_id, reviews.approved_decision_id),
            override_option = excluded.override_option, override_expires_at = excluded.override_expires_at,
            updated_at = now()",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(review.state().key())
    .bind(i32::try_from(review.events()).unwrap_or(i32::MAX))
    .bind(review.content().map(|content| content.hash.clone()))
    .bind(review.content().map(|content| content.revision))
    .bind(review.proposed_by().map(AccountId::uuid))
    .bind(time(review.proposed_at()))
    .bind(time(review.due_at()))
    .bind(approved_by)
    .bind(i32::try_from(review.missing()).unwrap_or(0))
    .bind(named)
    .bind(excluded)
    .bind(review.last_approved().map(|approved| approved.content.revision))
    .bind(approved_now.then(|| held.decision.uuid()))
    .bind(review.overridden().map(|overridden| domain::field::Choice::code(overridden.option)))
    .bind(time(review.overridden().map(|overridden| overridden.expires_at)))
    .execute(connection)
    .await?;
    Ok(())
}

fn action(did: &ReviewMove) -> AuditAction {
    match did {
        ReviewMove::Proposed { .. } => AuditAction::ReviewProposed,
        ReviewMove::Approved { .. } => AuditAction::ReviewApproved,
        ReviewMove::ChangesRequested { .. } => AuditAction::ReviewChangesRequested,
        ReviewMove::Withdrawn => AuditAction::ReviewWithdrawn,
        ReviewMove::ConcernRaised { .. } => AuditAction::ReviewConcernRaised,
        ReviewMove::ConcernResolved { .. } => AuditAction::ReviewConcernResolved,
        ReviewMove::Overridden { .. } => AuditAction::ReviewOverridden,
        ReviewMove::OverrideExpired => AuditAction::ReviewOverrideExpired,
        ReviewMove::ContentChanged { .. } => AuditAction::ReviewSuperseded,
        ReviewMove::PricesHeld { .. } => AuditAction::ReviewPricesHeld,
        ReviewMove::Reopened { .. } => AuditAction::ReviewReopened,
        ReviewMove::Restored { .. } => AuditAction::ReviewRestored,
    }
}
