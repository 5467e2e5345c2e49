//! An answer on its way through: events from the endpoint in, events to the browser out, and the account of it.

use std::{
    convert::Infallible,
    mem,
    pin::Pin,
    time::{Duration, Instant},
};

use axum::response::{
    IntoResponse, Response,
    sse::{Event, KeepAlive, Sse},
};
use domain::prices::ApiPrice;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderName, HeaderValue, header};
use serde::Serialize;
use sse_stream::SseByteStream;
use store::{RaceReservation, Store};
use tokio::time::timeout_at;

use super::{
    chunk::{Chunk, END, Usage, UsageTold},
    endpoint::{Begun, Cut, Endpoint},
    fault::Fault,
};
use crate::{config::EndpointLimits, error::with_causes};

/// Proxies close connections that are silent for long.
const BEAT_EVERY: Duration = Duration::from_secs(10);

/// Most characters of a name that an endpoint gives its model, or of its reason to stop.
const LONGEST_NAME: usize = 100;

/// How long the rest of an answer that is over may take to come.
const REST_LIMIT: Duration = Duration::from_secs(2);

/// What the endpoint sends.
type Events = Pin<Box<dyn Stream<Item = Result<sse_stream::Sse, sse_stream::Error>> + Send>>;

/// Where an answer is accounted for.
pub(super) struct Ledger {
    pub(super) store: Store,
    pub(super) reservation: RaceReservation,
    /// What its tokens cost, if that is known.
    pub(super) price: Option<ApiPrice>,
}

/// An answer on its way through.
pub(super) struct Answer {
    events: Events,
    limits: EndpointLimits,
    ledger: Ledger,
    asked_at: Instant,
    times: Times,
    stage: Stage,
    model: String,
    finish_reason: Option<String>,
    usage: Option<Usage>,
    pieces: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Beginning,
    Answering,
    Over,
}

/// When things happened, in milliseconds, as seen here. All but the first count from the moment the endpoint was asked.
#[derive(Debug, Clone, Copy, Serialize)]
struct Times {
    /// From the arrival of the prompt until the endpoint was asked.
    server_ms: f64,
    /// To connect to the endpoint; `null` over a connection that was there already.
    connect_ms: Option<f64>,
    /// Until the headers of its answer were here.
    headers_ms: f64,
    /// Until the first text was here.
    first_token_ms: Option<f64>,
    /// Until the last text was here.
    last_token_ms: Option<f64>,
    /// Until the answer was over.
    total_ms: Option<f64>,
}

/// `begun`: the endpoint has begun to answer.
#[derive(Serialize)]
struct BegunTold<'a> {
    model: &'a str,
    timing: Times,
}

/// `delta`: more text, as it came.
#[derive(Serialize)]
struct DeltaTold<'a> {
    content: &'a str,
    at_ms: f64,
}

/// `done`: the answer is whole.
#[derive(Serialize)]
struct DoneTold<'a> {
    model: &'a str,
    finish_reason: Option<&'a str>,
    /// How many `delta`s there were; pieces are not tokens.
    pieces: u32,
    usage: Option<UsageTold>,
    cost_usd: Option<f64>,
    timing: Times,
}

impl Answer {
    pub(super) fn new(endpoint: &Endpoint, begun: Begun, before: Duration, ledger: Ledger) -> Self {
        let config = endpoint.config();
        let times = Times {
            server_ms: milliseconds(before),
            connect_ms: begun.connect.map(milliseconds),
            headers_ms: milliseconds(begun.headers),
            first_token_ms: None,
            last_token_ms: None,
            total_ms: None,
        };
        Self {
            asked_at: begun.asked_at,
            events: Box::pin(SseByteStream::new(Box::pin(begun.pieces(config.limits.bytes)))),
            limits: config.limits,
            ledger,
            times,
            stage: Stage::Beginning,
            model: config.model.clone(),
            finish_reason: None,
            usage: None,
            pieces: 0,
        }
    }

    /// The next event for the browser; none after the last.
    async fn next(&mut self) -> Option<Event> {
        match self.stage {
            Stage::Over => None,
            Stage::Beginning => {
                self.stage = Stage::Answering;
                Some(told("begun", &BegunTold { model: &self.model, timing: self.times }))
            }
            Stage::Answering => Some(match self.answering().await {
                Ok(Some(delta)) => delta,
                Ok(None) => self.finish().await,
                Err(fault) => {
                    self.stage = Stage::Over;
                    fault.log();
                    told("failed", &fault.problem())
                }
            }),
        }
    }

    /// The next text; none when the answer is over.
    async fn answering(&mut self) -> Result<Option<Event>, Fault> {
        loop {
            let waited_for = timeout_at(self.deadline().into(), self.events.next()).await;
            let event = match waited_for.map_err(|_| Fault::TooSlow)? {
                Some(event) => event.map_err(fault_of)?,
                // Some endpoints end without a word, once they said why they stop.
                None if self.finish_reason.is_some() => return Ok(None),
                None => return Err(Fault::BrokenOff(None)),
            };
            // Comments and such keep the connection open.
            let Some(data) = event.data.filter(|data| !data.is_empty()) else { continue };
            if data.trim() == END {
                return Ok(None);
            }
            let chunk: Chunk = serde_json::from_str(&data)
                .map_err(|error| Fault::Unreadable(without_content(&error).into()))?;
            if chunk.error.is_some() {
                return Err(Fault::FailedMidway);
            }
            if let Some(delta) = self.note(&chunk) {
                return Ok(Some(delta));
            }
        }
    }

    /// Remembers what a chunk says, and passes on its text.
    fn note(&mut self, chunk: &Chunk) -> Option<Event> {
        if let Some(model) = &chunk.model {
            self.model = model.chars().take(LONGEST_NAME).collect();
        }
        if let Some(reason) = chunk.finish_reason() {
            self.finish_reason = Some(reason.chars().take(LONGEST_NAME).collect());
        }
        self.usage = chunk.usage.or(self.usage);
        let content = chunk.text();
        if content.is_empty() {
            return None;
        }
        let at_ms = milliseconds(self.asked_at.elapsed());
        self.times.first_token_ms.get_or_insert(at_ms);
        self.times.last_token_ms = Some(at_ms);
        self.pieces = self.pieces.saturating_add(1);
        Some(told("delta", &DeltaTold { content, at_ms }))
    }

    /// Until when the endpoint has to say something.
    fn deadline(&self) -> Instant {
        let limit = match self.times.first_token_ms {
            None => self.limits.first_token.min(self.limits.total),
            Some(_) => self.limits.total,
        };
        self.asked_at + limit
    }

    /// Settles the account. An endpoint that does not say what it used is taken to have used all that was set aside,
    /// and so is an answer that somebody stopped listening to.
    async fn finish(&mut self) -> Event {
        self.stage = Stage::Over;
        self.times.total_ms = Some(milliseconds(self.asked_at.elapsed()));
        read_to_the_end(mem::replace(&mut self.events, Box::pin(stream::empty())));
        if let Some(usage) = self.usage {
            let settled = self.ledger.store.settle_race(self.ledger.reservation, usage.total()).await;
            if let Err(error) = settled {
                tracing::warn!("A prompt stays counted with more than it took: {}", with_causes(&error));
            }
            let (prompt, answer) = (usage.prompt_tokens, usage.completion_tokens);
            tracing::info!(prompt, answer, "The LLM endpoint answered {prompt} tokens with {answer}");
        }
        let cost = self.usage.zip(self.ledger.price.as_ref());
        told(
            "done",
            &DoneTold {
                model: &self.model,
                finish_reason: self.finish_reason.as_deref(),
                pieces: self.pieces,
                usage: self.usage.map(Usage::told),
                cost_usd: cost.map(|(usage, price)| cost_of(usage, price)),
                timing: self.times,
            },
        )
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let events = stream::unfold(self, |mut answer| async move {
            let event = answer.next().await?;
            Some((Ok::<_, Infallible>(event), answer))
        });
        let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(BEAT_EVERY)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Proxies of a widespread kind otherwise collect what should pass at once.
        headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
        response
    }
}

/// Reads what comes after the last word, which nobody has to wait for: only a connection whose answer was read to the
/// end takes the next prompt, and connecting anew takes longer than a short answer.
fn read_to_the_end(mut events: Events) {
    tokio::spawn(async move {
        let rest = async { while let Some(Ok(_)) = events.next().await {} };
        // One that never ends is closed.
        let _ = tokio::time::timeout(REST_LIMIT, rest).await;
    });
}

fn told(name: &str, data: &impl Serialize) -> Event {
    // Neither numbers that are not finite nor maps are in there, so it can always be written.
    Event::default().event(name).data(serde_json::to_string(data).unwrap_or_default())
}

fn milliseconds(time: Duration) -> f64 {
    // To the microsecond; more would be noise.
    (time.as_secs_f64() * 1e6).round() / 1e3
}

/// Why a stream could not be read on.
fn fault_of(error: sse_stream::Error) -> Fault {
    match error {
        sse_stream::Error::Body(cause) => match cause.downcast::<Cut>() {
            Ok(cut) => match *cut {
                Cut::TooLong => Fault::TooLong,
                broken @ Cut::Broken(_) => Fault::BrokenOff(Some(broken.into())),
            },
            Err(cause) => Fault::BrokenOff(Some(cause)),
        },
        error => Fault::Unreadable(error.into()),
    }
}

/// Where a chunk cannot be read. The reader's own words quote it, and it may quote the prompt or the key.
fn without_content(error: &serde_json::Error) -> String {
    format!("a chunk is not as expected at column {}", error.column())
}

/// US dollars for an answer; batch prices do not apply to somebody who waits.
fn cost_of(usage: Usage, price: &ApiPrice) -> f64 {
    let cached = f64::from(usage.cached_tokens());
    let fresh = f64::from(usage.prompt_tokens) - cached;
    let cached_price = price.cached_input.unwrap_or(price.input).dollars();
    let prompt = fresh * price.input.dollars() + cached * cached_price;
    (prompt + f64::from(usage.completion_tokens) * price.output.dollars()) / 1e6
}
