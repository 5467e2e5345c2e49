//! The page `Portfolios`.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn PortfoliosPage() -> impl IntoView {
    view! {
        <Title text="Portfolios" />
        <main id="main" class="page" tabindex="-1"><h1 class="page-title">"Portfolios"</h1></main>
    }
    .into_any()
}
