//! Where the parts of a cluster lie inside its folder, and who may enter them.
//!
//! ```text
//! <folder>/            ours; others may pass through when Postgres runs as another user
//!   cluster.lock       held by the process that manages the cluster; holds its process id
//!   data/              the Postgres data folder; owned by the user Postgres runs as
//!   data.new-*/        an initialisation that has not finished
//!   run/               the socket folder, unless its path is too long for a socket
//!   socket-folder      the socket folder in use instead, when `run` is too long
//!   log/postgres.log   what Postgres says
//! ```

use std::{
    collections::hash_map::RandomState,
    env, fs,
    hash::{BuildHasher, Hasher},
    io,
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use crate::{
    account::Account,
    error::{ClusterError, file_error},
};

/// The kernel's limit for a socket path (108 bytes with the closing zero).
const LONGEST_SOCKET_PATH: usize = 107;

/// The port only names the socket file; nothing listens on TCP.
pub(crate) const PORT: u16 = 5432;

/// A log larger than this is set aside at the next start; one old log is kept.
const LOG_LIMIT_BYTES: u64 = 16 * 1024 * 1024;

/// Paths inside one cluster folder.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) folder: PathBuf,
}

impl Places {
    pub(crate) fn lock(&self) -> PathBuf {
        self.folder.join("cluster.lock")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("log").join("postgres.log")
    }

    fn socket_record(&self) -> PathBuf {
        self.folder.join("socket-folder")
    }

    /// Makes the folder (and missing parents) and its log folder, and checks that the account
    /// Postgres runs as can get there.
    pub(crate) fn prepare(folder: &Path, account: &Account) -> Result<Self, ClusterError> {
        let absolute = std::path::absolute(folder).map_err(file_error("Resolving the path", folder))?;
        let mode = if account.switched() { 0o711 } else { 0o700 };
        let mut missing: Vec<&Path> = absolute.ancestors().take_while(|step| !step.exists()).collect();
        while let Some(step) = missing.pop() {
            ensure_folder(step, mode)?;
        }
        let real = fs::canonicalize(&absolute).map_err(file_error("Resolving the folder", &absolute))?;
        let owner = fs::metadata(&real).map_err(file_error("Reading the folder", &real))?.uid();
        if owner != Account::our_uid() {
            return Err(ClusterError::ForeignFolder { folder: real });
        }
        let places = Self { folder: real };
        let log_folder = places.folder.join("log");
        if !log_folder.exists() {
            ensure_folder(&log_folder, 0o700)?;
        }
        account.check_reach(&places.folder)?;
        Ok(places)
    }

    /// The socket folder, made or checked: `run` when its path is short enough, else a recorded
    /// private folder in a short place.
    pub(crate) fn socket_folder(&self, account: &Account) -> Result<PathBuf, ClusterError> {
        let run = self.folder.join("run");
        if socket_file(&run).as_os_str().len() <= LONGEST_SOCKET_PATH {
            if !run.exists() {
                make_folder(&run, 0o700)?;
            }
            account.own(&run)?;
            return Ok(run);
        }
        if let Some(recorded) = self.recorded_socket_folder()
            && is_private(&recorded, account)
        {
            return Ok(recorded);
        }
        let made = make_short_folder(account)?;
        let record = self.socket_record();
        fs::write(&record, made.as_os_str().as_bytes()).map_err(file_error("Writing", &record))?;
        Ok(made)
    }

    /// The socket file an already prepared cluster folder uses, without making anything.
    pub(crate) fn existing_socket(&self) -> PathBuf {
        socket_file(&self.recorded_socket_folder().unwrap_or_else(|| self.folder.join("run")))
    }

    fn recorded_socket_folder(&self) -> Option<PathBuf> {
        let recorded = fs::read_to_string(self.socket_record()).ok()?;
        Some(PathBuf::from(recorded))
    }

    /// Opens the log for appending, setting an overlong one aside first.
    pub(crate) fn open_log(&self) -> Result<fs::File, ClusterError> {
        let log = self.log();
        if fs::metadata(&log).is_ok_and(|meta| meta.len() > LOG_LIMIT_BYTES) {
            fs::rename(&log, log.with_extension("log.1"))
                .map_err(file_error("Setting aside the log", &log))?;
        }
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .map_err(file_error("Opening the log", &log))
    }
}

/// The socket file Postgres makes in a socket folder.
pub(crate) fn socket_file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// As [`make_folder`], for a folder that was missing a moment ago: another server that starts at the same
/// time may have made it since.
fn ensure_folder(path: &Path, mode: u32) -> Result<(), ClusterError> {
    match make_folder(path, mode) {
        Err(ClusterError::File { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists => {
            fs::set_permissions(path, fs::Permissions::from_mode(mode))
                .map_err(file_error("Setting the permissions of", path))
        }
        made => made,
    }
}

/// Makes one folder with exactly these permissions, whatever the umask.
pub(crate) fn make_folder(path: &Path, mode: u32) -> Result<(), ClusterError> {
    fs::DirBuilder::new().mode(0o700).create(path).map_err(file_error("Creating the folder", path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
        .map_err(file_error("Setting the permissions of", path))
}

/// A folder of the account's that nobody else can enter. `/tmp` is shared, so a recorded folder is
/// only believed after a look at its owner.
fn is_private(folder: &Path, account: &Account) -> bool {
    fs::symlink_metadata(folder)
        .is_ok_and(|meta| meta.is_dir() && meta.mode() & 0o077 == 0 && account.is(meta.uid()))
}

fn make_short_folder(account: &Account) -> Result<PathBuf, ClusterError> {
    let mut parents: Vec<PathBuf> = Vec::new();
    if account.switched() {
        parents.push("/run".into());
    } else {
        parents.extend(env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from));
    }
    parents.push("/tmp".into());
    let mut failure = None;
    for parent in parents {
        // mkdir refuses existing names, so a guessed name can at worst make us fail, not listen
        // in somebody else's folder.
        let folder =
            parent.join(format!("parsimony-{:08x}", RandomState::new().build_hasher().finish() >> 32));
        if socket_file(&folder).as_os_str().len() > LONGEST_SOCKET_PATH {
            continue;
        }
        match make_folder(&folder, 0o700) {
            Ok(()) => {
                account.own(&folder)?;
                return Ok(folder);
            }
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| {
        let source = io::Error::other("no place with a path short enough for a socket");
        ClusterError::File { what: "Making a socket folder in", path: "/tmp".into(), source }
    }))
}
