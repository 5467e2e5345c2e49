//! New prices: which approved classifications do they change, and which not.

use crate::document::read;
use crate::review::{Held, add, events, look};
use crate::revision::append_decision;
use crate::scope::View;
use crate::{DecisionId, Scope, Store, StoreError, UseCaseId};
use domain::decision::Decision;
use domain::override_rate::{RuleRate, override_rates};
use domain::policy::Policy;
use domain::prices::PriceBook;
use domain::provenance::ENGINE_VERSION;
use domain::reprice::effect;
use domain::review::{Effect, LastApproved, Review, ReviewState};
use domain::use_case::UseCase;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What new prices did to one classification.
#[derive(Debug, Clone, PartialEq)]
pub struct Repriced {
    /// The use case.
    pub use_case: UseCaseId,
    /// Its name.
    pub name: String,
    /// What happened.
    pub effect: Effect,
}

impl Store {
    /// Decides everything of a workspace that is proposed or approved with its current prices and policy. What they
    /// leave as it was keeps its approvals; what they flip, or whose margin they shrink below the workspace's
    /// threshold, is opened again. Each use case is a transaction of its own; doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like; what was done by then stays done.
    pub async fn reprice(&self, scope: Scope) -> Result<Vec<Repriced>, StoreError> {
        let (policy_id, policy) = self.current_policy().await?;
        let (book_id, book) = self.workspace_price_book(scope).await?;
        let ids: Vec<Uuid> = self
            .read(scope, |mut connection| async move {
                sqlx::query_scalar(
                    "SELECT r.use_case_id FROM reviews r
                     JOIN use_cases u ON u.workspace_id = r.workspace_id AND u.id = r.use_case_id
                     JOIN decisions d
                        ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
                     WHERE r.workspace_id = $1 AND r.state IN ('proposed', 'approved')
                        AND (d.policy_id, d.price_book_id, d.engine_version) IS DISTINCT FROM ($2, $3, $4)
                     ORDER BY u.name, u.id",
                )
                .bind(scope.workspace.uuid())
                .bind(policy_id.uuid())
                .bind(book_id.uuid())
                .bind(ENGINE_VERSION)
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let mut all = Vec::new();
        for id in ids.into_iter().map(UseCaseId::from) {
            let mut transaction = self.begin(scope).await?;
            let held = look(&mut transaction, scope, id, true).await?;
            let review = Review::replay(&events(&mut transaction, scope, id).await?);
            let name = held.name.clone();
            if let Some(effect) =
                decide_anew(&mut transaction, scope, id, (review, held), (&policy, &book)).await?
            {
                transaction.commit().await?;
                all.push(Repriced { use_case: id, name, effect });
            }
        }
        Ok(all)
    }

    /// [`Store::reprice`] for every workspace: after a release that brought new prices.
    ///
    /// # Errors
    /// As there.
    pub async fn reprice_all(&self) -> Result<usize, StoreError> {
        let workspaces: Vec<Uuid> = self
            .read(View::Owner, |mut connection| async move {
                sqlx::query_scalar("SELECT DISTINCT workspace_id FROM reviews")
                    .fetch_all(&mut *connection)
                    .await
            })
            .await?;
        let mut changed = 0;
        for workspace in workspaces {
            changed += self.reprice(Scope::system(workspace.into())).await?.len();
        }
        Ok(changed)
    }

    /// Which rules of the framework reviewers keep correcting in a workspace: over what was last approved of each use
    /// case, as it was approved then. An override that nobody approved yet corrects nothing; one that was approved and
    /// came to its end did.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn override_rates(&self, scope: Scope) -> Result<Vec<RuleRate>, StoreError> {
        let moves: Vec<(Uuid, String)> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT e.use_case_id, e.event::text FROM review_events e
                     JOIN reviews r ON r.workspace_id = e.workspace_id AND r.use_case_id = e.use_case_id
                     WHERE e.workspace_id = $1 AND r.approved_revision IS NOT NULL
                     ORDER BY e.use_case_id, e.number",
                )
                .bind(scope.workspace.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let mut reviews: BTreeMap<Uuid, Review> = BTreeMap::new();
        for (use_case, event) in &moves {
            reviews.entry(*use_case).or_default().apply(&read("review event", event)?);
        }
        let approved: Vec<(Uuid, &LastApproved)> = reviews
            .iter()
            .filter_map(|(use_case, review)| Some((*use_case, review.last_approved()?)))
            .collect();
        let (use_cases, hashes): (Vec<Uuid>, Vec<&str>) =
            approved.iter().map(|(use_case, approved)| (*use_case, approved.content.hash.as_str())).unzip();
        let (use_cases, hashes) = (&use_cases, &hashes);
        let documents: Vec<(Uuid, String)> = self
            .read(scope, move |mut connection| async move {
                sqlx::query_as(
                    "SELECT DISTINCT ON (d.use_case_id) d.use_case_id, d.document::text
                     FROM unnest($2::uuid[], $3::text[]) a (use_case_id, content_hash)
                     JOIN decisions d ON d.use_case_id = a.use_case_id AND d.content_hash = a.content_hash
                     WHERE d.workspace_id = $1
                     ORDER BY d.use_case_id, d.created_at DESC, d.id DESC",
                )
                .bind(scope.workspace.uuid())
                .bind(use_cases)
                .bind(hashes)
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let decisions: BTreeMap<Uuid, Decision> = documents
            .iter()
            .map(|(use_case, document)| Ok((*use_case, read("decision", document)?)))
            .collect::<Result<_, StoreError>>()?;
        let answered = approved
            .iter()
            .filter_map(|(use_case, approved)| Some((decisions.get(use_case)?, approved.option)));
        Ok(override_rates(answered))
    }
}

/// Decides the present inputs of a use case with these prices and this policy, and notes in its review what that did to
/// the answer; the caller holds it. `None` where nothing would differ, or nobody counts on the answer.
///
/// Only what is proposed or approved is decided anew. What was withdrawn, superseded or sent back is being worked on:
/// its next edit is decided with the prices in force, and whoever proposes it as it is sees on its page that there are
/// newer ones. What brings such a content back in force without an edit, restoring, asks for this itself.
pub(crate) async fn decide_anew(
    connection: &mut PgConnection,
    scope: Scope,
    id: UseCaseId,
    (review, mut held): (Review, Held),
    (policy, book): (&Policy, &PriceBook),
) -> Result<Option<Effect>, StoreError> {
    let (revision, inputs, document): (Uuid, String, String) = sqlx::query_as(
        "SELECT v.id, v.inputs::text, d.document::text FROM use_cases u
         JOIN use_case_revisions v ON v.workspace_id = u.workspace_id AND v.use_case_id = u.id AND v.number = u.revision
         JOIN decisions d ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
         WHERE u.workspace_id = $1 AND u.id = $2",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .fetch_one(&mut *connection)
    .await?;
    let (use_case, before): (UseCase, Decision) = (read("inputs", &inputs)?, read("decision", &document)?);
    let after = domain::decide(&use_case, policy, book);
    let is_open = matches!(review.state(), ReviewState::Proposed | ReviewState::Approved);
    if after.provenance.content_hash == before.provenance.content_hash || !is_open {
        return Ok(None);
    }
    let effect = effect(&before, &after, review.rule().margin_threshold());
    held.content.hash.clone_from(&after.provenance.content_hash);
    held.decision = DecisionId::from(Uuid::now_v7());
    append_decision(connection, scope, (id, revision, held.decision), &after).await?;
    sqlx::query("UPDATE use_cases SET decision_id = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .bind(held.decision.uuid())
        .execute(&mut *connection)
        .await?;
    if let Some(event) = review.repriced(held.content.clone(), effect, held.now.unix_timestamp()) {
        add(connection, Scope::system(scope.workspace), id, review, event, &held).await?;
    }
    Ok(Some(effect))
}
