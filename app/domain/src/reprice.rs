//! What new prices do to a classification that people approved.

use crate::decision::{Decision, Standing};
use crate::review::Effect;

/// How much dearer the next option in the running is than the one the decision leads to, as a fraction: 0.1 means
/// ten percent. `None` where nothing leads, or nothing else in the running costs as much. A cheaper option that the
/// decision passes over, because nobody measured it, is not what comes next.
#[must_use]
pub fn margin(decision: &Decision) -> Option<f64> {
    let leading = decision.leading_option()?;
    let own = decision.total(leading)?.dollars();
    let next = decision
        .options
        .iter()
        .filter(|result| decision.standing(result) == Standing::Candidate)
        .filter_map(|result| result.cost.as_ref().map(|cost| cost.total.likely.dollars()))
        .filter(|total| *total >= own)
        .min_by(f64::total_cmp)?;
    (own > 0.0).then(|| (next - own) / own)
}

/// What deciding the same inputs anew did to the answer. A margin counts as shrunk when it is smaller than before
/// and below `threshold`; a runner-up that appears where there was none counts as a margin that was wide.
#[must_use]
pub fn effect(before: &Decision, after: &Decision, threshold: f64) -> Effect {
    let (from, to) = (before.leading_option(), after.leading_option());
    if from != to || before.outcome.kind() != after.outcome.kind() {
        return Effect::Flips { from, to };
    }
    match (margin(before).unwrap_or(f64::INFINITY), margin(after)) {
        (from, Some(to)) if to < threshold && to < from => {
            Effect::MarginShrinks { from: from.min(1000.0), to }
        }
        _ => Effect::Holds,
    }
}
