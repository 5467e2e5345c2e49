//! Why a table cannot be read.

use super::decode::Encoding;
use std::fmt;

/// Where something is in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// Row as a spreadsheet counts them: the first is 1, a header is one too.
    pub(crate) row: u64,
    /// Line of the file; a row whose cells have line breaks takes several.
    pub(crate) line: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { row, line } = self;
        if row == line {
            write!(formatter, "Row {row}")
        } else {
            write!(formatter, "Row {row} (line {line})")
        }
    }
}

/// Why a table cannot be read. As text, a sentence that says what can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// There is nothing in it.
    Empty,
    /// There are fewer columns.
    NoPlace {
        /// The column that was asked for; the first is 0.
        place: usize,
        /// How many there are.
        columns: usize,
    },
    /// A row ends before the text.
    Short {
        /// Where.
        place: Place,
        /// Cells it has.
        cells: usize,
        /// Cells up to the text.
        needed: usize,
    },
    /// A quotation is opened and never closed, so everything after it would be one cell.
    Unclosed(Place),
    /// Bytes that are no characters.
    Undecodable {
        /// In the row that begins here.
        place: Place,
        /// What they were read as.
        encoding: Encoding,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => formatter.write_str("The file has no rows."),
            Self::NoPlace { place, columns } => {
                let place = place + 1;
                write!(formatter, "There is no column {place}: the first row has {columns}.")
            }
            Self::Short { place, cells, needed } => write!(
                formatter,
                "{place} ends too early: the text is in column {needed}, and the row has {cells}. Is there a \
                 separator or a quotation mark too few?"
            ),
            Self::Unclosed(place) => write!(
                formatter,
                "{place} opens a quotation that never ends. Close it, or write each quotation mark in a cell twice."
            ),
            Self::Undecodable { place, encoding } => write!(
                formatter,
                "{place} has bytes that are no characters in {encoding}. Choose another encoding, or save the file \
                 as UTF-8."
            ),
        }
    }
}
