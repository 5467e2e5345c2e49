//! One portfolio: its use cases as a table, a chart and totals; renaming it; archiving, restoring and
//! duplicating its use cases.

use crate::AppError;
use crate::functions::dates::Moment;
use crate::functions::portfolios::{Named, Typed};
use domain::decision::OptionKind;
use domain::summary::DecisionSummary;
use domain::units::Usd;
use leptos::prelude::*;
use query::ListQuery;
use serde::{Deserialize, Serialize};
use totals::Totals;

#[cfg(feature = "ssr")]
mod list;
pub mod query;
pub mod totals;

/// Most use cases on the chart. Beyond that, points hide each other and the page becomes heavy; the dearest
/// ones are shown, because that is where the money is.
pub const MOST_POINTS: u32 = 500;

/// A use case in the table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UseCaseEntry {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What was decided for it.
    pub summary: DecisionSummary,
    /// What the option saves against the frontier API, if both are costed.
    pub saving: Option<Usd>,
    /// When it last changed.
    pub updated: Moment,
}

/// A use case on the chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UseCasePoint {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// 0 open-ended to 1 bounded.
    pub specificity: f64,
    /// Requests per month.
    pub requests_per_month: f64,
    /// The option one would take today.
    pub option: Option<OptionKind>,
}

/// What was just done to a use case, as long as that is still so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum JustDone {
    /// It was archived.
    Archived(Named),
    /// It was made as a copy.
    Copied(Named),
}

/// A portfolio as its page shows it: whole totals, and one page of its table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PortfolioView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Whether it is archived.
    pub archived: bool,
    /// The state of the table, its page one that exists.
    pub query: ListQuery,
    /// Number of pages of the table.
    pub pages: u32,
    /// Use cases on this page of the table.
    pub rows: Vec<UseCaseEntry>,
    /// Totals over the whole list: the use cases in use, or the archived ones.
    pub all: Totals,
    /// Totals over those that the filter shows, on all pages.
    pub shown: Totals,
    /// Requests a month of those that the filter shows, where known.
    pub shown_requests: f64,
    /// Number of archived use cases.
    pub archived_count: u32,
    /// Those that the filter shows on the chart, at most [`MOST_POINTS`].
    pub points: Vec<UseCasePoint>,
    /// How many of those that the filter shows have a place on the chart.
    pub placed: u32,
    /// Requests a month at which the quadrants divide.
    pub volume_gate: f64,
    /// What was just done.
    pub just_done: Option<JustDone>,
    /// What was typed into a refused form.
    pub typed: Option<Typed>,
    /// Why the form was refused, when it was sent without JavaScript.
    pub refused: Option<AppError>,
    /// Why a button did nothing, when it was pressed without JavaScript.
    pub failed: Option<AppError>,
}

/// Opens a portfolio; `query` is the part of its page's address after `?`.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown portfolio.
#[server(prefix = "/api", endpoint = "portfolios/open")]
pub async fn open_portfolio(id: String, #[server(default)] query: String) -> Result<PortfolioView, AppError> {
    crate::response::with_status(server::open(&id, &query).await)
}

/// Changes name and description of a portfolio. A form sent without JavaScript returns to the portfolio's
/// page, and with everything that was typed when it is refused.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::NameTaken`], [`AppError::BadName`], [`AppError::BadText`].
#[server(prefix = "/api", endpoint = "portfolios/rename")]
pub async fn rename_portfolio(
    portfolio: String,
    #[server(default)] name: String,
    #[server(default)] description: String,
) -> Result<(), AppError> {
    crate::response::with_status(changes::rename(&portfolio, Typed { name, description }).await)
}

/// Puts a use case away and answers with the address of its portfolio that offers to undo it.
///
/// A button in the table of a portfolio says which `portfolio` it is and what `list` is shown, as
/// [`ListQuery::text`] writes it; the page goes to the answered address, and a form sent without JavaScript is
/// redirected there. A button on the use case's own page says neither, and is redirected in both cases.
/// The same holds for the other two.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "use-cases/archive")]
pub async fn archive_use_case(
    id: String,
    #[server(default)] portfolio: String,
    #[server(default)] list: String,
) -> Result<String, AppError> {
    crate::response::with_status(changes::archive(&id, &portfolio, &list).await)
}

/// Takes an archived use case back into use and answers with the address that shows it: its portfolio's, or
/// its own.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "use-cases/restore")]
pub async fn restore_use_case(
    id: String,
    #[server(default)] portfolio: String,
    #[server(default)] list: String,
) -> Result<String, AppError> {
    crate::response::with_status(changes::restore(&id, &portfolio, &list).await)
}

/// Copies a use case beside itself and answers with the address of its portfolio that names the copy, or with
/// the copy's own.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::Archived`] when the portfolio is.
#[server(prefix = "/api", endpoint = "use-cases/duplicate")]
pub async fn duplicate_use_case(
    id: String,
    #[server(default)] portfolio: String,
    #[server(default)] list: String,
) -> Result<String, AppError> {
    crate::response::with_status(changes::duplicate(&id, &portfolio, &list).await)
}

#[cfg(feature = "ssr")]
mod changes;
#[cfg(feature = "ssr")]
mod server;
