//! A chart's numbers as a table.

/// The numbers of a chart. The first column names the row; every other column holds numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartTable {
    /// Headings, units included.
    pub columns: Vec<String>,
    /// Rows, each with as many cells as there are columns. An em dash stands for a number that is unknown.
    pub rows: Vec<Vec<String>>,
}

/// What stands for an unknown number.
pub(crate) const UNKNOWN: &str = "—";
