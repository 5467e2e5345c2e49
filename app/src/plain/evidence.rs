//! `/evidence`: what the article claims and what became of it, its chart beside the engine's, and the tables
//! that the numbers of the product come from. The filter lives in the address.

mod chart;
mod claims;
mod sourced;
mod tables;

use super::fields::Said;
use crate::AppError;
use crate::evidence::query::LedgerQuery;
use crate::evidence::{compare_with_article, list_sources, open_ledger};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};

/// The page.
#[component]
pub(super) fn EvidencePage() -> impl IntoView {
    let said = Said::now();
    let query = LedgerQuery::read(|name| said.first(name).map(str::to_owned));
    let claims = match open_ledger(query) {
        Ok(ledger) => claims::claims(&ledger),
        Err(error) => failed("Evidence", error),
    };
    let comparison = match compare_with_article() {
        Ok(comparison) => chart::comparison(&comparison),
        Err(error) => failed("The article’s chart beside the engine’s", error),
    };
    let sources = list_sources();
    view! {
        <Title text="Evidence" />
        <Meta
            name="description"
            content="What the article behind Parsimony claims, what its sources and a recomputation say, its cost chart beside the engine’s, and every price and measurement with its source and date."
        />
        <main id="main" class="page" tabindex="-1">
            {claims}
            {comparison}
            <Suspense fallback=|| ()>
                {Suspend::new(async move {
                    match sources.await {
                        Ok(sources) => tables::tables(&sources),
                        Err(error) => failed("Facts and prices behind the numbers", error),
                    }
                })}
            </Suspense>
        </main>
    }
    .into_any()
}

/// A part of the page that could not be had; the others are shown all the same. The response carries the
/// status of the error.
fn failed(heading: &'static str, error: AppError) -> AnyView {
    crate::response::set_status(error.status());
    view! {
        <section class="section" aria-label=heading>
            <h2 class="section-title">{heading}</h2>
            <p class="notice notice-error">{error.to_string()}</p>
        </section>
    }
    .into_any()
}
