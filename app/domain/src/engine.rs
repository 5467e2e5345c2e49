//! The decision engine: puts constraints, flowchart, dimensions, cost and verdict together.

use crate::constraints::{api_model, exclusions, least_latency, set_aside};
use crate::crossover::crossovers;
use crate::decision::{ArticleAnswer, Decision, Node, OptionKind, OptionResult, PairCrossovers, Side, Tally};
use crate::field::Choice;
use crate::format;
use crate::policy::Policy;
use crate::prices::PriceBook;
use crate::tco::{Costing, cost_all, errors_left_out, measured_quality};
use crate::units::Quantity;
use crate::use_case::{HybridKind, Privacy, UseCase, YesNo};
use crate::verdict::{self, in_sentence};
use crate::{dimensions, flowchart, headline, provenance, quadrant};

/// Decides a use case under a policy at the prices of a price book.
///
/// The same arguments give the same bytes on any machine. Keys that the price book does not hold count as
/// unknown; [`PriceBook::check`] names them beforehand.
pub fn decide(use_case: &UseCase, policy: &Policy, book: &PriceBook) -> Decision {
    let flowchart = flowchart::walk(use_case, policy);
    let dimensions = dimensions::judge(use_case, policy);
    let tally = dimensions::tally(&dimensions);
    let options: Vec<OptionResult> = cost_all(use_case, book)
        .into_iter()
        .map(|(option, costing)| option_result(option, costing, use_case, policy, book))
        .collect();
    let crossovers = all_crossovers(&options);
    let verdict = verdict::conclude(use_case, policy, &options, tally);
    let horizon_months = whole_months(use_case);
    let self_hosted = options
        .iter()
        .find(|result| result.option == OptionKind::SelfHostedSlm)
        .and_then(|result| result.cost.as_ref());
    let headline = headline::headline(use_case, book, self_hosted);

    let mut decision = Decision {
        provenance: provenance::of(use_case, policy, book),
        sentence: verdict::sentence(use_case, &options, &verdict, horizon_months),
        confidence: verdict.confidence,
        reasons: verdict::reasons(&options, &verdict, tally),
        decisive_assumption: verdict::decisive_assumption(use_case, &options, &crossovers, &verdict),
        article: article_answer(flowchart.terminal, tally, flowchart.stopped_by.map(|field| field.label())),
        flowchart,
        dimensions,
        tally,
        quadrant: quadrant::place(use_case, policy),
        headline,
        options,
        crossovers,
        horizon_months,
        outcome: verdict.outcome,
    };
    decision.article.differences = differences(&decision, policy);
    decision
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and at most 120")]
fn whole_months(use_case: &UseCase) -> Option<u64> {
    use_case.horizon_months.likely().map(|months| months.get() as u64)
}

fn option_result(
    option: OptionKind,
    costing: Costing,
    use_case: &UseCase,
    policy: &Policy,
    book: &PriceBook,
) -> OptionResult {
    let (cost, missing) = match costing {
        Ok(cost) => (Some(cost), Vec::new()),
        Err(missing) => (None, missing),
    };
    let latency = least_latency(option, use_case, book);
    OptionResult {
        option,
        served_by: served_by(option, use_case, book),
        excluded: exclusions(option, use_case, book),
        set_aside: set_aside(option, use_case, policy),
        cost,
        missing,
        quality: measured_quality(option, use_case),
        least_latency_ms: latency.as_ref().map(|(ms, _)| format::significant(*ms, 3)),
        latency_basis: latency.map_or_else(String::new, |(_, basis)| basis),
        notes: notes(option, use_case, book),
    }
}

fn served_by(option: OptionKind, use_case: &UseCase, book: &PriceBook) -> String {
    let unknown = || "not chosen yet".to_owned();
    let own = || {
        let profile = use_case.serving_profile.as_ref().and_then(|key| book.serving_profile(key.as_str()));
        let offer = use_case.gpu_offer.as_ref().and_then(|key| book.gpu_offer(key.as_str()));
        match (profile, offer) {
            (Some(profile), Some(offer)) => {
                format!("{} on {} at {}/month", profile.model, offer.gpu, format::usd(offer.per_month))
            }
            (Some(profile), None) => profile.model.clone(),
            (None, Some(offer)) => offer.gpu.clone(),
            (None, None) => unknown(),
        }
    };
    let api = || api_model(option, use_case, book).map_or_else(unknown, |model| model.key.clone());
    match option {
        OptionKind::FrontierApi | OptionKind::SmallApi | OptionKind::HostedOpenWeight => api(),
        OptionKind::SelfHostedSlm => own(),
        OptionKind::Hybrid => {
            let share = use_case
                .share_handled
                .likely()
                .map_or_else(|| "a share unknown".to_owned(), |share| format::percent(share.get()));
            let kind = match use_case.hybrid_kind {
                Some(HybridKind::Router) => "router",
                _ => "cascade",
            };
            format!("{share} answered by {}, the rest by {} ({kind})", own(), api())
        }
        OptionKind::CpuEncoder => "a fine-tuned encoder of the BERT family".to_owned(),
    }
}

fn notes(option: OptionKind, use_case: &UseCase, book: &PriceBook) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(model) = api_model(option, use_case, book) {
        if let Some(day) = &model.retires_on {
            notes.push(format!("{} is announced to retire on {day}.", model.key));
        }
        if !model.note.is_empty() {
            notes.push(model.note.clone());
        }
    }
    if option.is_self_run() && option != OptionKind::CpuEncoder {
        let own_throughput = use_case.prefill_tps.is_known() && use_case.decode_tps.is_known();
        let profile = use_case.serving_profile.as_ref().and_then(|key| book.serving_profile(key.as_str()));
        if let Some(profile) = profile.filter(|_| !own_throughput) {
            notes.push(format!("Throughput is {}: {}.", article_for(&profile.status), profile.derivation));
        }
        let offer = use_case.gpu_offer.as_ref().and_then(|key| book.gpu_offer(key.as_str()));
        if let Some(offer) = offer.filter(|_| use_case.privacy == Some(Privacy::OnPremiseRequired)) {
            notes.push(format!(
                "Priced as rented GPUs ({}); hardware of your own will cost something else.",
                offer.offer
            ));
        }
    }
    let share_source = use_case.share_handled_source.as_str();
    if option == OptionKind::Hybrid && use_case.share_handled.is_known() && !share_source.is_empty() {
        notes.push(format!("The share that the SLM handles is from {share_source}."));
    }
    if option == OptionKind::CpuEncoder {
        notes.push(format!(
            "Costed at {} per million requests, the geometric mean of the published {} to {}.",
            format::usd(book.encoder.likely),
            format::price(book.encoder.low),
            format::price(book.encoder.high)
        ));
    }
    if option == OptionKind::HostedOpenWeight && use_case.hosted_fine_tuned == Some(YesNo::Yes) {
        notes.push("Many hosts serve fine-tuned models only on dedicated GPUs, at other prices.".to_owned());
    }
    if errors_left_out(option, use_case) {
        notes.push(
            "The cost of undetected errors is missing from its total: nobody measured its quality."
                .to_owned(),
        );
    }
    notes
}

fn article_for(status: &str) -> String {
    match status {
        "estimate" => "an estimate".to_owned(),
        other => other.to_owned(),
    }
}

fn all_crossovers(options: &[OptionResult]) -> Vec<PairCrossovers> {
    let curves: Vec<_> =
        options.iter().filter_map(|result| Some((result.option, &result.cost.as_ref()?.curve))).collect();
    curves
        .iter()
        .enumerate()
        .flat_map(|(index, first)| curves[index + 1..].iter().map(move |second| crossovers(*first, *second)))
        .collect()
}

fn article_answer(terminal: Option<Node>, tally: Tally, stopped_by: Option<&str>) -> ArticleAnswer {
    let option = terminal.and_then(flowchart::option_of);
    let table_side = dimensions::table_side(tally);
    let flowchart = match (terminal, stopped_by) {
        (Some(terminal), _) => format!("The article’s flowchart ends at “{}”", terminal.label()),
        (None, Some(field)) => {
            format!("The article’s flowchart stops: {} is unknown", verdict::lower_first(field))
        }
        (None, None) => "The article’s flowchart gives no answer".to_owned(),
    };
    let table = match table_side {
        Side::Slm => format!("its table of dimensions favours an SLM ({} to {})", tally.slm, tally.llm),
        Side::Llm => format!("its table of dimensions favours an LLM ({} to {})", tally.llm, tally.slm),
        Side::Neutral => format!("its table of dimensions is balanced ({} to {})", tally.slm, tally.llm),
        Side::Unknown => "its table of dimensions has nothing to go on".to_owned(),
    };
    ArticleAnswer {
        terminal,
        option,
        table_side,
        sentence: format!("{flowchart}; {table}."),
        differences: Vec::new(),
    }
}

/// Why our answer is not the article's, where it is not.
fn differences(decision: &Decision, policy: &Policy) -> Vec<String> {
    let (Some(theirs), Some(ours)) = (decision.article.option, decision.leading_option()) else {
        return Vec::new();
    };
    let mut differences = Vec::new();
    let flowchart_side = if theirs.is_self_run() { Side::Slm } else { Side::Llm };
    if matches!(decision.article.table_side, Side::Slm | Side::Llm)
        && decision.article.table_side != flowchart_side
    {
        differences.push(
            "The article’s two instruments disagree: its flowchart points one way, its table the other."
                .to_owned(),
        );
    }
    if theirs == ours {
        return differences;
    }
    let Some(result) = decision.option(theirs) else { return differences };
    if let Some(reason) = result.excluded.first() {
        differences.push(format!(
            "The article’s answer is excluded, on a question its flowchart does not ask on this path: {}",
            verdict::lower_first(&reason.sentence)
        ));
        return differences;
    }
    let so_far = differences.len();
    if let Some(reason) = result.set_aside.first() {
        differences
            .push(format!("The article’s answer is set aside: {}", verdict::lower_first(&reason.sentence)));
    }
    if let (Some(theirs_total), Some(ours_total)) = (decision.total(theirs), decision.total(ours))
        && ours_total < theirs_total
    {
        differences.push(format!(
                "The flowchart puts a gate of {} requests/month in the place of cost; at these prices {} costs {} and {} {}.",
                format::volume(policy.volume_gate),
                in_sentence(ours),
                format::usd(ours_total),
                in_sentence(theirs),
                format::usd(theirs_total),
            ));
    }
    if result.cost.is_none() {
        differences.push(
            "The article’s answer cannot be costed yet; its flowchart does not ask what it costs.".to_owned(),
        );
    }
    if differences.len() == so_far && result.quality.is_none() {
        differences.push(format!(
            "Nobody has measured the quality of the article’s answer, {}; its flowchart does not ask about quality.",
            in_sentence(theirs)
        ));
    }
    if matches!(ours, OptionKind::SmallApi | OptionKind::HostedOpenWeight | OptionKind::CpuEncoder) {
        differences.push("The article compares a self-hosted SLM with a frontier API only; the options between them are not on its chart.".to_owned());
    }
    differences
}
