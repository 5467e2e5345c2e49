//! Going back to what was approved.

use super::{Held, add, events, look};
use crate::audit::{self, Change};
use crate::reprice::decide_anew;
use crate::{AuditAction, DecisionId, Scope, Store, StoreError, UseCaseId};
use domain::review::{Content, MoveRefused, Review};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

impl Store {
    /// Puts the revision that was last approved in force again, as a new revision with the same content. The
    /// refused revision stays in the history. It was approved with the prices of its time: what the present ones
    /// flip is opened again at once, what they leave as it is keeps its approvals.
    ///
    /// # Errors
    /// [`StoreError::MoveRefused`] when nothing was approved or it is in force; [`StoreError::NotFound`],
    /// [`StoreError::Archived`].
    pub async fn restore_approved(&self, scope: Scope, id: UseCaseId) -> Result<i32, StoreError> {
        let by = scope.actor.account().ok_or(StoreError::NotFound)?;
        let (_, policy) = self.current_policy().await?;
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
        // Held before anything is recorded: prices that came in meanwhile would miss what is about to be approved.
        let book = self.held_price_book(&mut transaction, scope).await?;
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
        let review = add(&mut transaction, scope, id, review, event, &held).await?;
        decide_anew(&mut transaction, scope, id, (review, held), (&policy, &book)).await?;
        transaction.commit().await?;
        Ok(number)
    }
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
