//! A folder for one test, and a promise to stop whatever Postgres was started in it.

use std::{
    env, fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::PathBuf,
    process,
    thread::sleep,
    time::{Duration, Instant},
};

use embedded_postgres::{Cluster, ClusterConfig};
use rustix::process::{Pid, Signal, kill_process};

/// Generous, because the machine may be busy; nothing is asserted about time.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A folder under /var/tmp, which every user can reach, removed at the end of the test.
pub struct Scratch {
    /// The cluster's folder.
    pub folder: PathBuf,
}

impl Scratch {
    pub fn new(label: &str) -> Self {
        let parent = Some(PathBuf::from("/var/tmp")).filter(|parent| parent.is_dir());
        let folder =
            parent.unwrap_or_else(env::temp_dir).join(format!("parsimony-{label}-{}", process::id()));
        fs::create_dir(&folder).unwrap();
        let mode = if is_root() { 0o711 } else { 0o700 };
        fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
        Self { folder }
    }

    pub fn config(&self) -> ClusterConfig {
        ClusterConfig { patience: PATIENCE, ..ClusterConfig::new(&self.folder) }
    }

    pub fn start(&self) -> Cluster {
        Cluster::start(self.config()).unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let lock = self.folder.join("data/postmaster.pid");
        if let Some(pid) = fs::read_to_string(&lock).ok().and_then(|text| text.lines().next()?.parse().ok())
            && pid != process::id()
        {
            signal(pid, Signal::QUIT);
            let deadline = Instant::now() + PATIENCE;
            while lock.exists() && Instant::now() < deadline {
                sleep(Duration::from_millis(20));
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The first column of what a statement returns.
pub fn rows(cluster: &Cluster, sql: &str) -> Vec<String> {
    let mut session = cluster.session("postgres").unwrap();
    session.query(sql).unwrap().into_iter().map(|mut row| row.remove(0).unwrap_or_default()).collect()
}

/// Kills a process the hard way.
pub fn kill(pid: u32) {
    signal(pid, Signal::KILL);
}

fn signal(pid: u32, signal: Signal) {
    let _ = kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal);
}

pub fn wait_until(what: &str, done: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        sleep(Duration::from_millis(20));
    }
}

pub fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|meta| meta.uid() == 0)
}
