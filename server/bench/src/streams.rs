//! Many pages that are open and idle: what each costs the server in memory, and how fast all of them hear of a
//! change.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use http::header;
use http_body_util::BodyExt;
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

use crate::{
    client::{Ask, Client},
    error::{BenchError, Result},
    event,
    load::ask_often,
    percentile::percentile,
    server::Server,
};

/// Streams that are being opened at the same time: fewer than the connections that the system lets wait.
const OPENING: usize = 64;

/// Pages asked for before the memory is read for the first time: what the server makes once and keeps does not
/// belong to the streams.
const WARM_UP: usize = 200;

/// How long the streams are left alone before the memory is read: longer than the twenty seconds after which
/// the server sends each of them a sign of life.
const SETTLE: Duration = Duration::from_secs(30);

/// The server ends each stream after five minutes, so everything has to happen in less.
const OPEN_LIMIT: Duration = Duration::from_secs(180);

/// How long the change may take to reach the last of them.
const HEAR_LIMIT: Duration = Duration::from_secs(60);

/// What was measured about the streams.
#[derive(Debug, Clone, PartialEq)]
pub struct Streams {
    /// How many were open, each with its headers and its first words.
    pub open: usize,
    /// How long it took to open them.
    pub opening: Duration,
    /// The server's memory before the first of them, in KiB.
    pub memory_before: u64,
    /// The same with all of them open and idle.
    pub memory_open: u64,
    /// How many heard of the change.
    pub heard: usize,
    /// From the moment the change was sent until the first of them heard of it.
    pub first: Duration,
    /// Until half of them had.
    pub p50: Duration,
    /// Until the last of them had.
    pub last: Duration,
}

impl Streams {
    /// KiB of the server's memory for each stream.
    pub fn kib_each(&self) -> f64 {
        self.memory_open.saturating_sub(self.memory_before) as f64 / self.open as f64
    }
}

/// What a stream says to the measure.
enum News {
    /// It is open.
    Open,
    /// It was told of a change, by this number in the log.
    Heard { stream: usize, id: String, at: Instant },
    /// It could not be opened.
    Failed(BenchError),
    /// It ended.
    Ended,
}

/// Opens the streams of somebody who is signed in, leaves them alone, and changes one thing.
///
/// # Errors
/// [`BenchError::StreamsEnded`], [`BenchError::TooSlow`], and what a request can suffer.
pub async fn measure(server: &Server, cookie: &str, count: usize) -> Result<Streams> {
    ask_often(server.address, &Ask::get("/portfolios").signed_in(cookie), WARM_UP).await?;
    let memory_before = server.memory_kib()?;
    let (sender, mut news) = mpsc::unbounded_channel();
    let begun = Instant::now();
    // Dropping the set ends the streams.
    let streams = open(server, cookie, count, sender);
    all(&mut news, count, OPEN_LIMIT, "opening all event streams", |news| {
        Ok(matches!(news, News::Open).then_some(()))
    })
    .await?;
    let opening = begun.elapsed();
    tokio::time::sleep(SETTLE).await;
    let memory_open = server.memory_kib()?;

    let mut client = Client::connect(server.address).await?;
    let change = Ask::form("/api/portfolios/create", &[("name", "A change"), ("description", "")]);
    let sent = Instant::now();
    let change = async { client.send(&change.signed_in(cookie)).await?.went_to("/portfolios/").map(drop) };
    let mut heard: BTreeMap<usize, (String, Duration)> = BTreeMap::new();
    let hearing = all(&mut news, count, HEAR_LIMIT, "a change reaching all event streams", |news| {
        let News::Heard { stream, id, at } = news else { return Ok(None) };
        Ok(heard.insert(stream, (id, at.duration_since(sent))).is_none().then_some(()))
    });
    tokio::try_join!(change, hearing)?;
    drop(streams);
    let mut ids: Vec<&String> = heard.values().map(|(id, _)| id).collect();
    ids.dedup();
    if ids.len() > 1 {
        let missing = "the same number for the same change in all streams".to_owned();
        return Err(BenchError::Incomplete { path: "/events".to_owned(), missing });
    }
    let mut times: Vec<Duration> = heard.values().map(|(_, after)| *after).collect();
    times.sort_unstable();
    Ok(Streams {
        open: count,
        opening,
        memory_before,
        memory_open,
        heard: heard.len(),
        first: percentile(&times, 0),
        p50: percentile(&times, 50),
        last: percentile(&times, 100),
    })
}

/// Waits for so many news of one kind. A stream that fails or ends meanwhile ends the wait.
async fn all(
    news: &mut mpsc::UnboundedReceiver<News>,
    count: usize,
    limit: Duration,
    what: &'static str,
    mut counts: impl FnMut(News) -> Result<Option<()>>,
) -> Result<()> {
    let wait = async {
        let mut seen = 0;
        while seen < count {
            match news.recv().await {
                None | Some(News::Ended) => return Err(BenchError::StreamsEnded { ended: 1, opened: count }),
                Some(News::Failed(error)) => return Err(error),
                Some(other) => seen += usize::from(counts(other)?.is_some()),
            }
        }
        Ok(())
    };
    let too_slow = |_| BenchError::TooSlow { what, seconds: limit.as_secs() };
    tokio::time::timeout(limit, wait).await.map_err(too_slow)?
}

fn open(server: &Server, cookie: &str, count: usize, sender: mpsc::UnboundedSender<News>) -> JoinSet<()> {
    let opening = Arc::new(Semaphore::new(OPENING));
    let ask = Ask::get("/events").signed_in(cookie).with(header::ACCEPT, "text/event-stream").compressed();
    let address = server.address;
    let mut streams = JoinSet::new();
    for stream in 0..count {
        let (opening, ask, sender) = (Arc::clone(&opening), ask.clone(), sender.clone());
        streams.spawn(async move {
            let followed = async {
                // The semaphore is never closed.
                let turn = opening.acquire().await.ok();
                let mut client = Client::connect(address).await?;
                let answer = client.begin(&ask).await?;
                let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
                if answer.status() != http::StatusCode::OK || kind != Some("text/event-stream") {
                    let said = kind.unwrap_or_default().to_owned();
                    return Err(BenchError::Refused {
                        path: ask.path.clone(),
                        status: answer.status(),
                        said,
                    });
                }
                let mut body = answer.into_body();
                let mut received = Vec::new();
                let mut turn = Some(turn);
                while let Some(frame) = body.frame().await {
                    let frame =
                        frame.map_err(|source| BenchError::Broken { path: ask.path.clone(), source })?;
                    received.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
                    while let Some(event) = event::take(&mut received) {
                        // The first words come once it listens.
                        if turn.take().is_some() {
                            let _ = sender.send(News::Open);
                        }
                        if event.name == "change" {
                            let _ = sender.send(News::Heard { stream, id: event.id, at: Instant::now() });
                        }
                    }
                }
                Ok(())
            };
            // Nobody listens any more once the measure is taken.
            let _ = sender.send(followed.await.map_or_else(News::Failed, |()| News::Ended));
        });
    }
    streams
}
