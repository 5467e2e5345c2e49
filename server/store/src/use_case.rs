//! Use cases: created, revised, duplicated, archived; listed without opening their decisions.

use crate::audit::{self, Change};
use crate::document::read;
use crate::portfolio::hold_in_use;
use crate::revision::{NewRevision, RevisionRow, append, revision_columns};
use crate::{
    AccountId, AuditAction, DecisionId, PolicyId, PortfolioId, PriceBookId, RevisionRecord, Scope, Store,
    StoreError, UseCaseId, text,
};
use domain::decision::Decision;
use domain::field::FieldValue as _;
use domain::summary::DecisionSummary;
use domain::use_case::{Title, UseCase};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::types::Json;
use sqlx::{FromRow, PgConnection};
use time::OffsetDateTime;
use uuid::Uuid;

/// A use case in the table of its portfolio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UseCaseRow {
    /// Its id.
    pub id: UseCaseId,
    /// Its name, or a stand-in where none was given.
    pub name: String,
    /// Number of the current revision.
    pub revision: i32,
    /// What was decided for it.
    pub summary: DecisionSummary,
    /// When it last gained a revision or was archived or restored.
    pub updated_at: OffsetDateTime,
    /// When it was archived, if it is.
    pub archived_at: Option<OffsetDateTime>,
}

/// A use case by its name alone, to speak about it after it left a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseCaseLabel {
    /// The portfolio it stands in.
    pub portfolio_id: PortfolioId,
    /// Its name, or a stand-in where none was given.
    pub name: String,
    /// Whether it is archived.
    pub archived: bool,
}

/// A use case with its current inputs and decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UseCaseRecord {
    /// Its id.
    pub id: UseCaseId,
    /// The portfolio it stands in.
    pub portfolio_id: PortfolioId,
    /// That portfolio's name.
    pub portfolio_name: String,
    /// When that portfolio was archived, if it is; its use cases cannot be changed then.
    pub portfolio_archived_at: Option<OffsetDateTime>,
    /// The current revision; [`Store::revise_use_case`] wants its number.
    pub revision: RevisionRecord,
    /// What was decided for it.
    pub decision: Decision,
    /// The price book the decision was made with.
    pub price_book_id: PriceBookId,
    /// The policy the decision was made with.
    pub policy_id: PolicyId,
    /// When it was created.
    pub created_at: OffsetDateTime,
    /// When it last gained a revision or was archived or restored.
    pub updated_at: OffsetDateTime,
    /// When it was archived, if it is.
    pub archived_at: Option<OffsetDateTime>,
}

/// The list reads the decisions' summaries only. Their documents live outside the rows and stay closed.
const LIST: &str = "
    SELECT u.id, u.name, u.revision, d.summary, u.updated_at, u.archived_at
    FROM use_cases u
    JOIN decisions d ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
    WHERE u.workspace_id = $1 AND u.portfolio_id = $2 AND (u.archived_at IS NOT NULL) = $3
    ORDER BY lower(u.name), u.id";

impl Store {
    /// Use cases of a portfolio by name: those in use, or the archived ones.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the workspace has no such portfolio.
    pub async fn use_cases(
        &self,
        scope: Scope,
        portfolio: PortfolioId,
        archived: bool,
    ) -> Result<Vec<UseCaseRow>, StoreError> {
        #[derive(FromRow)]
        struct Row {
            id: Uuid,
            name: String,
            revision: i32,
            summary: Json<DecisionSummary>,
            updated_at: OffsetDateTime,
            archived_at: Option<OffsetDateTime>,
        }
        let rows: Vec<Row> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(LIST)
                    .bind(scope.workspace.uuid())
                    .bind(portfolio.uuid())
                    .bind(archived)
                    .fetch_all(&mut *connection)
                    .await
            })
            .await?;
        if rows.is_empty() && self.portfolio(scope, portfolio).await?.is_none() {
            return Err(StoreError::NotFound);
        }
        let in_table = |row: Row| UseCaseRow {
            id: row.id.into(),
            name: row.name,
            revision: row.revision,
            summary: row.summary.0,
            updated_at: row.updated_at,
            archived_at: row.archived_at,
        };
        Ok(rows.into_iter().map(in_table).collect())
    }

    /// Number of archived use cases of a portfolio; none for a portfolio the workspace does not have.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn archived_use_case_count(
        &self,
        scope: Scope,
        portfolio: PortfolioId,
    ) -> Result<u32, StoreError> {
        let count: i64 = self
            .read(scope, |mut connection| async move {
                sqlx::query_scalar(
                    "SELECT count(*) FROM use_cases
                     WHERE workspace_id = $1 AND portfolio_id = $2 AND archived_at IS NOT NULL",
                )
                .bind(scope.workspace.uuid())
                .bind(portfolio.uuid())
                .fetch_one(&mut *connection)
                .await
            })
            .await?;
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Name and state of a use case, without opening its inputs; `None` if the workspace has no such use case.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn use_case_label(
        &self,
        scope: Scope,
        id: UseCaseId,
    ) -> Result<Option<UseCaseLabel>, StoreError> {
        let row: Option<(Uuid, String, bool)> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT portfolio_id, name, archived_at IS NOT NULL FROM use_cases
                     WHERE workspace_id = $1 AND id = $2",
                )
                .bind(scope.workspace.uuid())
                .bind(id.uuid())
                .fetch_optional(&mut *connection)
                .await
            })
            .await?;
        Ok(row.map(|(portfolio_id, name, archived)| UseCaseLabel {
            portfolio_id: portfolio_id.into(),
            name,
            archived,
        }))
    }

    /// One use case, archived or not, or `None` if the workspace has no such use case.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn use_case(&self, scope: Scope, id: UseCaseId) -> Result<Option<UseCaseRecord>, StoreError> {
        let row: Option<RecordRow> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(RECORD)
                    .bind(scope.workspace.uuid())
                    .bind(id.uuid())
                    .fetch_optional(&mut *connection)
                    .await
            })
            .await?;
        row.map(RecordRow::into_record).transpose()
    }

    /// Puts a new use case into a portfolio.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] or [`StoreError::Archived`] about the portfolio; [`StoreError::UnknownVersion`]
    /// when the decision was made with a price book or policy that is not stored; [`StoreError::Text`].
    pub async fn create_use_case(
        &self,
        scope: Scope,
        portfolio: PortfolioId,
        use_case: &UseCase,
        decision: &Decision,
        note: &str,
    ) -> Result<UseCaseId, StoreError> {
        let mut transaction = self.begin(scope).await?;
        let id = insert(&mut transaction, scope, portfolio, (use_case, decision), note).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Saves new inputs as the next revision and returns its number. Saving what is there already adds
    /// nothing and returns the current number.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the current revision is not the expected one; [`StoreError::NotFound`],
    /// [`StoreError::Archived`], [`StoreError::UnknownVersion`], [`StoreError::Text`].
    pub async fn revise_use_case(
        &self,
        scope: Scope,
        id: UseCaseId,
        expected_revision: i32,
        use_case: &UseCase,
        decision: &Decision,
        note: &str,
    ) -> Result<i32, StoreError> {
        let mut transaction = self.begin(scope).await?;
        let current = lock(&mut transaction, scope, id).await?;
        if current.archived {
            return Err(StoreError::Archived);
        }
        if current.revision != expected_revision {
            return Err(StoreError::Conflict { current: current.revision });
        }
        if current.content_hash == decision.provenance.content_hash
            && read::<UseCase>("inputs", &current.inputs)? == *use_case
        {
            return Ok(current.revision);
        }
        let number = current.revision.saturating_add(1);
        let decision_id = DecisionId::from(Uuid::now_v7());
        let new = NewRevision { use_case_id: id, number, use_case, decision_id, decision, note };
        append(&mut transaction, scope, new).await?;
        sqlx::query(
            "UPDATE use_cases SET name = $3, revision = $4, decision_id = $5, updated_at = now()
             WHERE workspace_id = $1 AND id = $2",
        )
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .bind(use_case.title())
        .bind(number)
        .bind(decision_id.uuid())
        .execute(&mut *transaction)
        .await?;
        let before: UseCase = read("inputs", &current.inputs)?;
        let change = Change::of(AuditAction::UseCaseRevised, id.uuid())
            .about(id)
            .before(json!({ "revision": current.revision, "content_hash": current.content_hash }))
            .after(json!({
                "revision": number,
                "content_hash": decision.provenance.content_hash,
                "note": note,
                "changes": use_case.changes_since(&before),
            }));
        audit::record(&mut transaction, scope, change).await?;
        crate::review::note_edit(&mut transaction, scope, id).await?;
        transaction.commit().await?;
        Ok(number)
    }

    /// Copies the current revision of a use case into a new one beside it, named as a copy. Name and notes
    /// do not enter a decision, so the copy keeps the decision as it was made.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::Archived`] when the portfolio is.
    pub async fn duplicate_use_case(&self, scope: Scope, id: UseCaseId) -> Result<UseCaseId, StoreError> {
        let original = self.use_case(scope, id).await?.ok_or(StoreError::NotFound)?;
        let mut copy = original.revision.use_case;
        let note = format!("Copied from “{}”, revision {}.", copy.title(), original.revision.number);
        copy.name = copied_name(&copy)?;
        self.create_use_case(scope, original.portfolio_id, &copy, &original.decision, &note).await
    }

    /// Puts a use case away. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn archive_use_case(&self, scope: Scope, id: UseCaseId) -> Result<(), StoreError> {
        self.put_use_case_away(scope, id, true).await
    }

    /// Takes an archived use case back into use. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn restore_use_case(&self, scope: Scope, id: UseCaseId) -> Result<(), StoreError> {
        self.put_use_case_away(scope, id, false).await
    }

    async fn put_use_case_away(&self, scope: Scope, id: UseCaseId, archived: bool) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        let before: Option<bool> = sqlx::query_scalar(
            "SELECT archived_at IS NOT NULL FROM use_cases WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        )
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .fetch_optional(&mut *transaction)
        .await?;
        if before.ok_or(StoreError::NotFound)? == archived {
            return Ok(());
        }
        let name: String = sqlx::query_scalar(
            "UPDATE use_cases SET archived_at = CASE WHEN $3 THEN now() END, updated_at = now()
             WHERE workspace_id = $1 AND id = $2 RETURNING name",
        )
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .bind(archived)
        .fetch_one(&mut *transaction)
        .await?;
        let action = if archived { AuditAction::UseCaseArchived } else { AuditAction::UseCaseRestored };
        let change = Change::of(action, id.uuid()).about(id).after(json!({ "name": name }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Puts a new use case into a portfolio inside the caller's transaction.
pub(crate) async fn insert(
    connection: &mut PgConnection,
    scope: Scope,
    portfolio: PortfolioId,
    (use_case, decision): (&UseCase, &Decision),
    note: &str,
) -> Result<UseCaseId, StoreError> {
    hold_in_use(connection, scope, portfolio).await?;
    let id = UseCaseId::from(Uuid::now_v7());
    let (number, decision_id) = (1, DecisionId::from(Uuid::now_v7()));
    // The revision and the decision are named before they exist; the database checks when the transaction
    // commits.
    sqlx::query(
        "INSERT INTO use_cases (id, workspace_id, portfolio_id, name, revision, decision_id, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id.uuid())
    .bind(scope.workspace.uuid())
    .bind(portfolio.uuid())
    .bind(use_case.title())
    .bind(number)
    .bind(decision_id.uuid())
    .bind(scope.actor.account().map(AccountId::uuid))
    .execute(&mut *connection)
    .await?;
    let new = NewRevision { use_case_id: id, number, use_case, decision_id, decision, note };
    append(connection, scope, new).await?;
    let change = Change::of(AuditAction::UseCaseCreated, id.uuid()).about(id).after(json!({
        "name": use_case.title(),
        "portfolio_id": portfolio,
        "revision": number,
        "content_hash": decision.provenance.content_hash,
        "note": note,
    }));
    audit::record(connection, scope, change).await?;
    Ok(id)
}

#[derive(FromRow)]
struct Current {
    revision: i32,
    archived: bool,
    inputs: String,
    content_hash: String,
}

/// The current state of a use case, which nobody else can change until the caller's transaction ends.
async fn lock(connection: &mut PgConnection, scope: Scope, id: UseCaseId) -> Result<Current, StoreError> {
    // The lock comes first and by itself: joined to it, the other tables would be read as they were before
    // the wait for it.
    let locked: Option<i32> =
        sqlx::query_scalar("SELECT revision FROM use_cases WHERE workspace_id = $1 AND id = $2 FOR UPDATE")
            .bind(scope.workspace.uuid())
            .bind(id.uuid())
            .fetch_optional(&mut *connection)
            .await?;
    locked.ok_or(StoreError::NotFound)?;
    let current = sqlx::query_as(
        "SELECT u.revision, u.archived_at IS NOT NULL OR p.archived_at IS NOT NULL AS archived,
            r.inputs::text AS inputs, d.content_hash
         FROM use_cases u
         JOIN portfolios p ON p.workspace_id = u.workspace_id AND p.id = u.portfolio_id
         JOIN use_case_revisions r
            ON r.workspace_id = u.workspace_id AND r.use_case_id = u.id AND r.number = u.revision
         JOIN decisions d ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
         WHERE u.workspace_id = $1 AND u.id = $2",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .fetch_one(connection)
    .await?;
    Ok(current)
}

/// Most characters of a use case's name, as [`Title`] has it.
const TITLE_LENGTH: usize = 120;

/// “Name (copy)”, the name shortened where the whole would not fit.
fn copied_name(original: &UseCase) -> Result<Title, StoreError> {
    let mark = " (copy)";
    let name = text::beginning(original.title(), TITLE_LENGTH - mark.len());
    Title::parse_text(&format!("{name}{mark}")).map_err(|problem| StoreError::Text { field: "name", problem })
}

const RECORD: &str = concat!(
    "SELECT u.id, u.portfolio_id, p.name AS portfolio_name, p.archived_at AS portfolio_archived_at,
        u.created_at, u.updated_at, u.archived_at, d.document::text AS document, d.price_book_id, d.policy_id, ",
    revision_columns!(),
    " FROM use_cases u
     JOIN portfolios p ON p.workspace_id = u.workspace_id AND p.id = u.portfolio_id
     JOIN decisions d ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
     JOIN use_case_revisions r
        ON r.workspace_id = u.workspace_id AND r.use_case_id = u.id AND r.number = u.revision
     LEFT JOIN use_case_revisions b
        ON b.workspace_id = u.workspace_id AND b.use_case_id = u.id AND b.number = u.revision - 1
     WHERE u.workspace_id = $1 AND u.id = $2"
);

#[derive(FromRow)]
struct RecordRow {
    id: Uuid,
    portfolio_id: Uuid,
    portfolio_name: String,
    portfolio_archived_at: Option<OffsetDateTime>,
    created_at: OffsetDateTime,
    updated_at: OffsetDateTime,
    archived_at: Option<OffsetDateTime>,
    document: String,
    price_book_id: Uuid,
    policy_id: Uuid,
    #[sqlx(flatten)]
    revision: RevisionRow,
}

impl RecordRow {
    fn into_record(self) -> Result<UseCaseRecord, StoreError> {
        Ok(UseCaseRecord {
            id: self.id.into(),
            portfolio_id: self.portfolio_id.into(),
            portfolio_name: self.portfolio_name,
            portfolio_archived_at: self.portfolio_archived_at,
            revision: self.revision.into_record()?,
            decision: read("decision", &self.document)?,
            price_book_id: self.price_book_id.into(),
            policy_id: self.policy_id.into(),
            created_at: self.created_at,
            updated_at: self.updated_at,
            archived_at: self.archived_at,
        })
    }
}
