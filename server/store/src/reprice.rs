//! New prices: which approved classifications do they change, and which not.

use crate::document::read;
use crate::review::{Held, add, events, look};
use crate::revision::append_decision;
use crate::scope::View;
use crate::{DecisionId, Scope, Store, StoreError, UseCaseId};
use domain::decision::Decision;
use domain::policy::Policy;
use domain::prices::PriceBook;
use domain::provenance::ENGINE_VERSION;
use domain::reprice::effect;
use domain::review::{Effect, Review, ReviewState};
use domain::use_case::UseCase;
use sqlx::PgConnection;
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

    /// Which rules of the framework reviewers keep correcting in a workspace: over everything that was approved,
    /// overridden or not.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn override_rates(
        &self,
        scope: Scope,
    ) -> Result<Vec<domain::override_rate::RuleRate>, StoreError> {
        let rows: Vec<(String, Option<String>)> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT d.document::text, r.override_option FROM reviews r
                     JOIN decisions d ON d.workspace_id = r.workspace_id AND d.use_case_id = r.use_case_id
                        AND d.id = r.approved_decision_id
                     WHERE r.workspace_id = $1",
                )
                .bind(scope.workspace.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        let answered: Vec<(Decision, Option<domain::decision::OptionKind>)> = rows
            .into_iter()
            .map(|(document, option)| {
                let option = option.and_then(|code| {
                    use domain::field::Choice as _;
                    domain::decision::OptionKind::ALL.iter().copied().find(|option| option.code() == code)
                });
                Ok((read("decision", &document)?, option))
            })
            .collect::<Result<_, StoreError>>()?;
        let answered = answered.iter().map(|(decision, option)| (decision, *option));
        Ok(domain::override_rate::override_rates(answered))
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
