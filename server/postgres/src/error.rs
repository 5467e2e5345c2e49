//! The one error type of this crate. Each message is a sentence an operator can act on.

use std::{io, path::PathBuf, time::Duration};

use crate::wire::WireError;

/// Why a cluster could not be opened, started, asked or stopped.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClusterError {
    /// No usable Postgres programs on this machine.
    #[error(
        "No Postgres {oldest} or newer was found on this machine (looked in {looked_in}). \
         Install it (Debian: the package `postgresql`), name its folder in PARSIMONY_PG_BIN, \
         or set DATABASE_URL to use a database server you already have."
    )]
    NoBinaries {
        /// The oldest major version that would do.
        oldest: u32,
        /// The places that were searched, for the reader.
        looked_in: String,
    },

    /// The folder named by the operator holds no usable programs.
    #[error("{} holds no usable Postgres programs: {reason}.", .folder.display())]
    BadBinaries {
        /// The folder that was named.
        folder: PathBuf,
        /// What is wrong with it, as a clause.
        reason: String,
    },

    /// The folder was made by a major version whose programs are not here.
    #[error(
        "The database in {} was made by Postgres {cluster}, but only Postgres {found} is installed. \
         Install Postgres {cluster} again, or move the data over with pg_upgrade or pg_dump.", .folder.display()
    )]
    OtherVersion {
        /// The data folder.
        folder: PathBuf,
        /// Major version that made the folder.
        cluster: u32,
        /// Major versions on this machine, for the reader.
        found: String,
    },

    /// Something that is not a Postgres data folder is in the way.
    #[error(
        "{} exists but is not a Postgres data folder (it has no readable PG_VERSION). \
         Move it away, or choose another data folder.", .folder.display()
    )]
    NotADataFolder {
        /// The folder in the way.
        folder: PathBuf,
    },

    /// Another server process uses the folder.
    #[error(
        "Another Parsimony server{} already uses the data folder {}. \
         Stop it first, or give this one a data folder of its own in PARSIMONY_DATA_DIR.",
        .pid.map(|pid| format!(" (process {pid})")).unwrap_or_default(), .folder.display()
    )]
    InUse {
        /// The folder both want.
        folder: PathBuf,
        /// The other process, when it left its id.
        pid: Option<u32>,
    },

    /// The folder belongs to somebody else, so nothing in it can be trusted.
    #[error("{} belongs to another user; remove it or choose another folder.", .folder.display())]
    ForeignFolder {
        /// The folder with the wrong owner.
        folder: PathBuf,
    },

    /// The user that Postgres runs as cannot get to the data folder.
    #[error(
        "The user {user}, which Postgres runs as, cannot enter {}. \
         Open that folder to it, or choose a data folder outside it in PARSIMONY_DATA_DIR.", .folder.display()
    )]
    Unreachable {
        /// The first folder in the chain that is closed.
        folder: PathBuf,
        /// The user's name.
        user: String,
    },

    /// Started by root, but there is no user to run Postgres as.
    #[error(
        "Postgres refuses to run as root, and there is no user {user} on this machine to run it as. \
         Create that user, start the server as an ordinary user, or set DATABASE_URL."
    )]
    NoAccount {
        /// The user that was looked for.
        user: String,
    },

    /// The current user id has no name; Postgres insists on one.
    #[error(
        "The user id {uid} has no name on this machine, and Postgres needs one. \
         Add it to /etc/passwd, or set DATABASE_URL."
    )]
    NamelessUser {
        /// The id without a name.
        uid: u32,
    },

    /// A file operation failed.
    #[error("{what} {} failed", .path.display())]
    File {
        /// What was tried, as a noun phrase such as "Creating the folder".
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },

    /// A program could not be run at all.
    #[error("Running {} failed", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },

    /// `initdb` ran and failed.
    #[error("Initialising the database in {} failed: {output}", .folder.display())]
    Initialise {
        /// The data folder to be.
        folder: PathBuf,
        /// What initdb said.
        output: String,
    },

    /// The postmaster ended while starting.
    #[error("Postgres ended while starting ({status}). It said: {said} (log: {})", .log.display())]
    StartFailed {
        /// Exit status.
        status: String,
        /// The last lines of its log.
        said: String,
        /// The whole log.
        log: PathBuf,
    },

    /// The postmaster lives but does not answer yet, for instance during a long recovery.
    #[error("Postgres did not answer within {} seconds: {said} (log: {})", .waited.as_secs(), .log.display())]
    NotAnswering {
        /// How long we waited.
        waited: Duration,
        /// The last thing it answered.
        said: String,
        /// Its log.
        log: PathBuf,
    },

    /// Processes of an earlier postmaster are still at work in the folder.
    #[error(
        "Processes of an earlier Postgres (process ids {pids}) still use {}; \
         starting another one could damage the data. They should end by themselves.", .folder.display()
    )]
    Orphans {
        /// Their ids, for the reader.
        pids: String,
        /// The data folder.
        folder: PathBuf,
    },

    /// Another thread is stopping the cluster.
    #[error("Postgres is being stopped.")]
    Stopping,

    /// The postmaster does not stop.
    #[error("Postgres (process {pid}) did not stop within {} seconds.", .waited.as_secs())]
    NotStopping {
        /// The postmaster.
        pid: u32,
        /// How long we waited.
        waited: Duration,
    },

    /// A statement of our own failed.
    #[error("{what} failed")]
    Statement {
        /// What was tried.
        what: String,
        /// The answer.
        #[source]
        source: WireError,
    },

    /// A database name that would need quoting.
    #[error("The database name {name:?} may only hold lower-case letters, digits and underscores.")]
    BadDatabaseName {
        /// The name.
        name: String,
    },
}

impl ClusterError {
    /// Whether waiting may help: the postmaster is starting, recovering or ending. All other
    /// errors need a person.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::NotAnswering { .. } | Self::Orphans { .. } | Self::Statement { .. })
    }
}

/// Wraps an I/O error with what was tried on which path.
pub(crate) fn file_error(
    what: &'static str,
    path: impl Into<PathBuf>,
) -> impl FnOnce(io::Error) -> ClusterError {
    let path = path.into();
    move |source| ClusterError::File { what, path, source }
}
