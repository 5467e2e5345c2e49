//! Percentiles by the nearest rank: each is a value that was measured, never one in between.

/// The value that so many per cent of the sorted values do not exceed; 0 gives the smallest, 100 the largest.
/// Of no values it is the default.
pub fn percentile<T: Copy + Default>(sorted: &[T], percent: usize) -> T {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_percentile_is_a_measured_value() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!([0, 1, 50, 99, 100].map(|percent| percentile(&hundred, percent)), [1, 1, 50, 99, 100]);
        assert_eq!(percentile(&[3, 5, 9], 50), 5);
        assert_eq!(percentile(&[3, 5, 9], 99), 9);
        assert_eq!(percentile::<u32>(&[], 50), 0);
    }
}
