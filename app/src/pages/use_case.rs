//! `/use-cases/:id`: inputs and decision of a use case, its history, and the links shared from it.
//!
//! `?revision=2` shows an earlier revision with the decision of then.

use crate::components::decision::DecisionView;
use crate::components::failure::{FailureNotice, FailurePage, refused};
use crate::components::fragment::Fragment;
use crate::components::inputs_read::inputs_read;
use crate::components::share::SharePanel;
use crate::components::unsent::Unsent;
use crate::functions::portfolio::{ArchiveUseCase, DuplicateUseCase, RestoreUseCase};
use crate::functions::share::ShareAssessment;
use crate::functions::use_case::{UseCaseView, open_use_case};
use crate::live::LivePage;
use crate::wire::{opened, shown};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};

/// What a visitor can do to the shown use case. The page owns the actions and reads again after each.
#[derive(Clone, Copy)]
struct Actions {
    share: ServerAction<ShareAssessment>,
    duplicate: ServerAction<DuplicateUseCase>,
    archive: ServerAction<ArchiveUseCase>,
    restore: ServerAction<RestoreUseCase>,
}

/// The page.
#[component]
pub fn UseCasePage() -> impl IntoView {
    let actions = Actions {
        share: ServerAction::new(),
        duplicate: ServerAction::new(),
        archive: ServerAction::new(),
        restore: ServerAction::new(),
    };
    let (params, query) = (use_params_map(), use_query_map());
    let live = expect_context::<LivePage>();
    let source = move || {
        (
            params.with(|params| params.get("id").unwrap_or_default()),
            query.with(|query| query.get("revision").unwrap_or_default()),
            actions.restore.version().get(),
            live.changed.get(),
        )
    };
    // A link that was just made stands in the part that the server renders.
    Effect::new(move |before: Option<usize>| {
        let shared = actions.share.version().get();
        if before.is_some_and(|before| before != shared) {
            live.happened.update(|count| *count = count.wrapping_add(1));
        }
        shared
    });
    let unsent = Unsent::here();
    let view = opened(source, move |(id, revision, ..)| unsent.before(open_use_case(id, revision)));
    view! {
        <Transition fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Opening…"</p>
                </main>
            }
        }>
            {shown(view, move |view| match view {
                    Ok(view) => page(view, actions, unsent),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                })}
        </Transition>
    }
    .into_any()
}

fn page(view: UseCaseView, actions: Actions, unsent: Unsent) -> AnyView {
    let live = expect_context::<LivePage>();
    let head = head(&view, actions);
    let notices = notices(&view, actions);
    let description = view.decision.sentence.clone();
    let shown_decision = Signal::stored(Some(view.decision.clone()));
    let notes = (!view.notes.is_empty()).then(|| view! { <p class="page-lead">{view.notes.clone()}</p> });
    view! {
        <Title text=view.name.clone() />
        <Meta name="description" content=description />
        <main id="main" class="page" tabindex="-1">
            {head}
            {notes}
            {notices}
            <nav class="tabs" aria-label="On this page">
                <a href="#results">"Decision"</a>
                <a href="#review">"Review"</a>
                <a href="#comments">"Comments"</a>
                <a href="#revisions-title">"Revisions"</a>
                <a href="#history">"History"</a>
            </nav>
            {others(live)}
            <div class="workbench">
                <section class="workbench-results" id="results" aria-label="Decision">
                    <DecisionView
                        decision=shown_decision
                        title=view.name.clone()
                        prices_as_of=view.prices_as_of.clone()
                        volume_gate=view.volume_gate
                        classical=view.classical.clone()
                    />
                </section>
                <section class="workbench-inputs" id="inputs" aria-label="Inputs" tabindex="0">
                    {inputs_read(&view.inputs)}
                </section>
            </div>
            <Fragment part=Signal::stored(format!("use-cases/{}", view.id)) unsent=unsent />
            <section class="section" aria-label="Sharing">
                <SharePanel share=actions.share use_case=view.id.clone() />
            </section>
        </main>
    }
    .into_any()
}

/// Who else looks at this now.
fn others(live: LivePage) -> AnyView {
    view! {
        <p class="presence" role="status">
            {move || {
                let others = live.others.get();
                (!others.is_empty()).then(|| format!("Also here: {}", others.join(", ")))
            }}
        </p>
    }
    .into_any()
}

fn head(view: &UseCaseView, actions: Actions) -> AnyView {
    let can_change = !view.archived && !view.portfolio_archived;
    let (copied, archived) = (view.id.clone(), view.id.clone());
    let edit = format!("/use-cases/{}/edit", view.id);
    let change = can_change.then(|| {
        view! {
            <a class="button button-primary" href=edit>
                "Edit"
            </a>
            <ActionForm action=actions.duplicate>
                <input type="hidden" name="id" value=copied.clone() />
                <button class="button" type="submit">
                    "Duplicate"
                </button>
            </ActionForm>
            <ActionForm action=actions.archive>
                <input type="hidden" name="id" value=archived.clone() />
                <button class="button" type="submit">
                    "Archive"
                </button>
            </ActionForm>
        }
    });
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                <li>
                    <a href="/portfolios" rel="external">"Portfolios"</a>
                </li>
                <li>
                    <a href=format!("/portfolios/{}", view.portfolio_id)>{view.portfolio_name.clone()}</a>
                </li>
                <li aria-current="page">{view.name.clone()}</li>
            </ol>
        </nav>
        <header class="page-head">
            <div>
                <h1 class="page-title">{view.name.clone()}</h1>
                <p class="page-lead">
                    {format!("Revision {} of ", view.revision)}
                    <time datetime=view.revision_created.iso.clone()>{view.revision_created.text.clone()}</time>
                </p>
            </div>
            <div class="actions only-editors">{change}</div>
        </header>
        <FailureNotice error=refused(actions.duplicate) />
        <FailureNotice error=refused(actions.archive) />
    }
    .into_any()
}

fn notices(view: &UseCaseView, actions: Actions) -> AnyView {
    let earlier = (view.revision != view.current_revision).then(|| {
        view! {
            <p class="frozen-note">
                {format!("This is revision {} with the decision of then. Revision {} is current.", view.revision, view.current_revision)}
                <a href=format!("/use-cases/{}", view.id)>"Show the current one"</a>
            </p>
        }
    });
    let id = view.id.clone();
    let archived = view.archived.then(|| {
        view! {
            <div class="frozen-note">
                <p>"This use case is archived: it counts in no total and cannot be changed."</p>
                <ActionForm action=actions.restore>
                    <input type="hidden" name="id" value=id.clone() />
                    <button class="button button-small" type="submit">
                        "Restore"
                    </button>
                </ActionForm>
            </div>
            <FailureNotice error=refused(actions.restore) />
        }
    });
    let portfolio = view.portfolio_archived.then(|| {
        view! { <p class="frozen-note">"Its portfolio is archived, so it cannot be changed. Restore the portfolio first."</p> }
    });
    let prices = view.newer_prices.clone().map(|version| {
        view! {
            <p class="frozen-note">
                {format!("Decided at prices of {}. Price book {version} is current: save a new revision to decide again.", view.prices_as_of)}
            </p>
        }
    });
    (earlier, archived, portfolio, prices).into_any()
}
