//! What the caller wants measured.

use std::{env, path::PathBuf};

use crate::error::{BenchError, Result};

/// Event streams, unless told otherwise.
const STREAMS: usize = 5_000;

/// All connections come from one address, which has some 28,000 ports to call from.
const MOST_STREAMS: usize = 20_000;

/// Requests of one measurement, unless told otherwise: enough that twenty of them are above the 99th percentile.
const REQUESTS: usize = 2_000;

/// A session lives for weeks; this many requests do not take that long.
const MOST_REQUESTS: usize = 10_000_000;

/// What the caller wants measured, and where the figures go.
#[derive(Debug)]
pub struct Wanted {
    /// The server's program.
    pub server: PathBuf,
    /// The file that the figures are written to, as JSON.
    pub results: PathBuf,
    /// Timed requests of each measurement (`PARSIMONY_BENCH_REQUESTS`).
    pub requests: usize,
    /// Event streams to hold open (`PARSIMONY_BENCH_STREAMS`).
    pub streams: usize,
}

impl Wanted {
    /// Reads the arguments and the environment.
    ///
    /// # Errors
    /// [`BenchError::Usage`], [`BenchError::Number`].
    pub fn read() -> Result<Self> {
        let mut arguments = env::args_os().skip(1).map(PathBuf::from);
        let (Some(server), Some(results), None) = (arguments.next(), arguments.next(), arguments.next())
        else {
            return Err(BenchError::Usage);
        };
        // The server is started in another folder.
        let server = server.canonicalize().map_err(BenchError::file("find", &server))?;
        Ok(Self {
            server,
            results,
            requests: number("PARSIMONY_BENCH_REQUESTS", REQUESTS, MOST_REQUESTS)?,
            streams: number("PARSIMONY_BENCH_STREAMS", STREAMS, MOST_STREAMS)?,
        })
    }
}

fn number(variable: &'static str, default: usize, most: usize) -> Result<usize> {
    match env::var_os(variable).filter(|text| !text.is_empty()) {
        None => Ok(default),
        Some(text) => text
            .to_str()
            .and_then(|text| text.parse().ok())
            .filter(|number| (1..=most).contains(number))
            .ok_or(BenchError::Number { variable, most }),
    }
}
