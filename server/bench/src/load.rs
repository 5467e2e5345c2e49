//! Requests by the second: a closed loop, in which each connection asks again as soon as it has the answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use crate::{
    client::{Ask, Client},
    error::{BenchError, Result},
    percentile::percentile,
};

/// Connections that ask at the same time: a team that is busy, on a machine whose cores are fewer.
pub const CONNECTIONS: usize = 8;

/// One in so many requests is asked before the time is taken, so that caches are warm and connections open.
const WARM_UP: usize = 10;

/// Fewest requests of a warm-up.
const LEAST_WARM_UP: usize = 10 * CONNECTIONS;

/// What is asked for again and again.
#[derive(Debug, Clone)]
pub struct Page {
    /// What it is, for the table.
    pub name: &'static str,
    /// How it is asked for.
    pub ask: Ask,
    /// What the page holds if it is the right one.
    pub holds: String,
}

/// What was measured about one page.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// What it is.
    pub name: &'static str,
    /// Requests in the time.
    pub requests: usize,
    /// From the first question to the last answer.
    pub took: Duration,
    /// Time from a question to the last byte of its answer: the middle one.
    pub p50: Duration,
    /// The one that 99 of 100 do not exceed.
    pub p99: Duration,
    /// The longest.
    pub max: Duration,
    /// Bytes of a body as it was sent: the middle one.
    pub bytes: usize,
    /// Bytes of the body without compression.
    pub plain_bytes: usize,
}

impl Measured {
    /// Requests by the second, of all connections together.
    pub fn requests_per_second(&self) -> f64 {
        self.requests as f64 / self.took.as_secs_f64()
    }
}

/// Asks for the page so many times and takes the time of each. Whatever is not the page ends the measure.
///
/// # Errors
/// [`BenchError::Refused`], [`BenchError::Incomplete`], [`BenchError::Uneven`], and what a connection can suffer.
pub async fn measure(address: SocketAddr, page: &Page, requests: usize) -> Result<Measured> {
    let plain_bytes = check(address, page).await?;
    let ask = page.ask.clone().compressed();
    ask_often(address, &ask, (requests / WARM_UP).max(LEAST_WARM_UP)).await?;
    let start = Instant::now();
    let answers = ask_often(address, &ask, requests).await?;
    let took = start.elapsed();
    let (mut times, mut lengths): (Vec<Duration>, Vec<usize>) = answers.into_iter().unzip();
    times.sort_unstable();
    lengths.sort_unstable();
    let (shortest, longest) = (percentile(&lengths, 0), percentile(&lengths, 100));
    // They differ by a nonce and by how well that compresses; an apology is much shorter than a page.
    if longest > shortest + shortest / 10 {
        return Err(BenchError::Uneven { path: ask.path, shortest, longest });
    }
    Ok(Measured {
        name: page.name,
        requests,
        took,
        p50: percentile(&times, 50),
        p99: percentile(&times, 99),
        max: percentile(&times, 100),
        bytes: percentile(&lengths, 50),
        plain_bytes,
    })
}

/// Whether the page is the right one; the bytes it has without compression.
async fn check(address: SocketAddr, page: &Page) -> Result<usize> {
    let answer = Client::connect(address).await?.send(&page.ask).await?.succeeded()?;
    if !String::from_utf8_lossy(&answer.body).contains(&page.holds) {
        return Err(BenchError::Incomplete { path: answer.path, missing: page.holds.clone() });
    }
    Ok(answer.body.len())
}

/// Asks over all connections; returns the time and the length of each answer, in no order.
pub async fn ask_often(address: SocketAddr, ask: &Ask, requests: usize) -> Result<Vec<(Duration, usize)>> {
    let asked = Arc::new(AtomicUsize::new(0));
    let mut connections = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (asked, ask) = (Arc::clone(&asked), ask.clone());
        connections.spawn(async move {
            let mut client = Client::connect(address).await?;
            let mut answers = Vec::new();
            while asked.fetch_add(1, Ordering::Relaxed) < requests {
                let start = Instant::now();
                let answer = client.send(&ask).await?;
                let took = start.elapsed();
                answers.push((took, answer.succeeded()?.body.len()));
            }
            Ok::<_, BenchError>(answers)
        });
    }
    let mut answers = Vec::with_capacity(requests);
    while let Some(ended) = connections.join_next().await {
        answers.extend(ended.map_err(BenchError::Task)??);
    }
    Ok(answers)
}
