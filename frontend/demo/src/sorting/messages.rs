//! The messages that are to be sorted: examples, lines of text, or a table.

use super::examples::EXAMPLES;
use crate::classify::{Columns, Encoding, End, Look, MOST_ROWS, Row, TableIn};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

/// Rows of a table that are read between two breaths of the page.
const SLICE: usize = 2_000;

/// Largest file, in bytes. A hundred thousand messages take about ten million.
const LARGEST: f64 = 64e6;

/// Where the messages come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Our own sentences.
    Examples,
    /// One message a line.
    Lines,
    /// A table.
    Table,
}

impl Source {
    pub(super) const ALL: [Self; 3] = [Self::Examples, Self::Lines, Self::Table];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Examples => "Examples",
            Self::Lines => "Your own text",
            Self::Table => "Table (CSV)",
        }
    }
}

/// A table that was chosen or pasted.
#[derive(Clone)]
pub(super) struct Table {
    file: Arc<Vec<u8>>,
    /// What it looks like, or why it cannot be read.
    pub(super) look: Result<Look, String>,
    /// What is read of it.
    pub(super) columns: Option<Columns>,
}

/// Everything about the messages. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Messages {
    pub(super) source: RwSignal<Source>,
    pub(super) lines: RwSignal<String>,
    pub(super) table: RwSignal<Option<Table>>,
    /// What a table has more than is read.
    pub(super) is_cut: RwSignal<bool>,
    /// What went wrong with the file itself.
    pub(super) problem: RwSignal<Option<String>>,
}

impl Messages {
    pub(super) fn new() -> Self {
        Self {
            source: RwSignal::new(Source::Examples),
            lines: RwSignal::new(String::new()),
            table: RwSignal::new(None),
            is_cut: RwSignal::new(false),
            problem: RwSignal::new(None),
        }
    }

    /// Whether there is nothing to sort.
    pub(super) fn is_blank(self) -> bool {
        match self.source.get() {
            Source::Examples => false,
            Source::Lines => self.lines.with(|lines| lines.trim().is_empty()),
            Source::Table => {
                self.table.with(|table| table.as_ref().is_none_or(|table| table.columns.is_none()))
            }
        }
    }

    /// Takes the bytes of a table.
    pub(super) fn take(self, bytes: Vec<u8>) {
        self.problem.set(None);
        self.look(Arc::new(bytes), None, None);
    }

    /// Looks at the table again, as somebody says that it is written.
    pub(super) fn look_again(self, encoding: Option<Encoding>, separator: Option<char>) {
        if let Some(Table { file, .. }) = self.table.get_untracked() {
            self.look(file, encoding, separator);
        }
    }

    fn look(self, file: Arc<Vec<u8>>, encoding: Option<Encoding>, separator: Option<char>) {
        let look = TableIn::look(&file, encoding, separator).map_err(|problem| problem.to_string());
        let columns = look.as_ref().ok().map(|look| look.columns.clone());
        self.table.set(Some(Table { file, look, columns }));
    }

    /// Reads a file that somebody chose.
    pub(super) async fn open(self, file: web_sys::File) {
        if file.size() > LARGEST {
            let sentence = format!(
                "{} has {:.0} MB; up to {:.0} MB can be read. Split it, or leave columns out.",
                file.name(),
                file.size() / 1e6,
                LARGEST / 1e6
            );
            self.table.set(None);
            self.problem.set(Some(sentence));
            return;
        }
        match JsFuture::from(file.array_buffer()).await {
            Ok(buffer) => self.take(js_sys::Uint8Array::new(&buffer).to_vec()),
            Err(_) => {
                self.table.set(None);
                self.problem
                    .set(Some(format!("{} could not be read. Was it moved or changed?", file.name())));
            }
        }
    }

    /// Changes what is read of the table.
    pub(super) fn choose(self, change: impl FnOnce(&mut Columns)) {
        self.table.update(|table| {
            if let Some(columns) = table.as_mut().and_then(|table| table.columns.as_mut()) {
                change(columns);
            }
        });
    }

    /// The messages, as rows.
    ///
    /// # Errors
    /// A sentence that says which row cannot be read.
    pub(super) async fn read(self, is_stopping: StoredValue<bool>) -> Result<Vec<Row>, String> {
        self.is_cut.set(false);
        match self.source.get_untracked() {
            Source::Examples => Ok(examples()),
            Source::Lines => Ok(lines(&self.lines.get_untracked())),
            Source::Table => self.rows(is_stopping).await,
        }
    }

    async fn rows(self, is_stopping: StoredValue<bool>) -> Result<Vec<Row>, String> {
        let Some(Table { file, look: Ok(look), columns: Some(columns) }) = self.table.get_untracked() else {
            return Ok(Vec::new());
        };
        let mut table = TableIn::open(&file, &look, &columns).map_err(|problem| problem.to_string())?;
        let mut rows = Vec::new();
        while !is_stopping.get_value() {
            let slice = table.slice(SLICE).map_err(|problem| problem.to_string())?;
            rows.extend(slice.rows);
            match slice.end {
                None => breathe().await,
                Some(end) => {
                    self.is_cut.set(end == End::Limit);
                    break;
                }
            }
        }
        Ok(rows)
    }
}

/// What is said of a table that has too many rows.
pub(super) fn cut() -> String {
    format!("The table has more than {MOST_ROWS} rows; the first {MOST_ROWS} were read.")
}

fn examples() -> Vec<Row> {
    let row = |(number, (text, label)): (u64, &(&str, &str))| Row {
        number,
        text: (*text).to_owned(),
        label: Some((*label).to_owned()),
    };
    (1..).zip(&EXAMPLES).map(row).collect()
}

/// One message a line; lines without any are none.
fn lines(text: &str) -> Vec<Row> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(number, line)| Row { number, text: line.trim().to_owned(), label: None }).collect()
}

/// Lets the browser draw and hear in between.
async fn breathe() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        // Every window has timers.
        let _ = window().set_timeout_with_callback(resolve.unchecked_ref());
    });
    // It is never rejected.
    let _ = JsFuture::from(promise).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_and_blank_ones_are_not() {
        let rows = lines("My card is gone\n\n  Where is it?  \n");
        let rows: Vec<_> = rows.iter().map(|row| (row.number, row.text.as_str())).collect();
        assert_eq!(rows, [(1, "My card is gone"), (3, "Where is it?")]);
        assert_eq!(examples().len(), EXAMPLES.len());
    }
}
