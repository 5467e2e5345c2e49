//! A small model that answers what it is sure of, and an API for the rest: what each threshold of confidence comes to.

use super::metrics::ratio;

/// An answer of the small model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Judged {
    /// How sure it is. One that is no number is never sure enough.
    pub(crate) confidence: f64,
    /// Whether it is right; `None` where nobody knows.
    pub(crate) is_right: Option<bool>,
}

/// What one threshold comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
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
    pub(crate) fn at(&self, threshold: f64) -> Point {
        let below = self.confidences.partition_point(|confidence| *confidence < threshold);
        let all = self.confidences.len() as u64;
        let escalated = below as u64;
        let kept = all - escalated;
        let at = |place: usize| self.sums.get(place).copied().unwrap_or_default();
        let ((right_below, wrong_below), (right, wrong)) = (at(below), at(self.confidences.len()));
        let (right_kept, wrong_kept) = (right - right_below, wrong - wrong_below);
        let judged = right_kept + wrong_kept;
        Point {
            kept,
            escalated,
            share_handled: ratio(kept, all),
            kept_accuracy: (judged > 0).then(|| ratio(right_kept, judged)),
            errors_caught: wrong_below,
            errors: wrong,
        }
    }

    /// What thresholds from 0 to 1 come to, in so many steps.
    pub(crate) fn curve(&self, steps: u32) -> Vec<Point> {
        let steps = steps.max(1);
        (0..=steps).map(|step| self.at(f64::from(step) / f64::from(steps))).collect()
    }
}

/// What a message takes on average, dollars or milliseconds alike: each passes the small model first, and this share of
/// them the API as well. Where nothing is passed on, what the API takes need not be known.
pub(crate) fn hybrid(small: Option<f64>, api: Option<f64>, passed_on: f64) -> Option<f64> {
    if passed_on > 0.0 { Some(small? + passed_on * api?) } else { small }
}

/// The share of right answers of both sides together, when the small model keeps this share of messages; a side without
/// messages need not be known.
pub(crate) fn together(kept_accuracy: Option<f64>, kept: f64, api: Option<f64>) -> Option<f64> {
    let here = if kept > 0.0 { kept_accuracy? * kept } else { 0.0 };
    let there = if kept < 1.0 { api? * (1.0 - kept) } else { 0.0 };
    Some(here + there)
}
