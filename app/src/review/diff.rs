//! What changed since the reader last looked.

use crate::AppError;
use domain::ids::{AccountId, UseCaseId};
use leptos::prelude::*;
use store::{ReviewRecord, Scope, Store, UseCaseRecord};

/// The difference between what the reader last answered and what the use case is now.
pub(super) struct Since {
    revision: i32,
    changes: Vec<(String, String, String)>,
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
    let changes: Vec<_> = now
        .revision
        .use_case
        .changes_since(&then.use_case)
        .into_iter()
        .map(|change| (change.field.label().to_owned(), change.before, change.after))
        .collect();
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
        let shown = |text: String| if text.is_empty() { "unknown".to_owned() } else { text };
        let rows = self.changes.into_iter().map(|(label, before, after)| {
            view! {
                <tr>
                    <th scope="row">{label}</th>
                    <td class="diff-before"><del>{shown(before)}</del></td>
                    <td class="diff-after"><ins>{shown(after)}</ins></td>
                </tr>
            }
        });
        view! {
            <div class="notice">
                <p>{format!("Changed since you last answered, on revision {}:", self.revision)}</p>
                <table class="diff">
                    <caption class="visually-hidden">"What changed since you last answered"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Field"</th>
                            <th scope="col">"Then"</th>
                            <th scope="col">"Now"</th>
                        </tr>
                    </thead>
                    <tbody>{rows.collect_view()}</tbody>
                </table>
            </div>
        }
        .into_any()
    }
}
