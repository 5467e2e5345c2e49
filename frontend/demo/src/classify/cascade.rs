//! A small model that answers what it is sure of, and an API for the rest: what each threshold of confidence comes to.

use super::metrics::{float, ratio};

/// An answer of the small model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Judged {
    /// How sure it is. One that is no number is never sure enough.
    pub(crate) confidence: f64,
    /// Whether it is right; `None` where nobody knows.
    pub(crate) is_right: Option<bool>,
}

/// What an answer of one side takes. Unknown stays unknown, in whatever is worked out from it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Side {
    /// Dollars an answer.
    pub(crate) cost: Option<f64>,
    /// Milliseconds an answer.
    pub(crate) latency_ms: Option<f64>,
    /// Share of right answers. That of the small model is counted instead.
    pub(crate) accuracy: Option<f64>,
}

/// What one threshold comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    /// Answers with at least this confidence are kept.
    pub(crate) threshold: f64,
    /// Answers kept.
    pub(crate) kept: u64,
    /// Messages passed on.
    pub(crate) escalated: u64,
    /// Share of messages that the small model handles; 0 of none.
    pub(crate) share_handled: f64,
    /// Share of right answers among the kept ones; `None` where none of them can be judged.
    pub(crate) kept_accuracy: Option<f64>,
    /// Wrong answers that are passed on instead of kept.
    pub(crate) errors_caught: u64,
    /// Wrong answers in all.
    pub(crate) errors: u64,
    /// Share of right answers of both sides together.
    pub(crate) accuracy: Option<f64>,
    /// Dollars a message, on average. Every message passes the small model first.
    pub(crate) cost: Option<f64>,
    /// Milliseconds a message, on average; one that is passed on waits for both.
    pub(crate) latency_ms: Option<f64>,
}

/// All answers of a small model, by their confidence.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Cascade {
    /// Rising.
    confidences: Vec<f64>,
    /// Right and wrong ones among the first n, for each n from 0 on.
    sums: Vec<(u64, u64)>,
}

impl Cascade {
    /// Sorts them.
    pub(crate) fn new(answers: impl IntoIterator<Item = Judged>) -> Self {
        let unsure = |confidence: f64| if confidence.is_nan() { f64::NEG_INFINITY } else { confidence };
        let mut answers: Vec<_> =
            answers.into_iter().map(|answer| (unsure(answer.confidence), answer.is_right)).collect();
        answers.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut sums = vec![(0, 0)];
        let (mut right, mut wrong) = (0, 0);
        for (_, is_right) in &answers {
            right += u64::from(*is_right == Some(true));
            wrong += u64::from(*is_right == Some(false));
            sums.push((right, wrong));
        }
        Self { confidences: answers.into_iter().map(|(confidence, _)| confidence).collect(), sums }
    }

    /// What a threshold comes to.
    pub(crate) fn at(&self, threshold: f64, small: &Side, api: &Side) -> Point {
        let below = self.confidences.partition_point(|confidence| *confidence < threshold);
        let all = self.confidences.len() as u64;
        let escalated = below as u64;
        let kept = all - escalated;
        let at = |place: usize| self.sums.get(place).copied().unwrap_or_default();
        let ((right_below, wrong_below), (right, wrong)) = (at(below), at(self.confidences.len()));
        let (right_kept, wrong_kept) = (right - right_below, wrong - wrong_below);
        let judged = right_kept + wrong_kept;
        let kept_accuracy = (judged > 0).then(|| ratio(right_kept, judged));
        let passed_on = ratio(escalated, all);
        Point {
            threshold,
            kept,
            escalated,
            share_handled: ratio(kept, all),
            kept_accuracy,
            errors_caught: wrong_below,
            errors: wrong,
            accuracy: together(kept_accuracy, kept, api.accuracy, escalated),
            cost: hybrid(small.cost, api.cost, passed_on),
            latency_ms: hybrid(small.latency_ms, api.latency_ms, passed_on),
        }
    }

    /// What thresholds from 0 to 1 come to, in so many steps.
    pub(crate) fn curve(&self, steps: u32, small: &Side, api: &Side) -> Vec<Point> {
        let steps = steps.max(1);
        (0..=steps).map(|step| self.at(f64::from(step) / f64::from(steps), small, api)).collect()
    }
}

/// What both sides take together. Where nothing is passed on, what the API takes need not be known.
fn hybrid(small: Option<f64>, api: Option<f64>, passed_on: f64) -> Option<f64> {
    if passed_on > 0.0 { Some(small? + passed_on * api?) } else { small }
}

/// The share of right answers of both sides together; a side without messages need not be known.
fn together(small: Option<f64>, kept: u64, api: Option<f64>, escalated: u64) -> Option<f64> {
    match (kept, escalated) {
        (0, 0) => None,
        (_, 0) => small,
        (0, _) => api,
        _ => Some((small? * float(kept) + api? * float(escalated)) / float(kept + escalated)),
    }
}
