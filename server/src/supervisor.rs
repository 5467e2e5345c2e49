//! Keeps the database usable: starts the private Postgres, migrates, seeds, and starts Postgres
//! again when it dies.

use std::{convert::Infallible, sync::Arc, time::Duration};

use embedded_postgres::{Cluster, ClusterError, Running};
use store::Store;

use crate::{
    error::{ServerError, with_causes},
    readiness::Readiness,
};

/// The database in the private cluster.
pub(crate) const DATABASE: &str = "parsimony";

/// Time between two looks at a database that was fine; requests notice earlier.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Time between two attempts while something is wrong.
const RETRY_EVERY: Duration = Duration::from_secs(1);

/// Who looks after the database.
pub(crate) struct Supervisor {
    pub(crate) store: Store,
    pub(crate) readiness: Readiness,
    /// The private cluster, when there is one.
    pub(crate) cluster: Option<Arc<Cluster>>,
    /// Address to announce once everything works.
    pub(crate) public_url: Arc<str>,
}

impl Supervisor {
    /// Runs until the task is aborted.
    ///
    /// # Errors
    /// Only before the site was ready for the first time, and only what a person must repair. Later
    /// the server stays up, says what is wrong, and keeps trying.
    pub(crate) async fn run(self) -> Result<Infallible, ServerError> {
        self.prepare().await?;
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.readiness.trouble() => {}
            }
            let mut said = String::new();
            while self.readiness.check().await.is_err() {
                if let Err(error) = self.ensure_postgres().await {
                    log_once(&mut said, &with_causes(&error));
                }
                tokio::time::sleep(RETRY_EVERY).await;
            }
        }
    }

    /// Everything up to the first moment the site works.
    async fn prepare(&self) -> Result<(), ServerError> {
        let mut said = String::new();
        loop {
            match self.try_prepare().await {
                Ok(()) => break,
                Err(ServerError::Cluster(error)) if error.is_temporary() => {
                    log_once(&mut said, &with_causes(&error));
                }
                Err(ServerError::Database(error)) if error.is_unavailable() => {
                    log_once(&mut said, &format!("Waiting for the database: {}", with_causes(&error)));
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(RETRY_EVERY).await;
        }
        self.readiness.set_prepared();
        tracing::info!("Parsimony is ready at {}", self.public_url);
        self.offer_set_up().await
    }

    /// Prints the link that makes the first administrator, while there is none. It goes to the terminal and
    /// not into the log, which others may read.
    async fn offer_set_up(&self) -> Result<(), ServerError> {
        if let Some(token) = self.store.setup_link().await.map_err(ServerError::Database)? {
            println!("{}", set_up_words(&self.public_url, &token));
        }
        Ok(())
    }

    async fn try_prepare(&self) -> Result<(), ServerError> {
        self.ensure_postgres().await?;
        self.store.migrate().await.map_err(ServerError::Database)?;
        self.store.seed().await.map_err(ServerError::Database)?;
        // A release may have brought new prices, policy or engine.
        let repriced = self.store.reprice_all().await.map_err(ServerError::Database)?;
        if repriced > 0 {
            tracing::info!("{repriced} reviewed classifications were decided anew");
        }
        Ok(())
    }

    async fn ensure_postgres(&self) -> Result<(), ServerError> {
        let Some(cluster) = self.cluster.clone() else { return Ok(()) };
        blocking(move || {
            let running = cluster.ensure_running()?;
            cluster.ensure_database(DATABASE)?;
            let process = cluster.postmaster_pid().unwrap_or_default();
            match running {
                Running::Started => tracing::info!("Started Postgres (process {process})"),
                Running::Found => tracing::debug!("Postgres is running (process {process})"),
            }
            Ok(())
        })
        .await
    }
}

/// What is said where nobody can sign in yet.
pub(crate) fn set_up_words(public_url: &str, token: &str) -> String {
    format!(
        "\n  Nobody can sign in yet. Make the first administrator with this link, which works once and for 24 hours:\n  \
         {public_url}/invitations/{token}\n"
    )
}

/// Runs a call that blocks on processes or files.
pub(crate) async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, ClusterError> + Send + 'static,
) -> Result<T, ServerError> {
    Ok(tokio::task::spawn_blocking(call).await.map_err(ServerError::Task)??)
}

/// Repeats nothing while the same thing stays wrong.
fn log_once(said: &mut String, sentence: &str) {
    if said != sentence {
        tracing::warn!("{sentence}");
        sentence.clone_into(said);
    }
}
