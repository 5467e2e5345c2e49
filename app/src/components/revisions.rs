//! The history of a use case: every revision with what it changed.

use crate::components::verdict::{option_chip, outcome_kind_chip};
use crate::functions::use_case::{ChangeView, RevisionView};
use leptos::prelude::*;

/// All revisions, newest first; the shown one is marked.
#[must_use]
pub fn revisions(use_case: &str, revisions: &[RevisionView], current: i32) -> AnyView {
    let items = revisions.iter().map(|revision| item(use_case, revision, current)).collect_view();
    view! { <ol class="revisions">{items}</ol> }.into_any()
}

fn item(use_case: &str, revision: &RevisionView, current: i32) -> AnyView {
    let number = revision.number;
    let class = if number == current { "revision is-current" } else { "revision" };
    let href = if number == current {
        format!("/use-cases/{use_case}")
    } else {
        format!("/use-cases/{use_case}?revision={number}")
    };
    let note =
        (!revision.note.is_empty()).then(|| view! { <p class="revision-note">{revision.note.clone()}</p> });
    let changes = (!revision.changes.is_empty()).then(|| changes(&revision.changes, number));
    view! {
        <li class=class>
            <header class="revision-head">
                <h3 class="revision-number">
                    <a href=href>{format!("Revision {number}")}</a>
                </h3>
                <time class="revision-date" datetime=revision.created.iso.clone()>
                    {revision.created.text.clone()}
                </time>
                <span>{outcome_kind_chip(revision.outcome)} " " {revision.option.map(option_chip)}</span>
            </header>
            {note}
            {changes}
        </li>
    }
    .into_any()
}

fn changes(changes: &[ChangeView], number: i32) -> AnyView {
    let rows = changes
        .iter()
        .map(|change| {
            view! {
                <tr>
                    <th scope="row">{change.label.clone()}</th>
                    <td class="diff-before">
                        <del>{or_unknown(&change.before)}</del>
                    </td>
                    <td class="diff-after">
                        <ins>{or_unknown(&change.after)}</ins>
                    </td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="diff">
            <caption class="visually-hidden">{format!("What revision {number} changed")}</caption>
            <thead>
                <tr>
                    <th scope="col">"Field"</th>
                    <th scope="col">"Before"</th>
                    <th scope="col">"After"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn or_unknown(text: &str) -> String {
    if text.is_empty() { "unknown".to_owned() } else { text.to_owned() }
}
