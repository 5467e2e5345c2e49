//! Which rules experts keep correcting, counted on decisions whose rules are known.
#![allow(clippy::unwrap_used)]

mod support;

use domain::decision::{Decision, OptionKind, Side};
use domain::override_rate::{RuleRate, override_rates};
use domain::use_case::{Field, UseCase};
use support::{decide, use_case};

/// A preset, decided with some of its inputs replaced.
fn decided(preset: &str, inputs: &[(Field, &str)]) -> Decision {
    let draft = inputs
        .iter()
        .fold(use_case(preset).to_draft(), |draft, (field, text)| draft.with(*field, (*text).to_owned()));
    decide(&UseCase::parse(&draft).unwrap())
}

fn side(option: OptionKind) -> Side {
    if option.is_self_run() { Side::Slm } else { Side::Llm }
}

/// An option of the other side of the table than the answer's.
fn opposite(decision: &Decision) -> OptionKind {
    match side(decision.leading_option().unwrap()) {
        Side::Slm => OptionKind::FrontierApi,
        _ => OptionKind::SelfHostedSlm,
    }
}

fn rate<'a>(rates: &'a [RuleRate], rule: &str) -> Option<&'a RuleRate> {
    rates.iter().find(|rate| rate.rule == rule)
}

fn counts(rates: &[RuleRate], rule: &str) -> Option<(u32, u32)> {
    rate(rates, rule).map(|rate| (rate.reviewed, rate.corrected))
}

#[test]
fn nothing_reviewed_gives_no_rates() {
    assert_eq!(override_rates([]), []);
}

#[test]
fn the_last_question_of_the_flowchart_decided_and_no_other() {
    let decision = decided("customer-classification", &[]);
    let asked: Vec<_> = decision.flowchart.steps.iter().filter(|step| !step.answer.is_empty()).collect();
    assert!(asked.len() > 1, "a path of one question cannot tell the last from the first");
    let rates = override_rates([(&decision, None)]);
    let questions: Vec<&str> =
        rates.iter().map(|rate| rate.rule.as_str()).filter(|rule| rule.starts_with("Flowchart")).collect();
    let last = asked.last().unwrap();
    assert_eq!(questions, [format!("Flowchart {:?}: {}", last.node, last.question)]);
}

#[test]
fn every_dimension_that_spoke_for_the_answer_counts_and_no_other() {
    let decision = decided("customer-classification", &[]);
    let answer = side(decision.leading_option().unwrap());
    let rates = override_rates([(&decision, Some(opposite(&decision)))]);
    let mut spoke = 0;
    for dimension in &decision.dimensions {
        use domain::field::Choice as _;
        let rule = format!("Dimension: {}", dimension.dimension.label());
        let expected = (dimension.side == answer).then_some((1, 1));
        spoke += usize::from(expected.is_some());
        assert_eq!(counts(&rates, &rule), expected, "{rule}");
    }
    assert!(0 < spoke && spoke < decision.dimensions.len(), "{spoke}");
    assert_eq!(rates.len(), spoke + 1);
}

#[test]
fn an_override_on_the_same_side_corrects_the_question_but_no_dimension() {
    let decision = decided("customer-classification", &[]);
    let answer = decision.leading_option().unwrap();
    let neighbour =
        [OptionKind::FrontierApi, OptionKind::SmallApi, OptionKind::SelfHostedSlm, OptionKind::Hybrid]
            .into_iter()
            .find(|option| *option != answer && side(*option) == side(answer))
            .unwrap();
    for rate in override_rates([(&decision, Some(neighbour))]) {
        assert_eq!(rate.reviewed, 1);
        assert_eq!(rate.corrected, u32::from(rate.rule.starts_with("Flowchart")), "{}", rate.rule);
    }
}

#[test]
fn the_most_often_corrected_share_comes_first_then_the_more_often_reviewed() {
    let decision = decided("customer-classification", &[]);
    let other = decided("strategic-advisory", &[]);
    let wrong = (&decision, Some(opposite(&decision)));
    let rates =
        override_rates([wrong, wrong, (&decision, None), (&other, None), (&other, Some(opposite(&other)))]);
    assert!(rates.iter().map(|rate| rate.corrected * 10 / rate.reviewed).any(|share| share == 5));
    for pair in rates.windows(2) {
        let [one, next] = pair else { unreachable!() };
        // As fractions of whole numbers, which round nowhere.
        let (first, second) = (one.corrected * next.reviewed, next.corrected * one.reviewed);
        assert!(first > second || (first == second && one.reviewed >= next.reviewed), "{rates:?}");
    }
    let turned: Vec<_> =
        [(&other, Some(opposite(&other))), (&other, None), (&decision, None), wrong, wrong].into();
    assert_eq!(override_rates(turned), rates, "the order of the reviews does not matter");
}

#[test]
fn an_answer_that_leads_to_nothing_has_a_question_but_no_dimensions() {
    let decision = decide(&UseCase::default());
    assert_eq!(decision.leading_option(), None);
    let rates = override_rates([(&decision, Some(OptionKind::SmallApi))]);
    assert!(rates.iter().all(|rate| rate.rule.starts_with("Flowchart")), "{rates:?}");
}

#[test]
fn of_rules_corrected_equally_often_the_more_often_reviewed_comes_first() {
    let (often, seldom) = (decided("customer-classification", &[]), decided("strategic-advisory", &[]));
    let (wrong, rare) = ((&often, Some(opposite(&often))), (&seldom, Some(opposite(&seldom))));
    let rates = override_rates([rare, (&seldom, None), wrong, wrong, (&often, None), (&often, None)]);
    assert!(rates.iter().all(|rate| rate.corrected * 2 == rate.reviewed), "{rates:?}");
    let reviewed: Vec<u32> = rates.iter().map(|rate| rate.reviewed).collect();
    assert!(reviewed.is_sorted_by(|one, next| one >= next), "{rates:?}");
    assert!(reviewed.first() > reviewed.last(), "{rates:?}");
}
