//! The evidence behind the product: the ledger of claims, the article's chart beside the engine's, and the
//! tables that its numbers come from.

pub mod query;

#[cfg(feature = "ssr")]
mod comparison;
#[cfg(feature = "ssr")]
mod ledger;
#[cfg(feature = "ssr")]
mod tables;

use crate::AppError;
use leptos::prelude::*;
use query::LedgerQuery;
use serde::{Deserialize, Serialize};

/// A claim of the article with what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimView {
    /// Short id, e.g. `T19`; its place on the page is `#claim-T19`.
    pub id: String,
    /// The claim in a few words.
    pub claim: String,
    /// What the article says, with its unit.
    pub article: String,
    /// What the source says or the recomputation gives; empty where neither gives a figure.
    pub finding: String,
    /// What it was checked against; empty where no source was found.
    pub source: String,
    /// Section of the article.
    pub section: String,
    /// One of [`query::VERDICTS`].
    pub verdict: String,
    /// Explanation; may be empty.
    pub note: String,
}

/// How many claims have a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictCount {
    /// One of [`query::VERDICTS`].
    pub verdict: String,
    /// Claims with it.
    pub count: u32,
}

/// A wider filter for a visitor who found nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Widening {
    /// What it gives up, in words.
    pub label: String,
    /// The wider filter.
    pub query: LedgerQuery,
    /// Claims it finds; never zero.
    pub count: u32,
}

/// The claims that a filter wants, with what the filter itself shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// The filter, without what means nothing.
    pub query: LedgerQuery,
    /// What the whole ledger says, in a sentence.
    pub lead: String,
    /// Claims of the whole ledger.
    pub total: u32,
    /// Claims by verdict that the other filters leave.
    pub verdicts: Vec<VerdictCount>,
    /// Sections of the article, in its order.
    pub sections: Vec<String>,
    /// The claims, in the order of the ledger.
    pub claims: Vec<ClaimView>,
    /// Where to look instead; empty unless nothing was found.
    pub widenings: Vec<Widening>,
}

/// The article's and the engine's cost over 36 months at one volume, USD.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ComparedPoint {
    /// Documents a month.
    pub docs_per_month: f64,
    /// The API, as the article draws it.
    pub article_api: f64,
    /// The API, as the engine computes it.
    pub engine_api: f64,
    /// The SLM, as the article draws it.
    pub article_slm: f64,
    /// The SLM, as the engine computes it.
    pub engine_slm: f64,
}

/// A sentence with the claims that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The sentence, without its full stop, which follows the claims.
    pub text: String,
    /// Ids of claims.
    pub claims: Vec<String>,
}

/// One way to explain a series of the article's chart, and how far off it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// Which series: `API` or `SLM`.
    pub series: String,
    /// The explanation in words.
    pub name: String,
    /// Its formula, in thousands of USD for `v` million documents a month.
    pub formula: String,
    /// Explanation less article at each volume, as an amount.
    pub residuals: Vec<String>,
    /// The largest of them in size, as an amount.
    pub largest: String,
}

/// The article's chart beside the engine's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// By rising volume.
    pub points: Vec<ComparedPoint>,
    /// What fits.
    pub fits: Vec<Finding>,
    /// What does not.
    pub misfits: Vec<Finding>,
    /// What follows.
    pub consequences: Vec<Finding>,
    /// Volumes of the residuals, as the table heads them.
    pub volumes: Vec<String>,
    /// Ways to explain the two series.
    pub explanations: Vec<Explanation>,
}

/// A table of sourced numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTable {
    /// Its place on the page.
    pub id: String,
    /// What it lists.
    pub title: String,
    /// Unit and origin, in a sentence.
    pub about: String,
    /// Its columns. The first names the row.
    pub columns: Vec<SourceColumn>,
    /// Cells, as many in each row as there are columns; empty where the source says nothing.
    pub rows: Vec<Vec<String>>,
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceColumn {
    /// Its heading.
    pub name: String,
    /// Whether it holds numbers, text, or long text.
    pub kind: ColumnKind,
}

/// What a column holds, which decides how it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnKind {
    /// Numbers.
    Number,
    /// A few words.
    Text,
    /// Sources and remarks.
    Long,
}

/// The claims that a filter wants. A value that means nothing counts as absent.
///
/// # Errors
/// [`AppError::Internal`] if the ledger cannot be read.
#[server(prefix = "/api", endpoint = "evidence/ledger")]
pub async fn open_ledger(
    #[server(default)] verdict: String,
    #[server(default)] section: String,
    #[server(default)] q: String,
) -> Result<Ledger, AppError> {
    let ledger = domain::evidence::claims().map_err(server::unreadable);
    let query = LedgerQuery::new(&verdict, &section, &q);
    crate::response::with_status(ledger.map(|claims| ledger::open(&claims, query)))
}

/// The article's cost series beside the engine's. Both stand on the ledger's own prices, so the answer
/// changes only with the engine.
///
/// # Errors
/// [`AppError::Internal`] if the ledger cannot be read or the article's scenario cannot be costed.
#[server(prefix = "/api", endpoint = "evidence/comparison")]
pub async fn compare_with_article() -> Result<Comparison, AppError> {
    crate::response::with_status(server::compare())
}

/// The price book that decisions are made with today, and the facts and measurements behind it.
///
/// # Errors
/// [`AppError::Unavailable`] without the database, which keeps the price book.
#[server(prefix = "/api", endpoint = "evidence/tables")]
pub async fn list_sources() -> Result<Vec<SourceTable>, AppError> {
    crate::response::with_status(server::tables().await)
}

#[cfg(feature = "ssr")]
mod server {
    use super::{Comparison, SourceTable, comparison, tables};
    use crate::AppError;
    use crate::state::app_state;
    use domain::evidence::EvidenceError;

    /// Logs which file is malformed; the visitor can do nothing about it.
    pub(super) fn unreadable(error: EvidenceError) -> AppError {
        tracing::error!(error = &error as &dyn std::error::Error, "the evidence cannot be read");
        AppError::Internal
    }

    pub(super) fn compare() -> Result<Comparison, AppError> {
        let book = domain::evidence::price_book().map_err(unreadable)?;
        let chart = domain::evidence::chart_fit().map_err(unreadable)?;
        comparison::compare(&chart, &book).ok_or_else(|| {
            tracing::error!("the article's scenario can no longer be costed");
            AppError::Internal
        })
    }

    pub(super) async fn tables() -> Result<Vec<SourceTable>, AppError> {
        let (_, book) = app_state()?.store.current_price_book().await?;
        let facts = domain::evidence::facts().map_err(unreadable)?;
        let throughput = domain::evidence::throughput().map_err(unreadable)?;
        Ok(tables::all(&book, &throughput, &facts))
    }
}
