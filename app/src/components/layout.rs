//! The frame of every page: skip link, pending bar, header with navigation and theme switch, footer.

use crate::functions::theme::SetTheme;
use crate::theme::{Appearance, Theme};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use server_fn::ServerFn;

/// Whether work is under way that a visitor waits for; shown as a thin bar at the top of the page.
#[derive(Debug, Clone, Copy)]
pub struct Pending(pub RwSignal<bool>);

/// The frame; pages render their own `main` inside it.
#[component]
pub fn Layout(
    /// The page.
    children: Children,
) -> impl IntoView {
    let pending = expect_context::<Pending>().0;
    view! {
        <a class="skip-link" href="#main" rel="external">
            "Skip to content"
        </a>
        <div class="pending-bar" class:is-pending=pending aria-hidden="true"></div>
        <header class="site-header">
            <a href="/" class="site-name">
                "Parsimony"
            </a>
            <Navigation />
            <ThemeSwitch />
        </header>
        {children()}
        <footer class="site-footer">
            <p>"The smallest model that does the job, with the numbers to prove it."</p>
            <nav aria-label="Footer">
                <a href="/evidence">"Evidence and sources"</a>
                " "
                <a href="/shared">"Shared links"</a>
                " "
                <a href="/api/v1/openapi.json" rel="external">
                    "API"
                </a>
            </nav>
        </footer>
    }
    .into_any()
}

/// Where each entry leads, its name, and the start of the addresses that belong to it.
const PLACES: [(&str, &str, &[&str]); 3] = [
    ("/", "Assess", &[]),
    ("/portfolios", "Portfolios", &["/portfolios", "/use-cases"]),
    ("/evidence", "Evidence", &["/evidence"]),
];

#[component]
fn Navigation() -> impl IntoView {
    let path = use_location().pathname;
    let entries = PLACES.map(|(href, name, prefixes)| {
        let here = move || {
            let path = path.get();
            let current = path == href || prefixes.iter().any(|prefix| path.starts_with(prefix));
            current.then_some("page")
        };
        // A plain anchor: the router follows it all the same, and `aria-current` covers sub-pages too.
        view! {
            <a href=href aria-current=here>
                {name}
            </a>
        }
    });
    view! {
        <nav class="site-nav" aria-label="Main">
            {entries}
        </nav>
    }
}

#[component]
fn ThemeSwitch() -> impl IntoView {
    let appearance = expect_context::<Appearance>();
    let buttons = Theme::ALL.map(|theme| {
        view! {
            <button
                type="submit"
                name="theme"
                value=theme.code()
                aria-pressed=move || if appearance.theme.get() == theme { "true" } else { "false" }
                on:click=move |event| {
                    event.prevent_default();
                    appearance.choose(theme);
                }
            >
                {theme.label()}
            </button>
        }
    });
    view! {
        <form class="theme-switch segmented" method="post" action=SetTheme::url() aria-label="Colour theme">
            {buttons}
        </form>
    }
}
