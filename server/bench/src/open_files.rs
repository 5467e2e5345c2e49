//! How many files, which connections are too, a process may have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::error::{BenchError, Result};

/// Files beside the streams: the database's connections, libraries, logs, with room to spare.
const BESIDE: u64 = 500;

/// Lets this process, and the server that inherits the limit from it, hold so many streams.
///
/// # Errors
/// [`BenchError::OpenFiles`] when the system's own limit is lower.
pub fn raise(streams: usize) -> Result<()> {
    let needed = u64::try_from(streams).unwrap_or(u64::MAX).saturating_add(BESIDE);
    let limit = getrlimit(Resource::Nofile);
    // `None` is no limit at all.
    if limit.current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if let Some(allowed) = limit.maximum
        && allowed < needed
    {
        return Err(BenchError::OpenFiles { needed, allowed });
    }
    setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum: limit.maximum })
        .map_err(|source| BenchError::System { what: "more open files", source: source.into() })
}
