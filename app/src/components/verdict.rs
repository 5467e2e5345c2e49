//! The verdict: the conclusion as the largest sentence of the page, then why, then what it hangs on.

use crate::components::class_code;
use domain::decision::{ArticleAnswer, Confidence, Decision, Headline, OptionKind, Outcome, Provenance};
use domain::field::Choice;
use domain::format::{usd, usd_exact};
use domain::summary::OutcomeKind;
use leptos::prelude::*;

/// Letter of an option, the second cue beside its colour.
#[must_use]
pub fn option_letter(option: OptionKind) -> &'static str {
    match option {
        OptionKind::FrontierApi => "F",
        OptionKind::SmallApi => "S",
        OptionKind::HostedOpenWeight => "H",
        OptionKind::SelfHostedSlm => "O",
        OptionKind::Hybrid => "M",
        OptionKind::CpuEncoder => "E",
    }
}

/// Class that gives an element its option's colour.
#[must_use]
pub fn option_class(option: OptionKind) -> String {
    format!("option-{}", class_code(option.code()))
}

/// An option's letter and name in its colour.
#[must_use]
pub fn option_chip(option: OptionKind) -> AnyView {
    view! {
        <span class=format!("option-chip {}", option_class(option))>
            <b>{option_letter(option)}</b>
            " "
            {option.label()}
        </span>
    }
    .into_any()
}

/// A chip that names the shape of an outcome.
#[must_use]
pub fn outcome_kind_chip(outcome: OutcomeKind) -> AnyView {
    let (class, label) = match outcome {
        OutcomeKind::Recommended => ("outcome outcome-recommended", "Recommended"),
        OutcomeKind::Tie => ("outcome outcome-tie", "Tie"),
        OutcomeKind::MissingEvidence => ("outcome outcome-missing-evidence", "Missing evidence"),
    };
    view! { <span class=class>{label}</span> }.into_any()
}

/// How sure the verdict is, as a chip.
#[must_use]
pub fn confidence_chip(confidence: Confidence) -> AnyView {
    let label = match confidence {
        Confidence::High => "High confidence",
        Confidence::Medium => "Medium confidence",
        Confidence::Low => "Low confidence",
    };
    view! { <span class=format!("confidence confidence-{}", confidence.code())>{label}</span> }.into_any()
}

/// The whole verdict.
#[must_use]
pub fn verdict(decision: &Decision) -> AnyView {
    let class = match decision.leading_option() {
        Some(option) => format!("verdict {}", option_class(option)),
        None => "verdict".to_owned(),
    };
    let reasons = decision.reasons.iter().map(|reason| view! { <li>{reason.clone()}</li> }).collect_view();
    let fact = |term: &'static str, text: String| {
        view! {
            <div>
                <dt>{term}</dt>
                <dd>{text}</dd>
            </div>
        }
        .into_any()
    };
    let mut facts = Vec::new();
    if !decision.decisive_assumption.is_empty() {
        facts.push(fact("Decisive assumption", decision.decisive_assumption.clone()));
    }
    match &decision.outcome {
        Outcome::Tie { deciding_question, .. } => {
            facts.push(fact("Deciding question", deciding_question.clone()))
        }
        Outcome::MissingEvidence { first, why, .. } => {
            let none_left = decision.options.iter().all(|option| !option.excluded.is_empty());
            let term = if none_left { "Reconsider first" } else { "Find out first" };
            facts.push(fact(term, format!("{}. {why}", first.label())));
        }
        Outcome::Recommended { .. } => {}
    }
    let compared: Vec<&str> = decision.options.iter().map(|option| option.served_by.as_str()).collect();
    let headline = decision.headline.as_ref().map(|found| headline(found, &compared));
    let article = versus(&decision.article, &decision.sentence);
    view! {
        <section class=class aria-labelledby="verdict-sentence">
            <p class="verdict-status">
                {outcome_kind_chip(decision.outcome.kind())} " " {confidence_chip(decision.confidence)}
            </p>
            <h2 class="verdict-sentence" id="verdict-sentence">
                {decision.sentence.clone()}
            </h2>
            <ul class="verdict-reasons">{reasons}</ul>
            <dl class="verdict-facts">{facts}</dl>
            {headline}
            {article}
        </section>
    }
    .into_any()
}

/// Most APIs that the headline lists by name.
const LISTED_APIS: usize = 6;

/// The cheapest APIs by name, and those the use case itself compares with.
fn headline(headline: &Headline, compared: &[&str]) -> AnyView {
    let listed: Vec<_> = headline
        .cheaper
        .iter()
        .enumerate()
        .filter(|(place, api)| *place < LISTED_APIS || compared.contains(&api.model.as_str()))
        .map(|(_, api)| api)
        .collect();
    let more = headline.cheaper.len() - listed.len();
    let items = listed
        .into_iter()
        .map(|api| {
            view! {
                <li>
                    <span>{api.model.clone()}</span>
                    " "
                    <span class="num" title=usd_exact(api.total)>
                        {usd(api.total)}
                    </span>
                </li>
            }
        })
        .collect_view();
    let more = (more > 0).then(|| view! { <p class="muted small">{format!("and {more} more.")}</p> });
    let title = if usize::try_from(headline.compared) == Ok(headline.cheaper.len()) {
        "Every API in the price book is cheaper"
    } else {
        "Which API you compare with decides the result"
    };
    view! {
        <div class="callout callout-headline">
            <h3 class="callout-title">{title}</h3>
            <p>{headline.sentence.clone()}</p>
            <ul class="headline-list">{items}</ul>
            {more}
        </div>
    }
    .into_any()
}

fn versus(article: &ArticleAnswer, ours: &str) -> AnyView {
    let differs = !article.differences.is_empty();
    let class = if differs { "versus-article is-different" } else { "versus-article" };
    let why = differs.then(|| {
        let items = article
            .differences
            .iter()
            .map(|difference| view! { <li>{difference.clone()}</li> })
            .collect_view();
        view! { <ul class="versus-why">{items}</ul> }
    });
    view! {
        <div class="versus">
            <div class="versus-ours">
                <h3 class="versus-title">"Our answer"</h3>
                <p>{ours.to_owned()}</p>
            </div>
            <div class=class>
                <h3 class="versus-title">"The article’s answer"</h3>
                <p>{article.sentence.clone()}</p>
                {why}
            </div>
        </div>
    }
    .into_any()
}

/// Digits of the content hash that are shown; the whole of it is in the title.
const SHOWN_HASH: usize = 8;

/// What the decision was made from, so that it can be checked later.
#[must_use]
pub fn provenance(provenance: &Provenance, prices_as_of: &str) -> AnyView {
    let short: String = provenance.content_hash.chars().take(SHOWN_HASH).collect();
    let prices = (!prices_as_of.is_empty()).then(|| format!(", read {prices_as_of}"));
    view! {
        <p class="provenance">
            "Engine " <span class="mono">{provenance.engine.clone()}</span> " · policy "
            <span class="mono">{provenance.policy.clone()}</span> " · price book "
            <span class="mono">{provenance.price_book.clone()}</span> {prices} " · content hash "
            <span class="mono" title=provenance.content_hash.clone()>
                {short}
            </span>
        </p>
    }
    .into_any()
}
