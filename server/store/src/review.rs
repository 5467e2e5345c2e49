//! Reviews: what happened in each, where it stands, and what waits for whom.

use crate::audit::{self, Change};
use crate::document::{read, write};
use crate::notification::{self, Reason};
use crate::session::read_role;
use crate::{AccountId, AuditAction, DecisionId, PortfolioId, Scope, Store, StoreError, UseCaseId};
use domain::access::Role;
use domain::review::{
    Content, MoveRefused, Review, ReviewEvent, ReviewMove, ReviewRule, ReviewState, UnixSeconds,
};
use domain::summary::DecisionSummary;
use serde_json::json;
use sqlx::types::Json;
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

/// A review in a queue.
#[derive(Debug, Clone, PartialEq)]
pub struct QueueRow {
    /// The use case.
    pub use_case: UseCaseId,
    /// Its name.
    pub name: String,
    /// The portfolio it stands in.
    pub portfolio: PortfolioId,
    /// That portfolio's name.
    pub portfolio_name: String,
    /// Where the review stands.
    pub state: ReviewState,
    /// What was decided for the use case.
    pub summary: DecisionSummary,
    /// Content hash of what is proposed: an approval names it.
    pub content_hash: String,
    /// Who proposed it.
    pub proposed_by: Option<AccountId>,
    /// That account's name.
    pub proposer: Option<String>,
    /// When it was proposed.
    pub proposed_at: Option<OffsetDateTime>,
    /// By when reviewers should have answered.
    pub due_at: Option<OffsetDateTime>,
    /// Approvals still needed.
    pub missing: u32,
    /// Whether it waits for the account that asked.
    pub waits_for_me: bool,
    /// When it last moved.
    pub updated_at: OffsetDateTime,
}

/// Where the review of each use case in a list stands.
pub type ReviewStates = BTreeMap<UseCaseId, ReviewState>;

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

    /// Puts the revision that was last approved in force again, as a new revision with the same content. The
    /// refused revision stays in the history.
    ///
    /// # Errors
    /// [`StoreError::MoveRefused`] when nothing was approved or it is in force; [`StoreError::NotFound`],
    /// [`StoreError::Archived`].
    pub async fn restore_approved(&self, scope: Scope, id: UseCaseId) -> Result<i32, StoreError> {
        let by = scope.actor.account().ok_or(StoreError::NotFound)?;
        let mut transaction = self.begin(scope).await?;
        let held = look(&mut transaction, scope, id, true).await?;
        if held.archived {
            return Err(StoreError::Archived);
        }
        let review = Review::replay(&events(&mut transaction, scope, id).await?);
        let approved = review.last_approved().ok_or(MoveRefused::NothingApproved)?.content.clone();
        let number = held.content.revision.saturating_add(1);
        let content = Content { revision: number, ..approved.clone() };
        let event = review.restore(by, content.clone(), held.now.unix_timestamp())?;
        let decision = DecisionId::from(Uuid::now_v7());
        copy_approved(&mut transaction, scope, id, (&approved, number, decision)).await?;
        let change = Change::of(AuditAction::UseCaseRevised, id.uuid())
            .about(id)
            .before(json!({ "revision": held.content.revision, "content_hash": held.content.hash }))
            .after(json!({
                "revision": number,
                "content_hash": content.hash,
                "note": format!("Revision {} again.", approved.revision),
            }));
        audit::record(&mut transaction, scope, change).await?;
        let held = Held { content, decision, ..held };
        add(&mut transaction, scope, id, review, event, &held).await?;
        transaction.commit().await?;
        Ok(number)
    }

    /// Reviews that are open, the ones due first: what waits for somebody.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn review_queue(&self, scope: Scope) -> Result<Vec<QueueRow>, StoreError> {
        #[derive(FromRow)]
        struct Row {
            use_case_id: Uuid,
            name: String,
            portfolio_id: Uuid,
            portfolio_name: String,
            state: String,
            summary: Json<DecisionSummary>,
            content_hash: String,
            proposed_by: Option<Uuid>,
            proposer: Option<String>,
            proposed_at: Option<OffsetDateTime>,
            due_at: Option<OffsetDateTime>,
            approvals_missing: i32,
            waits_for_me: bool,
            updated_at: OffsetDateTime,
        }
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT r.use_case_id, u.name, u.portfolio_id, p.name AS portfolio_name, r.state, d.summary,
                        coalesce(r.content_hash, '') AS content_hash, r.proposed_by, a.name AS proposer,
                        r.proposed_at, r.due_at, r.approvals_missing,
                        r.state = 'proposed' AND r.approvals_missing > 0 AND NOT ($2 = ANY (r.approved_by))
                            AND (r.waits_for IS NULL OR $2 = ANY (r.waits_for))
                            AND NOT ($2 = ANY (r.excluded)) AS waits_for_me,
                        r.updated_at
                     FROM reviews r
                     JOIN use_cases u ON u.workspace_id = r.workspace_id AND u.id = r.use_case_id
                     JOIN portfolios p ON p.workspace_id = u.workspace_id AND p.id = u.portfolio_id
                     JOIN decisions d ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
                     LEFT JOIN accounts a ON a.id = r.proposed_by
                     WHERE r.workspace_id = $1 AND r.state IN ('proposed', 'changes_requested', 'superseded')
                        AND u.archived_at IS NULL AND p.archived_at IS NULL
                     ORDER BY r.due_at NULLS LAST, lower(u.name), u.id",
                )
                .bind(scope.workspace.uuid())
                .bind(scope.actor.account().map_or(Uuid::nil(), AccountId::uuid))
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let row = |row: Row| {
            Ok(QueueRow {
                use_case: row.use_case_id.into(),
                name: row.name,
                portfolio: row.portfolio_id.into(),
                portfolio_name: row.portfolio_name,
                state: read_state(&row.state)?,
                summary: row.summary.0,
                content_hash: row.content_hash,
                proposed_by: row.proposed_by.map(AccountId::from),
                proposer: row.proposer,
                proposed_at: row.proposed_at,
                due_at: row.due_at,
                missing: u32::try_from(row.approvals_missing).unwrap_or(0),
                waits_for_me: row.waits_for_me,
                updated_at: row.updated_at,
            })
        };
        rows.into_iter().map(row).collect()
    }

    /// Where the reviews of a portfolio's use cases stand; use cases without a review are drafts and left out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn review_states(
        &self,
        scope: Scope,
        portfolio: PortfolioId,
    ) -> Result<ReviewStates, StoreError> {
        let rows: Vec<(Uuid, String)> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT r.use_case_id, r.state FROM reviews r
                     JOIN use_cases u ON u.workspace_id = r.workspace_id AND u.id = r.use_case_id
                     WHERE r.workspace_id = $1 AND u.portfolio_id = $2",
                )
                .bind(scope.workspace.uuid())
                .bind(portfolio.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        rows.into_iter().map(|(id, state)| Ok((id.into(), read_state(&state)?))).collect()
    }

    /// The workspace's rule for approvals.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn review_rule(&self, scope: Scope) -> Result<ReviewRule, StoreError> {
        let mut transaction = self.begin(scope).await?;
        rule(&mut transaction, scope).await
    }

    /// Sets the workspace's rule. What is proposed already keeps the rule it was proposed under.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn set_review_rule(&self, scope: Scope, new: &ReviewRule) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        sqlx::query("SELECT 1 FROM workspaces WHERE id = $1 FOR NO KEY UPDATE")
            .bind(scope.workspace.uuid())
            .execute(&mut *transaction)
            .await?;
        let before = rule(&mut transaction, scope).await?;
        if before == *new {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO review_rules (workspace_id, number, rule, created_by)
             SELECT $1, coalesce(max(number), 0) + 1, $2::json, $3 FROM review_rules WHERE workspace_id = $1",
        )
        .bind(scope.workspace.uuid())
        .bind(write("review rule", new)?)
        .bind(scope.actor.account().map(AccountId::uuid))
        .execute(&mut *transaction)
        .await?;
        let change = Change::of(AuditAction::ReviewRuleSet, scope.workspace.uuid())
            .before(json!(before))
            .after(json!(new));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
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

/// What a use case is now. With `hold` nobody else can change or review it until the transaction ends.
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
        created_by: Option<Uuid>,
        archived: bool,
        now: OffsetDateTime,
    }
    if hold {
        // By itself and first: what is joined to a locked row is read as it was before the wait.
        sqlx::query("SELECT 1 FROM use_cases WHERE workspace_id = $1 AND id = $2 FOR UPDATE")
            .bind(scope.workspace.uuid())
            .bind(id.uuid())
            .execute(&mut *connection)
            .await?;
    }
    let row: Option<Row> = sqlx::query_as(
        "SELECT u.name, u.revision, u.decision_id, d.content_hash, v.created_by,
            u.archived_at IS NOT NULL OR p.archived_at IS NOT NULL AS archived, clock_timestamp() AS now
         FROM use_cases u
         JOIN portfolios p ON p.workspace_id = u.workspace_id AND p.id = u.portfolio_id
         JOIN use_case_revisions v ON v.workspace_id = u.workspace_id AND v.use_case_id = u.id AND v.number = u.revision
         JOIN decisions d ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
         WHERE u.workspace_id = $1 AND u.id = $2",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .fetch_optional(connection)
    .await?;
    let row = row.ok_or(StoreError::NotFound)?;
    Ok(Held {
        content: Content {
            hash: row.content_hash,
            revision: row.revision,
            author: row.created_by.map(AccountId::from),
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

async fn rule(connection: &mut PgConnection, scope: Scope) -> Result<ReviewRule, StoreError> {
    let rule: Option<String> = sqlx::query_scalar(
        "SELECT rule::text FROM review_rules WHERE workspace_id = $1 ORDER BY number DESC LIMIT 1",
    )
    .bind(scope.workspace.uuid())
    .fetch_optional(connection)
    .await?;
    rule.map_or_else(|| Ok(ReviewRule::default()), |text| read("review rule", &text))
}

/// Notes an edit of a use case in its review, inside the transaction of the edit. A cosmetic edit, or one of a
/// use case without a review, leaves no trace.
pub(crate) async fn note_edit(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
) -> Result<(), StoreError> {
    let review = Review::replay(&events(connection, scope, id).await?);
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
    notify(connection, scope, id, (seq, &before, &review, &event)).await?;
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
    let author = review.content().and_then(|content| content.author);
    let excluded: Vec<Uuid> = if review.rule().author_may_approve() {
        Vec::new()
    } else {
        [review.proposed_by(), author].into_iter().flatten().map(AccountId::uuid).collect()
    };
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

/// Tells the people whom a move concerns: reviewers that something waits for them; who proposed and wrote it
/// that somebody answered; everybody involved that it was opened again.
async fn notify(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
    (seq, before, review, event): (i64, &Review, &Review, &ReviewEvent),
) -> Result<(), StoreError> {
    let content = review.content();
    let authors: Vec<AccountId> =
        [review.proposed_by(), content.and_then(|content| content.author)].into_iter().flatten().collect();
    let (reason, mut people) = match &event.did {
        ReviewMove::Proposed { .. } => {
            let reviewers = reviewers(connection, scope).await?;
            let waiting =
                reviewers.into_iter().filter(|account| review.may_approve(*account).is_ok()).collect();
            (Reason::ReviewWanted, waiting)
        }
        ReviewMove::ContentChanged { .. } if review.state() == ReviewState::Proposed => {
            (Reason::ReviewWanted, before.approvals().map(|(account, _)| account).collect())
        }
        ReviewMove::Reopened { .. } | ReviewMove::OverrideExpired => {
            let mut involved: Vec<AccountId> = before.approvals().map(|(account, _)| account).collect();
            involved.extend(authors);
            (Reason::Reopened, involved)
        }
        ReviewMove::Approved { .. }
        | ReviewMove::ChangesRequested { .. }
        | ReviewMove::ConcernRaised { .. }
        | ReviewMove::ConcernResolved { .. }
        | ReviewMove::Overridden { .. } => (Reason::ReviewAnswered, authors),
        ReviewMove::Withdrawn
        | ReviewMove::ContentChanged { .. }
        | ReviewMove::PricesHeld { .. }
        | ReviewMove::Restored { .. } => return Ok(()),
    };
    people.retain(|account| event.by != Some(*account));
    notification::tell(connection, scope, (seq, reason), Some(id), people).await
}

/// Members whose role lets them review.
async fn reviewers(connection: &mut PgConnection, scope: Scope) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(Uuid, String)> = sqlx::query_as(
        "SELECT account_id, role FROM members WHERE workspace_id = $1 AND left_at IS NULL ORDER BY account_id",
    )
    .bind(scope.workspace.uuid())
    .fetch_all(connection)
    .await?;
    let mut reviewers = Vec::new();
    for (account, role) in rows {
        if read_role(&role)? >= Role::Reviewer {
            reviewers.push(account.into());
        }
    }
    Ok(reviewers)
}

/// A new revision with inputs and decision of the approved one.
async fn copy_approved(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
    (approved, number, decision): (&Content, i32, DecisionId),
) -> Result<(), StoreError> {
    let revision = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO use_case_revisions (id, workspace_id, use_case_id, number, inputs, note, created_by)
         SELECT $1, workspace_id, use_case_id, $4, inputs, $5, created_by FROM use_case_revisions
         WHERE workspace_id = $2 AND use_case_id = $3 AND number = $6",
    )
    .bind(revision)
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(number)
    .bind(format!("Revision {} again: it was the last approved one.", approved.revision))
    .bind(approved.revision)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO decisions (id, workspace_id, use_case_id, revision_id, policy_scope, policy_id,
            price_book_scope, price_book_id, engine_version, content_hash, document, summary)
         SELECT $1, workspace_id, use_case_id, $4, policy_scope, policy_id, price_book_scope, price_book_id,
            engine_version, content_hash, document, summary
         FROM decisions WHERE workspace_id = $2 AND use_case_id = $3 AND content_hash = $5
         ORDER BY created_at DESC, id DESC LIMIT 1",
    )
    .bind(decision.uuid())
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(revision)
    .bind(&approved.hash)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "UPDATE use_cases u SET revision = $3, decision_id = $4, updated_at = now(), name = coalesce(
            (SELECT v.inputs ->> 'name' FROM use_case_revisions v WHERE v.workspace_id = u.workspace_id
                AND v.use_case_id = u.id AND v.number = $3 AND v.inputs ->> 'name' <> ''), u.name)
         WHERE u.workspace_id = $1 AND u.id = $2",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .bind(number)
    .bind(decision.uuid())
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

fn read_state(key: &str) -> Result<ReviewState, StoreError> {
    ReviewState::of_key(key)
        .ok_or_else(|| StoreError::Unreadable { what: "review state", source: key.to_owned().into() })
}
