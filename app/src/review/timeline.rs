//! The history of a use case, drawn from the audit log.

use crate::functions::dates::Moment;
use leptos::prelude::*;
use serde_json::Value;
use store::AuditRecord;

pub(super) fn timeline(records: &[AuditRecord]) -> AnyView {
    let items = records.iter().map(|record| {
        let who = record.account_name.clone().unwrap_or_else(|| "Parsimony".to_owned());
        let through = record.api_token_id.map(|_| " (with an API token)");
        view! {
            <li class="happening">
                <span class="happening-at">{Moment::from(record.at).view()}</span>
                <span><strong>{who}</strong> {through} " " {words(record)}</span>
            </li>
        }
    });
    view! {
        <section class="section" id="history" aria-labelledby="history-title">
            <header class="section-head">
                <h2 class="section-title" id="history-title">"History"</h2>
                <p class="section-note">"From the audit log, newest first; nobody can rewrite it"</p>
            </header>
            <ol class="happenings">{items.collect_view()}</ol>
        </section>
    }
    .into_any()
}

/// What happened, as the rest of a sentence that begins with who did it.
pub(crate) fn words(record: &AuditRecord) -> String {
    let after = |key: &str| text(record.after.as_ref(), key);
    let before = |key: &str| text(record.before.as_ref(), key);
    let event = |key: &str| {
        let event = record.after.as_ref().and_then(|after| after.get("event")?.get("did"));
        text(event, key)
    };
    match record.action.as_str() {
        "use_case.created" => format!("created it{}", said(&after("note"))),
        "use_case.revised" => format!("saved revision {}{}", after("revision"), said(&after("note"))),
        "use_case.archived" => "archived it".to_owned(),
        "use_case.restored" => "restored it".to_owned(),
        "scenario.shared" => "shared it by link".to_owned(),
        "scenario.revoked" => format!("revoked a link ({})", before("title")),
        "review.proposed" => format!("proposed the classification{}", said(&event("note"))),
        "review.approved" => format!("approved{}", said(&event("note"))),
        "review.changes_requested" => format!("asked for changes{}", said(&event("reason"))),
        "review.withdrawn" => "withdrew the proposal".to_owned(),
        "review.concern_raised" => format!("raised a concern: {}", event("name")),
        "review.concern_resolved" => format!("settled a concern{}", said(&event("how"))),
        "review.overridden" => format!("overrode the engine’s answer{}", said(&event("reason"))),
        "review.override_expired" => "ended the override: its time was over".to_owned(),
        "review.superseded" => "changed what had been proposed or approved".to_owned(),
        "review.prices_held" => "took in new prices, which leave the answer as it was".to_owned(),
        "review.reopened" => {
            "opened the review again: new prices change the answer or make it close".to_owned()
        }
        "review.restored" => "restored the approved revision".to_owned(),
        "comment.written" => "commented".to_owned(),
        "comment.edited" => "edited a comment".to_owned(),
        "measurement.attached" => format!("attached a measurement of {}", after("model")),
        "comment.withdrawn" => "took a comment back".to_owned(),
        other => other.replace(['.', '_'], " "),
    }
}

fn said(text: &str) -> String {
    let short: String = text.chars().take(140).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    if short.is_empty() { String::new() } else { format!(": “{short}{more}”") }
}

fn text(value: Option<&Value>, key: &str) -> String {
    match value.and_then(|value| value.get(key)) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
