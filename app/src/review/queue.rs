//! The queue: what waits for the reader, what the reader waits for, what is overdue.

use crate::AppError;
use crate::access::{Access, allowed};
use crate::components::data_table::{Head, data_table};
use crate::functions::dates::Moment;
use crate::functions::portfolios::address::Parameters;
use crate::response::{wants_html, with_status};
use domain::access::Action;
use domain::field::Choice as _;
use domain::ids::UseCaseId;
use domain::review::{MoveRefused, ReviewState};
use leptos::prelude::*;
use server_fn::ServerFn;
use store::QueueRow;
use time::OffsetDateTime;

/// The queue as HTML; `query` is the part of the page's address after `?`.
pub(crate) async fn queue(query: &str) -> Result<String, AppError> {
    let Access { store, scope, role, who } = allowed(Action::Read)?;
    let said = Parameters::of(query.trim_start_matches('?'));
    let rows = store.review_queue(scope).await?;
    let now = OffsetDateTime::now_utc();
    let reviews = role.may(Action::Review);
    let (mine, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| reviews && row.waits_for_me);
    let (waiting, others): (Vec<_>, Vec<_>) =
        others.into_iter().partition(|row| row.proposed_by == Some(who.account));
    let done = said.first("approved").and_then(|count| count.parse::<u32>().ok());
    let refused = said.first("refused").and_then(|count| count.parse::<u32>().ok());
    let missing_reason = said.first("why") == Some("reason_missing");
    let view = view! {
        <div role="status">
            {done.map(|count| view! { <p class="notice notice-good">{approved_words(count)}</p> })}
            {refused.filter(|count| *count > 0).map(|count| view! {
                <p class="notice notice-error">
                    {format!("{count} could not be approved: somebody changed or answered it first, or you may not.")}
                </p>
            })}
            {missing_reason.then(|| view! {
                <p class="notice notice-error">"Say why you approve them all at once."</p>
            })}
        </div>
        {for_me(&mine, now, reviews)}
        {list("waiting", "You wait for others", "Nothing of yours waits for an answer.", &waiting, now)}
        {list("others", "Open elsewhere", "Nothing else is open.", &others, now)}
        {keys()}
    };
    Ok(view.into_any().to_html())
}

fn approved_words(count: u32) -> String {
    match count {
        1 => "One classification has your approval.".to_owned(),
        count => format!("{count} classifications have your approval."),
    }
}

fn for_me(rows: &[QueueRow], now: OffsetDateTime, reviews: bool) -> AnyView {
    if !reviews {
        return view! {
            <p class="muted">"Reviewers see here what waits for them. Your role proposes and comments."</p>
        }
        .into_any();
    }
    let head = view! {
        <header class="section-head">
            <h2 class="section-title" id="mine-title">{format!("Waiting for you ({})", rows.len())}</h2>
            <p class="section-note">"The ones due first. ? shows the keys."</p>
        </header>
    };
    if rows.is_empty() {
        return view! {
            <section class="section" aria-labelledby="mine-title">
                {head} <div class="empty"><h3 class="empty-title">"Nothing waits for you"</h3>
                <p>"When somebody proposes a classification that you may approve, it appears here."</p></div>
            </section>
        }
        .into_any();
    }
    view! {
        <section class="section" aria-labelledby="mine-title">
            {head}
            <form method="post" action=ApproveAll::url()>
                {table("Waiting for you", rows, now, true)}
                <div class="filter-bar">
                    <div class="filter">
                        <label for="bulk-reason">"Why you approve the ticked ones"</label>
                        <input id="bulk-reason" name="reason" type="text" maxlength="1000" autocomplete="off" />
                    </div>
                    <button class="button button-primary" type="submit">"Approve the ticked ones"</button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn list(
    id: &'static str,
    title: &'static str,
    none: &'static str,
    rows: &[QueueRow],
    now: OffsetDateTime,
) -> AnyView {
    let body = if rows.is_empty() {
        view! { <p class="muted">{none}</p> }.into_any()
    } else {
        table(title, rows, now, false)
    };
    let heading = format!("{id}-title");
    let labelled = heading.clone();
    view! {
        <section class="section" aria-labelledby=labelled>
            <header class="section-head">
                <h2 class="section-title" id=heading>{format!("{title} ({})", rows.len())}</h2>
            </header>
            {body}
        </section>
    }
    .into_any()
}

fn table(label: &'static str, rows: &[QueueRow], now: OffsetDateTime, ticks: bool) -> AnyView {
    let tick = ticks.then_some(Head::Unseen("Tick"));
    let words = ["Use case", "State", "Proposed answer", "Proposed by"].map(Head::Words);
    let end = [Head::Numbers("Missing"), Head::Words("Due")];
    let heads: Vec<Head> = tick.into_iter().chain(words).chain(end).collect();
    data_table(label, &heads, rows.iter().map(|row| table_row(row, now, ticks)).collect_view())
}

fn table_row(row: &QueueRow, now: OffsetDateTime, ticks: bool) -> AnyView {
    let id = row.use_case.to_string();
    let overdue = row.due_at.is_some_and(|due| due < now);
    let tick = ticks.then(|| {
        let (value, label) = (format!("{id} {}", row.content_hash), format!("Tick {}", row.name));
        view! { <td><input type="checkbox" name="ticked[]" value=value aria-label=label /></td> }
    });
    view! {
        <tr data-use-case=id.clone()>
            {tick}
            <th scope="row">
                <a href=format!("/use-cases/{id}#review")>{row.name.clone()}</a>
                <br />
                <span class="muted">{row.portfolio_name.clone()}</span>
            </th>
            <td>
                <span class=format!("badge state-{}", crate::components::class_code(row.state.key()))>
                    {row.state.name()}
                </span>
            </td>
            <td>{row.summary.option.map_or("none", |option| option.label())}</td>
            <td>{row.proposer.clone().unwrap_or_default()}</td>
            <td class="num">{(row.state == ReviewState::Proposed).then_some(row.missing)}</td>
            <td class="nowrap">
                {row.due_at.map(|due| Moment::from(due).view())}
                {overdue.then(|| view! { " " <span class="badge badge-contradicted">"overdue"</span> })}
            </td>
        </tr>
    }
    .into_any()
}

fn keys() -> AnyView {
    let keys = [
        ("j, k", "next, previous use case"),
        ("a", "tick it for approval and say why"),
        ("r", "open it to request changes"),
        ("c", "open it to comment"),
        ("?", "show or hide these keys"),
    ];
    let rows = keys.map(|(key, what)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{what}</dd></div> });
    view! {
        <details class="disclosure" id="keys">
            <summary class="button button-quiet button-small">"Keys"</summary>
            <dl class="keys">{rows}</dl>
        </details>
    }
    .into_any()
}

/// Approves several classifications, each as its sender saw it, with one reason. What cannot be approved does
/// not keep the others from it.
///
/// # Errors
/// [`AppError::Forbidden`]; [`AppError::MoveRefused`] without a reason.
#[server(prefix = "/api", endpoint = "reviews/approve-all")]
pub async fn approve_all(
    #[server(default)] ticked: Vec<String>,
    #[server(default)] reason: String,
) -> Result<(), AppError> {
    let approved = async {
        let Access { store, scope, who, .. } = allowed(Action::Review)?;
        if reason.trim().is_empty() {
            return Err(AppError::MoveRefused { why: MoveRefused::ReasonMissing });
        }
        let (mut approved, mut refused) = (0_u32, 0_u32);
        for each in ticked.iter().take(1000) {
            let (id, seen) = each.split_once(' ').unwrap_or((each, ""));
            let Ok(id) = id.parse::<UseCaseId>() else {
                refused += 1;
                continue;
            };
            let moved = store
                .move_review(scope, id, |review, _, _, now| review.approve(who.account, seen, &reason, now))
                .await
                .map_err(AppError::from);
            match moved {
                Ok(_) => approved += 1,
                Err(error @ (AppError::Unavailable | AppError::Internal)) => return Err(error),
                Err(_) => refused += 1,
            }
        }
        Ok((approved, refused))
    };
    match approved.await {
        Ok((approved, refused)) => {
            leptos_axum::redirect(&format!("/reviews?approved={approved}&refused={refused}"));
            Ok(())
        }
        Err(error) => {
            if wants_html() {
                let why =
                    if matches!(error, AppError::MoveRefused { .. }) { "reason_missing" } else { "failed" };
                leptos_axum::redirect(&format!("/reviews?why={why}"));
            }
            with_status(Err(error))
        }
    }
}
