//! What changed since the reader last looked.

use crate::AppError;
use crate::components::cited::cited;
use crate::functions::use_case::server::shown_text;
use domain::ids::{AccountId, UseCaseId};
use domain::use_case::{Field, FieldChange};
use leptos::prelude::*;
use store::{ReviewRecord, Scope, Store, UseCaseRecord};

/// The difference between what the reader last answered and what the use case is now.
pub(super) struct Since {
    revision: i32,
    changes: Vec<FieldChange>,
    prices: bool,
}

/// What changed since the acting account last answered; none when it never did, or nothing changed.
pub(super) async fn since_my_last_look(
    store: &Store,
    scope: Scope,
    id: UseCaseId,
    record: &ReviewRecord,
    now: &UseCaseRecord,
) -> Result<Option<Since>, AppError> {
    let account: Option<AccountId> = scope.actor.account();
    let Some(seen) = account.and_then(|account| record.review.last_looked_at(account)) else {
        return Ok(None);
    };
    if seen.hash == record.content.hash {
        return Ok(None);
    }
    let Some((then, _)) = store.revision(scope, id, seen.revision).await? else {
        return Ok(None);
    };
    let changes = now.revision.use_case.changes_since(&then.use_case);
    Ok(Some(Since { revision: seen.revision, prices: changes.is_empty(), changes }))
}

impl Since {
    pub(super) fn view(self) -> AnyView {
        if self.prices {
            return view! {
                <p class="notice">
                    "Since you last answered, the inputs are the same; prices, policy or engine are not."
                </p>
            }
            .into_any();
        }
        let caption = "What changed since you last answered".to_owned();
        view! {
            <div class="notice">
                <p>{format!("Changed since you last answered, on revision {}:", self.revision)}</p>
                {changes_table(caption, ["Then", "Now"], &self.changes)}
            </div>
        }
        .into_any()
    }
}

/// Changed fields, one a row, as people read their values.
pub(super) fn changes_table(caption: String, heads: [&'static str; 2], changes: &[FieldChange]) -> AnyView {
    let in_words = |field: Field, text: &str| {
        let text = shown_text(field, text, None);
        if text.is_empty() { "unknown".to_owned().into_any() } else { cited(&text) }
    };
    let rows = changes.iter().map(|change| {
        view! {
            <tr>
                <th scope="row">{change.field.label()}</th>
                <td class="diff-before">
                    <del>{in_words(change.field, &change.before)}</del>
                </td>
                <td class="diff-after">
                    <ins>{in_words(change.field, &change.after)}</ins>
                </td>
            </tr>
        }
    });
    view! {
        <table class="diff">
            <caption class="visually-hidden">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Field"</th>
                    <th scope="col">{heads[0]}</th>
                    <th scope="col">{heads[1]}</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
