//! The table of use cases: headings that sort, a row for each use case, a sum below.

use super::live::Live;
use crate::components::verdict::{option_chip, outcome_kind_chip};
use crate::functions::dates::Moment;
use crate::functions::portfolio::query::{ListQuery, SortKey};
use crate::functions::portfolio::totals::{Totals, share};
use crate::functions::portfolio::{PortfolioView, UseCaseEntry};
use domain::decision::OptionKind;
use domain::field::{Choice as _, plain_number};
use domain::format::{usd, usd_exact, volume};
use domain::units::Usd;
use leptos::prelude::*;

/// Ids of the forms that the buttons in the rows send.
pub(super) const ARCHIVE_FORM: &str = "archive-use-case";
pub(super) const DUPLICATE_FORM: &str = "duplicate-use-case";
pub(super) const RESTORE_FORM: &str = "restore-use-case";

/// The table of one page of the list.
pub(super) fn table(view: &PortfolioView, live: Live) -> AnyView {
    let rows = view.rows.iter().map(|use_case| row(use_case, view, live)).collect_view();
    view! {
        <div class="table-scroll" role="region" aria-label="Table of use cases" tabindex="0">
            <table class="data-table data-table-wide">
                {head(view)}
                <tbody>{rows}</tbody>
                {foot(view)}
            </table>
        </div>
    }
    .into_any()
}

fn head(view: &PortfolioView) -> AnyView {
    let sorted = |key, label, class| sort_heading(&view.query, &view.id, key, label, class);
    view! {
        <thead>
            <tr>
                {sorted(SortKey::Name, "Use case", "")}
                {sorted(SortKey::Verdict, "Verdict", "")}
                <th scope="col">"Confidence"</th>
                {sorted(SortKey::Requests, "Requests/month", "num")}
                {sorted(SortKey::Cost, "Recommended cost", "num")}
                {sorted(SortKey::Frontier, "Frontier cost", "num")}
                {sorted(SortKey::Saving, "Saving", "num")}
                <th scope="col">"Article says"</th>
                {sorted(SortKey::Updated, "Updated", "")}
                <th scope="col">
                    <span class="visually-hidden">"Actions"</span>
                </th>
            </tr>
        </thead>
    }
    .into_any()
}

fn sort_heading(
    query: &ListQuery,
    portfolio: &str,
    key: SortKey,
    label: &'static str,
    class: &'static str,
) -> AnyView {
    let direction = match (query.sort.key == key, query.sort.descending) {
        (false, _) => "none",
        (true, false) => "ascending",
        (true, true) => "descending",
    };
    let address = query.sorted(query.sort.after_click(key)).address(portfolio);
    view! {
        <th scope="col" class=class aria-sort=direction>
            <a class="sort" href=address data-noscroll="">
                {label}
            </a>
        </th>
    }
    .into_any()
}

fn row(use_case: &UseCaseEntry, view: &PortfolioView, live: Live) -> AnyView {
    let summary = &use_case.summary;
    let horizon = summary.horizon_months;
    let confidence = summary.confidence;
    view! {
        <tr class:is-archived=view.query.archived>
            <th scope="row">
                <a href=format!("/use-cases/{}", use_case.id)>{use_case.name.clone()}</a>
            </th>
            <td>{outcome_kind_chip(summary.outcome)} " " {summary.option.map(option_chip)}</td>
            <td>
                <span class=format!("confidence confidence-{}", confidence.code())>{confidence.label()}</span>
            </td>
            <td class="num">{requests(summary.requests_per_month)}</td>
            <td class="num">{amount(summary.option_total, horizon)}</td>
            <td class="num">{amount(summary.frontier_total, horizon)}</td>
            <td class="num">
                {amount(use_case.saving, horizon)} " "
                {saving_share(use_case.saving, summary.frontier_total)}
            </td>
            <td>{article(summary.article_option)}</td>
            <td class="nowrap">{updated(&use_case.updated)}</td>
            <td class="row-actions only-editors">{actions(use_case, view, live)}</td>
        </tr>
    }
    .into_any()
}

fn requests(per_month: Option<f64>) -> AnyView {
    match per_month {
        Some(requests) => view! { <span title=plain_number(requests)>{volume(requests)}</span> }.into_any(),
        None => unknown(),
    }
}

fn amount(amount: Option<Usd>, horizon_months: Option<u64>) -> AnyView {
    let Some(amount) = amount else { return unknown() };
    let title = match horizon_months {
        Some(months) => format!("{} over {months} months", usd_exact(amount)),
        None => usd_exact(amount),
    };
    view! { <span title=title>{usd(amount)}</span> }.into_any()
}

fn saving_share(saving: Option<Usd>, frontier: Option<Usd>) -> Option<AnyView> {
    let saving = saving.filter(|saving| *saving != Usd::ZERO)?;
    let share = share(saving, frontier?)?;
    Some(view! { <span class="muted">{share}</span> }.into_any())
}

/// The day in figures, which lines up and is short; the whole moment in the title.
fn updated(moment: &Moment) -> AnyView {
    let day = moment.iso.split('T').next().unwrap_or_default().to_owned();
    view! {
        <time datetime=moment.iso.clone() title=moment.text.clone()>
            {day}
        </time>
    }
    .into_any()
}

fn article(option: Option<OptionKind>) -> AnyView {
    option.map_or_else(unknown, |option| option.label().into_any())
}

fn unknown() -> AnyView {
    view! { <span class="unknown">"unknown"</span> }.into_any()
}

/// What can be done to a use case from here. Its name is part of every button's, for those who hear them
/// out of their row.
fn actions(use_case: &UseCaseEntry, view: &PortfolioView, live: Live) -> AnyView {
    let name = &use_case.name;
    let button = |form: &'static str, label: &'static str, pending: Memo<bool>| {
        view! {
            <button
                class="button button-quiet button-small"
                type="submit"
                form=form
                name="id"
                value=use_case.id.clone()
                aria-label=format!("{label} {name}")
                aria-disabled=move || pending.get().then_some("true")
                on:click=move |event| once(&event, pending)
            >
                {label}
            </button>
        }
    };
    let actions = live.actions;
    if view.archived {
        return ().into_any();
    }
    if view.query.archived {
        return button(RESTORE_FORM, "Restore", actions.restore.pending()).into_any();
    }
    view! {
        <a
            class="button button-quiet button-small"
            href=format!("/use-cases/{}/edit", use_case.id)
            aria-label=format!("Edit {name}")
        >
            "Edit"
        </a>
        {button(DUPLICATE_FORM, "Duplicate", actions.duplicate.pending())}
        {button(ARCHIVE_FORM, "Archive", actions.archive.pending())}
    }
    .into_any()
}

/// Keeps a button from being sent again while its answer is on the way. Unlike a disabled button it keeps the
/// focus, so that whoever uses a keyboard stays where they are.
pub(super) fn once(event: &leptos::ev::MouseEvent, pending: Memo<bool>) {
    if pending.get_untracked() {
        event.prevent_default();
    }
}

/// The sum over everything the filter shows, on all pages.
fn foot(view: &PortfolioView) -> AnyView {
    let Totals { use_cases, costed, frontier, recommended } = view.shown;
    let number = |count: u32| plain_number(f64::from(count));
    let pages = if view.pages > 1 { " on all pages" } else { "" };
    let label = if costed == use_cases {
        format!("Total of {}{pages}", number(use_cases))
    } else {
        format!("Total of {} costed both ways{pages}", number(costed))
    };
    let saving = view.shown.saving();
    view! {
        <tfoot>
            <tr class="totals">
                <th scope="row" colspan="3">
                    {label}
                </th>
                <td class="num">{requests(Some(view.shown_requests))}</td>
                <td class="num">{amount(Some(recommended), None)}</td>
                <td class="num">{amount(Some(frontier), None)}</td>
                <td class="num">{amount(Some(saving), None)} " " {saving_share(Some(saving), Some(frontier))}</td>
                <td colspan="3"></td>
            </tr>
        </tfoot>
    }
    .into_any()
}
