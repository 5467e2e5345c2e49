//! Which rows somebody should look at first.

/// The places of rows, the least sure answer first, by how far it is ahead of the second best; of equals the one that
/// comes first in the file. Rows without an answer, in which there was nothing to read, come last.
pub(crate) fn unsure_first(margins: &[Option<f64>]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..margins.len()).collect();
    let key = |row: &usize| margins.get(*row).copied().flatten().unwrap_or(f64::INFINITY);
    rows.sort_by(|one, other| key(one).total_cmp(&key(other)));
    rows
}
