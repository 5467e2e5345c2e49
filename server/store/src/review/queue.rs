//! The queue: reviews that wait for somebody.

use crate::{AccountId, PortfolioId, Scope, Store, StoreError, UseCaseId};
use domain::review::ReviewState;
use domain::summary::DecisionSummary;
use sqlx::FromRow;
use sqlx::types::Json;
use time::OffsetDateTime;
use uuid::Uuid;

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

impl Store {
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
}

fn read_state(key: &str) -> Result<ReviewState, StoreError> {
    ReviewState::of_key(key)
        .ok_or_else(|| StoreError::Unreadable { what: "review state", source: key.to_owned().into() })
}
