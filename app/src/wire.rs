//! How data travels inside a page that the server rendered.
//!
//! Answers of server functions are decoded from bytes, what a page carries along from text. With the
//! framework's own codec the browser module would hold two decoders for every type; here both go the same
//! way.

use leptos::prelude::{AnyView, IsDisposed, Resource, Suspend, codee};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::{Future, IntoFuture};

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

/// Shows what was [`opened`] as soon as it is there, and again whenever it was fetched anew.
///
/// An event may rebuild the page while something is on its way: then this is asked once more after the resource has
/// gone with the page before, and shows nothing more.
pub fn shown<T: Clone + Send + Sync + 'static>(
    opened: Resource<T, Wire>,
    show: impl Fn(T) -> AnyView + Clone + Send + Sync + 'static,
) -> impl Fn() -> Suspend<AnyView> + Send + 'static {
    #[cfg(feature = "ssr")]
    let home = server::Home::here();
    move || {
        let (reading, show) = ((!opened.is_disposed()).then(|| opened.into_future()), show.clone());
        #[cfg(feature = "ssr")]
        let home = home.clone();
        Suspend::new(async move {
            let Some(reading) = reading else { return std::future::pending().await };
            let value = reading.await;
            #[cfg(feature = "ssr")]
            return home.make(|| show(value));
            #[cfg(not(feature = "ssr"))]
            show(value)
        })
    }
}

#[cfg(feature = "ssr")]
mod server {
    use leptos::prelude::{AnyView, IntoAny, Owner};
    use leptos::tachys::reactive_graph::OwnedView;

    /// The component that a part belongs to; what it made (actions, signals) stays as long as its request does.
    ///
    /// A page is put together by whichever thread is free, and the framework remembers whom a part belongs to by
    /// references that keep nobody alive. On a busy machine a part was sometimes made after its component had gone,
    /// and found none of its actions, or another request's.
    #[derive(Clone)]
    pub(super) struct Home(Option<Owner>);

    impl Home {
        /// That of the component that calls this. It stays, and so does everything around it, until the outermost
        /// owner goes, which is the request's.
        pub(super) fn here() -> Self {
            let mut around: Vec<Owner> = std::iter::successors(Owner::current(), Owner::parent).collect();
            let home = around.first().cloned();
            if let Some(request) = around.pop() {
                request.with(|| Owner::on_cleanup(move || drop(around)));
            }
            Self(home)
        }

        /// Makes a part there, which is also written there.
        pub(super) fn make(self, part: impl FnOnce() -> AnyView) -> AnyView {
            let Some(owner) = self.0 else { return part() };
            let view = owner.with(part);
            OwnedView::new_with_owner(view, owner).into_any()
        }
    }
}
