//! The evidence behind the product: the ledger of claims, the article's chart beside the engine's, and the
//! tables that its numbers come from.

pub(crate) mod query;

mod comparison;
mod ledger;
mod tables;

use crate::AppError;
use crate::state::app_state;
use domain::evidence::EvidenceError;
use query::LedgerQuery;

/// A claim of the article with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClaimView {
    /// Short id, e.g. `T19`; its place on the page is `#claim-T19`.
    pub(crate) id: String,
    /// The claim in a few words.
    pub(crate) claim: String,
    /// What the article says, with its unit.
    pub(crate) article: String,
    /// What the source says or the recomputation gives; empty where neither gives a figure.
    pub(crate) finding: String,
    /// What it was checked against; empty where no source was found.
    pub(crate) source: String,
    /// Section of the article.
    pub(crate) section: String,
    /// One of [`query::VERDICTS`].
    pub(crate) verdict: String,
    /// Explanation; may be empty.
    pub(crate) note: String,
}

/// How many claims have a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerdictCount {
    /// One of [`query::VERDICTS`].
    pub(crate) verdict: String,
    /// Claims with it.
    pub(crate) count: u32,
}

/// A wider filter for a visitor who found nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Widening {
    /// What it gives up, in words.
    pub(crate) label: String,
    /// The wider filter.
    pub(crate) query: LedgerQuery,
    /// Claims it finds; never zero.
    pub(crate) count: u32,
}

/// The claims that a filter wants, with what the filter itself shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ledger {
    /// The filter, without what means nothing.
    pub(crate) query: LedgerQuery,
    /// What the whole ledger says, in a sentence.
    pub(crate) lead: String,
    /// Claims of the whole ledger.
    pub(crate) total: u32,
    /// Claims by verdict that the other filters leave.
    pub(crate) verdicts: Vec<VerdictCount>,
    /// Sections of the article, in its order.
    pub(crate) sections: Vec<String>,
    /// The claims, in the order of the ledger.
    pub(crate) claims: Vec<ClaimView>,
    /// Where to look instead; empty unless nothing was found.
    pub(crate) widenings: Vec<Widening>,
}

/// The article's and the engine's cost over 36 months at one volume, USD.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ComparedPoint {
    /// Documents a month.
    pub(crate) docs_per_month: f64,
    /// The API, as the article draws it.
    pub(crate) article_api: f64,
    /// The API, as the engine computes it.
    pub(crate) engine_api: f64,
    /// The SLM, as the article draws it.
    pub(crate) article_slm: f64,
    /// The SLM, as the engine computes it.
    pub(crate) engine_slm: f64,
}

/// A sentence with the claims that it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The sentence, without its full stop, which follows the claims.
    pub(crate) text: String,
    /// Ids of claims.
    pub(crate) claims: Vec<String>,
}

/// One way to explain a series of the article's chart, and how far off it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Explanation {
    /// Which series: `API` or `SLM`.
    pub(crate) series: String,
    /// The explanation in words.
    pub(crate) name: String,
    /// Its formula, in thousands of USD for `v` million documents a month.
    pub(crate) formula: String,
    /// Explanation less article at each volume, as an amount.
    pub(crate) residuals: Vec<String>,
    /// The largest of them in size, as an amount.
    pub(crate) largest: String,
}

/// The article's chart beside the engine's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comparison {
    /// By rising volume.
    pub(crate) points: Vec<ComparedPoint>,
    /// What fits.
    pub(crate) fits: Vec<Finding>,
    /// What does not.
    pub(crate) misfits: Vec<Finding>,
    /// What follows.
    pub(crate) consequences: Vec<Finding>,
    /// Volumes of the residuals, as the table heads them.
    pub(crate) volumes: Vec<String>,
    /// Ways to explain the two series.
    pub(crate) explanations: Vec<Explanation>,
}

/// A table of sourced numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceTable {
    /// Its place on the page.
    pub(crate) id: String,
    /// What it lists.
    pub(crate) title: String,
    /// Unit and origin, in a sentence.
    pub(crate) about: String,
    /// Its columns. The first names the row.
    pub(crate) columns: Vec<SourceColumn>,
    /// Cells, as many in each row as there are columns; empty where the source says nothing.
    pub(crate) rows: Vec<Vec<String>>,
}

/// A column of such a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceColumn {
    /// Its heading.
    pub(crate) name: String,
    /// Whether it holds numbers, text, or long text.
    pub(crate) kind: ColumnKind,
}

/// What a column holds, which decides how it is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ColumnKind {
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
pub(crate) fn open_ledger(query: LedgerQuery) -> Result<Ledger, AppError> {
    Ok(ledger::open(&domain::evidence::claims().map_err(unreadable)?, query))
}

/// The article's cost series beside the engine's. Both stand on the ledger's own prices, so the answer
/// changes only with the engine.
///
/// # Errors
/// [`AppError::Internal`] if the ledger cannot be read or the article's scenario cannot be costed.
pub(crate) fn compare_with_article() -> Result<Comparison, AppError> {
    let book = domain::evidence::price_book().map_err(unreadable)?;
    let chart = domain::evidence::chart_fit().map_err(unreadable)?;
    comparison::compare(&chart, &book).ok_or_else(|| {
        tracing::error!("the article's scenario can no longer be costed");
        AppError::Internal
    })
}

/// The price book that decisions are made with today, and the facts and measurements behind it.
///
/// # Errors
/// [`AppError::Unavailable`] without the database, which keeps the price book.
pub(crate) async fn list_sources() -> Result<Vec<SourceTable>, AppError> {
    let (_, book) = app_state()?.store.current_price_book().await?;
    let facts = domain::evidence::facts().map_err(unreadable)?;
    let throughput = domain::evidence::throughput().map_err(unreadable)?;
    Ok(tables::all(&book, &throughput, &facts))
}

/// Logs which file is malformed; the visitor can do nothing about it.
fn unreadable(error: EvidenceError) -> AppError {
    tracing::error!(error = &error as &dyn std::error::Error, "the evidence cannot be read");
    AppError::Internal
}
