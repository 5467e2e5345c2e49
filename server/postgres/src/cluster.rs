//! One cluster in one folder, from opening to stopping.

use std::{
    fs,
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{self, Child},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    account::Account,
    binaries::PostgresBinaries,
    error::{ClusterError, file_error},
    initialise::{self, ROLE},
    places::{PORT, Places, socket_file},
    postmaster::{self, Ending, Launch, Occupant},
    wire::{self, Knock, Session, WireError},
};

/// Time between two looks while waiting for a postmaster.
const BREATH: Duration = Duration::from_millis(50);

/// Whether the cluster must survive a power cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Postgres's own settings, untouched.
    Full,
    /// For tests: nothing is forced to disk. A power cut may destroy the folder.
    Throwaway,
}

/// How to open a cluster.
#[derive(Debug, Clone)]
pub struct ClusterConfig {
    /// The folder that holds everything of this cluster; made if missing.
    pub folder: PathBuf,
    /// Folder of the Postgres programs; `None` looks in the usual places.
    pub bin_dir: Option<PathBuf>,
    /// The user Postgres runs as when this process runs as root; ignored otherwise.
    pub root_delegate: String,
    /// Durable unless it is a throw-away cluster for tests.
    pub durability: Durability,
    /// How long to wait for a postmaster to answer, or to end.
    pub patience: Duration,
    /// How long to wait for another process that holds the folder; zero refuses at once.
    pub lock_patience: Duration,
}

impl ClusterConfig {
    /// A durable cluster in `folder` with the usual settings: the user `postgres` when started by
    /// root, one minute of patience, and refusal if another process holds the folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            bin_dir: None,
            root_delegate: "postgres".to_owned(),
            durability: Durability::Full,
            patience: Duration::from_secs(60),
            lock_patience: Duration::ZERO,
        }
    }
}

/// What [`Cluster::ensure_running`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Running {
    /// It was up already: started earlier by this process or left by a killed one.
    Found,
    /// It was down and has been started.
    Started,
}

/// A cluster this process manages. Holding the value holds the folder's lock; dropping it leaves
/// Postgres running for whoever opens the folder next, so call [`Cluster::stop`] to end it.
#[derive(Debug)]
pub struct Cluster {
    config: ClusterConfig,
    account: Account,
    places: Places,
    binaries: PostgresBinaries,
    socket_folder: PathBuf,
    /// The postmaster when it is our own child, which must be waited for after its end.
    child: Mutex<Option<Child>>,
    /// Set while stopping, so that a start still waiting on another thread gives way.
    is_stopping: AtomicBool,
    _lock: fs::File,
}

impl Cluster {
    /// Takes the folder, initialises it if it is new, and checks everything that a person would
    /// have to repair. Does not start Postgres.
    ///
    /// # Errors
    /// Any [`ClusterError`]; [`ClusterError::InUse`] when another process manages the folder.
    pub fn open(config: ClusterConfig) -> Result<Self, ClusterError> {
        let account = Account::resolve(&config.root_delegate)?;
        let places = Places::prepare(&config.folder, &account)?;
        let lock = take_lock(&places, config.lock_patience)?;
        let binaries =
            initialise::data_folder(&places, &account, config.bin_dir.as_deref(), config.durability)?;
        let socket_folder = places.socket_folder(&account)?;
        Ok(Self {
            config,
            account,
            places,
            binaries,
            socket_folder,
            child: Mutex::new(None),
            is_stopping: AtomicBool::new(false),
            _lock: lock,
        })
    }

    /// [`Cluster::open`] and [`Cluster::ensure_running`] in one.
    ///
    /// # Errors
    /// Those of both.
    pub fn start(config: ClusterConfig) -> Result<Self, ClusterError> {
        let cluster = Self::open(config)?;
        cluster.ensure_running()?;
        Ok(cluster)
    }

    /// Makes sure a postmaster answers: attaches to a live one, waits for one that is starting or
    /// ending, starts one when there is none. Call it again whenever Postgres seems to be gone.
    ///
    /// # Errors
    /// [`ClusterError::is_temporary`] ones may pass with time; the others need a person.
    pub fn ensure_running(&self) -> Result<Running, ClusterError> {
        let mut child = self.lock_child();
        let deadline = Instant::now() + self.config.patience;
        let socket = socket_file(&self.socket_folder);
        let data = self.places.data();
        let mut result = Running::Found;
        let mut log_start = 0;
        loop {
            if self.is_stopping.load(Ordering::Acquire) {
                return Err(ClusterError::Stopping);
            }
            let knock = wire::knock(&socket, ROLE);
            if matches!(knock, Knock::Open) {
                return Ok(result);
            }
            if let Some(status) = ended(&mut child)
                && result == Running::Started
            {
                let log = self.places.log();
                let said = postmaster::last_words(&log, log_start);
                return Err(ClusterError::StartFailed { status, said, log });
            }
            let occupant = postmaster::occupant(&data);
            match &occupant {
                // Its socket was swept away or lies elsewhere: nobody can reach it, so it goes.
                Occupant::Postmaster { pid, ready: true } if !socket.exists() => {
                    tracing::warn!("Postgres (process {pid}) has lost its socket; restarting it");
                    self.end(&mut child)?;
                }
                Occupant::Nobody { stale_lock } if child.is_none() => {
                    if let Some(lock) = stale_lock {
                        tracing::warn!("Postgres was not stopped cleanly; it will recover");
                        remove_if_present(lock)?;
                    }
                    initialise::write_access_rules(&data, &self.account)?;
                    let launched = self.launch().start()?;
                    *child = Some(launched.child);
                    log_start = launched.log_start;
                    result = Running::Started;
                }
                Occupant::Postmaster { .. } | Occupant::Orphans(_) | Occupant::Nobody { .. } => {}
            }
            if Instant::now() >= deadline {
                return Err(self.gave_up(knock, &occupant));
            }
            thread::sleep(BREATH);
        }
    }

    /// Stops Postgres cleanly: open sessions end, everything is written out. A Postgres that does
    /// not manage in time is ended at once, which loses nothing and costs a recovery at the next
    /// start.
    ///
    /// # Errors
    /// [`ClusterError::NotStopping`] when even that does not help.
    pub fn stop(&self) -> Result<(), ClusterError> {
        self.is_stopping.store(true, Ordering::Release);
        let mut child = self.lock_child();
        let result = self.end(&mut child);
        self.is_stopping.store(false, Ordering::Release);
        result
    }

    /// Throws the data away and starts with an empty database. Only for throw-away clusters.
    pub(crate) fn start_anew(&self) -> Result<Running, ClusterError> {
        debug_assert_eq!(self.config.durability, Durability::Throwaway);
        self.stop()?;
        let data = self.places.data();
        fs::remove_dir_all(&data).map_err(file_error("Removing the old test database", &data))?;
        let bin_dir = self.config.bin_dir.as_deref();
        initialise::data_folder(&self.places, &self.account, bin_dir, self.config.durability)?;
        self.ensure_running()
    }

    /// Creates a database unless it exists.
    ///
    /// # Errors
    /// [`ClusterError::BadDatabaseName`], or [`ClusterError::Statement`] when Postgres refuses.
    pub fn ensure_database(&self, name: &str) -> Result<(), ClusterError> {
        create_database(&socket_file(&self.socket_folder), name)
    }

    /// A URL that sqlx and libpq-like clients understand.
    pub fn url(&self, database: &str) -> String {
        url(&self.socket_folder, database)
    }

    /// The address of a database in a cluster that another process of ours runs; `None` when nobody does. For
    /// tools that work beside a server.
    ///
    /// # Errors
    /// [`ClusterError`] when the folder cannot be used.
    pub fn url_of_running(config: &ClusterConfig, database: &str) -> Result<Option<String>, ClusterError> {
        let account = Account::resolve(&config.root_delegate)?;
        let places = Places::prepare(&config.folder, &account)?;
        let socket_folder = places.socket_folder(&account)?;
        let answers = matches!(wire::knock(&socket_file(&socket_folder), ROLE), Knock::Open);
        Ok(answers.then(|| url(&socket_folder, database)))
    }

    /// A connection of our own for plain statements.
    ///
    /// # Errors
    /// [`ClusterError::Statement`] when Postgres is down or refuses.
    pub fn session(&self, database: &str) -> Result<Session, ClusterError> {
        Session::connect(&socket_file(&self.socket_folder), ROLE, database, self.config.patience)
            .map_err(|source| ClusterError::Statement { what: "Connecting to Postgres".to_owned(), source })
    }

    /// The postmaster's process id, when one is alive.
    pub fn postmaster_pid(&self) -> Option<u32> {
        match postmaster::occupant(&self.places.data()) {
            Occupant::Postmaster { pid, .. } => Some(pid),
            Occupant::Orphans(_) | Occupant::Nobody { .. } => None,
        }
    }

    /// The folder in use, with links resolved.
    pub fn folder(&self) -> &Path {
        &self.places.folder
    }

    /// The folder of the socket; inside [`Cluster::folder`] unless that path is too long.
    pub fn socket_folder(&self) -> &Path {
        &self.socket_folder
    }

    /// Major version of Postgres.
    pub fn major(&self) -> u32 {
        self.binaries.major
    }

    fn launch(&self) -> Launch<'_> {
        Launch {
            places: &self.places,
            account: &self.account,
            binaries: &self.binaries,
            socket_folder: &self.socket_folder,
            durability: self.config.durability,
        }
    }

    fn end(&self, child: &mut Option<Child>) -> Result<(), ClusterError> {
        let data = self.places.data();
        for ending in [Ending::Fast, Ending::Immediate] {
            let Occupant::Postmaster { pid, .. } = postmaster::occupant(&data) else { break };
            postmaster::signal(pid, ending);
            let deadline = Instant::now() + self.config.patience / 2;
            while Instant::now() < deadline {
                ended(child);
                if !matches!(postmaster::occupant(&data), Occupant::Postmaster { .. }) {
                    return Ok(());
                }
                thread::sleep(BREATH);
            }
        }
        match postmaster::occupant(&data) {
            Occupant::Postmaster { pid, .. } => {
                Err(ClusterError::NotStopping { pid, waited: self.config.patience })
            }
            Occupant::Orphans(_) | Occupant::Nobody { .. } => {
                ended(child);
                Ok(())
            }
        }
    }

    fn gave_up(&self, knock: Knock, occupant: &Occupant) -> ClusterError {
        if let Occupant::Orphans(pids) = occupant {
            let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
            return ClusterError::Orphans { pids: pids.join(", "), folder: self.places.data() };
        }
        let said = match knock {
            Knock::NotYet(said) | Knock::Refused(said) => said,
            Knock::Open | Knock::Nobody => "its socket gives no answer".to_owned(),
        };
        ClusterError::NotAnswering { waited: self.config.patience, said, log: self.places.log() }
    }

    fn lock_child(&self) -> MutexGuard<'_, Option<Child>> {
        // A panic elsewhere cannot leave an Option half written.
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notices the end of our child and forgets it; gives its status once.
fn ended(child: &mut Option<Child>) -> Option<String> {
    let status = child.as_mut()?.try_wait().ok().flatten()?;
    *child = None;
    Some(status.to_string())
}

fn remove_if_present(path: &Path) -> Result<(), ClusterError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(file_error("Removing the stale lock", path)(error))
        }
        _ => Ok(()),
    }
}

/// Takes the folder's lock and leaves our process id in it for error sentences. The kernel lets go
/// of the lock when the process ends, however it ends.
fn take_lock(places: &Places, patience: Duration) -> Result<fs::File, ClusterError> {
    let path = places.lock();
    let mut file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(file_error("Opening", &path))?;
    let deadline = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(fs::TryLockError::WouldBlock) if Instant::now() < deadline => thread::sleep(BREATH),
            Err(fs::TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let pid = file.read_to_string(&mut holder).ok().and_then(|_| holder.trim().parse().ok());
                return Err(ClusterError::InUse { folder: places.folder.clone(), pid });
            }
            Err(fs::TryLockError::Error(source)) => return Err(file_error("Locking", path)(source)),
        }
    }
    file.set_len(0)
        .and_then(|()| file.seek(SeekFrom::Start(0)))
        .and_then(|_| write!(file, "{}", process::id()))
        .map_err(file_error("Writing", &path))?;
    Ok(file)
}

/// Creates a database unless it exists.
pub(crate) fn create_database(socket: &Path, name: &str) -> Result<(), ClusterError> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
        return Err(ClusterError::BadDatabaseName { name: name.to_owned() });
    }
    let attempt = || -> Result<(), WireError> {
        let mut session = Session::connect(socket, ROLE, "postgres", Duration::from_secs(60))?;
        let present = session.query(&format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"))?;
        if present.is_empty() {
            session.query(&format!("CREATE DATABASE {name}"))?;
        }
        Ok(())
    };
    match attempt() {
        // Somebody else made it in the meantime (duplicate_database, or its index entry).
        Err(error) if matches!(error.code(), Some("42P04" | "23505")) => Ok(()),
        result => result.map_err(|source| ClusterError::Statement {
            what: format!("Creating the database {name}"),
            source,
        }),
    }
}

/// A connection URL over the socket. Port and TLS mode are spelt out because clients take them
/// from `PGPORT` and `PGSSLMODE` otherwise.
pub(crate) fn url(socket_folder: &Path, database: &str) -> String {
    use std::os::unix::ffi::OsStrExt;
    let mut host = String::new();
    for byte in socket_folder.as_os_str().as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            host.push(char::from(*byte));
        } else {
            host.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("postgres://{ROLE}@localhost:{PORT}/{database}?host={host}&sslmode=disable")
}
