//! The handle on the database: pool, time limits, migrations.

use crate::scope::View;
use crate::{PriceBookId, StoreError};
use domain::prices::PriceBook;
use sqlx::migrate::Migrator;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Executor as _, PgConnection, PgPool, Postgres, Transaction};
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, RwLock};
use std::time::Duration;
use tokio::sync::Notify;

/// The schema this release works on, for tests that bring their own database.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

/// How long a request waits for a connection before the page says that the database is away. Long enough
/// for a restart of Postgres on a quiet machine, short enough that nobody thinks the page hangs.
pub(crate) const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);

/// Connections of one server. Requests hold one for milliseconds; a few servers together must stay below
/// the 100 that Postgres allows by default.
const MAX_CONNECTIONS: u32 = 16;

/// Limits on what a single request may do to the database. Migrations run without them.
const SESSION_LIMITS: &str = "SET statement_timeout = '15s'; SET lock_timeout = '5s'; \
     SET idle_in_transaction_session_timeout = '30s'";

/// The oldest Postgres with all the schema needs, as `server_version_num` counts.
const OLDEST_POSTGRES: i32 = 150_000;

/// A handle on the database. Cloning it shares the pool.
#[derive(Debug, Clone)]
pub struct Store {
    pub(crate) pool: PgPool,
    /// Price books never change, so each is read once. They are few: one for every release that changed prices.
    pub(crate) price_books: Arc<RwLock<BTreeMap<PriceBookId, Arc<PriceBook>>>>,
    /// Address of the site in e-mails; none are written without it.
    pub(crate) email_site: Option<Arc<str>>,
    /// Rung after an e-mail was written and its transaction has ended.
    pub(crate) email_alarm: Arc<Notify>,
}

impl Store {
    /// A handle on the database at this address. Nothing is opened until the first call needs it. Must be
    /// called inside a Tokio runtime.
    ///
    /// # Errors
    /// [`StoreError::Address`] when the text is no Postgres URL.
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        // The driver itself would take any scheme.
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            let problem = "the address does not start with postgres://";
            return Err(StoreError::Address(sqlx::Error::Configuration(problem.into())));
        }
        let options: PgConnectOptions = url.parse().map_err(StoreError::Address)?;
        let pool = PgPoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .test_before_acquire(true)
            .after_connect(|connection, _| {
                Box::pin(async move { connection.execute(SESSION_LIMITS).await.map(drop) })
            })
            .connect_lazy_with(options.application_name("parsimony"));
        Ok(Self::from_pool(pool))
    }

    /// A handle on an existing pool, for tests.
    #[must_use]
    pub fn from_pool(pool: PgPool) -> Self {
        Self { pool, price_books: Arc::default(), email_site: None, email_alarm: Arc::default() }
    }

    /// Brings the schema up to date. Any number of servers may call this at once: a lock in the database
    /// lets one work and the others wait. A schema newer than this release is left as it is, because a
    /// release only adds to it.
    ///
    /// # Errors
    /// [`StoreError::PostgresTooOld`], [`StoreError::Migration`], or [`StoreError::Unavailable`].
    pub async fn migrate(&self) -> Result<(), StoreError> {
        // A pool of one, because the store's own connections have limits that a migration may exceed.
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_with((*self.pool.connect_options()).clone())
            .await?;
        let (number, found): (i32, String) = sqlx::query_as(
            "SELECT current_setting('server_version_num')::integer, current_setting('server_version')",
        )
        .fetch_one(&pool)
        .await?;
        if number < OLDEST_POSTGRES {
            return Err(StoreError::PostgresTooOld { found });
        }
        // Not the one above, which is as strict as tests want it.
        let mut migrator = sqlx::migrate!("../../migrations");
        migrator.set_ignore_missing(true);
        migrator.run(&pool).await?;
        pool.close().await;
        tracing::info!(postgres = found, "The database schema is up to date");
        Ok(())
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when there is none.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.read(View::Shared, |mut connection| async move {
            sqlx::query("SELECT 1").execute(&mut *connection).await.map(drop)
        })
        .await
    }

    /// Closes the pool once its connections are back; calls after that find the database unavailable.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// A connection that sees this much, until it is returned to the pool.
    async fn connection(&self, view: &View) -> Result<PoolConnection<Postgres>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        // Every connection is told anew each time, so what it was told before never matters.
        look(&mut connection, view, false).await?;
        Ok(connection)
    }

    /// Runs a query that changes nothing, once more if its connection breaks: after a restart of Postgres
    /// the first request need not fail. Writes are never repeated, for they might have happened.
    pub(crate) async fn read<T, Q, F>(&self, view: impl Into<View>, query: Q) -> Result<T, StoreError>
    where
        Q: Fn(PoolConnection<Postgres>) -> F,
        F: Future<Output = Result<T, sqlx::Error>>,
    {
        let view = view.into();
        let attempt = async || query(self.connection(&view).await?).await;
        let error = match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(error) => StoreError::from(error),
        };
        if !error.is_broken_connection() {
            return Err(error);
        }
        tracing::warn!(?error, "A connection to the database broke while reading; trying once more");
        Ok(attempt().await?)
    }

    /// Begins a transaction that sees this much. Dropping it before the commit undoes it.
    pub(crate) async fn begin(
        &self,
        view: impl Into<View>,
    ) -> Result<Transaction<'static, Postgres>, StoreError> {
        let mut transaction = self.pool.begin().await?;
        look(&mut transaction, &view.into(), true).await?;
        Ok(transaction)
    }
}

/// Tells a connection what it may see, for the present transaction or until it is told otherwise.
async fn look(connection: &mut PgConnection, view: &View, in_transaction: bool) -> Result<(), sqlx::Error> {
    let [role, workspace, account, token] = view.settings();
    sqlx::query(
        "SELECT set_config('role', $1, $5), set_config('parsimony.workspace', $2, $5),
            set_config('parsimony.account', $3, $5), set_config('parsimony.token', $4, $5)",
    )
    .bind(role)
    .bind(workspace)
    .bind(account)
    .bind(token)
    .bind(in_transaction)
    .execute(connection)
    .await
    .map(drop)
}
