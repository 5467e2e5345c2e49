//! The six options side by side, their cost split into parts on one shared scale.

use crate::components::cited::cited;
use crate::components::class_code;
use crate::components::verdict::{option_class, option_letter};
use domain::decision::{Cost, Decision, OptionKind, OptionResult, Part};
use domain::evaluation::CARD_PATH;
use domain::field::{Choice, plain_number};
use domain::format::{listed, milliseconds, percent, usd, usd_exact};
use domain::units::Usd;
use leptos::prelude::*;

/// All options in the order of the domain, excluded ones struck out with the reason. `classical` is what was measured
/// about models that are no language models, which the encoder cites; it may be empty. It is none of the decision's notes,
/// because those are part of what a content hash stands for, and do not change when something is measured.
#[must_use]
pub fn options(decision: &Decision, classical: &str) -> AnyView {
    let dearest = decision
        .options
        .iter()
        .filter_map(|option| option.cost.as_ref().map(|cost| cost.total.likely.dollars()))
        .fold(0.0, f64::max);
    let leading = decision.leading_option();
    let rows = decision
        .options
        .iter()
        .map(|option| row(option, leading == Some(option.option), dearest, classical))
        .collect_view();
    view! {
        <p class="part-key">
            <span class="part-tokens">"Running"</span>
            " "
            <span class="part-evaluation">"People"</span>
            " "
            <span class="part-integration">"Once"</span>
            " "
            <span class="part-retraining">"Re-training"</span>
            " "
            <span class="part-silent-errors">"Undetected errors"</span>
        </p>
        <ol class="options">{rows}</ol>
    }
    .into_any()
}

fn row(result: &OptionResult, leading: bool, dearest: f64, classical: &str) -> AnyView {
    let (state, tag) = if !result.excluded.is_empty() {
        (" is-excluded", Some("Excluded"))
    } else if leading {
        (" is-recommended", Some("Best today"))
    } else if result.cost.is_none() {
        (" is-unknown", Some("Cost unknown"))
    } else if !result.set_aside.is_empty() {
        (" is-set-aside", Some("Set aside"))
    } else {
        ("", None)
    };
    let mut reasons: Vec<String> =
        result.excluded.iter().chain(&result.set_aside).map(|reason| reason.sentence.clone()).collect();
    if result.cost.is_none() && !result.missing.is_empty() {
        let fields: Vec<String> = result.missing.iter().map(|field| field.label().to_lowercase()).collect();
        reasons.push(format!("To cost it, enter: {}.", listed(&fields)));
    }
    let reasons =
        reasons.into_iter().map(|reason| view! { <p class="option-reason">{reason}</p> }).collect_view();
    let notes =
        result.notes.iter().map(|note| view! { <p class="option-note">{cited(note)}</p> }).collect_view();
    let measured = measured(result, classical);
    let cost = result.cost.as_ref();
    let total = cost.map_or_else(unknown_total, total);
    let bar = cost.map(|cost| bar(cost, dearest));
    let figures = figures(result);
    let parts = cost.map(parts);
    view! {
        <li class=format!("option-row {}{state}", option_class(result.option))>
            <div class="option-head">
                <span class="option-letter" aria-hidden="true">
                    {option_letter(result.option)}
                </span>
                <h3 class="option-name">{result.option.label()}</h3>
                {tag.map(|tag| view! { <span class="option-tag">{tag}</span> })}
                <p class="option-served-by">{result.served_by.clone()}</p>
            </div>
            {total}
            {bar}
            {figures}
            {reasons}
            {notes}
            {measured}
            {parts}
        </li>
    }
    .into_any()
}

/// What was measured about the kind of model that the encoder stands for, with the way to how. A text that is to be
/// written rules that kind out, and the measurement with it.
fn measured(result: &OptionResult, classical: &str) -> Option<AnyView> {
    let applies = result.option == OptionKind::CpuEncoder && result.excluded.is_empty();
    (applies && !classical.is_empty()).then(|| {
        view! {
            <p class="option-note">
                {classical.to_owned()} " "
                <a href=CARD_PATH rel="external">
                    "How that was measured"
                </a>
            </p>
        }
        .into_any()
    })
}

fn unknown_total() -> AnyView {
    view! {
        <p class="option-total">
            <span class="unknown">"unknown"</span>
        </p>
    }
    .into_any()
}

fn total(cost: &Cost) -> AnyView {
    let range = (!cost.total.is_point())
        .then(|| view! { <span class="option-spread">{format!("{} to {}", usd(cost.total.low), usd(cost.total.high))}</span> });
    view! {
        <p class="option-total">
            <strong class="num" title=usd_exact(cost.total.likely)>
                {usd(cost.total.likely)}
            </strong>
            " "
            {range}
        </p>
    }
    .into_any()
}

/// A stacked bar; its length is the option's share of the dearest one.
fn bar(cost: &Cost, dearest: f64) -> AnyView {
    let share = |amount: Usd| if dearest > 0.0 { 100.0 * amount.dollars().max(0.0) / dearest } else { 0.0 };
    let mut from = 0.0;
    let rects = cost
        .parts
        .iter()
        .map(|part| {
            let (x, width) = (from, share(part.amount));
            from += width;
            let class = part_class(part.part);
            view! { <rect class=class x=format!("{x:.2}%") y="0" width=format!("{width:.2}%") height="100%" /> }
        })
        .collect_view();
    let label = format!("{} of at most {}", usd(cost.total.likely), usd(Usd::from_result(dearest)));
    view! {
        <svg class="cost-bar" role="img" aria-label=label width="100%" height="12">
            {rects}
        </svg>
    }
    .into_any()
}

fn part_class(part: Part) -> String {
    format!("part-{}", class_code(part.code()))
}

fn figures(result: &OptionResult) -> AnyView {
    let figure = |term: &'static str, value: String, title: String| {
        view! {
            <div>
                <dt>{term}</dt>
                <dd class="num" title=title>
                    {value}
                </dd>
            </div>
        }
        .into_any()
    };
    let mut figures = Vec::new();
    if let Some(cost) = &result.cost {
        figures.push(figure("First month", usd(cost.first_month), usd_exact(cost.first_month)));
        figures.push(figure("Up front", usd(cost.upfront), usd_exact(cost.upfront)));
        let per_thousand = Usd::from_price(cost.per_thousand_requests);
        figures.push(figure(
            "Per 1,000 requests",
            usd(per_thousand),
            format!("${}", plain_number(per_thousand.dollars())),
        ));
        let (first, last) = cost.replicas;
        if last > 0 || first > 0 {
            let gpus = if first == last { first.to_string() } else { format!("{first} → {last}") };
            figures.push(figure("GPUs", gpus, "in the first and in the last month".to_owned()));
        }
    }
    if let Some(quality) = result.quality {
        figures.push(figure("Quality", percent(quality), "measured on your own test set".to_owned()));
    }
    if let Some(latency) = result.least_latency_ms {
        figures.push(figure("Latency at least", milliseconds(latency), result.latency_basis.clone()));
    }
    view! { <dl class="option-figures">{figures}</dl> }.into_any()
}

fn parts(cost: &Cost) -> AnyView {
    let items = cost
        .parts
        .iter()
        .map(|part| {
            view! {
                <li class=part_class(part.part)>
                    <span>{part.part.label()}</span>
                    " "
                    <span class="num" title=usd_exact(part.amount)>
                        {usd(part.amount)}
                    </span>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="option-parts">
            <summary>"Cost by part"</summary>
            <ul class="part-list">{items}</ul>
        </details>
    }
    .into_any()
}
