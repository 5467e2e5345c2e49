//! The running postmaster: is it there, whose is it, start it, end it.

use std::{
    fs,
    io::{Read, Seek, SeekFrom},
    os::unix::{fs::MetadataExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Stdio},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::{
    account::Account,
    binaries::PostgresBinaries,
    cluster::Durability,
    error::{ClusterError, file_error},
    places::{PORT, Places},
};

/// Who is at work in a data folder.
#[derive(Debug)]
pub(crate) enum Occupant {
    /// A live postmaster; `ready` once it wrote so into its lock file.
    Postmaster { pid: u32, ready: bool },
    /// Processes that a dead postmaster left behind.
    Orphans(Vec<u32>),
    /// Nobody, perhaps with a lock file left by the dead.
    Nobody { stale_lock: Option<PathBuf> },
}

/// Looks at `postmaster.pid` and at the running processes. A process counts only if it is a
/// postgres working in this very folder: process ids are reused, above all after a reboot or in a
/// container, and then Postgres itself would refuse to start because of a stranger.
pub(crate) fn occupant(data: &Path) -> Occupant {
    let lock = data.join("postmaster.pid");
    let text = fs::read_to_string(&lock).ok();
    let lines: Vec<&str> = text.as_deref().map(|text| text.lines().collect()).unwrap_or_default();
    let claimed: Option<u32> = lines.first().and_then(|line| line.trim().parse().ok());
    // Line 8 is the status: starting, stopping, ready, standby.
    let ready = lines.get(7).is_some_and(|status| status.trim() == "ready");
    let present = processes_in(data);
    match (claimed, present) {
        (Some(pid), Some(present)) if present.contains(&pid) => Occupant::Postmaster { pid, ready },
        (_, Some(present)) if !present.is_empty() => Occupant::Orphans(present),
        (_, Some(_)) => Occupant::Nobody { stale_lock: text.is_some().then_some(lock) },
        // Without /proc (not Linux) the lock file and a signal must do, and Postgres judges stale
        // files itself.
        (Some(pid), None) if is_alive(pid) => Occupant::Postmaster { pid, ready },
        (_, None) => Occupant::Nobody { stale_lock: None },
    }
}

/// Process ids of all postgres processes that work in `data`; nothing without `/proc`.
fn processes_in(data: &Path) -> Option<Vec<u32>> {
    let wanted = fs::metadata(data).ok().map(|meta| (meta.dev(), meta.ino()))?;
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let is_postgres =
            fs::read_to_string(entry.path().join("comm")).is_ok_and(|name| name.starts_with("postgres"));
        // The working folder is compared by device and inode: paths differ behind bind mounts.
        if is_postgres
            && fs::metadata(entry.path().join("cwd")).is_ok_and(|meta| (meta.dev(), meta.ino()) == wanted)
        {
            found.push(pid);
        }
    }
    Some(found)
}

fn process_id(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}

fn is_alive(pid: u32) -> bool {
    process_id(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

/// How a postmaster is asked to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending {
    /// Ends sessions, writes a checkpoint. The next start needs no recovery.
    Fast,
    /// Ends at once. Nothing acknowledged is lost, the next start replays the log.
    Immediate,
}

/// Asks the postmaster to end. One that is gone already is no error.
pub(crate) fn signal(pid: u32, ending: Ending) {
    let signal = match ending {
        Ending::Fast => Signal::INT,
        Ending::Immediate => Signal::QUIT,
    };
    if let Some(pid) = process_id(pid)
        && let Err(error) = kill_process(pid, signal)
    {
        tracing::debug!("Signalling Postgres (process {}) failed: {error}", pid.as_raw_nonzero());
    }
}

/// What a start needs to know.
pub(crate) struct Launch<'a> {
    pub(crate) places: &'a Places,
    pub(crate) account: &'a Account,
    pub(crate) binaries: &'a PostgresBinaries,
    pub(crate) socket_folder: &'a Path,
    pub(crate) durability: Durability,
}

/// A postmaster just started, and where in the log its words begin.
pub(crate) struct Launched {
    pub(crate) child: Child,
    pub(crate) log_start: u64,
}

impl Launch<'_> {
    /// Starts a postmaster in a process group of its own, so that Ctrl-C in the terminal reaches
    /// the server alone, which then ends Postgres after the last request.
    pub(crate) fn start(&self) -> Result<Launched, ClusterError> {
        let log = self.places.open_log()?;
        let log_path = self.places.log();
        let log_start = log.metadata().map_err(file_error("Reading the log", &log_path))?.len();
        let second = log.try_clone().map_err(file_error("Opening the log", &log_path))?;
        let program = self.binaries.program("postgres");
        let mut command = self.account.command(&program);
        command.arg("-D").arg(self.places.data());
        for (name, value) in self.settings() {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let child = command
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(second)
            .process_group(0)
            .spawn()
            .map_err(|source| ClusterError::Run { program, source })?;
        Ok(Launched { child, log_start })
    }

    fn settings(&self) -> Vec<(&'static str, String)> {
        // The setting is a list, so the one path is quoted.
        let socket_folder = self.socket_folder.to_string_lossy().replace('"', "\"\"");
        let mut settings = vec![
            ("listen_addresses", String::new()),
            ("port", PORT.to_string()),
            ("unix_socket_directories", format!("\"{socket_folder}\"")),
            ("unix_socket_permissions", "0700".to_owned()),
            ("cluster_name", "parsimony".to_owned()),
        ];
        if self.durability == Durability::Throwaway {
            for name in ["fsync", "full_page_writes", "synchronous_commit"] {
                settings.push((name, "off".to_owned()));
            }
            // Every test process brings a pool of its own.
            settings.push(("max_connections", "300".to_owned()));
        }
        settings
    }
}

/// Lines of the log that are repeated when a start fails.
const LAST_LINES: usize = 4;

/// The words of a failed start: the last lines of the log.
pub(crate) fn last_words(log: &Path, start: u64) -> String {
    let mut text = String::new();
    let read = fs::File::open(log).and_then(|mut file| {
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(())
    });
    if read.is_err() {
        return "nothing that could be read".to_owned();
    }
    // The fatal line comes last; what led to it, such as the setting that cannot be read, just before.
    let lines: Vec<&str> = text.lines().collect();
    let last = lines[lines.len().saturating_sub(LAST_LINES)..].join(" / ");
    if last.is_empty() { "nothing".to_owned() } else { last }
}
