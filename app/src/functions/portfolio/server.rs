//! Opening a portfolio.

use super::list::{matching, page};
use super::query::ListQuery;
use super::totals::{Totals, saving};
use super::{JustDone, MOST_POINTS, PortfolioView, UseCaseEntry, UseCasePoint};
use crate::AppError;
use crate::access::{Access, allowed};
use crate::functions::portfolios::Named;
use crate::functions::portfolios::address::{FAILED, Parameters, REFUSED};
use domain::access::Action;
use domain::ids::PortfolioId;
use store::{Scope, Store, UseCaseLabel, UseCaseRow};

/// Parameter that names a use case that was just archived.
pub(super) const UNDO: &str = "undo";
/// Parameter that names a use case that was just made as a copy.
pub(super) const COPIED: &str = "copied";

pub(super) async fn open(id: &str, query: &str) -> Result<PortfolioView, AppError> {
    let id: PortfolioId = id.parse().map_err(|_| AppError::NotFound)?;
    let parameters = Parameters::of(query);
    let query = ListQuery::read(|name| parameters.first(name));
    let Access { store, scope, .. } = allowed(Action::Read)?;
    let portfolio = store.portfolio(scope, id).await?.ok_or(AppError::NotFound)?;
    let rows = store.use_cases(scope, id, query.archived).await?;
    let all = Totals::of(rows.iter().map(|row| &row.summary));
    let archived_count =
        if query.archived { all.use_cases } else { store.archived_use_case_count(scope, id).await? };
    let (_, policy) = store.current_policy().await?;
    let just_done = just_done(&store, scope, id, &parameters).await?;

    let matching = matching(rows, &query);
    let page = page(matching.len(), query.page);
    let (points, placed) = points(&matching);
    Ok(PortfolioView {
        id: id.to_string(),
        name: portfolio.name,
        description: portfolio.description,
        archived: portfolio.archived_at.is_some(),
        query: query.at_page(page.number),
        pages: page.count,
        all,
        shown: Totals::of(matching.iter().map(|row| &row.summary)),
        shown_requests: matching.iter().filter_map(|row| row.summary.requests_per_month).sum(),
        archived_count,
        points,
        placed,
        rows: matching.get(page.rows).unwrap_or_default().iter().map(entry).collect(),
        volume_gate: policy.volume_gate,
        just_done,
        typed: parameters.typed(),
        refused: parameters.error(REFUSED),
        failed: parameters.error(FAILED),
    })
}

/// What the address says was just done, if that is still so.
async fn just_done(
    store: &Store,
    scope: Scope,
    portfolio: PortfolioId,
    parameters: &Parameters,
) -> Result<Option<JustDone>, AppError> {
    for (parameter, archived) in [(UNDO, true), (COPIED, false)] {
        let Some(id) = parameters.first(parameter).and_then(|id| id.parse().ok()) else { continue };
        let label = store.use_case_label(scope, id).await?;
        let holds = |label: &UseCaseLabel| label.portfolio_id == portfolio && label.archived == archived;
        if let Some(label) = label.filter(holds) {
            let named = Named { id: id.to_string(), name: label.name };
            return Ok(Some(if archived { JustDone::Archived(named) } else { JustDone::Copied(named) }));
        }
    }
    Ok(None)
}

fn entry(row: &UseCaseRow) -> UseCaseEntry {
    UseCaseEntry {
        id: row.id.to_string(),
        name: row.name.clone(),
        summary: row.summary.clone(),
        saving: saving(&row.summary),
        updated: row.updated_at.into(),
    }
}

/// The use cases that have a place on the chart, the dearest ones where there are too many, and how many
/// have one.
fn points(rows: &[UseCaseRow]) -> (Vec<UseCasePoint>, u32) {
    let mut placed: Vec<(&UseCaseRow, f64, f64)> = rows
        .iter()
        .filter_map(|row| Some((row, row.summary.specificity?, row.summary.requests_per_month?)))
        .collect();
    let count = u32::try_from(placed.len()).unwrap_or(u32::MAX);
    if count > MOST_POINTS {
        placed.sort_by_key(|(row, ..)| std::cmp::Reverse(row.summary.frontier_total));
        placed.truncate(usize::try_from(MOST_POINTS).unwrap_or(usize::MAX));
    }
    let point = |(row, specificity, requests_per_month): (&UseCaseRow, f64, f64)| UseCasePoint {
        id: row.id.to_string(),
        name: row.name.clone(),
        specificity,
        requests_per_month,
        option: row.summary.option,
    };
    (placed.into_iter().map(point).collect(), count)
}
