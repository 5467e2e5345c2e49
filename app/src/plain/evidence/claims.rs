//! The ledger: filter by verdict, section and words, and the claims it leaves.

use super::sourced::sourced;
use crate::components::class_code;
use crate::evidence::query::{FIND_LENGTH, PATH};
use crate::evidence::{ClaimView, Ledger, VerdictCount};
use leptos::prelude::*;

/// Head of the page, filter and claims.
pub(super) fn claims(ledger: &Ledger) -> AnyView {
    let shown = match ledger.claims.len() {
        0 => nothing(ledger),
        _ => {
            let items = ledger.claims.iter().map(claim).collect_view();
            view! { <ol class="claims">{items}</ol> }.into_any()
        }
    };
    view! {
        <header class="page-head">
            <div>
                <h1 class="page-title">"Evidence"</h1>
                <p class="page-lead">{ledger.lead.clone()}</p>
                <p class="page-lead">
                    "Below the claims: "
                    <a href="#chart">
                        "the article’s chart beside the engine’s"
                    </a>
                    " and "
                    <a href="#sources">
                        "the facts and prices behind the numbers"
                    </a>
                    "."
                </p>
            </div>
        </header>
        <section class="section" aria-labelledby="claims-title">
            <header class="section-head">
                <h2 class="section-title" id="claims-title">
                    "Claims"
                </h2>
                <p class="section-note">
                    "Reproduced: our calculation gives the same. Consistent: a source supports it, or it is a plain assumption. Contradicted: a source or the calculation says otherwise. Misattributed: the source says it of something else. Cannot be traced: no source was found that says it. Arithmetic error: the article’s own numbers do not give it."
                </p>
            </header>
            {verdict_filter(ledger)}
            {filter_form(ledger)}
            {shown}
        </section>
    }
    .into_any()
}

fn verdict_filter(ledger: &Ledger) -> AnyView {
    let all = ledger.verdicts.iter().map(|verdict| verdict.count).sum::<u32>();
    let entry = |verdict: &str, class: String, name: &str, count: u32| {
        let href = ledger.query.with_verdict(verdict).address();
        let current = (ledger.query.verdict == verdict).then_some("true");
        let name = name.to_owned();
        view! {
            <a href=href aria-current=current>
                <span class=class>{name}</span>
                " "
                <span class="num">{count}</span>
            </a>
        }
    };
    let verdicts = ledger
        .verdicts
        .iter()
        .map(|VerdictCount { verdict, count }| entry(verdict, badge(verdict), verdict, *count))
        .collect_view();
    view! {
        <nav class="verdict-filter" aria-label="Verdict">
            {entry("", "badge".to_owned(), "All", all)}
            {verdicts}
        </nav>
    }
    .into_any()
}

fn filter_form(ledger: &Ledger) -> AnyView {
    let query = &ledger.query;
    let option = |section: &String| {
        view! {
            <option value=section.clone() selected=*section == query.section>
                {section.clone()}
            </option>
        }
    };
    let sections = ledger.sections.iter().map(option).collect_view();
    let verdict = (!query.verdict.is_empty())
        .then(|| view! { <input type="hidden" name="verdict" value=query.verdict_code() /> });
    view! {
        <form
            class="filter-bar"
            role="search"
            aria-label="Claims"
            method="get"
            action=PATH
            autocomplete="off"
        >
            {verdict}
            <div class="filter">
                <label for="find">"Find"</label>
                <input
                    id="find"
                    type="search"
                    name="q"
                    maxlength=FIND_LENGTH.to_string()
                    value=query.find.clone()
                />
            </div>
            <div class="filter">
                <label for="section">"Section of the article"</label>
                <select id="section" name="section">
                    <option value="" selected=query.section.is_empty()>
                        "Any"
                    </option>
                    {sections}
                </select>
            </div>
            <button class="button button-small" type="submit">
                "Apply"
            </button>
            <p class="filter-count" role="status">
                {format!("{} of {} claims", ledger.claims.len(), ledger.total)}
            </p>
        </form>
    }
    .into_any()
}

/// Says what the filter asks for and which part of it to give up.
fn nothing(ledger: &Ledger) -> AnyView {
    let query = &ledger.query;
    let mut asked = Vec::new();
    if !query.verdict.is_empty() {
        asked.push(format!("is marked “{}”", query.verdict));
    }
    if !query.section.is_empty() {
        asked.push(format!("stands in the section “{}”", query.section));
    }
    if !query.find.is_empty() {
        asked.push(format!("mentions “{}”", query.find));
    }
    let sentence = format!("No claim {}.", domain::format::listed(&asked));
    let advice = if query.find.contains(char::is_whitespace) {
        "All words must occur in one claim, in any of its texts: fewer words find more."
    } else {
        "Give up a part of the filter to see more:"
    };
    let widenings = ledger
        .widenings
        .iter()
        .map(|widening| {
            let text = format!("{} ({})", widening.label, widening.count);
            view! {
                <a class="button" href=widening.query.address()>
                    {text}
                </a>
            }
        })
        .collect_view();
    view! {
        <div class="empty">
            <h3 class="empty-title">"No such claim"</h3>
            <p>{sentence} " " {advice}</p>
            <div class="actions">
                {widenings}
                <a class="button" href=PATH>
                    {format!("All {} claims", ledger.total)}
                </a>
            </div>
        </div>
    }
    .into_any()
}

fn badge(verdict: &str) -> String {
    format!("badge badge-{}", class_code(verdict))
}

fn claim(claim: &ClaimView) -> AnyView {
    let place = format!("claim-{}", claim.id);
    let finding = if claim.finding.is_empty() {
        view! { <span class="unknown">{no_figure(claim)}</span> }.into_any()
    } else {
        sourced(&claim.finding)
    };
    let source = if claim.source.is_empty() { "No source found" } else { &claim.source };
    let note = (!claim.note.is_empty()).then(|| view! { <p class="claim-note">{sourced(&claim.note)}</p> });
    view! {
        <li class="claim" id=place.clone()>
            <p class="claim-id">
                <a href=format!("#{place}")>
                    {claim.id.clone()}
                </a>
            </p>
            <div class="claim-body">
                <h3 class="claim-text">{claim.claim.clone()}</h3>
                <dl class="claim-figures">
                    <div>
                        <dt>"Article"</dt>
                        <dd>{claim.article.clone()}</dd>
                    </div>
                    <div>
                        <dt>"We find"</dt>
                        <dd>{finding}</dd>
                    </div>
                </dl>
                {note}
                <p class="claim-source">{sourced(source)} {format!(" · {}", claim.section)}</p>
            </div>
            <p class="claim-verdict">
                <span class=badge(&claim.verdict)>{claim.verdict.clone()}</span>
            </p>
        </li>
    }
    .into_any()
}

/// Why there is no figure to show.
fn no_figure(claim: &ClaimView) -> &'static str {
    if claim.source.is_empty() {
        "no source to check it against"
    } else if claim.source.starts_with("assumption") {
        "an assumption of the article, nothing to recompute"
    } else {
        "no figure"
    }
}
