//! Asking the server, with the session that the browser sends along.

use crate::problem::Problem;
use js_sys::Uint8Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, ReadableStreamDefaultReader, RequestInit, Response};

/// Why there is no answer. As text, a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The server refuses: its status and its words.
    Refused(u16, String),
    /// Nothing came back.
    Unreachable,
    /// What came back is not what was asked for.
    Unreadable,
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Refused(_, sentence) => sentence,
            Self::Unreachable => {
                "This site’s server cannot be reached. Check the network connection, then try again."
            }
            Self::Unreadable => "The server’s answer cannot be read. Reload the page, then try again.",
        })
    }
}

/// Reads what is at an address.
///
/// # Errors
/// [`Failure`].
pub(crate) async fn get<T: DeserializeOwned>(address: &str) -> Result<T, Failure> {
    read(fetch(address, &RequestInit::new()).await?).await
}

/// Sends something to an address, and reads what comes back.
///
/// # Errors
/// [`Failure`].
pub(crate) async fn post<T: DeserializeOwned>(address: &str, body: &impl Serialize) -> Result<T, Failure> {
    read(fetch(address, &posting(body)?).await?).await
}

/// Sends something to an address, and reads what comes back piece by piece, until the signal says to stop.
///
/// # Errors
/// [`Failure`].
pub(crate) async fn post_for_stream(
    address: &str,
    body: &impl Serialize,
    signal: &AbortSignal,
) -> Result<Pieces, Failure> {
    let options = posting(body)?;
    options.set_signal(Some(signal));
    let response = fetch(address, &options).await?;
    let kind = response.headers().get("content-type").ok().flatten().unwrap_or_default();
    if !kind.starts_with("text/event-stream") {
        return Err(Failure::Unreadable);
    }
    let body = response.body().ok_or(Failure::Unreadable)?;
    Ok(Pieces(body.get_reader().unchecked_into()))
}

/// A body as it comes.
pub(crate) struct Pieces(ReadableStreamDefaultReader);

impl Pieces {
    /// The next piece; `None` at the end.
    ///
    /// # Errors
    /// [`Failure::Unreachable`] when the connection broke or was given up.
    pub(crate) async fn next(&self) -> Result<Option<Vec<u8>>, Failure> {
        let read = JsFuture::from(self.0.read()).await.map_err(|_| Failure::Unreachable)?;
        let member = |name: &str| js_sys::Reflect::get(&read, &JsValue::from_str(name)).ok();
        if member("done").is_none_or(|done| done.is_truthy()) {
            return Ok(None);
        }
        let bytes = member("value").and_then(|value| value.dyn_into::<Uint8Array>().ok());
        bytes.map(|bytes| Some(bytes.to_vec())).ok_or(Failure::Unreadable)
    }
}

fn posting(body: &impl Serialize) -> Result<RequestInit, Failure> {
    let text = serde_json::to_string(body).map_err(|_| Failure::Unreadable)?;
    let headers = Headers::new().map_err(|_| Failure::Unreadable)?;
    headers.set("content-type", "application/json").map_err(|_| Failure::Unreadable)?;
    let options = RequestInit::new();
    options.set_method("POST");
    options.set_headers(&headers);
    options.set_body(&text.into());
    Ok(options)
}

async fn fetch(address: &str, options: &RequestInit) -> Result<Response, Failure> {
    let fetched = leptos::prelude::window().fetch_with_str_and_init(address, options);
    let response = JsFuture::from(fetched).await.map_err(|_| Failure::Unreachable)?;
    let response: Response = response.dyn_into().map_err(|_| Failure::Unreadable)?;
    if response.ok() {
        return Ok(response);
    }
    let status = response.status();
    let problem = Problem::read(&text(&response).await.unwrap_or_default());
    let sentence = problem.map_or_else(
        || format!("The server answers with status {status} and does not say why. Try again in a minute."),
        |problem| problem.sentence(),
    );
    Err(Failure::Refused(status, sentence))
}

async fn read<T: DeserializeOwned>(response: Response) -> Result<T, Failure> {
    let text = text(&response).await?;
    serde_json::from_str(&text).map_err(|_| Failure::Unreadable)
}

async fn text(response: &Response) -> Result<String, Failure> {
    let text = response.text().map_err(|_| Failure::Unreadable)?;
    let text = JsFuture::from(text).await.map_err(|_| Failure::Unreachable)?;
    text.as_string().ok_or(Failure::Unreadable)
}
