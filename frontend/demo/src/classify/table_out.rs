//! Writes tables that spreadsheets open without running or misreading anything.

use super::guard::guarded;
use csv::{Terminator, Writer, WriterBuilder};

/// Without it, spreadsheets take UTF-8 for the encoding of their country.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// What a cell is written from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    /// A text, whoever wrote it.
    Text(&'a str),
    /// A number of ours, with so many digits after the point. Never taken for a formula.
    Number(f64, usize),
    /// Nothing is known.
    Unknown,
}

/// A table that is being written, row by row.
pub(crate) struct TableOut(Writer<Vec<u8>>);

impl TableOut {
    /// Begins with the names of the columns.
    ///
    /// # Errors
    /// As [`TableOut::row`].
    pub(crate) fn new(names: &[&str]) -> Result<Self, csv::Error> {
        let mut table =
            Self(WriterBuilder::new().terminator(Terminator::CRLF).flexible(true).from_writer(MARK.to_vec()));
        table.row(names.iter().map(|name| Cell::Text(name)))?;
        Ok(table)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// None that memory could have; the writer is made for files too.
    pub(crate) fn row<'a>(&mut self, cells: impl IntoIterator<Item = Cell<'a>>) -> Result<(), csv::Error> {
        for cell in cells {
            match cell {
                Cell::Text(text) => self.0.write_field(guarded(text).as_bytes())?,
                Cell::Number(number, digits) => self.0.write_field(format!("{number:.digits$}"))?,
                Cell::Unknown => self.0.write_field("")?,
            }
        }
        self.0.write_record(None::<&[u8]>)
    }

    /// The file, in UTF-8.
    ///
    /// # Errors
    /// As [`TableOut::row`].
    pub(crate) fn file(self) -> Result<Vec<u8>, csv::Error> {
        self.0.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }
}
