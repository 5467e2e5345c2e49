//! The frame of every page: skip link, pending bar, header with navigation and theme switch, footer.

use crate::functions::theme::SetTheme;
use crate::functions::who::who_is_here;
use crate::live::LivePage;
use crate::theme::{Appearance, Theme};
use crate::wire::{opened, shown};
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
            <AccountLinks />
            <ThemeSwitch />
        </header>
        {children()}
        <footer class="site-footer">
            <p>"The smallest model that does the job, with the numbers to prove it."</p>
            <nav aria-label="Footer">
                <a href="/evidence" rel="external">"Evidence and sources"</a>
                " "
                <a href="/shared" rel="external">"Shared links"</a>
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
/// The class says who sees it; the server decides who may. The last says that only the server has the page.
const PLACES: [(&str, &str, &[&str], &str, bool); 5] = [
    ("/", "Assess", &[], "", false),
    ("/portfolios", "Portfolios", &["/portfolios", "/use-cases"], "only-members", true),
    ("/reviews", "Reviews", &["/reviews"], "only-members", false),
    ("/evidence", "Evidence", &["/evidence"], "", true),
    ("/demo", "Demo", &["/demo"], "", true),
];

#[component]
fn Navigation() -> impl IntoView {
    let path = use_location().pathname;
    let entries = PLACES.map(|(href, name, prefixes, class, is_plain)| {
        let here = move || {
            let path = path.get();
            let current = path == href || prefixes.iter().any(|prefix| path.starts_with(prefix));
            current.then_some("page")
        };
        // A plain anchor: the router follows it all the same, but for the pages it does not have, and `aria-current`
        // covers sub-pages too.
        view! {
            <a href=href class=class rel=is_plain.then_some("external") aria-current=here>
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

/// The way to one's own settings, or to the door. Both are pages of the server, so the router leaves them.
#[component]
fn AccountLinks() -> impl IntoView {
    let page = expect_context::<LivePage>();
    let who = opened(move || page.notified.get(), |_| who_is_here());
    view! {
        <div class="account-links">
            <Transition fallback=|| ()>
                {shown(who, move |who| match who {
                        Ok(Some(who)) => {
                            let unread = who.unread;
                            view! {
                                <a href="/notifications" rel="external" class="account-unread" class:is-unread=unread != 0>
                                    <span class="num">{unread}</span>
                                    <span class="visually-hidden">" unread notifications"</span>
                                </a>
                                <a href="/settings" rel="external" class="account-name">
                                    <span>{who.name}</span>
                                    " "
                                    <span class="account-workspace">{who.workspace}</span>
                                </a>
                            }
                                .into_any()
                        }
                        _ => {
                            view! {
                                <a href="/sign-in" rel="external">
                                    "Sign in"
                                </a>
                            }
                                .into_any()
                        }
                    })}
            </Transition>
        </div>
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
