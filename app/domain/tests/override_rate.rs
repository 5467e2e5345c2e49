//! How often experts correct a rule of the framework, against counts made by hand.
#![allow(clippy::unwrap_used)]

mod support;

use domain::decision::{Decision, OptionKind};
use domain::override_rate::{RuleRate, override_rates};
use support::{decide, use_case};

fn preset(id: &str) -> Decision {
    decide(&use_case(id))
}

fn rates(answered: &[(&Decision, Option<OptionKind>)]) -> Vec<(String, u32, u32)> {
    let plain = |RuleRate { rule, reviewed, corrected }| (rule, reviewed, corrected);
    override_rates(answered.iter().copied()).into_iter().map(plain).collect()
}

fn written(expected: &[(&str, u32, u32)]) -> Vec<(String, u32, u32)> {
    expected.iter().map(|(rule, reviewed, corrected)| ((*rule).to_owned(), *reviewed, *corrected)).collect()
}

/// What the five reviews below come to, one by one:
///
/// - classification, twice, leads to a hosted model: the LLM side, for which latency and privacy speak. The first
///   time reviewers chose a model of their own, which is the other side; the second time they agreed.
/// - medical coding leads to the SLM, for which all speak but latency (for the LLM) and stability (for nobody).
///   Reviewers chose the hybrid, which is the same side: only the question is corrected.
/// - strategic advisory leads to the frontier API, for which all speak but the unknown performance gap. Reviewers chose
///   the small model behind the same kind of API: only the question is corrected.
/// - the blank form asks nothing that is answered and leads nowhere: it counts for no rule.
#[test]
fn the_counts_are_those_made_by_hand() {
    let (classification, coding) = (preset("article-classification"), preset("medical-coding"));
    let (advisory, blank) = (preset("strategic-advisory"), preset("blank"));
    let answered = [
        (&classification, Some(OptionKind::SelfHostedSlm)),
        (&classification, None),
        (&coding, Some(OptionKind::Hybrid)),
        (&advisory, Some(OptionKind::SmallApi)),
        (&blank, None),
    ];
    // By the share corrected, then by how often they were reviewed, then by name.
    let expected = written(&[
        ("Flowchart D: Complex reasoning needed?", 1, 1),
        ("Flowchart C: Labelled training data available?", 3, 2),
        ("Dimension: Latency", 3, 1),
        ("Dimension: Privacy", 4, 1),
        ("Dimension: ML capacity", 2, 0),
        ("Dimension: Task structure", 2, 0),
        ("Dimension: Training data", 2, 0),
        ("Dimension: Volume", 2, 0),
        ("Dimension: Performance gap", 1, 0),
        ("Dimension: Stability", 1, 0),
    ]);
    assert_eq!(rates(&answered), expected);
    let mut turned = answered;
    turned.reverse();
    assert_eq!(rates(&turned), expected, "the order of the reviews does not matter");
}

#[test]
fn nothing_reviewed_gives_no_rates() {
    assert_eq!(rates(&[]), []);
    assert_eq!(rates(&[(&preset("blank"), Some(OptionKind::Hybrid))]), []);
}

/// Reviewers may make sure of the engine's answer for a while. That corrects nothing.
#[test]
fn putting_the_same_option_in_its_place_is_no_correction() {
    let classification = preset("article-classification");
    let expected = written(&[
        ("Dimension: Latency", 1, 0),
        ("Dimension: Privacy", 1, 0),
        ("Flowchart C: Labelled training data available?", 1, 0),
    ]);
    assert_eq!(classification.leading_option(), Some(OptionKind::HostedOpenWeight));
    assert_eq!(rates(&[(&classification, Some(OptionKind::HostedOpenWeight))]), expected);
    assert_eq!(rates(&[(&classification, None)]), expected);
}
