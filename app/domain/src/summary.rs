//! The few figures of a decision that lists and totals need, so that a portfolio of thousands is read
//! without loading thousands of whole decisions.

use crate::decision::{Confidence, Decision, OptionKind, Outcome, Quadrant};
use crate::units::Usd;
use serde::{Deserialize, Serialize};

/// Which of the three shapes an outcome has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OutcomeKind {
    /// One option is justified.
    Recommended,
    /// Several options are as good as each other.
    Tie,
    /// A fact is missing.
    MissingEvidence,
}

/// A decision in one table row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DecisionSummary {
    /// Shape of the outcome.
    pub outcome: OutcomeKind,
    /// The option one would take today.
    pub option: Option<OptionKind>,
    /// How sure the verdict is.
    pub confidence: Confidence,
    /// The option the article's flowchart ends at.
    pub article_option: Option<OptionKind>,
    /// Likely total of [`Self::option`] over the horizon.
    pub option_total: Option<Usd>,
    /// Likely total on the frontier API over the horizon.
    pub frontier_total: Option<Usd>,
    /// Requests per month.
    pub requests_per_month: Option<f64>,
    /// 0 open-ended to 1 bounded.
    pub specificity: Option<f64>,
    /// Quadrant of the specificity–volume chart.
    pub quadrant: Option<Quadrant>,
    /// Months the totals cover.
    pub horizon_months: Option<u64>,
}

impl Outcome {
    /// Its shape.
    #[must_use]
    pub fn kind(&self) -> OutcomeKind {
        match self {
            Self::Recommended { .. } => OutcomeKind::Recommended,
            Self::Tie { .. } => OutcomeKind::Tie,
            Self::MissingEvidence { .. } => OutcomeKind::MissingEvidence,
        }
    }
}

impl Decision {
    /// The figures that lists and totals need.
    #[must_use]
    pub fn summary(&self) -> DecisionSummary {
        let option = self.leading_option();
        DecisionSummary {
            outcome: self.outcome.kind(),
            option,
            confidence: self.confidence,
            article_option: self.article.option,
            option_total: option.and_then(|option| self.total(option)),
            frontier_total: self.total(OptionKind::FrontierApi),
            requests_per_month: self.quadrant.as_ref().map(|position| position.requests_per_month),
            specificity: self.quadrant.as_ref().map(|position| position.specificity),
            quadrant: self.quadrant.as_ref().map(|position| position.quadrant),
            horizon_months: self.horizon_months,
        }
    }
}
