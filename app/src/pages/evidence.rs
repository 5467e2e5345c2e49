//! The page `Evidence`.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page.
#[component]
pub fn EvidencePage() -> impl IntoView {
    view! {
        <Title text="Evidence" />
        <main id="main" class="page" tabindex="-1"><h1 class="page-title">"Evidence"</h1></main>
    }
    .into_any()
}
