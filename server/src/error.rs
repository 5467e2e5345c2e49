//! Why the server could not start or go on. Each message is a sentence for the operator.

use std::{error::Error, fmt::Write, io, net::SocketAddr};

use embedded_postgres::ClusterError;
use store::StoreError;

use crate::config::ConfigError;

/// Why the server could not start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// An environment variable cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The filter in `PARSIMONY_LOG` cannot be read.
    #[error("PARSIMONY_LOG must be a log filter such as \"info\" or \"warn,store=debug\"")]
    LogFilter(#[source] Box<dyn Error + Send + Sync>),
    /// The private Postgres cannot be used.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// The database cannot be used, and waiting will not help.
    #[error("The database cannot be used")]
    Database(#[source] StoreError),
    /// The address cannot be listened on.
    #[error("Cannot listen on {addr}; choose another address in PARSIMONY_ADDR")]
    Listen {
        /// The address.
        addr: SocketAddr,
        /// The operating system's reason.
        #[source]
        source: io::Error,
    },
    /// The asynchronous runtime cannot be started.
    #[error("Cannot start worker threads")]
    Runtime(#[source] io::Error),
    /// Signals cannot be waited for.
    #[error("Cannot wait for signals")]
    Signals(#[source] io::Error),
    /// The HTTP server ended.
    #[error("The HTTP server ended unexpectedly")]
    Serve(#[source] io::Error),
    /// A time on the command line cannot be read.
    #[error("\"{text}\" is no time such as 2026-11-25T14:00:00Z")]
    Time {
        /// What was given.
        text: String,
    },
    /// An audit log is not what it was when it was written.
    #[error("An audit log was changed behind the product's back")]
    AuditBroken,
    /// The sign-in provider cannot be talked to at all.
    #[error("The sign-in provider cannot be set up")]
    Provider(#[source] Box<dyn Error + Send + Sync>),
    /// The LLM endpoint cannot be talked to at all.
    #[error("The LLM endpoint cannot be set up")]
    Endpoint(#[source] Box<dyn Error + Send + Sync>),
    /// A background task ended by panicking.
    #[error("An internal task ended unexpectedly")]
    Task(#[source] tokio::task::JoinError),
}

/// An error with its causes, in one line for the log.
pub fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        // Some libraries repeat the cause in their own message.
        if !text.contains(&inner_text) {
            let _ = write!(text, ": {inner_text}");
        }
        cause = inner.source();
    }
    text
}
