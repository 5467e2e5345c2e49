//! `/settings/audit`: the audit log of the workspace, for its admins.

use super::fields::{page, settings};
use crate::access::{Access, allowed};
use crate::components::data_table::{Head, data_table};
use crate::functions::dates::Moment;
use crate::functions::portfolios::address::Parameters;
use crate::review::audit_words;
use domain::access::Action;
use leptos::prelude::*;
use leptos_router::hooks::use_url;

/// Entries on one page.
const ON_PAGE: i64 = 100;

/// The page.
#[component]
pub(super) fn AuditPage() -> impl IntoView {
    let url = use_url();
    let query = url.read_untracked().search().trim_start_matches('?').to_owned();
    page(move || async move {
        let Access { store, scope, .. } = allowed(Action::ReadAudit)?;
        let parameters = Parameters::of(&query);
        let head = store.audit_head(scope).await?;
        let before: i64 = parameters.first("before").and_then(|text| text.parse().ok()).unwrap_or(head + 1);
        let before = before.clamp(1, head + 1);
        let mut records = store.audit_after(scope, (before - 1 - ON_PAGE).max(0)).await?;
        records.retain(|record| record.seq < before);
        records.reverse();
        let verified = match parameters.first("verify") {
            None => None,
            Some(_) => Some(store.verify_audit(scope).await?),
        };
        let answer = verified.map(|verified| match verified {
            Ok(verified) => {
                let hash = verified.head_text();
                view! {
                    <div class="notice notice-good" role="status">
                        <p>{format!("All {} entries are what they were when they were written. Hash of the last one:", verified.entries)}</p>
                        <p class="mono">{hash}</p>
                    </div>
                }
                .into_any()
            }
            Err(broken) => view! {
                <p class="notice notice-error" role="alert">{format!("The log was tampered with: {broken}.")}</p>
            }
            .into_any(),
        });
        let older = records
            .last()
            .filter(|last| last.seq > 1)
            .map(|last| format!("/settings/audit?before={}", last.seq));
        let rows = records.iter().map(|record| {
            let detail = match (&record.before, &record.after) {
                (None, None) => None,
                (before, after) => Some(format!(
                    "before: {}\nafter: {}",
                    before.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string),
                    after.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string)
                )),
            };
            let through = match (record.session_id, record.api_token_id) {
                (Some(session), _) => format!("session {session}"),
                (_, Some(token)) => format!("API token {token}"),
                _ => String::new(),
            };
            view! {
                <tr>
                    <td class="num">{record.seq}</td>
                    <td class="nowrap">{Moment::from(record.at).view()}</td>
                    <td>{record.account_name.clone().unwrap_or_else(|| "Parsimony".to_owned())}</td>
                    <td>
                        {audit_words(record)}
                        {record.use_case_id.map(|id| {
                            view! { " · " <a href=format!("/use-cases/{id}#history")>"use case"</a> }
                        })}
                        <details>
                            <summary>"Details"</summary>
                            <p class="mono small">{record.action.clone()} " " {through}</p>
                            {detail.map(|detail| view! { <pre class="small prewrap">{detail}</pre> })}
                            <p class="mono small">{record.hash.clone()}</p>
                        </details>
                    </td>
                </tr>
            }
        });
        let body = view! {
            {answer}
            <div class="actions">
                <a class="button" href="/settings/audit?verify=yes">"Verify the chain"</a>
                <a class="button" href="/settings/audit/export" download>"Export as JSON lines"</a>
            </div>
            {data_table("Audit log", &[Head::Numbers("No."), Head::Words("When"), Head::Words("Who"), Head::Words("What")], rows.collect_view())}
            {older.map(|older| view! { <nav class="pagination" aria-label="Pages"><a rel="next" href=older>"Older"</a></nav> })}
        };
        Ok(settings(
            "Audit log",
            "Every change and decision of this workspace. Nothing in it can be changed or removed; each entry carries the hash of the one before.",
            body.into_any(),
        ))
    })
}
