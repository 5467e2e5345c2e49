//! What somebody types, ticks or chooses in a part of a page that the server rendered, and has not sent.
//!
//! News that arrives meanwhile waits before it is put in place, rather than being put in place in a way that keeps what
//! is there: the framework writes the HTML of an element that it shows again anew, even when it is the same HTML.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::future::poll_fn;
use std::task::{Poll, Waker};

/// Keeps news from replacing what is unsent on a page. Belongs to the page: its parts are made anew when the page is.
#[derive(Clone, Copy)]
pub struct Unsent {
    /// What the part is put into.
    pub(super) place: NodeRef<leptos::html::Div>,
    /// Whether news waits.
    pub(super) holds_back: RwSignal<bool>,
    pathname: Memo<String>,
    search: Memo<String>,
    /// The address that the part in place was shown for. What somebody asks for with another one is no news.
    shown_for: StoredValue<Option<(String, String)>>,
    /// Whether the visitor would rather see the news than keep what is unsent.
    is_given_up: StoredValue<bool>,
    waiting: StoredValue<Vec<Waker>>,
}

impl Unsent {
    /// For the page that calls this, which has at most one such part.
    #[must_use]
    pub fn here() -> Self {
        let location = use_location();
        let unsent = Self {
            place: NodeRef::new(),
            holds_back: RwSignal::new(false),
            pathname: location.pathname,
            search: location.search,
            shown_for: StoredValue::new(None),
            is_given_up: StoredValue::new(false),
            waiting: StoredValue::new(Vec::new()),
        };
        // Nobody who goes to another address waits for a notice to be answered.
        Effect::new(move |_| {
            unsent.pathname.track();
            unsent.search.track();
            unsent.let_pass();
        });
        on_cleanup(move || unsent.wake());
        unsent
    }

    /// What `fetched` brings, once it may be put in place: at once if nothing is unsent when it is there, otherwise
    /// when the visitor asks for it.
    pub async fn before<T>(self, fetched: impl Future<Output = T>) -> T {
        let fetched = fetched.await;
        if self.must_be_kept() {
            self.holds_back.try_set(true);
            poll_fn(|context| {
                if self.holds_back.try_get_untracked() != Some(true) {
                    return Poll::Ready(());
                }
                self.waiting.try_update_value(|waiting| waiting.push(context.waker().clone()));
                Poll::Pending
            })
            .await;
        }
        fetched
    }

    /// Has the news shown in the place of what is unsent.
    pub(super) fn give_up(self) {
        self.is_given_up.try_set_value(true);
        self.let_pass();
    }

    /// Notes that a part is put in place now, in which nothing is typed yet.
    pub(super) fn begin_anew(self) {
        self.shown_for.try_set_value(self.address());
        self.is_given_up.try_set_value(false);
        self.let_pass();
    }

    fn must_be_kept(self) -> bool {
        is_changed_in(self.place)
            && self.is_given_up.try_get_value() == Some(false)
            && self.shown_for.try_get_value().flatten() == self.address()
    }

    fn address(self) -> Option<(String, String)> {
        Some((self.pathname.try_get_untracked()?, self.search.try_get_untracked()?))
    }

    fn let_pass(self) {
        if self.holds_back.try_get_untracked() == Some(true) {
            self.holds_back.try_set(false);
            self.wake();
        }
    }

    fn wake(self) {
        for waker in self.waiting.try_update_value(std::mem::take).unwrap_or_default() {
            waker.wake();
        }
    }
}

/// Whether a field in here differs from what the server wrote into it.
#[cfg(feature = "hydrate")]
fn is_changed_in(place: NodeRef<leptos::html::Div>) -> bool {
    let Some(place) = place.try_get_untracked().flatten() else { return false };
    let Ok(fields) = place.query_selector_all("input, select, textarea") else { return false };
    (0..fields.length()).filter_map(|index| fields.item(index)).any(|field| is_changed(&field))
}

#[cfg(not(feature = "hydrate"))]
fn is_changed_in(_place: NodeRef<leptos::html::Div>) -> bool {
    false
}

#[cfg(feature = "hydrate")]
fn is_changed(field: &wasm_bindgen::JsValue) -> bool {
    let of = |name: &str| js_sys::Reflect::get(field, &name.into()).ok();
    let kind = of("type").and_then(|kind| kind.as_string()).unwrap_or_default();
    match kind.as_str() {
        "checkbox" | "radio" => of("checked") != of("defaultChecked"),
        "select-one" => of("options").is_some_and(|options| is_another_chosen(&options)),
        _ => of("value") != of("defaultValue"),
    }
}

/// Whether another option is chosen than the one the server marked, or the first one where it marked none.
#[cfg(feature = "hydrate")]
fn is_another_chosen(options: &wasm_bindgen::JsValue) -> bool {
    let options = js_sys::Array::from(options).to_vec();
    let is = |option: &wasm_bindgen::JsValue, name: &str| {
        js_sys::Reflect::get(option, &name.into()).is_ok_and(|value| value.is_truthy())
    };
    let marked = options.iter().rposition(|option| is(option, "defaultSelected"));
    let first = || options.iter().position(|option| !is(option, "disabled"));
    options.iter().position(|option| is(option, "selected")) != marked.or_else(first)
}
