//! `/evidence`: what the article claims and what became of it, its chart beside the engine's, and the tables
//! that the numbers of the product come from.
//!
//! The filter lives in the address. Only the claims are fetched again when it changes.

mod chart;
mod claims;
mod sourced;
mod tables;

use crate::AppError;
use crate::components::layout::Pending;
use crate::functions::evidence::query::LedgerQuery;
use crate::functions::evidence::{compare_with_article, list_sources, open_ledger};
use crate::wire::{opened, shown};
use claims::Filter;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_query_map;

/// The page.
#[component]
pub fn EvidencePage() -> impl IntoView {
    let parameters = use_query_map();
    let query =
        Memo::new(move |_| parameters.with(|parameters| LedgerQuery::read(|name| parameters.get(name))));
    let filter = Filter::new(query);
    let ledger = opened(move || query.get(), |query| open_ledger(query.verdict, query.section, query.find));
    let comparison = opened(|| (), |()| compare_with_article());
    let sources = opened(|| (), |()| list_sources());
    let waiting = RwSignal::new(false);
    if let Some(Pending(bar)) = use_context::<Pending>() {
        Effect::new(move |_| bar.set(waiting.get()));
    }
    view! {
        <Title text="Evidence" />
        <Meta
            name="description"
            content="What the article behind Parsimony claims, what its sources and a recomputation say, its cost chart beside the engine’s, and every price and measurement with its source and date."
        />
        <main id="main" class="page" tabindex="-1">
            <Transition fallback=loading set_pending=waiting>
                {shown(ledger, move |ledger| match ledger {
                        Ok(ledger) => claims::claims(&ledger, filter),
                        Err(error) => failed("Evidence", error),
                    })}
            </Transition>
            <Suspense fallback=loading>
                {shown(comparison, move |comparison| match comparison {
                        Ok(comparison) => chart::comparison(&comparison),
                        Err(error) => failed("The article’s chart beside the engine’s", error),
                    })}
            </Suspense>
            <Suspense fallback=loading>
                {shown(sources, move |sources| match sources {
                        Ok(sources) => tables::tables(&sources),
                        Err(error) => failed("Facts and prices behind the numbers", error),
                    })}
            </Suspense>
        </main>
    }
    .into_any()
}

fn loading() -> impl IntoView {
    view! { <p class="loading">"Opening…"</p> }
}

/// A part of the page that could not be had; the others are shown all the same. The response carries the
/// status of the error.
fn failed(heading: &'static str, error: AppError) -> AnyView {
    #[cfg(feature = "ssr")]
    crate::response::set_status(error.status());
    view! {
        <section class="section" aria-label=heading>
            <h2 class="section-title">{heading}</h2>
            <p class="notice notice-error">{error.to_string()}</p>
        </section>
    }
    .into_any()
}
