//! The article's figures, to the cent, and what we found when we recomputed the rest.
#![allow(clippy::unwrap_used)]

use domain::decision::{Decision, Node, OptionKind, Outcome, Part};
use domain::field::Draft;
use domain::policy::Policy;
use domain::preset;
use domain::units::Usd;
use domain::use_case::{Field, UseCase};

fn draft(id: &str) -> Draft {
    preset::by_id(id).unwrap().draft()
}

fn decide(draft: &Draft) -> Decision {
    let use_case = UseCase::parse(draft).unwrap();
    domain::decide(&use_case, &Policy::article(), &domain::evidence::price_book().unwrap())
}

fn total(decision: &Decision, option: OptionKind) -> f64 {
    decision.total(option).unwrap().dollars()
}

fn crossing(decision: &Decision, first: OptionKind, second: OptionKind) -> Vec<f64> {
    let pair = decision.crossovers.iter().find(|pair| pair.first == first && pair.second == second).unwrap();
    pair.volumes().collect()
}

#[test]
fn the_api_path_costs_14_500_a_month_and_522_000_over_36_months() {
    let decision = decide(&draft("article-classification"));
    let cost = decision.option(OptionKind::FrontierApi).unwrap().cost.as_ref().unwrap();
    assert_eq!(cost.first_month, Usd::from_price(14_500.0));
    assert_eq!(cost.total.likely, Usd::from_price(522_000.0));
    assert_eq!(cost.cumulative.len(), 37);
    assert_eq!(cost.cumulative[36], Usd::from_price(522_000.0));
}

#[test]
fn the_slm_path_costs_76_100_with_two_gpus_and_saves_85_4_percent() {
    let decision = decide(&draft("article-classification"));
    let cost = decision.option(OptionKind::SelfHostedSlm).unwrap().cost.as_ref().unwrap();
    assert_eq!(cost.total.likely, Usd::from_price(76_100.0));
    assert_eq!(cost.replicas, (2, 2));
    let part = |part: Part| cost.parts.iter().find(|p| p.part == part).map(|p| p.amount.dollars());
    assert_eq!(part(Part::Gpus), Some(57_600.0));
    assert_eq!(part(Part::Evaluation), Some(18_000.0));
    assert_eq!(part(Part::FineTuning), Some(500.0));
    let saving =
        1.0 - total(&decision, OptionKind::SelfHostedSlm) / total(&decision, OptionKind::FrontierApi);
    assert_eq!(domain::format::percent(saving * 100.0), "85.4%");
}

#[test]
fn one_gpu_costs_47_300() {
    let decision = decide(&draft("article-classification-one-gpu"));
    assert_eq!(total(&decision, OptionKind::SelfHostedSlm), 47_300.0);
}

#[test]
fn the_crossover_lies_at_0_91_million_with_one_gpu_and_1_46_million_with_two() {
    let one = decide(&draft("article-classification-one-gpu"));
    let two = decide(&draft("article-classification"));
    let at = |decision| crossing(decision, OptionKind::FrontierApi, OptionKind::SelfHostedSlm);
    let (one, two) = (at(&one), at(&two));
    assert_eq!((one.len(), two.len()), (1, 1));
    // 47,300 and 76,100 divided by the API's 36 × $0.00145 for each monthly request.
    assert!((one[0] - 47_300.0 / 0.0522).abs() < 0.01, "{one:?}");
    assert!((two[0] - 76_100.0 / 0.0522).abs() < 0.01, "{two:?}");
    assert_eq!(domain::format::volume(one[0]), "906K");
    assert_eq!(domain::format::volume(two[0]), "1.46M");
}

#[test]
fn the_article_answers_fine_tuned_slm() {
    let decision = decide(&draft("article-classification"));
    assert_eq!(decision.flowchart.terminal, Some(Node::E));
    assert_eq!(decision.article.option, Some(OptionKind::SelfHostedSlm));
    let path: Vec<Node> = decision.flowchart.steps.iter().map(|step| step.node).collect();
    assert_eq!(path, [Node::A, Node::B, Node::C, Node::E, Node::L]);
}

#[test]
fn the_honest_headline_names_apis_cheaper_than_the_self_hosted_path() {
    let decision = decide(&draft("article-classification"));
    let headline = decision.headline.as_ref().unwrap();
    let of =
        |model: &str| headline.cheaper.iter().find(|api| api.model == model).map(|api| api.total.dollars());
    assert_eq!(of("gpt-4o-mini"), Some(31_320.0));
    assert_eq!(of("gpt-6-luna"), Some(21_600.0));
    assert_eq!(of("us.amazon.nova-micro-v1:0"), Some(7_308.0));
    assert_eq!(of("deepinfra/meta-llama/Meta-Llama-3.1-8B-Instruct-Turbo"), Some(3_888.0));
    assert_eq!(of("gpt-4o"), None);
    assert_eq!(headline.cheaper[0].total.dollars(), 3_888.0);
}

#[test]
fn the_research_assistant_costs_ten_dollars_not_twelve_hundred() {
    // 2.5 million tokens a month at the article's blended $4 to $5 per million.
    let decision = decide(&draft("article-research-assistant"));
    let month =
        decision.option(OptionKind::FrontierApi).unwrap().cost.as_ref().unwrap().first_month.dollars();
    assert!(month < 12.5, "{month}");
}

#[test]
fn requiring_on_premise_excludes_every_third_party_and_flips_the_verdict() {
    let open = decide(&draft("article-classification"));
    let closed = decide(&draft("article-classification").with(Field::Privacy, "on_premise_required"));
    assert_ne!(open.leading_option(), closed.leading_option());
    for result in &closed.options {
        assert_eq!(result.option.is_third_party(), !result.excluded.is_empty(), "{:?}", result.option);
    }
    assert!(closed.headline.is_none());
}

#[test]
fn a_blank_use_case_asks_for_its_volume_first() {
    let decision = decide(&draft("blank"));
    assert!(matches!(
        decision.outcome,
        Outcome::MissingEvidence { first: Field::RequestsPerMonth, leaning: None, .. }
    ));
    assert!(decision.options.iter().all(|result| result.cost.is_none() && !result.missing.is_empty()));
}

#[test]
fn all_options_are_always_there_in_their_order() {
    for preset in preset::PRESETS {
        let decision = decide(&preset.draft());
        let kinds: Vec<OptionKind> = decision.options.iter().map(|result| result.option).collect();
        assert_eq!(
            kinds,
            [
                OptionKind::FrontierApi,
                OptionKind::SmallApi,
                OptionKind::HostedOpenWeight,
                OptionKind::SelfHostedSlm,
                OptionKind::Hybrid,
                OptionKind::CpuEncoder
            ]
        );
    }
}
