//! Talks to the administrator's LLM endpoint.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::body::Bytes;
use futures_util::{Stream, stream};
use http::{HeaderValue, header};
use serde_json::json;
use tokio::time::timeout;

use super::{connecting, fault::Fault, prompt::Prompt};
use crate::{config::EndpointConfig, error::ServerError};

/// What an answer comes in.
const EVENT_STREAM: &str = "text/event-stream";

/// An endpoint and the connections to it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Endpoint(Arc<Inner>);

struct Inner {
    config: EndpointConfig,
    http: reqwest::Client,
}

/// An answer that has begun: its headers are here.
pub(super) struct Begun {
    response: reqwest::Response,
    /// When the endpoint was asked.
    pub(super) asked_at: Instant,
    /// Time to connect; none over a connection that was there already.
    pub(super) connect: Option<Duration>,
    /// Time until the headers were here.
    pub(super) headers: Duration,
}

/// Why no more of an answer comes.
#[derive(Debug, thiserror::Error)]
pub(super) enum Cut {
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] reqwest::Error),
    /// It is longer than any answer.
    #[error("it is too long")]
    TooLong,
}

impl Endpoint {
    /// An endpoint. Nothing is asked of it before the first prompt.
    ///
    /// # Errors
    /// [`ServerError::Endpoint`] when no HTTP client can be made.
    pub(crate) fn new(config: EndpointConfig) -> Result<Self, ServerError> {
        let is_local = config.is_this_machine();
        let client = reqwest::ClientBuilder::new()
            // The key goes where the administrator said and nowhere else.
            .redirect(reqwest::redirect::Policy::none())
            .https_only(!is_local)
            .referer(false)
            .user_agent(concat!("parsimony/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(config.limits.connect)
            .connector_layer(connecting::Timing);
        // No proxy leads to this machine.
        let client = if is_local { client.no_proxy() } else { client };
        let http = client.build().map_err(|error| ServerError::Endpoint(error.into()))?;
        Ok(Self(Arc::new(Inner { config, http })))
    }

    /// How it was set up.
    pub(super) fn config(&self) -> &EndpointConfig {
        &self.0.config
    }

    /// Asks it to answer a prompt, and waits until it begins to. Dropping the answer, or the waiting for it, ends the
    /// connection, by which the endpoint knows that nobody listens.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn ask(&self, prompt: &Prompt) -> Result<Begun, Fault> {
        let Inner { config, http } = &*self.0;
        let request = http
            .post(config.address.clone())
            .header(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header(header::ACCEPT, HeaderValue::from_static(EVENT_STREAM))
            .body(body(&config.model, prompt));
        let request = match &config.key {
            Some(key) => request.header(header::AUTHORIZATION, key.authorization()),
            None => request,
        };
        let asked_at = Instant::now();
        let (answer, connect) = connecting::timed(timeout(config.limits.first_token, request.send())).await;
        let response = match answer {
            Err(_) => return Err(Fault::TooSlow),
            // Addresses may hold what is nobody's business.
            Ok(Err(error)) if error.is_timeout() && !error.is_connect() => return Err(Fault::TooSlow),
            Ok(Err(error)) => return Err(Fault::Unreachable(error.without_url().into())),
            Ok(Ok(response)) => response,
        };
        let headers = asked_at.elapsed();
        if response.status() != http::StatusCode::OK {
            return Err(Fault::of_status(response.status()));
        }
        let content_type = response.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !content_type.to_ascii_lowercase().starts_with(EVENT_STREAM) {
            return Err(Fault::NotStreaming(content_type.chars().take(100).collect()));
        }
        Ok(Begun { response, asked_at, connect, headers })
    }
}

fn body(model: &str, prompt: &Prompt) -> String {
    let mut body = json!({
        "model": model,
        "messages": prompt.messages,
        "max_tokens": prompt.max_tokens,
        "stream": true,
        "stream_options": { "include_usage": true },
    });
    // Some endpoints refuse to be told.
    if let Some(temperature) = prompt.temperature {
        body["temperature"] = temperature.into();
    }
    body.to_string()
}

impl Begun {
    /// The answer as the network delivers it, at most this many bytes.
    pub(super) fn pieces(self, most: usize) -> impl Stream<Item = Result<Bytes, Cut>> + Send + 'static {
        stream::try_unfold((self.response, most), |(mut response, left)| async move {
            let piece = response.chunk().await.map_err(|error| Cut::Broken(error.without_url()))?;
            let Some(piece) = piece else { return Ok(None) };
            let left = left.checked_sub(piece.len()).ok_or(Cut::TooLong)?;
            Ok(Some((piece, (response, left))))
        })
    }
}
