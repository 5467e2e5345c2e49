//! `/use-cases/:id/edit`: the workbench over a stored revision, saved as the next one.
//!
//! The address holds what differs from the revision the edit started from, so that a reload, a link or a
//! refused form keeps everything that was typed.

use crate::AppError;
use crate::components::failure::{FailureNotice, FailurePage};
use crate::components::inputs::{ErrorSummary, InputGroups};
use crate::components::textarea::textarea_text;
use crate::components::workbench::{Live, Results, jump_to_inputs};
use crate::functions::assess::{Editing, Opening, open_assessment};
use crate::functions::edit::ReviseUseCase;
use crate::wire::{opened, shown};
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_params_map};

/// Most characters of the note on a revision.
const NOTE_LENGTH: &str = "1000";

/// The page. Its data is fetched once per visit; edits then go through [`Live`].
#[component]
pub fn UseCaseEditPage() -> impl IntoView {
    let save = ServerAction::<ReviseUseCase>::new();
    let params = use_params_map();
    let search = use_location().search;
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let opening = opened(id, move |id| open_assessment(search.get_untracked(), id));
    view! {
        <Suspense fallback=|| {
            view! {
                <main id="main" class="page" tabindex="-1">
                    <p class="loading">"Opening…"</p>
                </main>
            }
        }>
            {shown(opening, move |opening| match opening {
                    Ok(Opening { editing: None, .. }) => view! { <FailurePage error=AppError::NotFound /> }.into_any(),
                    Ok(opening) => workbench(opening, save),
                    Err(error) => view! { <FailurePage error=error /> }.into_any(),
                })}
        </Suspense>
    }
    .into_any()
}

/// Inputs that cannot be read are answered with 422, a short address instead of a repeating one.
#[cfg(feature = "ssr")]
fn respond(opening: &Opening) {
    if !opening.errors.is_empty() {
        crate::response::set_status(http::StatusCode::UNPROCESSABLE_ENTITY);
    } else if opening.redundant {
        let query = opening.start.query(&opening.base, &opening.draft);
        leptos_axum::redirect(&opening.start.address(&query));
    }
}

fn workbench(opening: Opening, save: ServerAction<ReviseUseCase>) -> AnyView {
    #[cfg(feature = "ssr")]
    respond(&opening);
    let Some(editing) = opening.editing.clone() else { return ().into_any() };
    let live = Live::new(&opening, editing.id.clone());
    let lists = opening.lists;
    // A refused save names its fields; anything else is said beside the button.
    Effect::new(move |_| {
        if let Some(Err(AppError::Invalid { errors })) = save.value().get() {
            live.inputs.errors.set(errors);
        }
    });
    let refused = Signal::derive(move || {
        save.value().with(|answer| match answer {
            Some(Err(AppError::Invalid { .. })) | Some(Ok(())) | None => None,
            Some(Err(error)) => Some(error.clone()),
        })
    });
    let page = format!("/use-cases/{}", editing.id);
    view! {
        <Title text=format!("Edit {}", editing.name) />
        <main id="main" class="page" tabindex="-1">
            {head(&editing, &page)}
            {notices(&editing, &page)}
            <div class="workbench">
                <Results live=live />
                <ActionForm action=save attr:class="workbench-inputs" attr:id="inputs" attr:autocomplete="off" attr:aria-label="Inputs" on:submit=move |_| live.hold()>
                    <input type="hidden" name="use_case" value=editing.id.clone() />
                    <input type="hidden" name="revision" value=editing.revision.to_string() />
                    <ErrorSummary errors=live.inputs.errors />
                    <InputGroups inputs=live.inputs lists=lists around_name=("draft[", "]") />
                    {note_field(&editing)}
                    <FailureNotice error=refused />
                    <div class="actions">
                        <button
                            class="button button-primary"
                            type="submit"
                            aria-busy=move || save.pending().get().then_some("true")
                            disabled=move || editing.archived || save.pending().get()
                        >
                            "Save revision"
                        </button>
                        <button class="button" type="submit" formmethod="get" formaction=format!("{page}/edit") on:click=move |event| {
                            event.prevent_default();
                            live.decide_now();
                        }>
                            "Update decision"
                        </button>
                        <a class="button button-quiet" href=page.clone()>
                            "Cancel"
                        </a>
                    </div>
                </ActionForm>
            </div>
            {jump_to_inputs()}
        </main>
    }
    .into_any()
}

fn head(editing: &Editing, page: &str) -> AnyView {
    view! {
        <nav class="breadcrumb" aria-label="Breadcrumb">
            <ol>
                <li>
                    <a href="/portfolios" rel="external">"Portfolios"</a>
                </li>
                <li>
                    <a href=format!("/portfolios/{}", editing.portfolio_id)>{editing.portfolio_name.clone()}</a>
                </li>
                <li>
                    <a href=page.to_owned()>{editing.name.clone()}</a>
                </li>
                <li aria-current="page">"Edit"</li>
            </ol>
        </nav>
        <header class="page-head">
            <div>
                <h1 class="page-title">{format!("Edit {}", editing.name)}</h1>
                <p class="page-lead">
                    {format!("Starts from revision {}. Saving adds a revision; the earlier ones stay as they are.", editing.revision)}
                </p>
            </div>
        </header>
    }
    .into_any()
}

fn notices(editing: &Editing, page: &str) -> AnyView {
    let conflict = (editing.revision < editing.current_revision).then(|| {
        let error = AppError::Conflict { current: editing.current_revision };
        view! {
            <div class="notice notice-error" role="alert">
                <p>{error.to_string()}</p>
                <p>
                    <a href=page.to_owned() target="_blank" rel="noopener">
                        {format!("See revision {} and what it changed", editing.current_revision)}
                    </a>
                    " · "
                    <a href=format!("{page}/edit") rel="external">
                        "Start over from it"
                    </a>
                </p>
            </div>
        }
    });
    let archived = editing.archived.then(|| {
        view! { <p class="notice notice-error">{AppError::Archived.to_string()}</p> }
    });
    (conflict, archived).into_any()
}

fn note_field(editing: &Editing) -> AnyView {
    view! {
        <fieldset class="group">
            <legend class="group-title">"This revision"</legend>
            <div class="field field-wide">
                <label class="field-label" for="revision-note">
                    "What changed and why"
                </label>
                <div class="field-control">
                    <textarea id="revision-note" name="note" rows="2" maxlength=NOTE_LENGTH aria-describedby="revision-note-help">
                        {textarea_text(&editing.note)}
                    </textarea>
                </div>
                <p class="field-help" id="revision-note-help">
                    "For whoever reviews this later; may be left empty."
                </p>
            </div>
        </fieldset>
    }
    .into_any()
}
