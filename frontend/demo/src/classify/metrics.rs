//! How good answers are where the right ones are known.

use std::collections::BTreeMap;

/// Stands for no class: the right one of a message that belongs to none, and the answer of whoever named none. It is
/// never right, and no class itself.
pub(crate) const NO_CLASS: u32 = u32::MAX;

/// Standard deviations on either side of the mean that have 95 % of a normal distribution between them.
const Z: f64 = 1.959_963_984_540_054;

/// Where a share lies, as far as counting it tells.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Interval {
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// Wilson's 95 % interval of a share of which `right` of `all` were seen; `None` of nothing. Unlike the usual one it
/// stays within 0 and 1, and means something for few and for extreme counts (Wilson 1927).
pub(crate) fn wilson(right: u64, all: u64) -> Option<Interval> {
    if all == 0 {
        return None;
    }
    let (share, n) = (ratio(right, all), float(all));
    let middle = share + Z * Z / (2.0 * n);
    let reach = Z * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // Rounding must not lift the ends off where they are known to be.
    let low = if right == 0 { 0.0 } else { (middle - reach) / scale };
    let high = if right == all { 1.0 } else { (middle + reach) / scale };
    Some(Interval { low, high })
}

/// How often each class was taken for each. Only pairs that occur are held: 77 classes have 5,929.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Confusion(BTreeMap<(u32, u32), u64>);

/// One class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    right: u64,
    /// Times it was the right answer.
    meant: u64,
    /// Times it was answered.
    answered: u64,
}

impl Confusion {
    /// Counts an answer.
    pub(crate) fn add(&mut self, right: u32, answered: u32) {
        *self.0.entry((right, answered)).or_default() += 1;
    }

    /// Answers counted.
    pub(crate) fn all(&self) -> u64 {
        self.0.values().sum()
    }

    /// How often one class was taken for another, or for itself.
    pub(crate) fn count(&self, right: u32, answered: u32) -> u64 {
        self.0.get(&(right, answered)).copied().unwrap_or_default()
    }

    /// Answers to messages that have no class.
    pub(crate) fn outside(&self) -> u64 {
        self.0.iter().filter(|((right, _), _)| *right == NO_CLASS).map(|(_, count)| count).sum()
    }

    /// Right answers.
    pub(crate) fn right(&self) -> u64 {
        self.0.iter().filter(|(pair, _)| is_right(**pair)).map(|(_, count)| count).sum()
    }

    /// The mean over classes of the harmonic mean of precision and recall, which is 2·right / (meant + answered). A
    /// class counts if it was meant or answered at least once; messages that have none are left out. `None` of nothing.
    pub(crate) fn macro_f1(&self) -> Option<f64> {
        let mut classes: BTreeMap<u32, Counts> = BTreeMap::new();
        for ((right, answered), count) in self.0.iter().filter(|((right, _), _)| *right != NO_CLASS) {
            classes.entry(*right).or_default().meant += count;
            classes.entry(*answered).or_default().answered += count;
            if is_right((*right, *answered)) {
                classes.entry(*right).or_default().right += count;
            }
        }
        classes.remove(&NO_CLASS);
        let all = classes.len() as u64;
        let sum: f64 =
            classes.values().map(|class| ratio(2 * class.right, class.meant + class.answered)).sum();
        (all > 0).then(|| sum / float(all))
    }

    /// Which classes were taken for which, and how often: the right one, the answer, the count. The most frequent
    /// first, then in the order of the classes.
    pub(crate) fn mistakes(&self) -> Vec<(u32, u32, u64)> {
        let wrong = self.0.iter().filter(|(pair, _)| !is_right(**pair));
        let mut wrong: Vec<_> = wrong.map(|((right, answered), count)| (*right, *answered, *count)).collect();
        wrong.sort_by_key(|(.., count)| std::cmp::Reverse(*count));
        wrong
    }
}

fn is_right((right, answered): (u32, u32)) -> bool {
    right == answered && right != NO_CLASS
}

/// A share; 0 of nothing.
pub(super) fn ratio(part: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { float(part) / float(all) }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2⁵³")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}
