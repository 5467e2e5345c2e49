//! What can keep a measure from being taken.

use std::{io, path::PathBuf};

use embedded_postgres::{ClusterError, WireError};
use http::StatusCode;

/// The result of one step.
pub type Result<T, E = BenchError> = std::result::Result<T, E>;

/// Why there is no measure. A figure that cannot be trusted is an error too.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Called with other arguments than it takes.
    #[error(
        "usage: web-bench SERVER RESULTS, the server's program and the file that the figures are written to"
    )]
    Usage,
    /// A variable does not hold a number that can be used.
    #[error("{variable} must be a whole number from 1 to {most}")]
    Number {
        /// The environment variable.
        variable: &'static str,
        /// The largest number that makes sense.
        most: usize,
    },
    /// The system lets a process open too few files.
    #[error(
        "{needed} open files are needed, and the system allows this process {allowed}: raise `ulimit -Hn`"
    )]
    OpenFiles {
        /// How many a process needs.
        needed: u64,
        /// The hard limit.
        allowed: u64,
    },
    /// A file or folder could not be used.
    #[error("could not {action} {path}")]
    File {
        /// The verb: read, write, create.
        action: &'static str,
        /// Which one.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// The private Postgres did not do what it should.
    #[error("the private Postgres failed")]
    Cluster(#[source] ClusterError),
    /// The private Postgres did not answer a question.
    #[error("the private Postgres does not say what it knows about its tables")]
    Statement(#[source] WireError),
    /// The server ended, or could not be started.
    #[error("the server ended early; its log ends with\n{said}")]
    ServerEnded {
        /// The last lines of its log.
        said: String,
    },
    /// Something did not happen in its time.
    #[error("{what} did not happen within {seconds} s")]
    TooSlow {
        /// What was awaited.
        what: &'static str,
        /// The limit, in seconds.
        seconds: u64,
    },
    /// No connection to the server.
    #[error("could not connect to the server")]
    Connect(#[source] io::Error),
    /// A connection broke in the middle of a request.
    #[error("the connection broke while asking for {path}")]
    Broken {
        /// The path asked for.
        path: String,
        /// What hyper says about it.
        #[source]
        source: hyper::Error,
    },
    /// A request that HTTP has no words for.
    #[error("the request for {path} cannot be written")]
    Request {
        /// The path asked for.
        path: String,
        /// What is wrong with it.
        #[source]
        source: http::Error,
    },
    /// An answer with another status than the one that says that it worked.
    #[error("{path} answered {status}: {said}")]
    Refused {
        /// The path asked for.
        path: String,
        /// The status.
        status: StatusCode,
        /// The beginning of the body.
        said: String,
    },
    /// An answer that does not hold what it must.
    #[error("the answer of {path} does not hold {missing}")]
    Incomplete {
        /// The path asked for.
        path: String,
        /// What was looked for.
        missing: String,
    },
    /// Answers to the same question that differ in length more than they should.
    #[error("answers of {path} have from {shortest} to {longest} bytes: they are not all the same page")]
    Uneven {
        /// The path asked for.
        path: String,
        /// Bytes of the shortest.
        shortest: usize,
        /// Bytes of the longest.
        longest: usize,
    },
    /// A stream of events ended although nobody ended it.
    #[error("{ended} of {opened} event streams ended by themselves")]
    StreamsEnded {
        /// How many did.
        ended: usize,
        /// How many there were.
        opened: usize,
    },
    /// A task of the measure itself did not come to its end.
    #[error("a task of the measure broke")]
    Task(#[source] tokio::task::JoinError),
    /// The operating system did not give what every program gets.
    #[error("the operating system refused {what}")]
    System {
        /// What was asked of it.
        what: &'static str,
        /// Its reason.
        #[source]
        source: io::Error,
    },
    /// Somebody asked the measure to end.
    #[error("stopped on request")]
    Interrupted,
}

impl BenchError {
    /// Wraps an operating system error about one file; meant for `map_err`.
    pub fn file(action: &'static str, path: &std::path::Path) -> impl FnOnce(io::Error) -> BenchError {
        let path = path.to_owned();
        move |source| BenchError::File { action, path, source }
    }

    /// The message followed by its causes, on one line.
    pub fn with_causes(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
