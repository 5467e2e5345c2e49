//! `/portfolios/:id`: use cases as a table that sorts and filters, on the quadrant, and in total.
//!
//! The address holds the state of the table. A visit renders it; links and forms lead to other states; and
//! once the page is live, [`Live`] fetches what an address shows while filter and focus stay where they are.

mod filter;
mod head;
mod live;
mod pages;
mod quadrant;
mod table;

use crate::components::failure::{FailureNotice, FailurePage};
use crate::components::toast::{ToastRegion, toast};
use crate::functions::portfolio::{JustDone, PortfolioView, open_portfolio};
use crate::wire::{opened, shown};
use filter::Filter;
use head::Head;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_url};
use live::Live;
use pages::pagination;
use quadrant::Quadrant;
use table::{ARCHIVE_FORM, DUPLICATE_FORM, RESTORE_FORM, once, table};

/// The page. Its data is fetched once per portfolio; other states of the table then go through [`Live`].
#[component]
pub fn PortfolioPage() -> impl IntoView {
    let parameters = use_params_map();
    let id = Memo::new(move |_| parameters.with(|parameters| parameters.get("id").unwrap_or_default()));
    let url = use_url();
    let search = Memo::new(move |_| url.with(|url| url.search().to_owned()));
    let opening = opened(move || id.get(), move |id| open_portfolio(id, search.get_untracked()));
    view! {
        <Suspense fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Reading the portfolio…"</p>
                </main>
            }
        }>
            {shown(opening, move |opening| match opening {
                    Ok(view) => portfolio(view, search),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                })}
        </Suspense>
    }
    .into_any()
}

fn portfolio(view: PortfolioView, search: Memo<String>) -> AnyView {
    #[cfg(feature = "ssr")]
    if let Some(error) = view.refused.as_ref().or(view.failed.as_ref()) {
        crate::response::set_status(error.status());
    }
    let opened_as = view.name.clone();
    let live = Live::new(view, search);
    // The server writes the title last of all, when a signal may be gone or be another request's: there it is text.
    #[cfg(feature = "ssr")]
    let name = opened_as;
    #[cfg(not(feature = "ssr"))]
    let name = move || live.shown.try_with(|view| view.name.clone()).unwrap_or_else(|| opened_as.clone());
    let about = move || live.shown.with(description);
    let has_rows = Memo::new(move |_| live.shown.with(|view| view.all.use_cases > 0));
    view! {
        <Title text=name />
        <Meta name="description" content=about />
        <main id="main" class="page" tabindex="-1">
            <Head live=live />
            <section class="section" aria-labelledby="use-cases-title" aria-busy=move || live.pending.get().then_some("true")>
                <header class="section-head">
                    <h2 class="section-title" id="use-cases-title">
                        "Use cases"
                    </h2>
                    <p class="section-note">"Costs are the likely ones over each use case’s own horizon"</p>
                </header>
                {move || live.shown.with(tabs)}
                <FailureNotice error=live.failure />
                {move || has_rows.get().then(|| view! { <Filter live=live /> })}
                {row_forms(live)}
                {move || live.shown.with(|view| list(view, live))}
            </section>
            <Quadrant live=live />
            <ToastRegion>{move || live.shown.with(|view| just_done(view, live))}</ToastRegion>
        </main>
    }
    .into_any()
}

/// The page in a sentence, for previews of its link.
fn description(view: &PortfolioView) -> String {
    let count = view.all.use_cases;
    let use_cases = if count == 1 { "use case" } else { "use cases" };
    match view.all.saving_share() {
        Some(share) => format!(
            "{count} {use_cases}; the recommended mix saves {share} against sending everything to the frontier API."
        ),
        None => format!("{count} {use_cases}, and which kind of model is economically justified for each."),
    }
}

/// Links between the use cases in use and the archived ones, once there are archived ones.
fn tabs(view: &PortfolioView) -> Option<AnyView> {
    let archived = view.query.archived;
    let current = |here: bool| here.then_some("page");
    let in_use = if archived { "In use".to_owned() } else { format!("In use ({})", view.all.use_cases) };
    (archived || view.archived_count > 0).then(|| {
        view! {
            <nav class="tabs" aria-label="Which use cases">
                <a href=view.query.unfiltered(false).address(&view.id) aria-current=current(!archived) data-noscroll="">
                    {in_use}
                </a>
                <a href=view.query.unfiltered(true).address(&view.id) aria-current=current(archived) data-noscroll="">
                    {format!("Archived ({})", view.archived_count)}
                </a>
            </nav>
        }
        .into_any()
    })
}

/// The forms that the buttons in the rows send: one of each kind, not one for each row.
fn row_forms(live: Live) -> AnyView {
    let fields = move || {
        let list = move || live.shown.with(|view| view.query.text());
        view! {
            <input type="hidden" name="portfolio" value=live.id() />
            <input type="hidden" name="list" value=list />
        }
    };
    view! {
        <div hidden>
            <ActionForm action=live.actions.archive attr:id=ARCHIVE_FORM>
                {fields()}
            </ActionForm>
            <ActionForm action=live.actions.duplicate attr:id=DUPLICATE_FORM>
                {fields()}
            </ActionForm>
            <ActionForm action=live.actions.restore attr:id=RESTORE_FORM>
                {fields()}
            </ActionForm>
        </div>
    }
    .into_any()
}

/// The table with its pages, or what to do when it is empty.
fn list(view: &PortfolioView, live: Live) -> AnyView {
    if view.rows.is_empty() {
        return nothing(view);
    }
    view! {
        {table(view, live)}
        {pagination(view)}
    }
    .into_any()
}

fn nothing(view: &PortfolioView) -> AnyView {
    let empty = |title: &'static str, text: &'static str, actions: AnyView| {
        view! {
            <div class="empty">
                <h3 class="empty-title">{title}</h3>
                <p>{text}</p>
                <div class="actions">{actions}</div>
            </div>
        }
        .into_any()
    };
    if view.query.is_filtered() {
        let all = view.query.unfiltered(view.query.archived).address(&view.id);
        let clear = view! {
            <a class="button" href=all data-noscroll="">
                "Show all use cases"
            </a>
        };
        return empty(
            "No use case matches",
            "Find looks for a part of the name. Try fewer letters, or another verdict or option.",
            clear.into_any(),
        );
    }
    if view.query.archived {
        return empty(
            "Nothing is archived",
            "A use case that is no longer needed can be archived. It keeps its revisions and decisions here, and can be restored at any time.",
            ().into_any(),
        );
    }
    let text = "Describe a task, its volume and its constraints, and get a verdict with its reasons and costs. Saved here, use cases can be compared: which model each needs, and where the money is.";
    let add = (!view.archived).then(|| {
        view! {
            <a class="button button-primary" href=head::add_address(&view.id)>
                "Add the first use case"
            </a>
            <a class="button" href=format!("/?portfolio={}", view.id)>
                "Start from an example"
            </a>
        }
    });
    empty("No use cases yet", text, add.into_any())
}

/// What was just done, with the way back or onwards.
fn just_done(view: &PortfolioView, live: Live) -> Option<AnyView> {
    let close = view.query.address(&view.id);
    match view.just_done.clone()? {
        JustDone::Archived(use_case) => {
            let pending = live.actions.restore.pending();
            let undo = view! {
                <button
                    class="button button-quiet"
                    type="submit"
                    form=RESTORE_FORM
                    name="id"
                    value=use_case.id
                    aria-disabled=move || pending.get().then_some("true")
                    on:click=move |event| once(&event, pending)
                >
                    "Undo"
                </button>
            };
            Some(toast(format!("“{}” archived.", use_case.name), undo.into_any(), close))
        }
        JustDone::Copied(use_case) => {
            let open = view! {
                <a class="button button-quiet" href=format!("/use-cases/{}", use_case.id)>
                    "Open"
                </a>
            };
            Some(toast(format!("“{}” created.", use_case.name), open.into_any(), close))
        }
    }
}
