//! The page `Portfolio`.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn PortfolioPage() -> impl IntoView {
    view! {
        <Title text="Portfolio" />
        <main id="main" class="page" tabindex="-1"><h1 class="page-title">"Portfolio"</h1></main>
    }
    .into_any()
}
