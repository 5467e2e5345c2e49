//! What can go wrong while setting up, building, serving or testing.

use std::path::{Path, PathBuf};

/// The result of one step.
pub type Result<T, E = XtaskError> = std::result::Result<T, E>;

/// Why a step did not succeed. Each message names the step and, where there is one, the way out.
#[derive(Debug, thiserror::Error)]
pub enum XtaskError {
    /// A system package is absent and cannot be installed from here.
    #[error("{needed_for} needs the package `{packages}`: please install it and call this command again.")]
    MissingPackage {
        /// What cannot go on without it, as the start of a sentence.
        needed_for: String,
        /// Package names as Debian spells them, separated by blanks.
        packages: String,
    },
    /// A bounded step did not end in time and was stopped, with everything it had started.
    #[error("{tried} did not finish within {seconds} s and was stopped.")]
    TimedOut {
        /// What was tried, as the start of a sentence.
        tried: String,
        /// The limit, in seconds.
        seconds: u64,
    },
    /// A program ran and reported failure.
    #[error("{tried} failed ({status}).")]
    Failed {
        /// What was tried, as the start of a sentence.
        tried: String,
        /// Exit code or signal, in the words of the operating system.
        status: String,
    },
    /// A program could not be started at all.
    #[error("{tried} could not start: is `{program}` installed?")]
    NotStarted {
        /// What was tried, as the start of a sentence.
        tried: String,
        /// The program's name.
        program: String,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// A file or folder could not be read or written.
    #[error("could not {action} {path}")]
    File {
        /// The verb: read, write, create, remove, list.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        #[source]
        source: std::io::Error,
    },
    /// The style sheets do not parse.
    #[error("the style sheets have an error: {0}")]
    Css(String),
    /// The browser module could not be given its JavaScript side.
    #[error("wasm-bindgen could not process the browser module: {0}")]
    Bindgen(String),
    /// Any other finding, already a whole sentence.
    #[error("{0}")]
    Finding(String),
    /// Somebody pressed Ctrl-C or asked the process to end.
    #[error("stopped on request.")]
    Interrupted,
}

impl XtaskError {
    /// Wraps an operating system error about one file; meant for `map_err`.
    pub fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> XtaskError {
        let path = path.to_owned();
        move |source| XtaskError::File { action, path, source }
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
