//! Which rules of the framework do experts keep correcting?
//!
//! A *rule* here is what brought a decision about: the question of the flowchart that the article's path ended
//! with, and each dimension that spoke for the side of the engine's answer. A rule is *corrected* when reviewers
//! put another option in the place of the answer: always for the question; for a dimension when the option they
//! chose stands on the other side of the table.

use crate::decision::{Decision, OptionKind};
use crate::field::Choice as _;
use crate::verdict::side_of;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often one rule was reviewed, and how often corrected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRate {
    /// The rule, as people know it.
    pub rule: String,
    /// Classifications it helped to bring about that reviewers answered.
    pub reviewed: u32,
    /// Those of them where reviewers chose otherwise.
    pub corrected: u32,
}

impl RuleRate {
    /// The share that was corrected, as a fraction.
    #[must_use]
    pub fn share(&self) -> f64 {
        f64::from(self.corrected) / f64::from(self.reviewed)
    }
}

/// The rates of all rules that were ever reviewed, the most often corrected share first. Takes each decision
/// that reviewers answered with the option they put in the place of its answer, if they did.
#[must_use]
pub fn override_rates<'a>(
    answered: impl IntoIterator<Item = (&'a Decision, Option<OptionKind>)>,
) -> Vec<RuleRate> {
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for (decision, put_in) in answered {
        // The engine's own answer, made sure of for a while, corrects nothing.
        let put_in = put_in.filter(|option| decision.leading_option() != Some(*option));
        let mut count = |rule: String, corrected: bool| {
            let (reviewed, wrong) = counts.entry(rule).or_default();
            *reviewed += 1;
            *wrong += u32::from(corrected);
        };
        if let Some(last) = decision.flowchart.steps.iter().rev().find(|step| !step.answer.is_empty()) {
            count(format!("Flowchart {}: {}", last.node.code(), last.node.label()), put_in.is_some());
        }
        let Some(answer) = decision.leading_option() else { continue };
        for result in decision.dimensions.iter().filter(|result| result.side == side_of(answer)) {
            let corrected = put_in.is_some_and(|option| side_of(option) != result.side);
            count(format!("Dimension: {}", result.dimension.label()), corrected);
        }
    }
    let mut rates: Vec<RuleRate> = counts
        .into_iter()
        .map(|(rule, (reviewed, corrected))| RuleRate { rule, reviewed, corrected })
        .collect();
    rates.sort_by(|one, other| {
        let by_share = other.share().total_cmp(&one.share());
        by_share.then(other.reviewed.cmp(&one.reviewed)).then(one.rule.cmp(&other.rule))
    });
    rates
}
