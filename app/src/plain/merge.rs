//! `/use-cases/:id/merge`: two people changed the same field; the second one chooses between original, theirs and
//! mine. Everything else that each changed is kept.

use super::fields::page;
use crate::AppError;
use crate::access::{Access, allowed};
use crate::functions::edit::ReviseUseCase;
use crate::functions::portfolios::address::Parameters;
use crate::functions::use_case::server::shown_text;
use crate::link::{NOTE_PARAMETER, REVISION_PARAMETER, draft_of};
use domain::access::Action;
use domain::ids::UseCaseId;
use domain::merge::{Merge, MergeConflict, merge};
use domain::use_case::{Field, UseCase};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_params_map, use_url};
use server_fn::ServerFn;

/// The page.
#[component]
pub(super) fn MergePage() -> impl IntoView {
    let id = use_params_map().read_untracked().get("id").unwrap_or_default();
    let query = use_url().read_untracked().search().trim_start_matches('?').to_owned();
    page(move || async move {
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        let id: UseCaseId = id.parse().map_err(|_| AppError::NotFound)?;
        let parameters = Parameters::of(&query);
        let from: i32 = parameters
            .first(REVISION_PARAMETER)
            .and_then(|number| number.parse().ok())
            .ok_or(AppError::NotFound)?;
        let now = store.use_case(scope, id).await?.ok_or(AppError::NotFound)?;
        let (original, _) = store.revision(scope, id, from).await?.ok_or(AppError::NotFound)?;
        let original = original.use_case.to_draft();
        let typed = draft_of(&original, parameters.pairs());
        // As it would be stored, so that “10M” and 10000000 are the same.
        let mine = UseCase::parse(&typed).map_or(typed, |mine| mine.to_draft());
        let merged = merge(&original, &now.revision.use_case.to_draft(), &mine);
        let who = now.revision.created_by.clone().unwrap_or_else(|| "Somebody".to_owned());
        let note = parameters.first(NOTE_PARAMETER).unwrap_or_default().to_owned();
        Ok(form(id, &who, (from, now.revision.number), &merged, &note))
    })
}

fn form(id: UseCaseId, who: &str, (from, current): (i32, i32), merged: &Merge, note: &str) -> AnyView {
    let asked = |field: Field| merged.conflicts.iter().any(|conflict| conflict.field == field);
    let kept: Vec<AnyView> = Field::ALL
        .iter()
        .filter(|field| !asked(**field))
        .map(|field| {
            let name = format!("draft[{}]", field.name());
            view! { <input type="hidden" name=name value=merged.draft.text(*field).to_owned() /> }.into_any()
        })
        .collect();
    let conflicts: Vec<AnyView> = merged.conflicts.iter().map(|conflict| choice(conflict, who)).collect();
    let taken = merged.taken.iter().map(|field| field.label()).collect::<Vec<_>>().join(", ");
    view! {
        <Title text="Someone else saved first" />
        <main id="main" class="page page-narrow" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">"Someone else saved first"</h1>
                    <p class="page-lead">
                        {format!("{who} saved revision {current} while you edited revision {from}, and you both changed the same. Nothing is overwritten: choose what should stand.")}
                    </p>
                </div>
            </header>
            {(!taken.is_empty()).then(|| view! { <p>{format!("Taken over from revision {current}: {taken}.")}</p> })}
            <form class="form" method="post" action=ReviseUseCase::url()>
                <input type="hidden" name="use_case" value=id.to_string() />
                <input type="hidden" name="revision" value=current.to_string() />
                {kept}
                {conflicts}
                <input type="hidden" name="note" value=note.to_owned() />
                <div class="actions">
                    <button class="button button-primary" type="submit">"Save revision"</button>
                    <a class="button button-quiet" href=format!("/use-cases/{id}")>
                        {format!("Keep revision {current}")}
                    </a>
                </div>
            </form>
        </main>
    }
    .into_any()
}

fn choice(conflict: &MergeConflict, who: &str) -> AnyView {
    let field = conflict.field;
    let name = format!("draft[{}]", field.name());
    let one = |label: String, text: &str, chosen: bool| {
        let shown = shown_text(field, text, None);
        let shown = if shown.is_empty() { "unknown".to_owned() } else { shown };
        view! {
            <label class="check">
                <input type="radio" name=name.clone() value=text.to_owned() checked=chosen />
                " "
                <strong>{shown}</strong>
                <span class="muted">{format!(" {label}")}</span>
            </label>
        }
        .into_any()
    };
    view! {
        <fieldset class="group">
            <legend class="group-title">{field.label()}</legend>
            {one("mine".to_owned(), &conflict.mine, true)}
            {one(format!("theirs ({who})"), &conflict.theirs, false)}
            {one("as it was".to_owned(), &conflict.original, false)}
        </fieldset>
    }
    .into_any()
}
