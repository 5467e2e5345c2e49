//! `/portfolios`: the lists of use cases that a workspace keeps, each with what it costs and could save.

mod entry;

use crate::AppError;
use crate::components::failure::{FailureNotice, FailurePage};
use crate::components::portfolio_fields::name_fields;
use crate::components::toast::{ToastRegion, toast};
use crate::functions::portfolios::{
    ArchivePortfolio, CreatePortfolio, Named, PortfoliosView, RestorePortfolio, Typed, list_portfolios,
};
use crate::wire::{opened, shown};
use entry::entry;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_url;

/// What can be done on the page, and why the latest press of a button did nothing, if it did nothing.
#[derive(Clone, Copy)]
struct Actions {
    create: ServerAction<CreatePortfolio>,
    archive: ServerAction<ArchivePortfolio>,
    restore: ServerAction<RestorePortfolio>,
    failure: RwSignal<Option<AppError>>,
}

impl Actions {
    fn new() -> Self {
        let actions = Self {
            create: ServerAction::new(),
            archive: ServerAction::new(),
            restore: ServerAction::new(),
            failure: RwSignal::new(None),
        };
        let follow = move |answer: Option<Result<(), AppError>>| {
            if let Some(answer) = answer {
                actions.failure.set(answer.err());
            }
        };
        Effect::new(move |_| follow(actions.archive.value().get()));
        Effect::new(move |_| follow(actions.restore.value().get()));
        actions
    }
}

/// The page.
#[component]
pub fn PortfoliosPage() -> impl IntoView {
    let url = use_url();
    let search = Memo::new(move |_| url.with(|url| url.search().to_owned()));
    let view = opened(move || search.get(), list_portfolios);
    let actions = Actions::new();
    view! {
        <Title text="Portfolios" />
        <Transition fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Reading the portfolios…"</p>
                </main>
            }
        }>
            {shown(view, move |view| match view {
                    Ok(view) => portfolios(view, actions),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                })}
        </Transition>
    }
    .into_any()
}

fn portfolios(view: PortfoliosView, actions: Actions) -> AnyView {
    #[cfg(feature = "ssr")]
    if let Some(error) = view.refused.as_ref().or(view.failed.as_ref()) {
        crate::response::set_status(error.status());
    }
    let failed = view.failed.clone();
    let failure = Signal::derive(move || actions.failure.get().or_else(|| failed.clone()));
    let tabs = (view.archived || view.archived_count > 0).then(|| tabs(&view));
    let new =
        (!view.archived).then(|| new_portfolio(view.typed.clone(), view.refused.clone(), actions.create));
    let undo = view.undo.clone().map(|portfolio| archived_toast(portfolio, actions.restore));
    view! {
        <main id="main" class="page" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">"Portfolios"</h1>
                    <p class="page-lead">
                        "Lists of use cases. The totals compare sending everything to the frontier API with the recommended mix, over each use case’s own horizon."
                    </p>
                </div>
            </header>
            {tabs}
            <FailureNotice error=failure />
            {list(view, actions)}
            {new}
            <ToastRegion>{undo}</ToastRegion>
        </main>
    }
    .into_any()
}

fn tabs(view: &PortfoliosView) -> AnyView {
    let current = |here: bool| here.then_some("page");
    view! {
        <nav class="tabs" aria-label="Which portfolios">
            <a href="/portfolios" aria-current=current(!view.archived)>
                {format!("In use ({})", view.in_use_count)}
            </a>
            <a href="/portfolios?archived=true" aria-current=current(view.archived)>
                {format!("Archived ({})", view.archived_count)}
            </a>
        </nav>
    }
    .into_any()
}

/// The entries inside the one form that their buttons send, or what to do when there are none.
fn list(view: PortfoliosView, actions: Actions) -> AnyView {
    let archived = view.archived;
    if view.portfolios.is_empty() {
        return if archived { nothing_archived() } else { nothing_yet() };
    }
    let entries = view.portfolios.iter().map(|portfolio| entry(portfolio, archived)).collect_view();
    let entries = view! { <ul class="entries">{entries}</ul> };
    if archived {
        view! { <ActionForm action=actions.restore>{entries}</ActionForm> }.into_any()
    } else {
        view! { <ActionForm action=actions.archive>{entries}</ActionForm> }.into_any()
    }
}

fn nothing_yet() -> AnyView {
    view! {
        <div class="empty">
            <h2 class="empty-title">"No portfolio in use"</h2>
            <p>
                "A portfolio keeps the use cases of a team, a department or a budget in one place: which kind of model each one needs, what it costs, and where the money is. Create one below and add use cases to it, or assess a use case first and save it into a new portfolio."
            </p>
            <div class="actions">
                <a class="button" href="/">
                    "Assess a use case"
                </a>
            </div>
        </div>
    }
    .into_any()
}

fn nothing_archived() -> AnyView {
    view! {
        <div class="empty">
            <h2 class="empty-title">"Nothing is archived"</h2>
            <p>"A portfolio that is no longer needed can be archived. It keeps its use cases and their history here, and can be restored at any time."</p>
        </div>
    }
    .into_any()
}

fn new_portfolio(typed: Typed, refused: Option<AppError>, create: ServerAction<CreatePortfolio>) -> AnyView {
    let refused = Signal::derive(move || match create.value().get() {
        Some(answer) => answer.err(),
        None => refused.clone(),
    });
    view! {
        <section class="section only-editors" aria-labelledby="new-portfolio-title">
            <h2 class="section-title" id="new-portfolio-title">
                "New portfolio"
            </h2>
            <ActionForm action=create attr:class="form" attr:aria-labelledby="new-portfolio-title">
                {name_fields("new-portfolio", &typed, refused)}
                <div class="actions">
                    <button
                        class="button button-primary"
                        type="submit"
                        aria-busy=move || create.pending().get().then_some("true")
                        disabled=move || create.pending().get()
                    >
                        "Create portfolio"
                    </button>
                </div>
            </ActionForm>
        </section>
    }
    .into_any()
}

fn archived_toast(portfolio: Named, restore: ServerAction<RestorePortfolio>) -> AnyView {
    let undo = view! {
        <ActionForm action=restore>
            <input type="hidden" name="portfolio" value=portfolio.id />
            <button class="button button-quiet" type="submit">
                "Undo"
            </button>
        </ActionForm>
    };
    toast(format!("“{}” archived.", portfolio.name), undo.into_any(), "/portfolios".to_owned())
}
