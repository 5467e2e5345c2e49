//! What the model is tried on: one tab for what it writes, one for what it sorts. The address says which is open.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

/// The parameter of the address.
const PARAMETER: &str = "tab";

/// A tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tab {
    /// Writing and racing.
    Write,
    /// Sorting messages into classes.
    Classify,
}

impl Tab {
    const ALL: [Self; 2] = [Self::Write, Self::Classify];

    const fn name(self) -> &'static str {
        match self {
            Self::Write => "Write and race",
            Self::Classify => "Classify",
        }
    }

    const fn code(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Classify => "classify",
        }
    }

    /// Id of its button.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Write => "demo-tab-write",
            Self::Classify => "demo-tab-classify",
        }
    }

    /// Id of what it opens.
    pub(crate) const fn panel(self) -> &'static str {
        match self {
            Self::Write => "demo-panel-write",
            Self::Classify => "demo-panel-classify",
        }
    }
}

/// The tab that the address names, or the first.
pub(crate) fn open() -> RwSignal<Tab> {
    let query = window().location().search().unwrap_or_default();
    RwSignal::new(named(&query))
}

fn named(query: &str) -> Tab {
    let value = query
        .trim_start_matches('?')
        .split('&')
        .find_map(|part| part.strip_prefix(PARAMETER)?.strip_prefix('='));
    Tab::ALL.into_iter().find(|tab| Some(tab.code()) == value).unwrap_or(Tab::Write)
}

/// The same address with another tab, or none for the first.
fn with_tab(query: &str, tab: Tab) -> String {
    let others =
        query.trim_start_matches('?').split('&').filter(|part| !part.is_empty() && !part.starts_with("tab="));
    let mut parts: Vec<String> = others.map(str::to_owned).collect();
    if tab != Tab::Write {
        parts.push(format!("{PARAMETER}={}", tab.code()));
    }
    if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
}

/// The bar with the tabs. One of them can be reached with the tabulator, the others from there with the arrows.
pub(crate) fn bar(tab: RwSignal<Tab>) -> AnyView {
    let buttons = Tab::ALL.map(|this| {
        let is_open = move || tab.get() == this;
        view! {
            <button
                type="button"
                role="tab"
                id=this.id()
                aria-controls=this.panel()
                aria-selected=move || is_open().to_string()
                tabindex=move || if is_open() { "0" } else { "-1" }
                on:click=move |_| choose(tab, this)
                on:keydown=move |event| {
                    let to = match event.key().as_str() {
                        "ArrowLeft" | "Home" => Tab::Write,
                        "ArrowRight" | "End" => Tab::Classify,
                        _ => return,
                    };
                    event.prevent_default();
                    choose(tab, to);
                    focus(to);
                }
            >
                {this.name()}
            </button>
        }
    });
    view! {
        <div class="tabs demo-tabs" role="tablist" aria-label="What the model is tried on">
            {buttons}
        </div>
    }
    .into_any()
}

fn choose(tab: RwSignal<Tab>, chosen: Tab) {
    tab.set(chosen);
    let location = window().location();
    let path = location.pathname().unwrap_or_default();
    let hash = location.hash().unwrap_or_default();
    let query = with_tab(&location.search().unwrap_or_default(), chosen);
    // A browser that refuses to change the address still shows the tab.
    let _ = window().history().and_then(|history| {
        history.replace_state_with_url(&JsValue::NULL, "", Some(&format!("{path}{query}{hash}")))
    });
}

fn focus(tab: Tab) {
    let button = document().get_element_by_id(tab.id());
    if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        // What cannot take the focus stays where it is.
        let _ = button.focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_names_a_tab_and_keeps_what_else_it_says() {
        assert_eq!(named("?use_case=7&tab=classify"), Tab::Classify);
        assert_eq!([named(""), named("?tab=other"), named("?table=classify")], [Tab::Write; 3]);
        assert_eq!(with_tab("?use_case=7&tab=write", Tab::Classify), "?use_case=7&tab=classify");
        assert_eq!(with_tab("?tab=classify&bench", Tab::Write), "?bench");
        assert_eq!(with_tab("?tab=classify", Tab::Write), "");
    }
}
