//! What a fresh database starts with, and what a new release adds.

use crate::scope::View;
use crate::{Scope, Store, StoreError, policy, portfolio, price_book, use_case, workspace};
use domain::policy::Policy;
use domain::preset::{self, SAMPLE_PORTFOLIO};
use domain::prices::PriceBook;
use domain::use_case::UseCase;
use sqlx::PgConnection;

/// Name of the portfolio that a fresh workspace starts with.
pub const SAMPLE_PORTFOLIO_NAME: &str = "Article examples";

const SAMPLE_DESCRIPTION: &str = "The article’s eight quadrant examples and its two worked scenarios, with \
     plausible inputs: the notes of each say which figures are the article’s and which are ours.";

/// Held while seeding, so that servers that start together seed one after the other. The number only has
/// to differ from other locks in the same database: it is "seed" in ASCII.
pub(crate) const SEED_LOCK: i64 = 0x7365_6564;

impl Store {
    /// Makes sure that the first workspace, this release's price book and policy, and the sample portfolio
    /// exist. Does nothing the second time. A price book or policy whose content is new becomes the
    /// current one; earlier decisions keep theirs.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and the like; [`StoreError::Unreadable`] when the embedded price book is
    /// damaged. Either nothing is added or everything.
    pub async fn seed(&self) -> Result<(), StoreError> {
        let book = domain::evidence::price_book().map_err(|source| StoreError::Unreadable {
            what: "built-in price book",
            source: source.into(),
        })?;
        self.seed_with(Policy::article(), book).await
    }

    /// As [`Self::seed`], with another built-in policy and price book: what a later release does.
    ///
    /// # Errors
    /// As [`Self::seed`].
    pub async fn seed_with(&self, policy: Policy, book: PriceBook) -> Result<(), StoreError> {
        let mut transaction = self.begin(View::Owner).await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(SEED_LOCK).execute(&mut *transaction).await?;
        let policy = policy::ensure_built_in(&mut transaction, policy).await?;
        let book = price_book::ensure_built_in(&mut transaction, book).await?;
        let first = Scope::system(workspace::ensure_first(&mut transaction).await?);
        ensure_sample(&mut transaction, first, &policy, &book).await?;
        transaction.commit().await?;
        Ok(())
    }
}

/// Creates the sample portfolio unless this workspace ever had it.
async fn ensure_sample(
    connection: &mut PgConnection,
    scope: Scope,
    policy: &Policy,
    book: &PriceBook,
) -> Result<(), StoreError> {
    let first_time = sqlx::query(
        "UPDATE workspaces SET sample_created_at = now()
         WHERE id = $1 AND sample_created_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM portfolios WHERE workspace_id = $1
                AND lower(name) = lower($2) AND archived_at IS NULL)",
    )
    .bind(scope.workspace.uuid())
    .bind(SAMPLE_PORTFOLIO_NAME)
    .execute(&mut *connection)
    .await?;
    if first_time.rows_affected() == 0 {
        return Ok(());
    }
    let id = portfolio::insert(connection, scope, SAMPLE_PORTFOLIO_NAME, SAMPLE_DESCRIPTION).await?;
    for name in SAMPLE_PORTFOLIO {
        let sample = sample_use_case(name)?;
        let decision = domain::decide(&sample, policy, book);
        use_case::insert(connection, scope, id, (&sample, &decision), "Sample.").await?;
    }
    tracing::info!(use_cases = SAMPLE_PORTFOLIO.len(), "Created the sample portfolio");
    Ok(())
}

fn sample_use_case(name: &str) -> Result<UseCase, StoreError> {
    let damaged =
        |problem: String| StoreError::Unreadable { what: "sample portfolio", source: problem.into() };
    let preset = preset::by_id(name).ok_or_else(|| damaged(format!("no preset {name}")))?;
    UseCase::parse(&preset.draft()).map_err(|errors| damaged(format!("preset {name}: {errors:?}")))
}
