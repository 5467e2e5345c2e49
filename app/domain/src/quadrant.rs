//! The specificity–volume quadrant.

use crate::decision::{Quadrant, QuadrantPosition};
use crate::policy::Policy;
use crate::units::Quantity;
use crate::use_case::UseCase;

/// Lowest volume on the chart, requests/month: the article's volume axis runs from 0 to 1 without units;
/// four decades around the gate of 500,000 put its middle on the gate.
pub const AXIS_FROM: f64 = 5_000.0;
/// Highest volume on the chart, requests/month.
pub const AXIS_TO: f64 = 50_000_000.0;

/// Middle of the specificity axis.
pub const SPECIFICITY_SPLIT: f64 = 0.5;

/// Where the use case lies, if its specificity and volume are known.
#[must_use]
pub fn place(use_case: &UseCase, policy: &Policy) -> Option<QuadrantPosition> {
    let specificity = use_case.specificity.likely()?.get();
    let requests_per_month = use_case.requests_per_month.likely()?.get();
    let specific = specificity >= SPECIFICITY_SPLIT;
    let high_volume = requests_per_month > policy.volume_gate;
    let quadrant = match (specific, high_volume) {
        (true, true) => Quadrant::SlmStronglyPreferred,
        (false, true) => Quadrant::SlmWithCaveats,
        (false, false) => Quadrant::LlmPreferred,
        (true, false) => Quadrant::CaseByCase,
    };
    Some(QuadrantPosition { specificity, requests_per_month, quadrant })
}

/// The volume at a height between 0 and 1 of the article's chart.
#[must_use]
pub fn volume_at(height: f64) -> f64 {
    AXIS_FROM * libm::pow(AXIS_TO / AXIS_FROM, height)
}
