//! All results as a table that spreadsheets open.

use super::Sorting;
use super::results::Sorted;
use super::rows::name;
use super::side::Side;
use crate::classify::{Cell, TableOut};
use leptos::prelude::*;

const NAME: &str = "parsimony-classified.csv";

const COLUMNS: [&str; 9] = [
    "row",
    "text",
    "label",
    "untouched",
    "untouched_similarity",
    "fine_tuned",
    "fine_tuned_confidence",
    "fine_tuned_is_right",
    "api",
];

/// Saves the results as a file.
pub(super) fn save(sorting: Sorting) {
    let Some(evaluation) = sorting.evaluation.with_untracked(super::Read::here) else { return };
    let file = sorting.results.with_untracked(|rows| table(rows, &evaluation.labels));
    match file {
        // A browser that refuses a download tells its user so itself.
        Ok(file) => drop(crate::file::download_bytes(NAME, "text/csv;charset=utf-8", &file)),
        Err(error) => sorting.problem.set(Some(format!("The file could not be written: {error}."))),
    }
}

fn table(rows: &[Sorted], labels: &[String]) -> Result<Vec<u8>, csv::Error> {
    let mut out = TableOut::new(&COLUMNS)?;
    for row in rows {
        let given = |side: Side| row.given[side.place()].as_ref();
        let [untouched, tuned, api] = Side::ALL.map(|side| given(side).map(|given| name(given, labels)));
        let score = |side: Side| match given(side).and_then(|given| given.score) {
            Some(score) => Cell::Number(score, 4),
            None => Cell::Unknown,
        };
        let text = |text: &Option<String>| -> Option<String> { text.clone() };
        let (untouched, tuned, api) = (text(&untouched), text(&tuned), text(&api));
        let is_right = row.wanted.zip(given(Side::Tuned)).map(|(wanted, given)| given.label == Some(wanted));
        let number = row.number.to_string();
        out.row([
            Cell::Text(&number),
            Cell::Text(&row.text),
            row.label.as_deref().map_or(Cell::Unknown, Cell::Text),
            untouched.as_deref().map_or(Cell::Unknown, Cell::Text),
            score(Side::Untouched),
            tuned.as_deref().map_or(Cell::Unknown, Cell::Text),
            score(Side::Tuned),
            is_right.map_or(Cell::Unknown, |is_right| Cell::Text(if is_right { "yes" } else { "no" })),
            api.as_deref().map_or(Cell::Unknown, Cell::Text),
        ])?;
    }
    out.file()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::side::Given;
    use super::*;

    #[test]
    fn what_is_unknown_stays_empty_and_formulas_stay_text() {
        let given = Given { label: Some(0), score: Some(0.87654), ..Given::default() };
        let row = Sorted {
            number: 2,
            text: "=HYPERLINK(\"https://example.org\")".to_owned(),
            label: Some("card_arrival".to_owned()),
            wanted: Some(0),
            given: [None, Some(given), None],
        };
        let file = String::from_utf8(table(&[row], &["card_arrival".to_owned()]).unwrap()).unwrap();
        let line = file.lines().nth(1).unwrap();
        assert_eq!(
            line,
            r#"2,"'=HYPERLINK(""https://example.org"")",card_arrival,,,card arrival,0.8765,yes,"#
        );
    }
}
