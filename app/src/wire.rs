//! How data travels inside a page that the server rendered.
//!
//! Answers of server functions are decoded from bytes, what a page carries along from text. With the
//! framework's own codec the browser module would hold two decoders for every type; here both go the same
//! way.

use leptos::prelude::{Resource, codee};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;

/// JSON, read from bytes.
#[derive(Debug, Clone, Copy)]
pub struct Wire;

impl<T: Serialize> codee::Encoder<T> for Wire {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, serde_json::Error> {
        serde_json::to_string(value)
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for Wire {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, serde_json::Error> {
        serde_json::from_slice(text.as_bytes())
    }
}

/// The data a page opens with: fetched before the first byte is sent, carried along in the page, and fetched
/// again when `source` changes.
pub fn opened<S, T, Fetched>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fetched + Send + Sync + 'static,
) -> Resource<T, Wire>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Fetched: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, fetch, true)
}
