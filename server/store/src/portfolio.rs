//! Portfolios: named lists of use cases, with their totals.

use crate::audit::{self, Change};
use crate::{AccountId, AuditAction, PortfolioId, Scope, Store, StoreError, text};
use domain::units::Usd;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most characters of a portfolio's name.
const NAME_LENGTH: usize = 120;
/// Most characters of a portfolio's description.
const DESCRIPTION_LENGTH: usize = 2000;

/// A portfolio by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Portfolio {
    /// Its id.
    pub id: PortfolioId,
    /// Its name, unique among the portfolios in use.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// When it was archived, if it is.
    pub archived_at: Option<OffsetDateTime>,
}

/// A portfolio in the list of portfolios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioSummary {
    /// Its id.
    pub id: PortfolioId,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Use cases in it, archived ones apart.
    pub use_case_count: u32,
    /// Those of them whose cost is known both ways; the two totals are about these.
    pub costed_count: u32,
    /// When it was archived, if it is.
    pub archived_at: Option<OffsetDateTime>,
    /// When it or one of its use cases last changed.
    pub updated_at: OffsetDateTime,
    /// Likely cost over their horizons if each costed use case takes its leading option.
    pub recommended_total: Usd,
    /// Likely cost over their horizons if each costed use case goes to the frontier API.
    pub frontier_total: Usd,
}

#[derive(FromRow)]
struct PortfolioRow {
    id: Uuid,
    name: String,
    description: String,
    archived_at: Option<OffsetDateTime>,
}

#[derive(FromRow)]
struct SummaryRow {
    #[sqlx(flatten)]
    portfolio: PortfolioRow,
    updated_at: OffsetDateTime,
    use_case_count: i64,
    costed_count: i64,
    recommended_micros: i64,
    frontier_micros: i64,
}

/// One portfolio or all of a workspace, with totals from the summaries of the current decisions. Only use
/// cases costed both ways count towards the totals: otherwise the two would not compare like with like.
const SUMMARIES: &str = "
    SELECT p.id, p.name, p.description, p.archived_at,
        greatest(p.updated_at, max(u.updated_at)) AS updated_at,
        count(u.id) AS use_case_count,
        count(u.id) FILTER (WHERE c.costed) AS costed_count,
        least(coalesce(sum(c.option_total) FILTER (WHERE c.costed), 0) * 1000000, 9223372036854775807)::bigint
            AS recommended_micros,
        least(coalesce(sum(c.frontier_total) FILTER (WHERE c.costed), 0) * 1000000, 9223372036854775807)::bigint
            AS frontier_micros
    FROM portfolios p
    LEFT JOIN use_cases u
        ON u.workspace_id = p.workspace_id AND u.portfolio_id = p.id AND u.archived_at IS NULL
    LEFT JOIN decisions d
        ON d.workspace_id = u.workspace_id AND d.use_case_id = u.id AND d.id = u.decision_id
    LEFT JOIN LATERAL (
        SELECT t.option_total, t.frontier_total, num_nulls(t.option_total, t.frontier_total) = 0 AS costed
        FROM jsonb_to_record(d.summary) AS t (option_total numeric, frontier_total numeric)
    ) c ON true
    WHERE p.workspace_id = $1 AND ($2::uuid IS NULL OR p.id = $2)
    GROUP BY p.workspace_id, p.id
    ORDER BY p.archived_at DESC NULLS FIRST, lower(p.name), p.id";

impl Store {
    /// All portfolios by name, archived ones last.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn portfolios(&self, scope: Scope) -> Result<Vec<PortfolioSummary>, StoreError> {
        let rows = self.summaries(scope, None).await?;
        Ok(rows.into_iter().map(summary).collect())
    }

    /// One portfolio with its totals, or `None` if the workspace has no such portfolio.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn portfolio_summary(
        &self,
        scope: Scope,
        id: PortfolioId,
    ) -> Result<Option<PortfolioSummary>, StoreError> {
        Ok(self.summaries(scope, Some(id)).await?.pop().map(summary))
    }

    async fn summaries(&self, scope: Scope, id: Option<PortfolioId>) -> Result<Vec<SummaryRow>, StoreError> {
        self.read(scope, |mut connection| async move {
            sqlx::query_as(SUMMARIES)
                .bind(scope.workspace.uuid())
                .bind(id.map(PortfolioId::uuid))
                .fetch_all(&mut *connection)
                .await
        })
        .await
    }

    /// One portfolio, archived or not, or `None` if the workspace has no such portfolio.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn portfolio(&self, scope: Scope, id: PortfolioId) -> Result<Option<Portfolio>, StoreError> {
        let row: Option<PortfolioRow> = self
            .read(scope, |mut connection| async move {
                sqlx::query_as(
                    "SELECT id, name, description, archived_at FROM portfolios
                     WHERE workspace_id = $1 AND id = $2",
                )
                .bind(scope.workspace.uuid())
                .bind(id.uuid())
                .fetch_optional(&mut *connection)
                .await
            })
            .await?;
        Ok(row.map(|PortfolioRow { id, name, description, archived_at }| Portfolio {
            id: id.into(),
            name,
            description,
            archived_at,
        }))
    }

    /// Creates an empty portfolio.
    ///
    /// # Errors
    /// [`StoreError::NameTaken`], [`StoreError::Text`] for a name or description that does not fit.
    pub async fn create_portfolio(
        &self,
        scope: Scope,
        name: &str,
        description: &str,
    ) -> Result<PortfolioId, StoreError> {
        let mut transaction = self.begin(scope).await?;
        let id = insert(&mut transaction, scope, name, description).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Renames or re-describes a portfolio. What it says already changes nothing.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], [`StoreError::NameTaken`], [`StoreError::Text`].
    pub async fn update_portfolio(
        &self,
        scope: Scope,
        id: PortfolioId,
        name: &str,
        description: &str,
    ) -> Result<(), StoreError> {
        let name = text::required("name", name, NAME_LENGTH)?;
        let description = text::optional("description", description, DESCRIPTION_LENGTH)?;
        let mut transaction = self.begin(scope).await?;
        let before = lock(&mut transaction, scope, id).await?;
        if (&before.name, &before.description) == (&name, &description) {
            return Ok(());
        }
        sqlx::query(
            "UPDATE portfolios SET name = $3, description = $4, updated_at = now()
             WHERE workspace_id = $1 AND id = $2",
        )
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .bind(&name)
        .bind(&description)
        .execute(&mut *transaction)
        .await?;
        let change = Change::of(AuditAction::PortfolioRenamed, id.uuid())
            .before(json!({ "name": before.name, "description": before.description }))
            .after(json!({ "name": name, "description": description }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Puts a portfolio away, with its use cases. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn archive_portfolio(&self, scope: Scope, id: PortfolioId) -> Result<(), StoreError> {
        self.put_away(scope, id, true).await
    }

    /// Takes an archived portfolio back into use. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; [`StoreError::NameTaken`] when a portfolio in use has its name by now.
    pub async fn restore_portfolio(&self, scope: Scope, id: PortfolioId) -> Result<(), StoreError> {
        self.put_away(scope, id, false).await
    }

    async fn put_away(&self, scope: Scope, id: PortfolioId, archived: bool) -> Result<(), StoreError> {
        let mut transaction = self.begin(scope).await?;
        let before = lock(&mut transaction, scope, id).await?;
        if before.archived_at.is_some() == archived {
            return Ok(());
        }
        sqlx::query(
            "UPDATE portfolios SET archived_at = CASE WHEN $3 THEN now() END, updated_at = now()
             WHERE workspace_id = $1 AND id = $2",
        )
        .bind(scope.workspace.uuid())
        .bind(id.uuid())
        .bind(archived)
        .execute(&mut *transaction)
        .await?;
        let action = if archived { AuditAction::PortfolioArchived } else { AuditAction::PortfolioRestored };
        let change = Change::of(action, id.uuid()).after(json!({ "name": before.name }));
        audit::record(&mut transaction, scope, change).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// A portfolio that nobody else can change until the caller's transaction ends.
async fn lock(
    connection: &mut sqlx::PgConnection,
    scope: Scope,
    id: PortfolioId,
) -> Result<PortfolioRow, StoreError> {
    sqlx::query_as(
        "SELECT id, name, description, archived_at FROM portfolios WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .fetch_optional(connection)
    .await?
    .ok_or(StoreError::NotFound)
}

/// Creates an empty portfolio inside the caller's transaction.
pub(crate) async fn insert(
    connection: &mut sqlx::PgConnection,
    scope: Scope,
    name: &str,
    description: &str,
) -> Result<PortfolioId, StoreError> {
    let name = text::required("name", name, NAME_LENGTH)?;
    let description = text::optional("description", description, DESCRIPTION_LENGTH)?;
    let id = Uuid::now_v7();
    sqlx::query(
        "INSERT INTO portfolios (id, workspace_id, name, description, created_by) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(scope.workspace.uuid())
    .bind(&name)
    .bind(&description)
    .bind(scope.actor.account().map(AccountId::uuid))
    .execute(&mut *connection)
    .await?;
    let change = Change::of(AuditAction::PortfolioCreated, id)
        .after(json!({ "name": name, "description": description }));
    audit::record(connection, scope, change).await?;
    Ok(id.into())
}

/// Makes sure that a portfolio exists and stays in use until the caller's transaction ends.
///
/// # Errors
/// [`StoreError::NotFound`], [`StoreError::Archived`].
pub(crate) async fn hold_in_use(
    connection: &mut sqlx::PgConnection,
    scope: Scope,
    id: PortfolioId,
) -> Result<(), StoreError> {
    let archived: Option<bool> = sqlx::query_scalar(
        "SELECT archived_at IS NOT NULL FROM portfolios WHERE workspace_id = $1 AND id = $2 FOR SHARE",
    )
    .bind(scope.workspace.uuid())
    .bind(id.uuid())
    .fetch_optional(connection)
    .await?;
    match archived {
        None => Err(StoreError::NotFound),
        Some(true) => Err(StoreError::Archived),
        Some(false) => Ok(()),
    }
}

fn summary(row: SummaryRow) -> PortfolioSummary {
    let count = |rows: i64| u32::try_from(rows).unwrap_or(u32::MAX);
    PortfolioSummary {
        id: row.portfolio.id.into(),
        name: row.portfolio.name,
        description: row.portfolio.description,
        use_case_count: count(row.use_case_count),
        costed_count: count(row.costed_count),
        archived_at: row.portfolio.archived_at,
        updated_at: row.updated_at,
        recommended_total: Usd::from_micros(row.recommended_micros),
        frontier_total: Usd::from_micros(row.frontier_micros),
    }
}
