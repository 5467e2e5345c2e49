//! A throw-away cluster that all test processes of one user share.
//!
//! Whoever comes first starts it; it keeps running between test processes, because starting one
//! per test would take longer than most tests. Each test makes a database of its own in it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use crate::{
    account::Account,
    cluster::{Cluster, ClusterConfig, Durability, create_database, url},
    error::ClusterError,
    initialise::ROLE,
    places::{Places, socket_file},
    wire::{self, Knock, Session},
};

/// Names another folder for the test cluster, for instance on a RAM disk.
const FOLDER_VARIABLE: &str = "PARSIMONY_TEST_POSTGRES_DIR";

/// The shared throw-away cluster. The value is only a handle: dropping it stops nothing.
#[derive(Debug, Clone)]
pub struct TestCluster {
    socket: PathBuf,
}

impl TestCluster {
    /// Finds the running test cluster, or starts it. Safe to call from any number of processes at
    /// once. A folder spoilt by a crash or made by another Postgres version is made anew.
    ///
    /// # Errors
    /// Any [`ClusterError`], such as Postgres not being installed.
    pub fn start() -> Result<Self, ClusterError> {
        let folder = Self::folder();
        if let Some(running) = Self::find(&folder) {
            return Ok(running);
        }
        let cluster = Cluster::open(config(&folder))?;
        match cluster.ensure_running() {
            Err(ClusterError::StartFailed { said, .. }) => {
                tracing::warn!("The test cluster does not start any more ({said}); making a new one");
                cluster.start_anew()?;
            }
            result => {
                result?;
            }
        }
        Ok(Self { socket: socket_file(cluster.socket_folder()) })
    }

    /// Stops the test cluster if it runs. Its folder stays for the next start.
    ///
    /// # Errors
    /// Any [`ClusterError`].
    pub fn stop() -> Result<(), ClusterError> {
        let folder = Self::folder();
        if !folder.join("data").join("postmaster.pid").exists() {
            return Ok(());
        }
        Cluster::open(config(&folder))?.stop()
    }

    /// `PARSIMONY_TEST_POSTGRES_DIR`, or a folder under `/var/tmp` named after the user id.
    pub fn folder() -> PathBuf {
        env::var_os(FOLDER_VARIABLE).map_or_else(
            || {
                let parent = Some(PathBuf::from("/var/tmp")).filter(|parent| parent.is_dir());
                parent.unwrap_or_else(env::temp_dir).join(format!("parsimony-test-{}", Account::our_uid()))
            },
            PathBuf::from,
        )
    }

    /// A connection URL, for instance for `DATABASE_URL`, whose role may create databases.
    pub fn url(&self, database: &str) -> String {
        url(self.socket.parent().unwrap_or(Path::new("/")), database)
    }

    /// An empty database of the caller's own, dropped with the returned value. `label` starts its
    /// name (lower-case letters, digits, underscores).
    ///
    /// # Errors
    /// [`ClusterError::BadDatabaseName`], [`ClusterError::Statement`].
    pub fn fresh_database(&self, label: &str) -> Result<FreshDatabase, ClusterError> {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.subsec_nanos());
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        let name = format!("{label}_{}_{number}_{nanos}", process::id());
        create_database(&self.socket, &name)?;
        Ok(FreshDatabase { url: self.url(&name), name, socket: self.socket.clone() })
    }

    fn find(folder: &Path) -> Option<Self> {
        let socket = Places { folder: fs::canonicalize(folder).ok()? }.existing_socket();
        matches!(wire::knock(&socket, ROLE), Knock::Open).then_some(Self { socket })
    }
}

fn config(folder: &Path) -> ClusterConfig {
    ClusterConfig {
        durability: Durability::Throwaway,
        lock_patience: Duration::from_secs(120),
        bin_dir: env::var_os("PARSIMONY_PG_BIN").map(PathBuf::from),
        ..ClusterConfig::new(folder)
    }
}

/// A database of one test, dropped at the end of its scope even while sessions are open.
#[derive(Debug)]
pub struct FreshDatabase {
    /// Connection URL.
    pub url: String,
    name: String,
    socket: PathBuf,
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        let dropped = Session::connect(&self.socket, ROLE, "postgres", Duration::from_secs(30))
            .and_then(|mut session| session.query(&format!("DROP DATABASE {} WITH (FORCE)", self.name)));
        if let Err(error) = dropped {
            tracing::debug!("The test database {} stays behind: {error}", self.name);
        }
    }
}
