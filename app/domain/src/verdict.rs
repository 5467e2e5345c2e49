//! From constraints, flowchart, dimensions and cost to a conclusion.
//!
//! 1. Hard constraints exclude options.
//! 2. The framework's questions set options aside (reasoning, structure and capacity, asked at every volume).
//! 3. What is left is ranked by likely cost. The flowchart's volume gate is a stand-in for cost; here the
//!    cost itself is known, so the gate only appears in the article's own answer.
//! 4. A fact that is unknown and would change the result makes the outcome *missing evidence*; options
//!    closer than the policy's margin make it a *tie*.
//! 5. The eight dimensions and the quality evidence set the confidence.

use crate::constraints::is_proven;
use crate::decision::{Confidence, OptionKind, OptionResult, Outcome, PairCrossovers, Reason, Side, Tally};
use crate::field::{Choice, plain_number};
use crate::format;
use crate::policy::Policy;
use crate::tco::{errors_left_out, measured_quality};
use crate::units::{Quantity, Usd};
use crate::use_case::{Field, UseCase};

/// Unknown facts named first when several stop every cost.
const FIRST_TO_ASK: [Field; 4] =
    [Field::RequestsPerMonth, Field::InputTokens, Field::OutputTokens, Field::FrontierModel];

/// A conclusion with the candidates it was drawn from.
pub(crate) struct Verdict {
    pub(crate) outcome: Outcome,
    /// Options that could be taken, cheapest first.
    pub(crate) ranking: Vec<(OptionKind, Usd)>,
    pub(crate) confidence: Confidence,
}

/// Draws the conclusion.
pub(crate) fn conclude(
    use_case: &UseCase,
    policy: &Policy,
    options: &[OptionResult],
    tally: Tally,
) -> Verdict {
    let ranking = ranking(use_case, options);
    let outcome = outcome(use_case, policy, options, &ranking);
    let confidence = confidence(use_case, options, &outcome, &ranking, tally);
    Verdict { outcome, ranking, confidence }
}

/// Options that may be taken, cheapest first; those set aside only count when nothing else is left.
fn ranking(use_case: &UseCase, options: &[OptionResult]) -> Vec<(OptionKind, Usd)> {
    let costed = |aside_too: bool| -> Vec<(OptionKind, Usd)> {
        let mut candidates: Vec<(OptionKind, Usd)> = options
            .iter()
            .filter(|result| result.excluded.is_empty() && (aside_too || result.set_aside.is_empty()))
            .filter(|result| {
                result.option != OptionKind::CpuEncoder || use_case.is_classification() == Some(true)
            })
            .filter_map(|result| Some((result.option, result.cost.as_ref()?.total.likely)))
            .collect();
        candidates.sort_by_key(|(option, total)| (*total, *option));
        candidates
    };
    let candidates = costed(false);
    if candidates.is_empty() { costed(true) } else { candidates }
}

fn outcome(
    use_case: &UseCase,
    policy: &Policy,
    options: &[OptionResult],
    ranking: &[(OptionKind, Usd)],
) -> Outcome {
    let Some((cheapest, total)) = ranking.first().copied() else {
        return nothing_to_rank(options);
    };
    if let Some(missing) = unknown_that_decides(use_case, cheapest) {
        return missing;
    }
    if use_case.required_quality.is_known() && !is_proven(cheapest, use_case) {
        return unproven(use_case, policy, cheapest, total, ranking);
    }
    rank_or_tie(use_case, policy, ranking)
}

fn rank_or_tie(use_case: &UseCase, policy: &Policy, ranking: &[(OptionKind, Usd)]) -> Outcome {
    let (cheapest, total) = ranking[0];
    let within = margin(total, policy);
    let close: Vec<OptionKind> = ranking
        .iter()
        .filter(|(option, other)| {
            *other <= within && (use_case.required_quality.is_known() <= is_proven(*option, use_case))
        })
        .map(|(option, _)| *option)
        .collect();
    if close.len() < 2 {
        return Outcome::Recommended { option: cheapest };
    }
    let deciding_question = if close.iter().any(|option| measured_quality(*option, use_case).is_none()) {
        "Which of them does better on your own test set?".to_owned()
    } else if close.iter().any(|option| !is_proven(*option, use_case)) {
        "Is the quality you measured good enough for the task?".to_owned()
    } else if close.iter().any(|option| option.is_self_run()) && close.iter().any(|o| !o.is_self_run()) {
        "Is running a model of your own worth more to you than leaving it to a provider?".to_owned()
    } else {
        "Which of them would your team rather operate?".to_owned()
    };
    Outcome::Tie { options: close, deciding_question }
}

/// The dearest total that still counts as a tie with this one.
fn margin(total: Usd, policy: &Policy) -> Usd {
    Usd::from_result(total.dollars() * (1.0 + policy.tie_margin_percent / 100.0))
}

fn nothing_to_rank(options: &[OptionResult]) -> Outcome {
    let open: Vec<&OptionResult> = options.iter().filter(|result| result.excluded.is_empty()).collect();
    if open.is_empty() {
        return no_option_meets_every_constraint(options);
    }
    let missing = |field: &Field| open.iter().any(|result| result.missing.contains(field));
    let first = FIRST_TO_ASK
        .into_iter()
        .find(|field| missing(field))
        .or_else(|| open.iter().find_map(|result| result.missing.first().copied()));
    match first {
        Some(first) => Outcome::MissingEvidence {
            first,
            why: format!("Without it no option can be costed: {}", lower_first(first.help())),
            leaning: None,
        },
        // Only the encoder is left and costed, and nobody said whether the task is a classification.
        None => Outcome::MissingEvidence {
            first: Field::LabelCount,
            why: "Only an encoder on CPU is left, and it can do nothing but choose among labels.".to_owned(),
            leaning: None,
        },
    }
}

/// The constraint to reconsider first is the one that alone keeps out the cheapest option. An encoder kept
/// out because the answer is text is not a matter of constraints.
fn no_option_meets_every_constraint(options: &[OptionResult]) -> Outcome {
    let constraint = |reason: &Reason| match reason.field {
        Field::LabelCount => None,
        Field::LlmQuality
        | Field::SmallApiQuality
        | Field::HostedQuality
        | Field::SlmQuality
        | Field::EncoderQuality => Some(Field::RequiredQuality),
        field => Some(field),
    };
    let alone = options
        .iter()
        .filter_map(|result| match result.excluded.as_slice() {
            [reason] => Some((result.cost.as_ref()?.total.likely, result.option, constraint(reason)?)),
            _ => None,
        })
        .min();
    let (first, why) = match alone {
        Some((total, option, field)) => {
            let what =
                format!("Without this one, {} could be taken ({}).", in_sentence(option), format::usd(total));
            (field, what)
        }
        None => {
            let field = options.iter().flat_map(|result| &result.excluded).find_map(constraint);
            (field.unwrap_or(Field::RequiredQuality), "More than one of them has to give.".to_owned())
        }
    };
    Outcome::MissingEvidence { first, why: format!("No option meets every constraint. {why}"), leaning: None }
}

/// A yes-or-no fact that is unknown and, answered one way, would rule out the option in front.
fn unknown_that_decides(use_case: &UseCase, cheapest: OptionKind) -> Option<Outcome> {
    let missing = |first: Field, why: &str| {
        Some(Outcome::MissingEvidence { first, why: why.to_owned(), leaning: Some(cheapest) })
    };
    if use_case.privacy.is_none() && cheapest.is_third_party() {
        return missing(Field::Privacy, "If data must stay on-premise, every third-party API is out.");
    }
    let small = cheapest.is_small_model() || cheapest == OptionKind::Hybrid;
    if use_case.reasoning.is_none() && small && !is_proven(cheapest, use_case) {
        return missing(
            Field::Reasoning,
            "Complex reasoning would rule out a small model that nobody has measured.",
        );
    }
    if use_case.ml_capacity.is_none() && cheapest.is_self_run() {
        return missing(Field::MlCapacity, "If nobody can run a model, a model of your own is out.");
    }
    None
}

/// A quality is required and the cheapest option's was never measured.
fn unproven(
    use_case: &UseCase,
    policy: &Policy,
    cheapest: OptionKind,
    total: Usd,
    ranking: &[(OptionKind, Usd)],
) -> Outcome {
    let required = use_case.required_quality.likely().map_or(0.0, Quantity::get);
    let proven: Vec<(OptionKind, Usd)> =
        ranking.iter().copied().filter(|(option, _)| is_proven(*option, use_case)).collect();
    match proven.first().copied() {
        Some((_, proven_total)) if proven_total <= margin(total, policy) => {
            rank_or_tie(use_case, policy, &proven)
        }
        Some((option, proven_total)) => Outcome::MissingEvidence {
            first: cheapest.quality_field(),
            why: format!(
                "If it reaches {}, {} saves {}{} against {}.",
                format::percent(required),
                in_sentence(cheapest),
                if errors_left_out(cheapest, use_case) { "up to " } else { "" },
                format::usd(proven_total.saturating_sub(total)),
                in_sentence(option),
            ),
            leaning: Some(option),
        },
        None => Outcome::MissingEvidence {
            first: cheapest.quality_field(),
            why: format!(
                "No option was measured against the required {}; the cheapest is the one to measure first.",
                format::percent(required)
            ),
            leaning: Some(cheapest),
        },
    }
}

/// The side of the dimension table that an option stands on.
pub(crate) fn side_of(option: OptionKind) -> Side {
    if option.is_self_run() { Side::Slm } else { Side::Llm }
}

fn confidence(
    use_case: &UseCase,
    options: &[OptionResult],
    outcome: &Outcome,
    ranking: &[(OptionKind, Usd)],
    tally: Tally,
) -> Confidence {
    let Outcome::Recommended { option } = outcome else { return Confidence::Low };
    let (agree, against) = match side_of(*option) {
        Side::Slm => (tally.slm, tally.llm),
        _ => (tally.llm, tally.slm),
    };
    let runner_up = ranking.iter().find(|(other, _)| other != option).map(|(_, total)| total.dollars());
    let total = ranking.iter().find(|(other, _)| other == option).map_or(0.0, |(_, total)| total.dollars());
    let clear_cost = runner_up.is_none_or(|next| next >= total * 1.25);
    let proven = is_proven(*option, use_case);
    let all_compared = !options.iter().any(|result| is_left_out(result, ranking));
    if proven && all_compared && agree > against && tally.unknown <= 2 && clear_cost {
        Confidence::High
    } else if !proven || tally.unknown >= 4 || against > agree + 2 {
        Confidence::Low
    } else {
        Confidence::Medium
    }
}

/// Whether an option may be taken but is missing from the comparison, because an input is unknown.
fn is_left_out(result: &OptionResult, ranking: &[(OptionKind, Usd)]) -> bool {
    let compared = ranking.iter().any(|(option, _)| *option == result.option);
    result.excluded.is_empty() && result.set_aside.is_empty() && !compared
}

/// What the quality of an option leaves open, as the end of a sentence; `None` if it is proven.
fn quality_doubt(option: OptionKind, use_case: &UseCase) -> Option<String> {
    if is_proven(option, use_case) {
        return None;
    }
    let Some(measured) = measured_quality(option, use_case).map(format::percent) else {
        return Some("if it is good enough, which nobody has measured yet".to_owned());
    };
    // An option that is measured below the required quality is excluded, so none is required here.
    let beside = use_case.llm_quality.likely().map_or_else(
        || "no required quality was entered".to_owned(),
        |llm| format!("the frontier LLM reaches {}", format::percent(llm.get())),
    );
    Some(format!("if a quality of {measured} is good enough; {beside}"))
}

/// The conclusion as a sentence: the largest text of the page.
pub(crate) fn sentence(
    use_case: &UseCase,
    options: &[OptionResult],
    verdict: &Verdict,
    horizon: Option<u64>,
) -> String {
    let over = match horizon {
        None => String::new(),
        Some(1) => " over 1 month".to_owned(),
        Some(months) => format!(" over {months} months"),
    };
    let total_of = |option: OptionKind| {
        verdict.ranking.iter().find(|(other, _)| *other == option).map(|(_, total)| format::usd(*total))
    };
    match &verdict.outcome {
        Outcome::Recommended { option } => {
            let total = total_of(*option).unwrap_or_default();
            let condition =
                quality_doubt(*option, use_case).map_or_else(String::new, |doubt| format!(" – {doubt}"));
            format!("{}: {total}{over}{condition}.", option.label())
        }
        Outcome::Tie { options, .. } => {
            let named: Vec<String> = options
                .iter()
                .map(|option| format!("{} ({})", in_sentence(*option), total_of(*option).unwrap_or_default()))
                .collect();
            format!("A tie{over}: {}.", format::listed(&named))
        }
        Outcome::MissingEvidence { first, leaning: None, .. } if no_option_is_left(options) => {
            format!("No option meets every constraint. Reconsider first: {}.", lower_first(first.label()))
        }
        Outcome::MissingEvidence { first, leaning, .. } => {
            let ask = match first.label().strip_suffix(", measured") {
                Some(quality) => format!("Measure first: {}.", lower_first(quality)),
                None => format!("Find out first: {}.", lower_first(first.label())),
            };
            match leaning {
                Some(option) => format!(
                    "{ask} Until then, {} ({}{over}).",
                    in_sentence(*option),
                    total_of(*option).unwrap_or_default(),
                ),
                None => ask,
            }
        }
    }
}

/// Whether hard constraints exclude every option.
fn no_option_is_left(options: &[OptionResult]) -> bool {
    options.iter().all(|result| !result.excluded.is_empty())
}

/// An option's name inside a sentence.
pub(crate) fn in_sentence(option: OptionKind) -> String {
    format!("the {}", lower_first(option.label()))
}

/// Lower-cases the first letter unless the word is an abbreviation.
pub(crate) fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => text.to_owned(),
    }
}

/// Why, one sentence each, most important first.
pub(crate) fn reasons(options: &[OptionResult], verdict: &Verdict, tally: Tally) -> Vec<String> {
    let mut reasons = Vec::new();
    if let Outcome::MissingEvidence { why, .. } = &verdict.outcome {
        reasons.push(why.clone());
    }
    if let Outcome::Tie { deciding_question, .. } = &verdict.outcome {
        reasons.push(format!("They differ by less than the margin of error. {deciding_question}"));
    }
    match verdict.ranking.as_slice() {
        [(first, total), (second, next), ..] => reasons.push(format!(
            "Of the options in the running, {} costs least ({}); {} is next ({}).",
            in_sentence(*first),
            format::usd(*total),
            in_sentence(*second),
            format::usd(*next)
        )),
        [(only, _)] => reasons.push(format!("Only {} is left to compare.", in_sentence(*only))),
        [] => {}
    }
    for result in options {
        let option = capital_first(&in_sentence(result.option));
        if let Some(reason) = result.excluded.first() {
            reasons.push(format!("{option} is excluded. {}", reason.sentence));
        } else if let Some(reason) = result.set_aside.first() {
            reasons.push(format!("{option} is set aside. {}", reason.sentence));
        } else if is_left_out(result, &verdict.ranking) && !verdict.ranking.is_empty() {
            reasons.push(format!("{option} is not compared. Unknown: {}.", unknowns(result)));
        }
    }
    reasons.push(tally_sentence(tally));
    reasons
}

/// The inputs that keep an option out of the comparison. An encoder that is costed waits for the number of
/// labels, which tells whether it can do the task.
fn unknowns(result: &OptionResult) -> String {
    let fields = if result.missing.is_empty() { &[Field::LabelCount][..] } else { &result.missing };
    let labels: Vec<String> = fields.iter().map(|field| lower_first(field.label())).collect();
    format::listed(&labels)
}

fn tally_sentence(tally: Tally) -> String {
    let speak = if tally.slm == 1 { "speaks" } else { "speak" };
    let unknown = match tally.unknown {
        0 => "none is unknown".to_owned(),
        1 => "1 is unknown".to_owned(),
        several => format!("{several} are unknown"),
    };
    format!(
        "Of the eight dimensions, {} {speak} for an SLM, {} for an LLM, {} for neither; {unknown}.",
        tally.slm, tally.llm, tally.neutral
    )
}

/// The assumption the conclusion hangs on.
pub(crate) fn decisive_assumption(
    use_case: &UseCase,
    options: &[OptionResult],
    crossovers: &[PairCrossovers],
    verdict: &Verdict,
) -> String {
    let ranking = verdict.ranking.as_slice();
    let leading = match &verdict.outcome {
        Outcome::Recommended { option } => *option,
        Outcome::Tie { options, .. } => match options.first() {
            Some(option) => *option,
            None => return String::new(),
        },
        Outcome::MissingEvidence { first, leaning, .. } => {
            let fact = first.label().strip_suffix(", measured").unwrap_or(first.label());
            return match leaning {
                Some(_) => format!("Everything hangs on a fact that is unknown: {}.", lower_first(fact)),
                None => format!("Nothing can be recommended before this is settled: {}.", lower_first(fact)),
            };
        }
    };
    let quality = quality_doubt(leading, use_case).map_or_else(String::new, |doubt| {
        format!("{} is justified only {doubt}. ", capital_first(&in_sentence(leading)))
    });
    let rivals = ranking.iter().any(|(option, _)| *option != leading);
    let rest = if rivals {
        decisive_volume(use_case, leading, crossovers, ranking)
    } else {
        decisive_rule(leading, options)
    };
    format!("{quality}{rest}")
}

/// What decides where a single option is left: the rule that sets a cheaper one aside, if one is.
fn decisive_rule(leading: OptionKind, options: &[OptionResult]) -> String {
    let total = |result: &OptionResult| result.cost.as_ref().map(|cost| cost.total.likely);
    let ours = options.iter().find(|result| result.option == leading).and_then(total);
    options
        .iter()
        .filter(|result| result.excluded.is_empty() && result.option != leading)
        .filter_map(|result| Some((total(result)?, result.option, result.set_aside.first()?)))
        .filter(|(theirs, ..)| ours.is_some_and(|ours| *theirs < ours))
        .min_by_key(|(theirs, option, _)| (*theirs, *option))
        .map_or_else(
            || "No other option is left, so cost does not decide.".to_owned(),
            |(theirs, option, reason)| {
                format!(
                    "A rule decides, not cost: {} would cost {}, but {}",
                    in_sentence(option),
                    format::usd(theirs),
                    lower_first(&reason.sentence)
                )
            },
        )
}

/// The volume at which another option becomes the cheapest.
fn decisive_volume(
    use_case: &UseCase,
    leading: OptionKind,
    crossovers: &[PairCrossovers],
    ranking: &[(OptionKind, Usd)],
) -> String {
    let rivals: Vec<OptionKind> = ranking.iter().map(|(option, _)| *option).collect();
    let Some(volume) = use_case.requests_per_month.likely().map(Quantity::get) else { return String::new() };
    let nearest = crossovers
        .iter()
        .filter(|pair| {
            (pair.first == leading && rivals.contains(&pair.second))
                || (pair.second == leading && rivals.contains(&pair.first))
        })
        .flat_map(|pair| {
            let rival = if pair.first == leading { pair.second } else { pair.first };
            pair.volumes().map(move |at| (libm::fabs(libm::log(at / volume)), at, rival))
        })
        .min_by(|one, other| one.0.total_cmp(&other.0));
    match nearest {
        Some((_, at, rival)) => format!(
            "On cost, the volume decides: {} changes places with {} at {} requests/month; you entered {}.",
            in_sentence(leading),
            in_sentence(rival),
            format::volume(at),
            plain_number(volume),
        ),
        None => {
            "On cost, no volume between 1,000 and 1 billion requests/month changes the result.".to_owned()
        }
    }
}

/// The text with a capital first letter.
fn capital_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
