//! `/`: describe a use case, see the verdict, reasons and costs.
//!
//! The address holds the inputs. A visit renders them; a form sent without JavaScript comes back here; and
//! once the page is live, each edit moves the address along and fetches the new decision, while the form is
//! left alone.

mod presets;
mod save;

use crate::components::failure::FailurePage;
use crate::components::inputs::{ErrorSummary, InputGroups};
use crate::components::share::SharePanel;
use crate::components::workbench::{Live, Results, jump_to_inputs};
use crate::functions::assess::{Opening, open_assessment};
use crate::functions::catalogue::Lists;
use crate::wire::{opened, shown};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::use_location;
use presets::PresetPicker;
use save::SavePanel;

/// The page. Its data is fetched once per visit; edits and presets then go through [`Live`].
#[component]
pub fn AssessPage() -> impl IntoView {
    let search = use_location().search;
    let opening = opened(|| (), move |()| open_assessment(search.get_untracked(), String::new()));
    view! {
        <Suspense fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Calculating…"</p>
                </main>
            }
        }>
            {shown(opening, move |opening| match opening {
                    Ok(opening) => workbench(opening),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                })}
        </Suspense>
    }
    .into_any()
}

/// What the response around the page says: a form sent without JavaScript is answered with its short
/// address, inputs that cannot be read with 422.
#[cfg(feature = "ssr")]
fn respond(opening: &Opening) {
    if !opening.errors.is_empty() {
        crate::response::set_status(http::StatusCode::UNPROCESSABLE_ENTITY);
    } else if opening.redundant {
        let query = opening.start.query(&opening.base, &opening.draft);
        leptos_axum::redirect(&opening.start.address(&query));
    }
}

fn workbench(opening: Opening) -> AnyView {
    #[cfg(feature = "ssr")]
    respond(&opening);
    let live = Live::new(&opening, String::new());
    let Opening { presets, lists, portfolios, portfolio, .. } = opening;
    let share = ServerAction::new();
    let title = live.title();
    let sentence = live.sentence();
    // The head of the document is written last, when a signal may be gone on the server or be another request's: the
    // title is text there.
    let named = |title: String| if title.is_empty() { "Assess a use case".to_owned() } else { title };
    let first_title = named(title.get_untracked());
    #[cfg(feature = "ssr")]
    let page_title = first_title;
    #[cfg(not(feature = "ssr"))]
    let page_title = move || title.try_get().map_or_else(|| first_title.clone(), named);
    let first_sentence = sentence.get_untracked();
    let description = move || sentence.try_get().unwrap_or_else(|| first_sentence.clone());
    view! {
        <Title text=page_title />
        <Meta name="description" content=description />
        <main id="main" class="page" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">"Assess a use case"</h1>
                    <p class="page-lead">
                        "Which kind of model is economically justified for this task, at this volume, under these constraints? Change any input; the address is always a link to what you see."
                    </p>
                </div>
            </header>
            <PresetPicker presets=presets current=live.preset portfolio=portfolio.clone() />
            <div class="workbench">
                <Results live=live />
                <InputsForm live=live lists=lists />
            </div>
            <section class="section" aria-label="Keep this decision">
                <SavePanel query=live.query portfolios=portfolios proposed=portfolio />
                <SharePanel share=share query=live.query />
            </section>
            {jump_to_inputs()}
        </main>
    }
    .into_any()
}

#[component]
fn InputsForm(live: Live, lists: Lists) -> impl IntoView {
    view! {
        <form
            class="workbench-inputs"
            id="inputs"
            method="get"
            action="/"
            autocomplete="off"
            aria-label="Inputs"
            on:submit=move |event| {
                event.prevent_default();
                live.decide_now();
            }
        >
            {move || {
                live.start
                    .with(|start| {
                        start
                            .parameters
                            .iter()
                            .map(|(name, text)| {
                                view! { <input type="hidden" name=name.clone() value=text.clone() /> }
                            })
                            .collect_view()
                    })
            }}
            <ErrorSummary errors=live.inputs.errors />
            <InputGroups inputs=live.inputs lists=lists />
            <div class="actions">
                <button class="button button-primary" type="submit">
                    "Assess"
                </button>
            </div>
        </form>
    }
    .into_any()
}
