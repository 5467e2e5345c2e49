//! What a list of use cases costs: the recommended mix beside everything on the frontier API.

use domain::field::plain_number;
use domain::summary::DecisionSummary;
use domain::units::Usd;
use serde::{Deserialize, Serialize};

/// Totals over a list of use cases, each over its own horizon. The two amounts are about the use cases that
/// are costed both ways and no others: otherwise they would not compare like with like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Totals {
    /// Use cases in the list.
    pub use_cases: u32,
    /// Those of them whose cost is known both ways.
    pub costed: u32,
    /// Likely cost if each of these goes to the frontier API.
    pub frontier: Usd,
    /// Likely cost if each of these takes its leading option.
    pub recommended: Usd,
}

impl Totals {
    /// Adds up a list.
    #[must_use]
    pub fn of<'a>(summaries: impl IntoIterator<Item = &'a DecisionSummary>) -> Self {
        let mut totals = Self::default();
        for summary in summaries {
            totals.use_cases = totals.use_cases.saturating_add(1);
            if let (Some(option), Some(frontier)) = (summary.option_total, summary.frontier_total) {
                totals.costed = totals.costed.saturating_add(1);
                totals.recommended = totals.recommended.saturating_add(option);
                totals.frontier = totals.frontier.saturating_add(frontier);
            }
        }
        totals
    }

    /// What the recommended mix saves; below zero where constraints make it dearer.
    #[must_use]
    pub fn saving(&self) -> Usd {
        self.frontier.saturating_sub(self.recommended)
    }

    /// The saving as a share of the cost on the frontier API, in words; `None` without a cost to compare with.
    #[must_use]
    pub fn saving_share(&self) -> Option<String> {
        share(self.saving(), self.frontier)
    }
}

/// What the option one would take saves against the frontier API, if both are costed.
#[must_use]
pub fn saving(summary: &DecisionSummary) -> Option<Usd> {
    Some(summary.frontier_total?.saturating_sub(summary.option_total?))
}

/// An amount as a share of another, e.g. `85.4%` or `−3%`; `None` when there is no other.
#[must_use]
pub fn share(amount: Usd, of: Usd) -> Option<String> {
    if of == Usd::ZERO {
        return None;
    }
    let percent = amount.dollars() / of.dollars() * 100.0;
    let rounded = (percent.abs() * 10.0).round() / 10.0;
    let sign = if percent < 0.0 && rounded > 0.0 { "−" } else { "" };
    Some(format!("{sign}{}%", plain_number(rounded)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::decision::{Confidence, OptionKind};
    use domain::summary::OutcomeKind;

    fn summary(option: Option<f64>, frontier: Option<f64>) -> DecisionSummary {
        DecisionSummary {
            outcome: OutcomeKind::Recommended,
            option: Some(OptionKind::SmallApi),
            confidence: Confidence::High,
            article_option: None,
            option_total: option.map(Usd::from_result),
            frontier_total: frontier.map(Usd::from_result),
            requests_per_month: None,
            specificity: None,
            quadrant: None,
            horizon_months: Some(36),
        }
    }

    #[test]
    fn only_use_cases_costed_both_ways_count() {
        let list = [
            summary(Some(10.0), Some(100.0)),
            summary(Some(5.0), None),
            summary(None, Some(1_000.0)),
            summary(Some(30.0), Some(20.0)),
        ];
        let totals = Totals::of(&list);
        assert_eq!((totals.use_cases, totals.costed), (4, 2));
        assert_eq!(totals.recommended, Usd::from_result(40.0));
        assert_eq!(totals.frontier, Usd::from_result(120.0));
        assert_eq!(totals.saving(), Usd::from_result(80.0));
        assert_eq!(totals.saving_share().as_deref(), Some("66.7%"));
        assert_eq!(saving(&list[1]), None);
        assert_eq!(saving(&list[3]), Some(Usd::from_result(-10.0)));
    }

    #[test]
    fn nothing_saves_nothing() {
        let totals = Totals::of(&[]);
        assert_eq!(totals, Totals::default());
        assert_eq!(totals.saving_share(), None);
    }

    #[test]
    fn a_loss_is_a_negative_share() {
        let share = |amount, of| share(Usd::from_result(amount), Usd::from_result(of));
        assert_eq!(share(-3.0, 100.0).as_deref(), Some("−3%"));
        assert_eq!(share(-0.001, 100.0).as_deref(), Some("0%"));
        assert_eq!(share(-2_500.0, 100.0).as_deref(), Some("−2,500%"));
    }
}
