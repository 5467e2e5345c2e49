//! Reads tables of messages: CSV as spreadsheets and programs write it.
//!
//! Rows come in slices, between which the page can do something else; a hundred thousand of them take a second or two.

use super::decode::{Decoded, Encoding};
use super::guard::unguarded;
use super::problem::{Place, Problem};
use csv::{ReaderBuilder, StringRecord};
use std::sync::Arc;

/// Rows that are read. What they and their answers take is then some tens of megabytes, which any device has.
pub(crate) const MOST_ROWS: u64 = 100_000;

/// Rows that are looked at to guess which column has the text.
const LOOKED_AT: usize = 50;

/// What separates cells; of equals the first.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];

/// A character that is in no text, for files whose rows have one cell.
pub(crate) const NO_SEPARATOR: char = '\u{1f}';

/// What columns with the text are called.
const TEXTS: [&str; 12] = [
    "text",
    "message",
    "utterance",
    "query",
    "question",
    "sentence",
    "content",
    "body",
    "description",
    "input",
    "comment",
    "subject",
];

/// What columns with the right class are called.
const LABELS: [&str; 9] =
    ["label", "category", "intent", "class", "target", "topic", "gold", "expected", "truth"];

/// What is read of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Whether the first row has names instead of a message.
    pub(crate) has_header: bool,
    /// Place of the column with the messages; the first is 0.
    pub(crate) text: usize,
    /// Place of the one with the right classes, where they are known.
    pub(crate) label: Option<usize>,
}

/// What a table looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// What it is written in.
    pub(crate) encoding: Encoding,
    /// What separates its cells; U+001F where nothing does.
    pub(crate) separator: char,
    /// Its first rows; at least one.
    pub(crate) first: Vec<Vec<String>>,
    /// What should most likely be read.
    pub(crate) columns: Columns,
}

/// A row with a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    /// As a spreadsheet counts them: the first is 1, a header is one too.
    pub(crate) number: u64,
    /// The message; may be empty.
    pub(crate) text: String,
    /// The right class in the words of the file; `None` where the cell is empty or missing.
    pub(crate) label: Option<String>,
}

/// Why no more rows come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// There are no more.
    Rows,
    /// There are more than [`MOST_ROWS`]; the others are left out.
    Limit,
}

/// Some rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slice {
    pub(crate) rows: Vec<Row>,
    /// Set in the last slice.
    pub(crate) end: Option<End>,
}

/// A table that is being read.
pub(crate) struct TableIn {
    reader: csv::Reader<Decoded>,
    encoding: Encoding,
    text: usize,
    label: Option<usize>,
    /// Rows of the file so far.
    row: u64,
    /// Rows with a message so far.
    read: u64,
    record: StringRecord,
}

impl TableIn {
    /// Looks at a file. `encoding` and `separator` are what somebody says they are; else they are guessed.
    ///
    /// # Errors
    /// [`Problem::Empty`], [`Problem::Undecodable`].
    pub(crate) fn look(
        file: &Arc<Vec<u8>>,
        encoding: Option<Encoding>,
        separator: Option<char>,
    ) -> Result<Look, Problem> {
        let encoding = encoding.unwrap_or_else(|| Encoding::of(file));
        let separator = separator.unwrap_or_else(|| guess_separator(file, encoding));
        let first = beginning(file, encoding, separator)?;
        let columns = columns(&first).ok_or(Problem::Empty)?;
        Ok(Look { encoding, separator, first, columns })
    }

    /// Begins to read a file that looks like this; `columns` may be others than were guessed.
    ///
    /// # Errors
    /// [`Problem::NoPlace`], and as [`TableIn::look`].
    pub(crate) fn open(file: &Arc<Vec<u8>>, look: &Look, columns: &Columns) -> Result<Self, Problem> {
        let none = Vec::new();
        let first = look.first.first().unwrap_or(&none);
        let text = place(columns.text, first)?;
        let label = columns.label.map(|label| place(label, first)).transpose()?;
        let mut table = Self {
            reader: reader(file, look.encoding, look.separator),
            encoding: look.encoding,
            text,
            label,
            row: 0,
            read: 0,
            record: StringRecord::new(),
        };
        if columns.has_header {
            table.step()?;
        }
        Ok(table)
    }

    /// Up to so many rows more; at least one, unless the end is reached.
    ///
    /// # Errors
    /// [`Problem::Short`], [`Problem::Unclosed`], [`Problem::Undecodable`]; nothing more can be read then.
    pub(crate) fn slice(&mut self, most: usize) -> Result<Slice, Problem> {
        let mut rows = Vec::new();
        while rows.len() < most.max(1) {
            if !self.step()? {
                return Ok(Slice { rows, end: Some(End::Rows) });
            }
            if self.read == MOST_ROWS {
                return Ok(Slice { rows, end: Some(End::Limit) });
            }
            self.read += 1;
            rows.push(self.row()?);
        }
        Ok(Slice { rows, end: None })
    }

    /// Goes to the next row of the file; `false` if there is none.
    fn step(&mut self) -> Result<bool, Problem> {
        let is_there = next(&mut self.reader, &mut self.record, self.row, self.encoding)?;
        self.row += u64::from(is_there);
        Ok(is_there)
    }

    fn row(&self) -> Result<Row, Problem> {
        let cells = self.record.len();
        let place = place_of(&self.record, self.row);
        let text =
            self.record.get(self.text).ok_or(Problem::Short { place, cells, needed: self.text + 1 })?;
        let label = self.label.and_then(|label| self.record.get(label)).map(str::trim);
        Ok(Row {
            number: self.row,
            text: unguarded(text).to_owned(),
            label: label.filter(|label| !label.is_empty()).map(|label| unguarded(label).to_owned()),
        })
    }
}

fn reader(file: &Arc<Vec<u8>>, encoding: Encoding, separator: char) -> csv::Reader<Decoded> {
    // One that takes several bytes separates nothing.
    let separator = u8::try_from(separator).unwrap_or(0x1f);
    let mut builder = ReaderBuilder::new();
    // Rows of different lengths are told apart by whether they have the text.
    builder.has_headers(false).flexible(true).delimiter(separator);
    builder.from_reader(Decoded::new(Arc::clone(file), encoding))
}

/// The first rows.
fn beginning(file: &Arc<Vec<u8>>, encoding: Encoding, separator: char) -> Result<Vec<Vec<String>>, Problem> {
    let mut reader = reader(file, encoding, separator);
    let mut first: Vec<Vec<String>> = Vec::new();
    let mut record = StringRecord::new();
    while first.len() < LOOKED_AT {
        match next(&mut reader, &mut record, first.len() as u64, encoding) {
            Ok(true) => first.push(record.iter().map(str::to_owned).collect()),
            Err(problem) if first.is_empty() => return Err(problem),
            // Whoever reads will get there too, and say so.
            Ok(false) | Err(_) => break,
        }
    }
    Ok(first)
}

/// Reads a record, the one after `row`; `false` if there is none.
fn next(
    reader: &mut csv::Reader<Decoded>,
    record: &mut StringRecord,
    row: u64,
    encoding: Encoding,
) -> Result<bool, Problem> {
    let line = reader.position().line();
    // Rows of any length are allowed, and what was decoded is UTF-8, so only decoding can fail.
    let failed = |_| Problem::Undecodable { place: Place { row: row + 1, line }, encoding };
    let is_there = reader.read_record(record).map_err(failed)?;
    // A quotation that never ends swallows the lines after it, and leaves a mark without its other half.
    if is_there && record.iter().any(|cell| cell.contains('\n')) {
        let (source, end) = (reader.get_ref(), reader.position().byte());
        let begin = record.position().map_or(0, csv::Position::byte);
        if source.ends_at(end) && !source.quotes_from(begin).is_multiple_of(2) {
            return Err(Problem::Unclosed(place_of(record, row + 1)));
        }
    }
    Ok(is_there)
}

fn place_of(record: &StringRecord, row: u64) -> Place {
    Place { row, line: record.position().map_or(row, csv::Position::line) }
}

/// What gives all of the first rows the same number of cells, the largest if there are several; else what makes a name
/// that is known one of the first row; else nothing, and each row is one cell.
fn guess_separator(file: &Arc<Vec<u8>>, encoding: Encoding) -> char {
    let (mut even, mut known) = (None, None);
    for separator in SEPARATORS {
        let Ok(rows) = beginning(file, encoding, separator) else { continue };
        let Some((first, others)) = rows.split_first().filter(|(first, _)| first.len() > 1) else { continue };
        let is_even = !others.is_empty() && others.iter().all(|row| row.len() == first.len());
        if is_even && even.is_none_or(|(most, _)| first.len() > most) {
            even = Some((first.len(), separator));
        }
        if first.iter().any(|cell| is_known(cell)) {
            known = known.or(Some(separator));
        }
    }
    even.map(|(_, separator)| separator).or(known).unwrap_or(NO_SEPARATOR)
}

fn is_known(cell: &str) -> bool {
    let cell = name(cell);
    TEXTS.contains(&cell.as_str()) || LABELS.contains(&cell.as_str())
}

/// The same name, whoever types it.
fn name(cell: &str) -> String {
    cell.trim().to_lowercase()
}

fn place(place: usize, first: &[String]) -> Result<usize, Problem> {
    if place < first.len() { Ok(place) } else { Err(Problem::NoPlace { place, columns: first.len() }) }
}

/// Guesses what should be read of a table with these rows; `None` if there are none.
fn columns(rows: &[Vec<String>]) -> Option<Columns> {
    let (first, others) = rows.split_first()?;
    let called = |names: &[&str]| {
        // In the order of the names, because the first ones leave less room for doubt.
        names.iter().find_map(|wanted| first.iter().position(|cell| name(cell) == *wanted))
    };
    let (text, label) = (called(&TEXTS), called(&LABELS));
    let has_header = text.is_some() || label.is_some();
    let longest = || {
        let length = |column: usize| {
            let cells = if has_header { others } else { rows }.iter().filter_map(|row| row.get(column));
            cells.map(String::len).sum::<usize>()
        };
        // Of equals the first.
        (0..first.len()).filter(|column| Some(*column) != label).rev().max_by_key(|column| length(*column))
    };
    let text = text.or_else(longest)?;
    Some(Columns { has_header, text, label })
}
