//! Keeps spreadsheets from running what is written in a cell.
//!
//! A cell that begins with one of these characters is a formula to a spreadsheet, whoever wrote it. An apostrophe
//! before it makes it text (OWASP, “CSV Injection”). Reading takes the apostrophe away again, so that a table that goes
//! out and comes back is the same.

use std::borrow::Cow;

const DANGEROUS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

const MARK: char = '\'';

/// Whether a cell is dangerous, or would be taken for a guarded one.
fn needs_guard(cell: &str) -> bool {
    cell.trim_start_matches(MARK).starts_with(DANGEROUS)
}

/// A text as it is written into a cell.
pub(crate) fn guarded(cell: &str) -> Cow<'_, str> {
    if needs_guard(cell) { Cow::Owned(format!("{MARK}{cell}")) } else { Cow::Borrowed(cell) }
}

/// The text that a cell was written from.
pub(crate) fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix(MARK) {
        Some(rest) if needs_guard(rest) => rest,
        _ => cell,
    }
}
