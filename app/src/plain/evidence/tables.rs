//! The tables behind the numbers, each closed until it is wanted.

use super::sourced::sourced;
use crate::evidence::{ColumnKind, SourceColumn, SourceTable};
use leptos::prelude::*;

pub(super) fn tables(tables: &[SourceTable]) -> AnyView {
    let tables = tables.iter().map(table).collect_view();
    view! {
        <section class="section" id="sources" aria-labelledby="sources-title">
            <header class="section-head">
                <h2 class="section-title" id="sources-title">
                    "Facts and prices behind the numbers"
                </h2>
                <p class="section-note">
                    "Every number of the product comes from one of these rows, or from what somebody entered. Each row names its source and, where the source gives one, its date."
                </p>
            </header>
            <div>{tables}</div>
        </section>
    }
    .into_any()
}

fn table(table: &SourceTable) -> AnyView {
    let head = table
        .columns
        .iter()
        .map(|column| {
            view! {
                <th scope="col" class=class(column)>
                    {column.name.clone()}
                </th>
            }
        })
        .collect_view();
    let rows = table.rows.iter().map(|cells| row(table, cells)).collect_view();
    view! {
        <details class="source-table" id=table.id.clone()>
            <summary>{table.title.clone()}</summary>
            <p class="section-note">{table.about.clone()}</p>
            <div class="table-scroll" role="region" aria-label=table.title.clone() tabindex="0">
                <table class="data-table data-table-compact">
                    <thead>
                        <tr>{head}</tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn row(table: &SourceTable, cells: &[String]) -> AnyView {
    let mut cells = cells.iter();
    let name = cells.next().cloned().unwrap_or_default();
    // Facts are cited by their id, so each has a place of its own.
    let place = (table.id == "facts").then(|| format!("fact-{name}"));
    let rest = cells
        .zip(table.columns.iter().skip(1))
        .map(|(cell, column)| {
            let content = match column.kind {
                ColumnKind::Number => cell.clone().into_any(),
                ColumnKind::Text | ColumnKind::Long => sourced(cell),
            };
            view! { <td class=class(column)>{content}</td> }
        })
        .collect_view();
    view! {
        <tr id=place>
            <th scope="row">{name}</th>
            {rest}
        </tr>
    }
    .into_any()
}

fn class(column: &SourceColumn) -> Option<&'static str> {
    match column.kind {
        ColumnKind::Number => Some("num"),
        ColumnKind::Text => None,
        ColumnKind::Long => Some("source-text"),
    }
}
