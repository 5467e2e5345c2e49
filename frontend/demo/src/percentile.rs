//! Percentiles by nearest rank: the smallest measured value that at least so many percent of all do not exceed. It is
//! always a value that was measured, never one between two.

/// Fewer values than this say little about their slowest twentieth.
pub(crate) const FEW: usize = 5;

/// Values in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Spread(Vec<f64>);

impl Spread {
    /// The percentile of this many percent; `None` of nothing.
    pub(crate) fn percentile(&self, percent: usize) -> Option<f64> {
        let rank = (percent * self.0.len()).div_ceil(100).max(1);
        self.0.get(rank - 1).copied()
    }
}

impl FromIterator<f64> for Spread {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let spread: Spread = [50.0, 15.0, 35.0, 20.0, 40.0].into_iter().collect();
        let percentiles = [5, 30, 40, 50, 95, 99, 100].map(|percent| spread.percentile(percent));
        assert_eq!(percentiles, [15.0, 20.0, 20.0, 35.0, 50.0, 50.0, 50.0].map(Some));
        let hundred: Spread = (1..=100_u32).map(f64::from).collect();
        assert_eq!([50, 95, 99].map(|percent| hundred.percentile(percent)), [50.0, 95.0, 99.0].map(Some));
    }

    #[test]
    fn of_one_value_every_percentile_is_that_value_and_of_none_there_is_none() {
        let one: Spread = [7.0].into_iter().collect();
        assert_eq!([0, 50, 95, 99].map(|percent| one.percentile(percent)), [Some(7.0); 4]);
        assert_eq!(Spread::default().percentile(50), None);
    }
}
