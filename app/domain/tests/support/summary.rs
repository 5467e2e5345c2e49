//! A decision as a page of text that a reviewer can check by eye.

use domain::decision::{Decision, OptionResult, Outcome};
use domain::field::Choice;
use domain::format;
use std::fmt::Write as _;

/// The conclusion and everything it rests on, one line each.
pub fn summary(title: &str, decision: &Decision) -> String {
    let mut text = format!("{title}\n\n");
    let mut line = |name: &str, value: &str| writeln!(text, "{name:<11} {value}").unwrap();
    line("verdict", &decision.sentence);
    line("outcome", &outcome(&decision.outcome));
    line("confidence", decision.confidence.code());
    for reason in &decision.reasons {
        line("why", reason);
    }
    line("decisive", &decision.decisive_assumption);
    if let Some(headline) = &decision.headline {
        line("headline", &headline.sentence);
    }
    line("article", &decision.article.sentence);
    for difference in &decision.article.differences {
        line("differs", difference);
    }
    if let Some(position) = &decision.quadrant {
        let (specificity, volume) = (position.specificity, format::volume(position.requests_per_month));
        line("quadrant", &format!("{} ({specificity}, {volume})", position.quadrant.label()));
    }
    text.push_str("\noptions\n");
    for result in &decision.options {
        writeln!(text, "  {:<28} {:>12}  {}", result.option.label(), total(result), standing(result))
            .unwrap();
    }
    text.push_str("\ncosts per month, one-off, GPUs, quality, latency\n");
    for result in &decision.options {
        writeln!(text, "  {:<28} {}", result.option.label(), figures(result)).unwrap();
    }
    text.push_str("\nflowchart\n");
    for step in &decision.flowchart.steps {
        let held_against =
            if step.threshold.is_empty() { String::new() } else { format!(" [{}]", step.threshold) };
        writeln!(
            text,
            "  {} {:<38} {:<3} {}{held_against}",
            step.node.code(),
            step.question,
            step.answer,
            step.fact
        )
        .unwrap();
    }
    text.push_str("\ndimensions\n");
    for row in &decision.dimensions {
        writeln!(
            text,
            "  {:<16} {:<12} {} [{}]",
            row.dimension.label(),
            row.side.label(),
            row.fact,
            row.threshold
        )
        .unwrap();
    }
    text.push_str("\ncrossovers, requests/month\n");
    for pair in &decision.crossovers {
        let ranges: Vec<String> = pair
            .ranges
            .iter()
            .map(|range| {
                let cheaper = range.cheaper.map_or("alternating", |option| option.code());
                format!("{cheaper} to {}", format::volume(range.to))
            })
            .collect();
        writeln!(text, "  {} / {}: {}", pair.first.code(), pair.second.code(), ranges.join(", ")).unwrap();
    }
    text
}

fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Recommended { option } => format!("recommended: {}", option.code()),
        Outcome::Tie { options, deciding_question } => {
            let codes: Vec<&str> = options.iter().map(|option| option.code()).collect();
            format!("tie: {}; {deciding_question}", codes.join(", "))
        }
        Outcome::MissingEvidence { first, leaning, .. } => {
            format!(
                "missing evidence: {}; leaning: {}",
                first.name(),
                leaning.map_or("none", |option| option.code())
            )
        }
    }
}

fn total(result: &OptionResult) -> String {
    result.cost.as_ref().map_or_else(
        || {
            let missing: Vec<&str> = result.missing.iter().map(|field| field.name()).collect();
            format!("needs {}", missing.join(", "))
        },
        |cost| format::usd_exact(cost.total.likely),
    )
}

/// Every reason against an option; a hard constraint comes first.
fn standing(result: &OptionResult) -> String {
    let excluded = result.excluded.iter().map(|reason| format!("excluded: {}", reason.sentence));
    let aside = result.set_aside.iter().map(|reason| format!("set aside: {}", reason.sentence));
    excluded.chain(aside).collect::<Vec<_>>().join(" ")
}

fn figures(result: &OptionResult) -> String {
    let none = || "-".to_owned();
    let quality = result.quality.map_or_else(none, format::percent);
    let latency =
        result.least_latency_ms.map_or_else(none, |ms| format!("from {}", format::milliseconds(ms)));
    let Some(cost) = &result.cost else { return format!("{quality}, {latency}") };
    format!(
        "{} first month, {} once, {} to {} GPUs, {quality}, {latency}; {}",
        format::usd_exact(cost.first_month),
        format::usd_exact(cost.upfront),
        cost.replicas.0,
        cost.replicas.1,
        result.served_by,
    )
}
