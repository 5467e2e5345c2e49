//! `/use-cases/:id`: inputs and decision of a use case, its history, and the links shared from it.
//!
//! `?revision=2` shows an earlier revision with the decision of then.

use crate::components::decision::DecisionView;
use crate::components::failure::{FailureNotice, FailurePage};
use crate::components::inputs_read::inputs_read;
use crate::components::links::links;
use crate::components::revisions::revisions;
use crate::components::share::SharePanel;
use crate::functions::links::RevokeLink;
use crate::functions::portfolio::{ArchiveUseCase, DuplicateUseCase, RestoreUseCase};
use crate::functions::share::ShareAssessment;
use crate::functions::use_case::{UseCaseView, open_use_case};
use crate::wire::opened;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::hooks::{use_params_map, use_query_map};

/// What a visitor can do to the shown use case. The page owns the actions and reads again after each.
#[derive(Clone, Copy)]
struct Actions {
    share: ServerAction<ShareAssessment>,
    revoke: ServerAction<RevokeLink>,
    duplicate: ServerAction<DuplicateUseCase>,
    archive: ServerAction<ArchiveUseCase>,
    restore: ServerAction<RestoreUseCase>,
}

/// The page.
#[component]
pub fn UseCasePage() -> impl IntoView {
    let actions = Actions {
        share: ServerAction::new(),
        revoke: ServerAction::new(),
        duplicate: ServerAction::new(),
        archive: ServerAction::new(),
        restore: ServerAction::new(),
    };
    let (params, query) = (use_params_map(), use_query_map());
    let source = move || {
        (
            params.with(|params| params.get("id").unwrap_or_default()),
            query.with(|query| query.get("revision").unwrap_or_default()),
            actions.share.version().get() + actions.revoke.version().get() + actions.restore.version().get(),
        )
    };
    let view = opened(source, |(id, revision, _)| open_use_case(id, revision));
    view! {
        <Transition fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Opening…"</p>
                </main>
            }
        }>
            {move || Suspend::new(async move {
                match view.await {
                    Ok(view) => page(view, actions),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                }
            })}
        </Transition>
    }
    .into_any()
}

fn page(view: UseCaseView, actions: Actions) -> AnyView {
    let head = head(&view, actions);
    let notices = notices(&view, actions);
    let description = view.decision.sentence.clone();
    let shown_decision = Signal::stored(Some(view.decision.clone()));
    let links = links(&view.links, actions.revoke, false);
    let history = revisions(&view.id, &view.revisions, view.current_revision);
    let notes = (!view.notes.is_empty()).then(|| view! { <p class="page-lead">{view.notes.clone()}</p> });
    let refused_revoke = refused(actions.revoke);
    view! {
        <Title text=view.name.clone() />
        <Meta name="description" content=description />
        <main id="main" class="page" tabindex="-1">
            {head}
            {notes}
            {notices}
            <div class="workbench">
                <section class="workbench-results" id="results" aria-label="Decision">
                    <DecisionView
                        decision=shown_decision
                        title=view.name.clone()
                        prices_as_of=view.prices_as_of.clone()
                        volume_gate=view.volume_gate
                    />
                </section>
                <section class="workbench-inputs" id="inputs" aria-label="Inputs" tabindex="0">
                    {inputs_read(&view.inputs)}
                </section>
            </div>
            <section class="section" aria-labelledby="revisions-title">
                <header class="section-head">
                    <h2 class="section-title" id="revisions-title">
                        "Revisions"
                    </h2>
                    <p class="section-note">"Every version of the inputs, with what changed; none is ever rewritten"</p>
                </header>
                {history}
            </section>
            <section class="section" aria-label="Sharing">
                <SharePanel share=actions.share use_case=view.id.clone() />
                <section class="share-panel" aria-labelledby="links-title">
                    <h2 class="share-title" id="links-title">
                        "Links shared from here"
                    </h2>
                    <FailureNotice error=refused_revoke />
                    {links}
                </section>
            </section>
        </main>
    }
    .into_any()
}

/// Why the latest call of an action was refused, if it was.
fn refused<S>(action: ServerAction<S>) -> Signal<Option<crate::AppError>>
where
    S: server_fn::ServerFn<Error = crate::AppError> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    Signal::derive(move || action.value().with(|answer| answer.as_ref()?.as_ref().err().cloned()))
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
                    <a href="/portfolios">"Portfolios"</a>
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
