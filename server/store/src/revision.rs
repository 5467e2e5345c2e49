//! Revisions: every version of a use case's inputs, each with what it changed and what was decided.

use crate::document::{read, write};
use crate::{AccountId, DecisionId, RevisionId, Scope, Store, StoreError, UseCaseId, text};
use domain::decision::Decision;
use domain::summary::DecisionSummary;
use domain::use_case::{FieldChange, UseCase};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// Most characters of the note on a revision.
const NOTE_LENGTH: usize = 1000;

/// One immutable version of a use case's inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RevisionRecord {
    /// Its id.
    pub id: RevisionId,
    /// 1 for the first version.
    pub number: i32,
    /// The inputs.
    pub use_case: UseCase,
    /// When it was saved.
    pub created_at: OffsetDateTime,
    /// Name of the account that saved it; none for the product itself.
    pub created_by: Option<String>,
    /// Why it changed, in the words of whoever saved it; may be empty.
    pub note: String,
    /// What it changed in the revision before; empty for the first.
    pub changes: Vec<FieldChange>,
    /// What was decided for it.
    pub summary: DecisionSummary,
}

/// Columns of a revision `r`, the one before it `b` and its newest decision `d`.
#[derive(FromRow)]
pub(crate) struct RevisionRow {
    revision_id: Uuid,
    number: i32,
    inputs: String,
    inputs_before: Option<String>,
    revision_created_at: OffsetDateTime,
    revision_created_by: Option<String>,
    note: String,
    summary: Json<DecisionSummary>,
}

/// The columns a [`RevisionRow`] needs.
macro_rules! revision_columns {
    () => {
        "r.id AS revision_id, r.number, r.inputs::text AS inputs, b.inputs::text AS inputs_before,
         r.created_at AS revision_created_at, r.note, d.summary,
         (SELECT name FROM accounts WHERE id = r.created_by) AS revision_created_by"
    };
}
pub(crate) use revision_columns;

impl RevisionRow {
    pub(crate) fn into_record(self) -> Result<RevisionRecord, StoreError> {
        let use_case: UseCase = read("inputs", &self.inputs)?;
        let before: Option<UseCase> = self.inputs_before.map(|text| read("inputs", &text)).transpose()?;
        Ok(RevisionRecord {
            id: self.revision_id.into(),
            number: self.number,
            changes: before.map_or_else(Vec::new, |before| use_case.changes_since(&before)),
            use_case,
            created_at: self.revision_created_at,
            created_by: self.revision_created_by,
            note: self.note,
            summary: self.summary.0,
        })
    }
}

impl Store {
    /// All revisions of a use case, newest first.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the workspace has no such use case.
    pub async fn revisions(&self, scope: Scope, id: UseCaseId) -> Result<Vec<RevisionRecord>, StoreError> {
        let rows: Vec<RevisionRow> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(concat!(
                    "SELECT ",
                    revision_columns!(),
                    " FROM use_case_revisions r
                     LEFT JOIN use_case_revisions b ON b.workspace_id = r.workspace_id
                        AND b.use_case_id = r.use_case_id AND b.number = r.number - 1
                     CROSS JOIN LATERAL (SELECT summary FROM decisions
                        WHERE workspace_id = r.workspace_id AND revision_id = r.id
                        ORDER BY created_at DESC, id DESC LIMIT 1) d
                     WHERE r.workspace_id = $1 AND r.use_case_id = $2
                     ORDER BY r.number DESC"
                ))
                .bind(scope.workspace.uuid())
                .bind(id.uuid())
                .fetch_all(&mut *connection)
                .await
            })
            .await?;
        if rows.is_empty() {
            return Err(StoreError::NotFound);
        }
        rows.into_iter().map(RevisionRow::into_record).collect()
    }

    /// One revision and what was decided for it then, or `None` if there is no such revision.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn revision(
        &self,
        scope: Scope,
        id: UseCaseId,
        number: i32,
    ) -> Result<Option<(RevisionRecord, Decision)>, StoreError> {
        #[derive(FromRow)]
        struct Row {
            #[sqlx(flatten)]
            revision: RevisionRow,
            document: String,
        }
        let row: Option<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(concat!(
                    "SELECT ",
                    revision_columns!(),
                    ", d.document::text AS document
                     FROM use_case_revisions r
                     LEFT JOIN use_case_revisions b ON b.workspace_id = r.workspace_id
                        AND b.use_case_id = r.use_case_id AND b.number = r.number - 1
                     JOIN decisions d ON d.workspace_id = r.workspace_id AND d.revision_id = r.id
                     WHERE r.workspace_id = $1 AND r.use_case_id = $2 AND r.number = $3
                     ORDER BY d.created_at DESC, d.id DESC LIMIT 1"
                ))
                .bind(scope.workspace.uuid())
                .bind(id.uuid())
                .bind(number)
                .fetch_optional(&mut *connection)
                .await
            })
            .await?;
        row.map(|row| Ok((row.revision.into_record()?, read("decision", &row.document)?))).transpose()
    }
}

/// A revision to be added, with its decision.
pub(crate) struct NewRevision<'a> {
    pub(crate) use_case_id: UseCaseId,
    pub(crate) number: i32,
    pub(crate) use_case: &'a UseCase,
    pub(crate) decision_id: DecisionId,
    pub(crate) decision: &'a Decision,
    pub(crate) note: &'a str,
}

/// Appends a revision with its decision inside the caller's transaction, which must have made sure that
/// the use case belongs to the workspace.
///
/// # Errors
/// [`StoreError::Text`] for a note that does not fit; [`StoreError::UnknownVersion`] when the decision was
/// made with a price book or policy that is not stored.
pub(crate) async fn append(
    connection: &mut PgConnection,
    scope: Scope,
    new: NewRevision<'_>,
) -> Result<(), StoreError> {
    let NewRevision { use_case_id, number, use_case, decision_id, decision, note } = new;
    let note = text::optional("note", note, NOTE_LENGTH)?;
    let revision_id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO use_case_revisions (id, workspace_id, use_case_id, number, inputs, note, created_by)
         VALUES ($1, $2, $3, $4, $5::json, $6, $7)",
    )
    .bind(revision_id)
    .bind(scope.workspace.uuid())
    .bind(use_case_id.uuid())
    .bind(number)
    .bind(write("inputs", use_case)?)
    .bind(note)
    .bind(scope.actor.account().map(AccountId::uuid))
    .execute(&mut *connection)
    .await?;
    append_decision(connection, scope, (use_case_id, revision_id, decision_id), decision).await
}

/// Appends a decision about a revision inside the caller's transaction.
///
/// # Errors
/// [`StoreError::UnknownVersion`] when it was made with a price book or policy that is not stored.
pub(crate) async fn append_decision(
    connection: &mut PgConnection,
    scope: Scope,
    (use_case_id, revision_id, decision_id): (UseCaseId, Uuid, DecisionId),
    decision: &Decision,
) -> Result<(), StoreError> {
    let (policy_scope, policy_id) = policy_named(connection, scope, &decision.provenance.policy).await?;
    let (book_scope, book_id) = book_named(connection, scope, &decision.provenance.price_book).await?;
    sqlx::query(
        "INSERT INTO decisions (id, workspace_id, use_case_id, revision_id, policy_scope, policy_id,
            price_book_scope, price_book_id, engine_version, content_hash, document, summary)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::json, $12)",
    )
    .bind(decision_id.uuid())
    .bind(scope.workspace.uuid())
    .bind(use_case_id.uuid())
    .bind(revision_id)
    .bind(policy_scope)
    .bind(policy_id)
    .bind(book_scope)
    .bind(book_id)
    .bind(&decision.provenance.engine)
    .bind(&decision.provenance.content_hash)
    .bind(write("decision", decision)?)
    .bind(Json(decision.summary()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Scope and id of the policy a decision names; one of the workspace's own comes before a shared one.
async fn policy_named(
    connection: &mut PgConnection,
    scope: Scope,
    version: &str,
) -> Result<(Uuid, Uuid), StoreError> {
    sqlx::query_as(
        "SELECT scope, id FROM policies WHERE scope IN ($1, $2) AND version = $3 ORDER BY scope = $2 LIMIT 1",
    )
    .bind(scope.workspace.uuid())
    .bind(Uuid::nil())
    .bind(version)
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| StoreError::UnknownVersion { what: "policy", version: version.to_owned() })
}

/// Scope and id of the price book a decision names, likewise.
async fn book_named(
    connection: &mut PgConnection,
    scope: Scope,
    version: &str,
) -> Result<(Uuid, Uuid), StoreError> {
    sqlx::query_as(
        "SELECT scope, id FROM price_books WHERE scope IN ($1, $2) AND version = $3 ORDER BY scope = $2 LIMIT 1",
    )
    .bind(scope.workspace.uuid())
    .bind(Uuid::nil())
    .bind(version)
    .fetch_optional(connection)
    .await?
    .ok_or_else(|| StoreError::UnknownVersion { what: "price book", version: version.to_owned() })
}
