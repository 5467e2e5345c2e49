//! A data folder for one test, with everything in it stopped and removed at the end.

#![allow(dead_code)]

use std::{
    env, fs,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process,
    thread::sleep,
    time::{Duration, Instant},
};

use embedded_postgres::{ClusterConfig, Durability};
use rustix::process::{Pid, Signal, kill_process};

/// Generous, because the machine may be busy; nothing is asserted about time.
pub const PATIENCE: Duration = Duration::from_secs(120);

pub struct Scratch {
    /// The data folder, as `PARSIMONY_DATA_DIR` names it.
    pub folder: PathBuf,
}

impl Scratch {
    pub fn new(label: &str) -> Self {
        let parent = Some(PathBuf::from("/var/tmp")).filter(|parent| parent.is_dir());
        let folder =
            parent.unwrap_or_else(env::temp_dir).join(format!("parsimony-{label}-{}", process::id()));
        fs::create_dir(&folder).unwrap();
        // Postgres runs as another user when the tests run as root, and must get through.
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o711)).unwrap();
        Self { folder }
    }

    /// A quick cluster in the place where the server keeps its own.
    pub fn cluster_config(&self) -> ClusterConfig {
        ClusterConfig {
            durability: Durability::Throwaway,
            patience: PATIENCE,
            ..ClusterConfig::new(self.folder.join("postgres"))
        }
    }

    /// The running postmaster's process id, from its lock file.
    pub fn postmaster(&self) -> Option<u32> {
        let text = fs::read_to_string(self.folder.join("postgres/data/postmaster.pid")).ok()?;
        text.lines().next()?.parse().ok()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(pid) = self.postmaster() {
            send(pid, Signal::QUIT);
            let deadline = Instant::now() + PATIENCE;
            while self.postmaster().is_some() && Instant::now() < deadline {
                sleep(Duration::from_millis(20));
            }
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub fn send(pid: u32, signal: Signal) {
    let _ = kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal);
}

pub fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !done() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        sleep(Duration::from_millis(50));
    }
}
