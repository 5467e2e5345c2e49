//! A folder with a private Postgres for one measure; both are gone afterwards.

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process,
    time::Duration,
};

use embedded_postgres::{Cluster, ClusterConfig};

use crate::error::{BenchError, Result};

/// The database's name, as the server itself would choose it.
const DATABASE: &str = "parsimony";

/// Postgres looks once a minute which tables need their statistics; a busy machine takes longer.
const STATISTICS_LIMIT: Duration = Duration::from_secs(300);

/// Tables that the measured pages read, and whose statistics are gone stale by more than Postgres itself allows
/// before it gathers them anew.
const STALE: &str = "SELECT count(*) FROM pg_stat_user_tables
    WHERE relname IN ('use_cases', 'use_case_revisions', 'decisions', 'reviews', 'audit_events')
        AND (last_autoanalyze IS NULL OR n_mod_since_analyze > 50 + 0.1 * n_live_tup)";

/// Everything of one measure that lies on the disk.
pub struct Site {
    folder: PathBuf,
    cluster: Option<Cluster>,
}

impl Site {
    /// Makes the folder and starts Postgres in it, with the durable settings that the server itself uses.
    ///
    /// # Errors
    /// [`BenchError::File`], [`BenchError::Cluster`].
    pub fn open() -> Result<Self> {
        // Postgres runs as another user when this runs as root, and root's own folders are closed to others.
        let parent = Some(PathBuf::from("/var/tmp")).filter(|parent| parent.is_dir());
        let folder = parent.unwrap_or_else(env::temp_dir).join(format!("parsimony-bench-{}", process::id()));
        fs::create_dir(&folder).map_err(BenchError::file("create", &folder))?;
        let mut site = Self { folder, cluster: None };
        let folder = &site.folder;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o711))
            .map_err(BenchError::file("open to Postgres", folder))?;
        let config = ClusterConfig {
            bin_dir: env::var_os("PARSIMONY_PG_BIN").map(PathBuf::from),
            ..ClusterConfig::new(folder.join("postgres"))
        };
        let cluster = site.cluster.insert(Cluster::open(config).map_err(BenchError::Cluster)?);
        cluster.ensure_running().map_err(BenchError::Cluster)?;
        cluster.ensure_database(DATABASE).map_err(BenchError::Cluster)?;
        Ok(site)
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The database's address for the server.
    pub fn database_url(&self) -> String {
        self.cluster.as_ref().map(|cluster| cluster.url(DATABASE)).unwrap_or_default()
    }

    /// Waits until Postgres has gathered statistics of the tables by itself, as it does in production within a
    /// minute or two. Gathering them by command would measure plans that a real site may not get.
    ///
    /// # Errors
    /// [`BenchError::TooSlow`], [`BenchError::Cluster`], [`BenchError::Statement`].
    pub async fn statistics(&self) -> Result<()> {
        let Some(cluster) = &self.cluster else { return Ok(()) };
        let waited = tokio::time::timeout(STATISTICS_LIMIT, async {
            loop {
                let mut session = cluster.session(DATABASE).map_err(BenchError::Cluster)?;
                let rows = session.query(STALE).map_err(BenchError::Statement)?;
                if rows == [[Some("0".to_owned())]] {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let too_slow = |_| BenchError::TooSlow {
            what: "Postgres gathering statistics",
            seconds: STATISTICS_LIMIT.as_secs(),
        };
        waited.await.map_err(too_slow)?
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        if let Some(cluster) = self.cluster.take()
            && let Err(error) = cluster.stop()
        {
            // Nobody else knows of this process.
            eprintln!("Postgres did not stop: {error}");
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{} is left behind: {error}", self.folder.display());
        }
    }
}
