//! Scenarios: decisions frozen behind a link that cannot be guessed and can be withdrawn.

use crate::audit::{self, Change};
use crate::document::{read, write};
use crate::scope::View;
use crate::{
    AccountId, AuditAction, ScenarioId, Scope, Store, StoreError, UseCaseId, WorkspaceId, text, token,
};
use domain::decision::Decision;
use domain::policy::Policy;
use domain::prices::PriceBook;
use domain::use_case::UseCase;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::FromRow;
use time::OffsetDateTime;
use uuid::Uuid;

/// Most characters of a scenario's title.
const TITLE_LENGTH: usize = 200;

/// Where the scenarios of visitors without an account stand: a workspace nobody is a member of, made by the
/// migrations.
const VISITORS: Uuid = Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001);

/// Who shares a decision, and may list and withdraw what it shared.
#[derive(Clone, Copy)]
pub enum Sharer<'a> {
    /// A team.
    Team(Scope),
    /// A visitor without an account, by the secret its browser keeps. [`new_secret`] makes one.
    Visitor(&'a str),
}

impl Sharer<'_> {
    /// What it may see, its workspace, and the hash of a visitor's secret.
    fn place(self) -> Result<(View, WorkspaceId, Option<Vec<u8>>), StoreError> {
        match self {
            Self::Team(scope) => Ok((scope.into(), scope.workspace, None)),
            Self::Visitor(secret) => {
                let hash = token::hash_of(secret).ok_or(StoreError::NotFound)?;
                Ok((View::Secret(hash.clone()), VISITORS.into(), Some(hash)))
            }
        }
    }
}

/// A secret by which a visitor without an account finds again what it shared.
///
/// # Errors
/// [`StoreError::Random`] when the operating system has no random numbers.
pub fn new_secret() -> Result<String, StoreError> {
    Ok(token::make()?.0)
}

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

/// Links of a workspace, or of one of its use cases, or of one visitor, newest first.
const LINKS: &str = "
    SELECT id, use_case_id, title, created_at, expires_at, revoked_at FROM scenarios
    WHERE workspace_id = $1 AND ($2::uuid IS NULL OR use_case_id = $2)
        AND visitor_hash IS NOT DISTINCT FROM $3
    ORDER BY created_at DESC, id DESC";

impl Store {
    /// Freezes a decision behind a new link. A title that is too long is cut.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the workspace has no such use case.
    pub async fn create_scenario(
        &self,
        sharer: Sharer<'_>,
        use_case: Option<UseCaseId>,
        frozen: &FrozenScenario,
        expires_at: Option<OffsetDateTime>,
    ) -> Result<NewScenario, StoreError> {
        let title =
            text::required("title", text::beginning(frozen.title.trim(), TITLE_LENGTH), TITLE_LENGTH)?;
        let (token, hash) = token::make()?;
        let id = Uuid::now_v7();
        let (view, workspace, visitor) = sharer.place()?;
        let mut transaction = self.begin(view).await?;
        sqlx::query(
            "INSERT INTO scenarios (id, workspace_id, use_case_id, title, token_hash, engine_version,
                use_case, policy, price_book, decision, expires_at, created_by, visitor_hash)
             VALUES ($1, $2, $3, $4, $5, $6, $7::json, $8::json, $9::json, $10::json, $11, $12, $13)",
        )
        .bind(id)
        .bind(workspace.uuid())
        .bind(use_case.map(UseCaseId::uuid))
        .bind(&title)
        .bind(hash)
        .bind(&frozen.decision.provenance.engine)
        .bind(write("inputs", &frozen.use_case)?)
        .bind(write("policy", &frozen.policy)?)
        .bind(write("price book", &frozen.price_book)?)
        .bind(write("decision", &frozen.decision)?)
        .bind(expires_at)
        .bind(match sharer {
            Sharer::Team(scope) => scope.actor.account().map(AccountId::uuid),
            Sharer::Visitor(_) => None,
        })
        .bind(visitor)
        .execute(&mut *transaction)
        .await?;
        if let Sharer::Team(scope) = sharer {
            let change = Change::of(AuditAction::ScenarioShared, id).after(json!({
                "title": title,
                "content_hash": frozen.decision.provenance.content_hash,
                "expires_at": expires_at.map(|at| at.unix_timestamp()),
            }));
            audit::record(&mut transaction, scope, in_timeline(change, use_case)).await?;
        }
        transaction.commit().await?;
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
            .read(View::Secret(hash.clone()), |mut connection| {
                let hash = hash.clone();
                async move {
                    sqlx::query_as(
                        "SELECT id, title, created_at, expires_at, revoked_at IS NOT NULL AS revoked,
                            coalesce(expires_at <= now(), false) AS expired, use_case::text, policy::text,
                            price_book::text, decision::text
                         FROM scenarios WHERE token_hash = $1",
                    )
                    .bind(hash)
                    .fetch_optional(&mut *connection)
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
    pub async fn scenarios(&self, scope: Scope, use_case: UseCaseId) -> Result<Vec<ScenarioRow>, StoreError> {
        let links = self.links(Sharer::Team(scope), Some(use_case)).await?;
        if links.is_empty() {
            self.read(scope, |mut connection| async move {
                sqlx::query("SELECT 1 FROM use_cases WHERE workspace_id = $1 AND id = $2")
                    .bind(scope.workspace.uuid())
                    .bind(use_case.uuid())
                    .fetch_one(&mut *connection)
                    .await
                    .map(drop)
            })
            .await?;
        }
        Ok(links)
    }

    /// All links of a team or a visitor, newest first, those shared straight from the assess page included.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a text that cannot be a visitor's secret.
    pub async fn shared_scenarios(&self, sharer: Sharer<'_>) -> Result<Vec<ScenarioRow>, StoreError> {
        self.links(sharer, None).await
    }

    async fn links(
        &self,
        sharer: Sharer<'_>,
        use_case: Option<UseCaseId>,
    ) -> Result<Vec<ScenarioRow>, StoreError> {
        let (view, workspace, visitor) = sharer.place()?;
        let rows: Vec<LinkRow> = self
            .read(view, |mut connection| {
                let visitor = visitor.clone();
                async move {
                    sqlx::query_as(LINKS)
                        .bind(workspace.uuid())
                        .bind(use_case.map(UseCaseId::uuid))
                        .bind(visitor)
                        .fetch_all(&mut *connection)
                        .await
                }
            })
            .await?;
        Ok(rows.into_iter().map(ScenarioRow::from).collect())
    }

    /// Withdraws a link, finally. Doing it twice changes nothing more.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_scenario(&self, sharer: Sharer<'_>, id: ScenarioId) -> Result<(), StoreError> {
        let (view, workspace, visitor) = sharer.place()?;
        let mut transaction = self.begin(view).await?;
        let found: Option<(bool, String, Option<Uuid>)> = sqlx::query_as(
            "SELECT revoked_at IS NOT NULL, title, use_case_id FROM scenarios
             WHERE workspace_id = $1 AND id = $2 AND visitor_hash IS NOT DISTINCT FROM $3 FOR UPDATE",
        )
        .bind(workspace.uuid())
        .bind(id.uuid())
        .bind(visitor)
        .fetch_optional(&mut *transaction)
        .await?;
        let (revoked, title, use_case) = found.ok_or(StoreError::NotFound)?;
        if revoked {
            return Ok(());
        }
        sqlx::query("UPDATE scenarios SET revoked_at = now() WHERE workspace_id = $1 AND id = $2")
            .bind(workspace.uuid())
            .bind(id.uuid())
            .execute(&mut *transaction)
            .await?;
        if let Sharer::Team(scope) = sharer {
            let change =
                Change::of(AuditAction::ScenarioRevoked, id.uuid()).before(json!({ "title": title }));
            audit::record(&mut transaction, scope, in_timeline(change, use_case.map(UseCaseId::from)))
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}

fn in_timeline(change: Change, use_case: Option<UseCaseId>) -> Change {
    match use_case {
        Some(use_case) => change.about(use_case),
        None => change,
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
