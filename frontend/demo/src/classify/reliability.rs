//! Whether a model is right as often as it says it is.

use super::metrics::{float, ratio};

/// Answers whose confidence is in one tenth.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Bin {
    /// Answers.
    pub(crate) all: u64,
    /// Right ones.
    pub(crate) right: u64,
    sum: f64,
}

impl Bin {
    /// Share of right answers; `None` of nothing.
    pub(crate) fn accuracy(&self) -> Option<f64> {
        (self.all > 0).then(|| ratio(self.right, self.all))
    }

    /// Mean confidence; `None` of nothing.
    pub(crate) fn confidence(&self) -> Option<f64> {
        (self.all > 0).then(|| self.sum / float(self.all))
    }
}

/// Answers by their confidence, in ten bins of equal width.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Reliability {
    pub(crate) bins: [Bin; 10],
}

impl Reliability {
    /// Counts an answer with a confidence from 0 to 1. What is none is left out.
    pub(crate) fn add(&mut self, confidence: f64, is_right: bool) {
        if !(0.0..=1.0).contains(&confidence) {
            return;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 10")]
        let bin = (confidence * 10.0) as usize;
        // 1 belongs to the last one.
        let bin = &mut self.bins[bin.min(9)];
        bin.all += 1;
        bin.right += u64::from(is_right);
        bin.sum += confidence;
    }

    /// Expected calibration error: how far confidence and accuracy are apart, over all answers. `None` of nothing.
    pub(crate) fn error(&self) -> Option<f64> {
        let all: u64 = self.bins.iter().map(|bin| bin.all).sum();
        let apart = |bin: &Bin| Some(ratio(bin.all, all) * (bin.accuracy()? - bin.confidence()?).abs());
        (all > 0).then(|| self.bins.iter().filter_map(apart).sum())
    }
}
