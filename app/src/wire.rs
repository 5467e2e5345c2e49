//! How data travels inside a page that the server rendered.
//!
//! Answers of server functions are decoded from bytes, what a page carries along from text. With the
//! framework's own codec the browser module would hold two decoders for every type; here both go the same
//! way.

use leptos::prelude::{AnyView, ArcResource, Suspend, codee};
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
/// again when `source` changes. It is counted by reference: what waits for it may outlive the place that asked
/// (an event rebuilds the page while a part of it is on its way), and must not find it gone.
pub fn opened<S, T, Fetched>(
    source: impl Fn() -> S + Send + Sync + 'static,
    fetch: impl Fn(S) -> Fetched + Send + Sync + 'static,
) -> ArcResource<T, Wire>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Fetched: Future<Output = T> + Send + 'static,
{
    ArcResource::new_with_options(source, fetch, true)
}

/// Shows what was [`opened`] as soon as it is there, and again whenever it was fetched anew.
pub fn shown<T: Clone + Send + Sync + 'static>(
    opened: ArcResource<T, Wire>,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> impl Fn() -> Suspend<AnyView> + Send + 'static {
    move || {
        let (opened, show) = (opened.clone(), show.clone());
        Suspend::new(async move { show(opened.await) })
    }
}
