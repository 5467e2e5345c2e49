//! The history of a use case: every revision with what it changed.

use super::diff::changes_table;
use crate::components::verdict::{option_chip, outcome_kind_chip};
use crate::functions::dates::Moment;
use domain::decision::OptionKind;
use domain::summary::OutcomeKind;
use domain::use_case::FieldChange;
use leptos::prelude::*;
use store::RevisionRecord;

/// A revision in the history of a use case.
struct RevisionView {
    /// 1 for the first.
    number: i32,
    /// When it was saved.
    created: Moment,
    /// Why it changed, in the words of whoever saved it; may be empty.
    note: String,
    /// Who saved it; none for the product itself.
    author: Option<String>,
    /// What it changed; empty for the first.
    changes: Vec<FieldChange>,
    /// Shape of what was decided for it.
    outcome: OutcomeKind,
    /// The option one would have taken.
    option: Option<OptionKind>,
}

/// All revisions, newest first; the current one is marked.
pub(super) fn revisions(use_case: &str, revisions: Vec<RevisionRecord>, current: i32) -> AnyView {
    let items: Vec<AnyView> =
        revisions.into_iter().map(|revision| item(use_case, &revision_view(revision), current)).collect();
    view! {
        <section class="section" aria-labelledby="revisions-title">
            <header class="section-head">
                <h2 class="section-title" id="revisions-title">"Revisions"</h2>
                <p class="section-note">"Every version of the inputs, with what changed; none is ever rewritten"</p>
            </header>
            <ol class="revisions">{items}</ol>
        </section>
    }
    .into_any()
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
    let changes = (!revision.changes.is_empty()).then(|| {
        changes_table(format!("What revision {number} changed"), ["Before", "After"], &revision.changes)
    });
    view! {
        <li class=class>
            <header class="revision-head">
                <h3 class="revision-number">
                    <a href=href>{format!("Revision {number}")}</a>
                </h3>
                <time class="revision-date" datetime=revision.created.iso.clone()>
                    {revision.created.text.clone()}
                </time>
                {revision.author.clone().map(|author| view! { <span class="muted">{author}</span> })}
                <span>{outcome_kind_chip(revision.outcome)} " " {revision.option.map(option_chip)}</span>
            </header>
            {note}
            {changes}
        </li>
    }
    .into_any()
}

fn revision_view(record: RevisionRecord) -> RevisionView {
    RevisionView {
        number: record.number,
        created: record.created_at.into(),
        note: record.note,
        author: record.created_by,
        changes: record.changes,
        outcome: record.summary.outcome,
        option: record.summary.option,
    }
}
