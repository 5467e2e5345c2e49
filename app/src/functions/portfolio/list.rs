//! Which rows a portfolio's table shows, and in which order. Pure rules over what the store lists.

use super::query::{ListQuery, Sort, SortKey};
use super::totals::saving;
use domain::decision::OptionKind;
use domain::field::Choice as _;
use domain::summary::{DecisionSummary, OutcomeKind};
use domain::units::Usd;
use std::cmp::Ordering;
use std::ops::Range;
use store::UseCaseRow;

/// Rows on one page: enough for most portfolios, few enough to be quick in any browser.
pub(super) const ROWS_PER_PAGE: usize = 100;

/// The rows that a query wants, in its order.
pub(super) fn matching(rows: Vec<UseCaseRow>, query: &ListQuery) -> Vec<UseCaseRow> {
    let find = query.find.to_lowercase();
    let mut rows: Vec<UseCaseRow> = rows.into_iter().filter(|row| is_wanted(row, query, &find)).collect();
    sort(&mut rows, query.sort);
    rows
}

fn is_wanted(row: &UseCaseRow, query: &ListQuery, find: &str) -> bool {
    let summary = &row.summary;
    query.verdict.is_none_or(|verdict| summary.outcome == verdict)
        && query.option.is_none_or(|option| summary.option == Some(option))
        && (find.is_empty() || row.name.to_lowercase().contains(find))
}

/// Sorts by the key, what is unknown last either way, then by name. The order is total, so that a row never
/// stands on two pages.
fn sort(rows: &mut Vec<UseCaseRow>, sort: Sort) {
    let mut keyed: Vec<(Option<Value>, String, UseCaseRow)> = std::mem::take(rows)
        .into_iter()
        .map(|row| {
            let name = row.name.to_lowercase();
            (value(&row, &name, sort.key), name, row)
        })
        .collect();
    keyed.sort_by(|one, other| {
        let by_key = match (&one.0, &other.0) {
            (Some(one), Some(other)) if sort.descending => other.compare(one),
            (Some(one), Some(other)) => one.compare(other),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_key.then_with(|| one.1.cmp(&other.1)).then_with(|| one.2.id.cmp(&other.2.id))
    });
    rows.extend(keyed.into_iter().map(|(_, _, row)| row));
}

/// What a row is sorted by; rows are only compared by values of one kind.
enum Value {
    Text(String),
    Number(f64),
    Amount(Usd),
    Verdict(OutcomeKind, usize),
    Moment(time::OffsetDateTime),
}

impl Value {
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Number(one), Self::Number(other)) => one.total_cmp(other),
            (Self::Amount(one), Self::Amount(other)) => one.cmp(other),
            (Self::Verdict(one, option), Self::Verdict(other, its)) => one.cmp(other).then(option.cmp(its)),
            (Self::Moment(one), Self::Moment(other)) => one.cmp(other),
            _ => Ordering::Equal,
        }
    }
}

fn value(row: &UseCaseRow, name: &str, key: SortKey) -> Option<Value> {
    let summary = &row.summary;
    match key {
        SortKey::Name => Some(Value::Text(name.to_owned())),
        SortKey::Verdict => Some(Value::Verdict(summary.outcome, option_place(summary))),
        SortKey::Requests => summary.requests_per_month.map(Value::Number),
        SortKey::Cost => summary.option_total.map(Value::Amount),
        SortKey::Frontier => summary.frontier_total.map(Value::Amount),
        SortKey::Saving => saving(summary).map(Value::Amount),
        SortKey::Updated => Some(Value::Moment(row.updated_at)),
    }
}

/// Place of a row's option in the order of the domain, after all of them when there is none.
fn option_place(summary: &DecisionSummary) -> usize {
    let all = OptionKind::ALL;
    all.iter().position(|option| Some(*option) == summary.option).unwrap_or(all.len())
}

/// One page of a list: its number, how many there are, and the places of its rows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) number: u32,
    pub(super) count: u32,
    pub(super) rows: Range<usize>,
}

/// The wanted page of so many rows, or the last one where the list is shorter. An empty list has one page.
pub(super) fn page(rows: usize, wanted: u32) -> Page {
    let count = u32::try_from(rows.div_ceil(ROWS_PER_PAGE)).unwrap_or(u32::MAX).max(1);
    let number = wanted.clamp(1, count);
    let start = usize::try_from(number - 1).unwrap_or(usize::MAX).saturating_mul(ROWS_PER_PAGE).min(rows);
    Page { number, count, rows: start..start.saturating_add(ROWS_PER_PAGE).min(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::decision::Confidence;
    use time::macros::datetime;
    use uuid::Uuid;

    /// A row by its name, requests a month, cost of its option and on the frontier API.
    fn row(number: u8, name: &str, requests: Option<f64>, costs: (Option<f64>, Option<f64>)) -> UseCaseRow {
        UseCaseRow {
            id: Uuid::from_u128(number.into()).into(),
            name: name.to_owned(),
            revision: 1,
            summary: DecisionSummary {
                outcome: OutcomeKind::Recommended,
                option: Some(OptionKind::SmallApi),
                confidence: Confidence::High,
                article_option: None,
                option_total: costs.0.map(Usd::from_result),
                frontier_total: costs.1.map(Usd::from_result),
                requests_per_month: requests,
                specificity: None,
                quadrant: None,
                horizon_months: Some(36),
            },
            updated_at: datetime!(2026-11-25 12:00 UTC) - time::Duration::hours(number.into()),
            archived_at: None,
        }
    }

    fn rows() -> Vec<UseCaseRow> {
        let mut rows = vec![
            row(1, "Über-translation", Some(5e6), (Some(10.0), Some(100.0))),
            row(2, "medical coding", Some(2e5), (Some(300.0), Some(310.0))),
            row(3, "Contracts", None, (None, None)),
            row(4, "Medical coding", Some(2e5), (Some(20.0), Some(15.0))),
            row(5, "Chat", Some(9e8), (None, Some(900.0))),
        ];
        rows[1].summary.outcome = OutcomeKind::Tie;
        rows[2].summary.outcome = OutcomeKind::MissingEvidence;
        rows[2].summary.option = None;
        rows[3].summary.option = Some(OptionKind::FrontierApi);
        rows
    }

    /// Numbers of the rows that a query shows, in its order.
    fn shown(query: &ListQuery) -> Vec<u128> {
        matching(rows(), query).iter().map(|row| row.id.uuid().as_u128()).collect()
    }

    fn sorted(code: &str) -> Vec<u128> {
        shown(&ListQuery { sort: Sort::from_code(code).unwrap_or_default(), ..ListQuery::default() })
    }

    #[test]
    fn every_order_is_total_and_keeps_unknowns_last() {
        for (code, order) in [
            ("name", [5, 3, 2, 4, 1]),
            ("-name", [1, 2, 4, 3, 5]),
            ("requests", [2, 4, 1, 5, 3]),
            ("-requests", [5, 1, 2, 4, 3]),
            ("cost", [1, 4, 2, 5, 3]),
            ("-cost", [2, 4, 1, 5, 3]),
            ("frontier", [4, 1, 2, 5, 3]),
            ("-frontier", [5, 2, 1, 4, 3]),
            ("saving", [4, 2, 1, 5, 3]),
            ("-saving", [1, 2, 4, 5, 3]),
            ("verdict", [4, 5, 1, 2, 3]),
            ("-verdict", [3, 2, 5, 1, 4]),
            ("updated", [5, 4, 3, 2, 1]),
            ("-updated", [1, 2, 3, 4, 5]),
        ] {
            assert_eq!(sorted(code), order, "{code}");
        }
    }

    #[test]
    fn names_are_found_whatever_the_case_of_their_letters() {
        let find = |text: &str| shown(&ListQuery { find: text.to_owned(), ..ListQuery::default() });
        assert_eq!(find("MEDICAL"), [2, 4]);
        assert_eq!(find("über"), [1]);
        assert_eq!(find("c"), [5, 3, 2, 4]);
        assert!(find("nothing").is_empty());
    }

    #[test]
    fn filters_combine_with_each_other_and_with_the_order() {
        let query = ListQuery {
            verdict: Some(OutcomeKind::Recommended),
            option: Some(OptionKind::SmallApi),
            sort: Sort { key: SortKey::Requests, descending: true },
            ..ListQuery::default()
        };
        assert_eq!(shown(&query), [5, 1]);
        assert_eq!(shown(&ListQuery { find: "chat".to_owned(), ..query }), [5]);
        let tie = ListQuery { verdict: Some(OutcomeKind::Tie), ..ListQuery::default() };
        assert_eq!(shown(&tie), [2]);
        let encoder = ListQuery { option: Some(OptionKind::CpuEncoder), ..ListQuery::default() };
        assert!(shown(&encoder).is_empty());
    }

    #[test]
    fn pages_cover_every_row_once() {
        assert_eq!(page(0, 1), Page { number: 1, count: 1, rows: 0..0 });
        assert_eq!(page(100, 1), Page { number: 1, count: 1, rows: 0..100 });
        assert_eq!(page(101, 2), Page { number: 2, count: 2, rows: 100..101 });
        let covered: Vec<usize> = (1..=3).flat_map(|number| page(250, number).rows).collect();
        assert_eq!(covered, (0..250).collect::<Vec<_>>());
    }

    #[test]
    fn a_page_beyond_the_last_is_the_last() {
        assert_eq!(page(250, 9), Page { number: 3, count: 3, rows: 200..250 });
        assert_eq!(page(250, u32::MAX).number, 3);
        assert_eq!(page(250, 0).number, 1);
    }
}
