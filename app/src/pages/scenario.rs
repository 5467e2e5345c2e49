//! `/s/:token`: a decision frozen when it was shared. Nothing on it is computed again.

use crate::components::decision::DecisionView;
use crate::components::failure::FailurePage;
use crate::components::inputs_read::inputs_read;
use crate::functions::scenario::{ScenarioView, open_scenario};
use crate::wire::{opened, shown};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn ScenarioPage() -> impl IntoView {
    let params = use_params_map();
    let token = move || params.with(|params| params.get("token").unwrap_or_default());
    let view = opened(token, open_scenario);
    view! {
        // Whoever has the link may read it; search engines have no business with it.
        <Meta name="robots" content="noindex, nofollow" />
        <Suspense fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Opening…"</p>
                </main>
            }
        }>
            {shown(view, move |view| match view {
                    Ok(view) => page(view),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                })}
        </Suspense>
    }
    .into_any()
}

fn page(view: ScenarioView) -> AnyView {
    let decision = Signal::stored(Some(view.decision.clone()));
    let until = match &view.expires {
        Some(expires) => format!(" The link works until {}.", expires.day),
        None => String::new(),
    };
    view! {
        <Title text=view.title.clone() />
        <Meta name="description" content=view.decision.sentence.clone() />
        <Meta property="og:type" content="article" />
        <Meta property="og:site_name" content="Parsimony" />
        <Meta property="og:title" content=view.title.clone() />
        <Meta property="og:description" content=view.decision.sentence.clone() />
        <Meta name="twitter:card" content="summary" />
        <main id="main" class="page" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">{view.title.clone()}</h1>
                </div>
            </header>
            <div class="frozen-note">
                <p>
                    "Frozen on "
                    <time datetime=view.created.iso.clone()>{view.created.text.clone()}</time>
                    ": inputs, prices, policy and result are those of that moment."
                    {until}
                </p>
                <a class="button button-small" href=view.copy.clone() rel="external">
                    "Open as my own copy"
                </a>
            </div>
            <div class="workbench">
                <section class="workbench-results" id="results" aria-label="Decision">
                    <DecisionView
                        decision=decision
                        title=view.title.clone()
                        prices_as_of=view.prices_as_of.clone()
                        volume_gate=view.volume_gate
                        classical=String::new()
                    />
                </section>
                <section class="workbench-inputs" id="inputs" aria-label="Inputs" tabindex="0">
                    {inputs_read(&view.inputs)}
                </section>
            </div>
        </main>
    }
    .into_any()
}
