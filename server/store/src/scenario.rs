//! Scenarios: decisions frozen behind a link that cannot be guessed and can be withdrawn.

use crate::document::{read, write};
use crate::{ScenarioId, Store, StoreError, UseCaseId, WorkspaceId, text, token};
use domain::decision::Decision;
use domain::policy::Policy;
use domain::prices::PriceBook;
use domain::use_case::UseCase;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most characters of a scenario's title.
const TITLE_LENGTH: usize = 200;

/// Everything a shared link shows, as it is at the time of sharing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FrozenScenario {
    /// Title of the page and of link previews.
    pub title: String,
    /// The inputs.
    pub use_case: UseCase,
    /// The policy the decision was made with.
    pub policy: Policy,
    /// The price book the decision was made with.
    pub price_book: PriceBook,
    /// The decision.
    pub decision: Decision,
}

/// A scenario that was just created.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewScenario {
    /// Names it inside its workspace, e.g. to revoke it.
    pub id: ScenarioId,
    /// The secret of the link. This is the only time it is seen.
    pub token: String,
}

// The token must not get into a log by way of `{:?}`.
impl std::fmt::Debug for NewScenario {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewScenario").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A scenario as a link opens it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// Its id.
    pub id: ScenarioId,
    /// What was frozen.
    pub frozen: FrozenScenario,
    /// When it was shared.
    pub created_at: OffsetDateTime,
    /// When the link stops working, if it does.
    pub expires_at: Option<OffsetDateTime>,
}

/// What a token opens.
#[derive(Debug, Clone, PartialEq)]
pub enum ScenarioLookup {
    /// The scenario.
    Found(Box<Scenario>),
    /// Nothing any more: the link was withdrawn.
    Revoked,
    /// Nothing any more: the link's time is over.
    Expired,
    /// Nothing: there never was such a link.
    NotFound,
}

/// A scenario in the list of links. The link itself is not known any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScenarioRow {
    /// Its id.
    pub id: ScenarioId,
    /// The use case it was shared from, if any.
    pub use_case_id: Option<UseCaseId>,
    /// Its title.
    pub title: String,
    /// When it was shared.
    pub created_at: OffsetDateTime,
    /// When the link stops working, if it does.
    pub expires_at: Option<OffsetDateTime>,
    /// When it was withdrawn, if it was.
    pub revoked_at: Option<OffsetDateTime>,
}

#[derive(FromRow)]
struct LinkRow {
    id: Uuid,
    use_case_id: Option<Uuid>,
    title: String,
    created_at: OffsetDateTime,
    expires_at: Option<OffsetDateTime>,
    revoked_at: Option<OffsetDateTime>,
}

/// Links of a workspace, or of one of its use cases, newest first.
const LINKS: &str = "
    SELECT id, use_case_id, title, created_at, expires_at, revoked_at FROM scenarios
    WHERE workspace_id = $1 AND ($2::uuid IS NULL OR use_case_id = $2)
    ORDER BY created_at DESC, id DESC";

impl Store {
    /// Freezes a decision behind a new link. A title that is too long is cut.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the workspace has no such use case.
    pub async fn create_scenario(
        &self,
        workspace: WorkspaceId,
        use_case: Option<UseCaseId>,
        frozen: &FrozenScenario,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<NewScenario, StoreError> {
        let title =
            text::required("title", text::beginning(frozen.title.trim(), TITLE_LENGTH), TITLE_LENGTH)?;
        let (token, hash) = token::make()?;
        let id = Uuid::now_v7();
        sqlx::query(
            "INSERT INTO scenarios (id, workspace_id, use_case_id, title, token_hash, engine_version,
                use_case, policy, price_book, decision, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7::json, $8::json, $9::json, $10::json, $11)",
        )
        .bind(id)
        .bind(workspace.uuid())
        .bind(use_case.map(UseCaseId::uuid))
        .bind(title)
        .bind(hash)
        .bind(&frozen.decision.provenance.engine)
        .bind(write("inputs", &frozen.use_case)?)
        .bind(write("policy", &frozen.policy)?)
        .bind(write("price book", &frozen.price_book)?)
        .bind(write("decision", &frozen.decision)?)
        .bind(expires_at)
        .execute(&self.pool)
        .await?;
        Ok(NewScenario { id: id.into(), token })
    }

    /// What the token of a link opens. A text that cannot be a token is refused without asking the
    /// database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn scenario_by_token(&self, token: &str) -> Result<ScenarioLookup, StoreError> {
        #[derive(FromRow)]
        struct Row {
            id: Uuid,
            title: String,
            created_at: OffsetDateTime,
            expires_at: Option<OffsetDateTime>,
            revoked: bool,
            expired: bool,
            use_case: String,
            policy: String,
            price_book: String,
            decision: String,
        }
        let Some(hash) = token::hash_of(token) else {
            return Ok(ScenarioLookup::NotFound);
        };
        let row: Option<Row> = self
            .read(|pool| {
                let hash = hash.clone();
                async move {
                    sqlx::query_as(
                        "SELECT id, title, created_at, expires_at, revoked_at IS NOT NULL AS revoked,
                            coalesce(expires_at <= now(), false) AS expired, use_case::text, policy::text,
                            price_book::text, decision::text
                         FROM scenarios WHERE token_hash = $1",
                    )
                    .bind(hash)
                    .fetch_optional(&pool)
                    .await
                }
            })
            .await?;
        match row {
            None => Ok(ScenarioLookup::NotFound),
            Some(row) if row.revoked => Ok(ScenarioLookup::Revoked),
            Some(row) if row.expired => Ok(ScenarioLookup::Expired),
            Some(row) => Ok(ScenarioLookup::Found(Box::new(Scenario {
                id: row.id.into(),
                frozen: FrozenScenario {
                    title: row.title,
                    use_case: read("inputs", &row.use_case)?,
                    policy: read("policy", &row.policy)?,
                    price_book: read("price book", &row.price_book)?,
                    decision: read("decision", &row.decision)?,
                },
                created_at: row.created_at,
                expires_at: row.expires_at,
            }))),
        }
    }

    /// Links shared from a use case, newest first, withdrawn and expired ones included.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the workspace has no such use case.
    pub async fn scenarios(
        &self,
        workspace: WorkspaceId,
        use_case: UseCaseId,
    ) -> Result<Vec<ScenarioRow>, StoreError> {
        let links = self.links(workspace, Some(use_case)).await?;
        if links.is_empty() {
            self.read(|pool| async move {
                sqlx::query("SELECT 1 FROM use_cases WHERE workspace_id = $1 AND id = $2")
                    .bind(workspace.uuid())
                    .bind(use_case.uuid())
                    .fetch_one(&pool)
                    .await
                    .map(drop)
            })
            .await?;
        }
        Ok(links)
    }

    /// All links of a workspace, newest first, those shared straight from the assess page included.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like.
    pub async fn workspace_scenarios(&self, workspace: WorkspaceId) -> Result<Vec<ScenarioRow>, StoreError> {
        self.links(workspace, None).await
    }

    async fn links(
        &self,
        workspace: WorkspaceId,
        use_case: Option<UseCaseId>,
    ) -> Result<Vec<ScenarioRow>, StoreError> {
        let rows: Vec<LinkRow> = self
            .read(|pool| async move {
                sqlx::query_as(LINKS)
                    .bind(workspace.uuid())
                    .bind(use_case.map(UseCaseId::uuid))
                    .fetch_all(&pool)
                    .await
            })
            .await?;
        Ok(rows.into_iter().map(ScenarioRow::from).collect())
    }

    /// Withdraws a link, finally. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_scenario(&self, workspace: WorkspaceId, id: ScenarioId) -> Result<(), StoreError> {
        let mut transaction = self.begin().await?;
        let revoked: Option<bool> = sqlx::query_scalar(
            "SELECT revoked_at IS NOT NULL FROM scenarios WHERE workspace_id = $1 AND id = $2 FOR UPDATE",
        )
        .bind(workspace.uuid())
        .bind(id.uuid())
        .fetch_optional(&mut *transaction)
        .await?;
        if !revoked.ok_or(StoreError::NotFound)? {
            sqlx::query("UPDATE scenarios SET revoked_at = now() WHERE workspace_id = $1 AND id = $2")
                .bind(workspace.uuid())
                .bind(id.uuid())
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

impl From<LinkRow> for ScenarioRow {
    fn from(row: LinkRow) -> Self {
        Self {
            id: row.id.into(),
            use_case_id: row.use_case_id.map(UseCaseId::from),
            title: row.title,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}
