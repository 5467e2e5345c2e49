//! `/reviews`: what waits for me, what I wait for, what is overdue.

use crate::components::fragment::Fragment;
use crate::components::unsent::Unsent;
use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn ReviewsPage() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    keys::listen();
    view! {
        <Title text="Reviews" />
        <main id="main" class="page" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">"Reviews"</h1>
                    <p class="page-lead">
                        "Classifications that were proposed and wait for an answer, and those that have to be proposed again."
                    </p>
                </div>
            </header>
            <Fragment part=Signal::stored("reviews".to_owned()) unsent=Unsent::here() />
        </main>
    }
    .into_any()
}

#[cfg(feature = "hydrate")]
mod keys {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, HtmlInputElement};

    /// Keys for whoever reviews many: they only ever do what the page also offers to a mouse.
    pub(super) fn listen() {
        let listening = window_event_listener(leptos::ev::keydown, |event| {
            let typing =
                event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|target| {
                    target.matches("textarea, select, input:not([type=checkbox])").unwrap_or(false)
                });
            if typing || event.ctrl_key() || event.alt_key() || event.meta_key() {
                return;
            }
            let done = match event.key().as_str() {
                "j" => go(1),
                "k" => go(-1),
                "a" => tick(),
                "r" | "c" => open(if event.key() == "r" { "review" } else { "comment" }),
                "?" => toggle_help(),
                _ => None,
            };
            if done.is_some() {
                event.prevent_default();
            }
        });
        on_cleanup(move || listening.remove());
    }

    fn rows() -> Vec<Element> {
        let Ok(found) = document().query_selector_all("tr[data-use-case]") else { return Vec::new() };
        (0..found.length()).filter_map(|index| found.item(index)?.dyn_into().ok()).collect()
    }

    /// The row that has the focus, by its place.
    fn here(rows: &[Element]) -> Option<usize> {
        let focused = document().active_element()?;
        rows.iter().position(|row| row.contains(Some(&focused)))
    }

    fn go(by: isize) -> Option<()> {
        let rows = rows();
        let next = match here(&rows) {
            None => 0,
            Some(at) => at.saturating_add_signed(by).min(rows.len().saturating_sub(1)),
        };
        focus(rows.get(next)?, "a")
    }

    fn focus(row: &Element, what: &str) -> Option<()> {
        row.query_selector(what).ok()??.dyn_into::<HtmlElement>().ok()?.focus().ok()
    }

    fn tick() -> Option<()> {
        let rows = rows();
        let row = rows.get(here(&rows)?)?;
        let tick: HtmlInputElement = row.query_selector("input[type=checkbox]").ok()??.dyn_into().ok()?;
        tick.set_checked(true);
        document().get_element_by_id("bulk-reason")?.dyn_into::<HtmlElement>().ok()?.focus().ok()
    }

    fn open(part: &str) -> Option<()> {
        let rows = rows();
        let use_case = rows.get(here(&rows)?)?.get_attribute("data-use-case")?;
        window().location().set_href(&format!("/use-cases/{use_case}#{part}")).ok()
    }

    fn toggle_help() -> Option<()> {
        let help = document().get_element_by_id("keys")?;
        if help.has_attribute("open") {
            help.remove_attribute("open").ok()
        } else {
            help.set_attribute("open", "").ok()
        }
    }
}
