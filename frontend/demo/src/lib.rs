//! The demo's page in the browser: takes over the live part of `/demo`.
//!
//! ```text
//! worker (the model) ─ Report ─▶ state (signals) ─▶ views
//!                    ◀── Ask ───┘     ▲
//! server (`/demo/…`) ─ events, JSON ──┘
//! ```
//!
//! The page itself computes nothing that takes time, so it never freezes.

mod answer;
mod attach;
mod bench;
mod browser;
mod chart;
mod classify;
mod draft;
mod endpoint;
mod facts;
mod file;
mod http;
mod measures;
mod member;
mod model;
mod offline;
mod percentile;
mod problem;
mod prompts;
mod race;
mod running;
mod sorting;
mod sse;
mod state;
mod tabs;
mod use_cases;
mod visit;
mod wake;
mod words;
mod worker;
mod write;

use draft::Draft;
use leptos::prelude::*;
use state::{Demo, Phase};
use tabs::Tab;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::wasm_bindgen;

/// The section that the server rendered; it names the worker's script.
const SECTION: &str = "demo";
/// The empty element in it that is filled.
const PLACE: &str = "demo-live";

/// Starts the worker and shows what it reports. Called once by the page's script.
#[wasm_bindgen]
pub fn open() {
    console_error_panic_hook::set_once();
    let document = document();
    let (Some(section), Some(place)) =
        (document.get_element_by_id(SECTION), document.get_element_by_id(PLACE))
    else {
        return;
    };
    let script = section.get_attribute("data-worker").unwrap_or_default();
    leptos::mount::mount_to(place.unchecked_into(), move || view! { <Live script=script /> }).forget();
    // Tests wait for this.
    if let Ok(event) = web_sys::Event::new("alive") {
        let _ = window().dispatch_event(&event);
    }
}

#[component]
fn Live(script: String) -> impl IntoView {
    let demo = Demo::open(script);
    let phase = demo.phase;
    let draft = Draft::new();
    let tab = tabs::open();
    // Not for each change of what is ready: whoever types would lose the focus.
    let is_ready = Memo::new(move |_| demo.ready.with(Option::is_some));
    view! {
        {offline::notice()}
        {move || demo.error.get().map(|error| view! { <p class="notice notice-error" role="alert">{error}</p> })}
        {move || match phase.get() {
            Phase::Unusable(sentence) => view! { <p class="notice notice-warn">{sentence}</p> }.into_any(),
            Phase::Broken(sentence) => broken(demo, sentence),
            _ => ().into_any(),
        }}
        <div hidden=move || phase.with(Phase::is_over)>
            {model::panel(demo)}
            {move || demo.ready.with(Option::is_some).then(|| running::panel(demo))}
            {bench::is_asked_for().then(|| bench::panel(demo))}
        </div>
        {tabs::bar(tab)}
        <div role="tabpanel" id=Tab::Write.panel() aria-labelledby=Tab::Write.id() hidden=move || tab.get() != Tab::Write>
            <div hidden=move || phase.with(Phase::is_over)>
                {move || is_ready.get().then(|| write::panel(demo, draft))}
                {measures::panel(demo)}
            </div>
            // An endpoint also answers where the model cannot run.
            {race::panel(demo, draft, is_ready)}
            {attach::panel(demo)}
        </div>
        <div
            role="tabpanel"
            id=Tab::Classify.panel()
            aria-labelledby=Tab::Classify.id()
            hidden=move || tab.get() != Tab::Classify
        >
            {sorting::panel(demo, tab)}
        </div>
    }
}

/// The worker died. Whatever it held is gone, but not what the browser keeps.
fn broken(demo: Demo, sentence: String) -> AnyView {
    view! {
        <div class="notice notice-error" role="alert">
            <p>{sentence}</p>
            <div class="actions">
                <button class="button" on:click=move |_| demo.restart()>
                    "Start again"
                </button>
            </div>
        </div>
    }
    .into_any()
}
