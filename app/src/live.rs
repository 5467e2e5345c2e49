//! What others do, as the open page hears of it.

use leptos::prelude::*;

/// What the stream of events has told the open page so far. On the server, and for strangers, nothing ever.
#[derive(Debug, Clone, Copy)]
pub struct LivePage {
    /// Counts everything that happened to what the page shows.
    pub happened: RwSignal<u32>,
    /// Counts changes of the use case itself: another revision, other prices.
    pub changed: RwSignal<u32>,
    /// Counts notifications.
    pub notified: RwSignal<u32>,
    /// Names of the others who look at the same use case.
    pub others: RwSignal<Vec<String>>,
}

impl LivePage {
    /// Makes it and hands it to the whole application; in the browser it starts to listen.
    pub fn provide() -> Self {
        let page = Self {
            happened: RwSignal::new(0),
            changed: RwSignal::new(0),
            notified: RwSignal::new(0),
            others: RwSignal::new(Vec::new()),
        };
        provide_context(page);
        page
    }
}

/// Listens to the server as long as the page is open; a place inside the router, whose address says what is
/// shown.
#[component]
pub fn Listen() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::listen(expect_context::<LivePage>());
}

#[cfg(feature = "hydrate")]
mod browser {
    use super::LivePage;
    use leptos::prelude::*;
    use leptos_router::hooks::use_location;
    use send_wrapper::SendWrapper;
    use wasm_bindgen::JsCast;
    use wasm_bindgen::closure::Closure;
    use web_sys::{EventSource, MessageEvent};

    /// Actions that change what a use case is, rather than what is said about it.
    const CHANGES: [&str; 6] = [
        "use_case.revised",
        "use_case.archived",
        "use_case.restored",
        "review.restored",
        "review.reopened",
        "review.prices_held",
    ];

    pub(super) fn listen(page: LivePage) {
        let stranger = document()
            .document_element()
            .and_then(|root| root.get_attribute("data-role"))
            .is_none_or(|role| role == "stranger");
        if stranger {
            return;
        }
        let path = use_location().pathname;
        let shown = Memo::new(move |_| {
            let path = path.get();
            path.strip_prefix("/use-cases/").map(|rest| rest.split('/').next().unwrap_or_default().to_owned())
        });
        let last = StoredValue::new(String::new());
        // One stream at a time; another use case is another stream, which goes on where the one before ended.
        Effect::new(move |before: Option<Option<SendWrapper<EventSource>>>| {
            if let Some(before) = before.flatten() {
                before.close();
            }
            page.others.set(Vec::new());
            let shown = shown.get();
            let after = last.get_value();
            let mut address = format!("/events?use_case={}", shown.clone().unwrap_or_default());
            if !after.is_empty() {
                address.push_str("&after=");
                address.push_str(&after);
            }
            let source = SendWrapper::new(EventSource::new(&address).ok()?);
            on(&source, "change", move |event, data| {
                last.set_value(event.last_event_id());
                let (action, use_case) = data.split_once(' ').unwrap_or((&data, ""));
                if shown.as_deref().is_none_or(|shown| shown == use_case) {
                    page.happened.update(|count| *count = count.wrapping_add(1));
                    if CHANGES.contains(&action) {
                        page.changed.update(|count| *count = count.wrapping_add(1));
                    }
                }
            });
            on(&source, "notification", move |_, _| {
                page.notified.update(|count| *count = count.wrapping_add(1));
            });
            on(&source, "presence", move |_, data| {
                if let Ok(others) = serde_json::from_slice(data.as_bytes()) {
                    page.others.set(others);
                }
            });
            Some(source)
        });
    }

    fn on(source: &EventSource, event: &str, heard: impl Fn(&MessageEvent, String) + 'static) {
        let heard = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data().as_string().unwrap_or_default();
            heard(&event, data);
        });
        let _ = source.add_event_listener_with_callback(event, heard.as_ref().unchecked_ref());
        // Lives as long as the stream, which lives about as long as the page.
        heard.forget();
    }
}
