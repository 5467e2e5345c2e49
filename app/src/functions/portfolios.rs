//! The portfolios of a workspace: listed with their totals, created, archived, restored.

use crate::AppError;
use crate::functions::portfolio::totals::Totals;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub(crate) mod address;

/// Something by its id and its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Name and description of a portfolio as somebody typed them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Typed {
    /// The name.
    pub name: String,
    /// The description.
    pub description: String,
}

/// A portfolio in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfolioRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it is for; may be empty.
    pub description: String,
    /// What its use cases cost.
    pub totals: Totals,
}

/// The list of portfolios.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PortfoliosView {
    /// Those in use, or the archived ones.
    pub portfolios: Vec<PortfolioRow>,
    /// Whether the archived ones are listed.
    pub archived: bool,
    /// Number of portfolios in use.
    pub in_use_count: u32,
    /// Number of archived portfolios.
    pub archived_count: u32,
    /// The portfolio that was just archived, while it still is.
    pub undo: Option<Named>,
    /// What was typed into a refused form.
    pub typed: Typed,
    /// Why the form was refused, when it was sent without JavaScript.
    pub refused: Option<AppError>,
    /// Why a button did nothing, when it was pressed without JavaScript.
    pub failed: Option<AppError>,
}

/// Lists portfolios; `query` is the part of the page's address after `?`.
///
/// # Errors
/// [`AppError::Unavailable`] without the database.
#[server(prefix = "/api", endpoint = "portfolios/list")]
pub async fn list_portfolios(#[server(default)] query: String) -> Result<PortfoliosView, AppError> {
    crate::response::with_status(server::list(&query).await)
}

/// Creates an empty portfolio and goes to its page. A form sent without JavaScript that is refused goes back
/// with everything that was typed.
///
/// # Errors
/// [`AppError::NameTaken`], [`AppError::BadName`], [`AppError::BadText`] for a description that is too long.
#[server(prefix = "/api", endpoint = "portfolios/create")]
pub async fn create_portfolio(
    #[server(default)] name: String,
    #[server(default)] description: String,
) -> Result<(), AppError> {
    crate::response::with_status(server::create(&name, &description).await)
}

/// Puts a portfolio away, with its use cases, and goes to the list, which offers to undo it.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/api", endpoint = "portfolios/archive")]
pub async fn archive_portfolio(portfolio: String) -> Result<(), AppError> {
    crate::response::with_status(server::archive(&portfolio).await)
}

/// Takes an archived portfolio back into use and goes to the list, or to the portfolio itself with `open`.
///
/// # Errors
/// [`AppError::NotFound`]; [`AppError::NameTaken`] when another portfolio has its name by now.
#[server(prefix = "/api", endpoint = "portfolios/restore")]
pub async fn restore_portfolio(portfolio: String, #[server(default)] open: bool) -> Result<(), AppError> {
    crate::response::with_status(server::restore(&portfolio, open).await)
}

#[cfg(feature = "ssr")]
mod server {
    use super::address::{FAILED, Parameters, REFUSED, with_error, with_typed};
    use super::{Named, PortfolioRow, PortfoliosView, Typed};
    use crate::AppError;
    use crate::access::{Access, allowed};
    use crate::functions::portfolio::totals::Totals;
    use crate::response::wants_html;
    use domain::access::Action;
    use domain::ids::PortfolioId;
    use store::PortfolioSummary;

    const LIST: &str = "/portfolios";

    pub(super) async fn list(query: &str) -> Result<PortfoliosView, AppError> {
        let parameters = Parameters::of(query);
        let Access { store, scope, .. } = allowed(Action::Read)?;
        let all = store.portfolios(scope).await?;
        let archived = parameters.first("archived") == Some("true");
        let undo: Option<PortfolioId> = parameters.first("undo").and_then(|id| id.parse().ok());
        let undone = all.iter().find(|each| Some(each.id) == undo && each.archived_at.is_some());
        let undo = undone.map(|each| Named { id: each.id.to_string(), name: each.name.clone() });
        let (away, in_use): (Vec<_>, Vec<_>) = all.into_iter().partition(|each| each.archived_at.is_some());
        let count = |list: &[PortfolioSummary]| u32::try_from(list.len()).unwrap_or(u32::MAX);
        Ok(PortfoliosView {
            archived,
            in_use_count: count(&in_use),
            archived_count: count(&away),
            portfolios: if archived { away } else { in_use }.into_iter().map(row).collect(),
            undo,
            typed: parameters.typed().unwrap_or_default(),
            refused: parameters.error(REFUSED),
            failed: parameters.error(FAILED),
        })
    }

    fn row(summary: PortfolioSummary) -> PortfolioRow {
        PortfolioRow {
            id: summary.id.to_string(),
            name: summary.name,
            description: summary.description,
            totals: Totals {
                use_cases: summary.use_case_count,
                costed: summary.costed_count,
                frontier: summary.frontier_total,
                recommended: summary.recommended_total,
            },
        }
    }

    pub(super) async fn create(name: &str, description: &str) -> Result<(), AppError> {
        let created = async {
            let Access { store, scope, .. } = allowed(Action::Edit)?;
            Ok(store.create_portfolio(scope, name, description).await?)
        };
        match created.await {
            Ok(id) => {
                leptos_axum::redirect(&format!("{LIST}/{id}"));
                Ok(())
            }
            Err(error) => {
                if wants_html() {
                    let typed = Typed { name: name.to_owned(), description: description.to_owned() };
                    leptos_axum::redirect(&with_error(&with_typed(LIST, &typed), REFUSED, &error));
                }
                Err(error)
            }
        }
    }

    pub(super) async fn archive(portfolio: &str) -> Result<(), AppError> {
        let archived = async {
            let id: PortfolioId = portfolio.parse().map_err(|_| AppError::NotFound)?;
            let Access { store, scope, .. } = allowed(Action::Edit)?;
            store.archive_portfolio(scope, id).await?;
            Ok(format!("{LIST}?undo={id}"))
        };
        go(archived.await, LIST)
    }

    pub(super) async fn restore(portfolio: &str, open: bool) -> Result<(), AppError> {
        let id: PortfolioId = portfolio.parse().map_err(|_| AppError::NotFound)?;
        let page = if open { format!("{LIST}/{id}") } else { LIST.to_owned() };
        let restored = async {
            let Access { store, scope, .. } = allowed(Action::Edit)?;
            store.restore_portfolio(scope, id).await?;
            Ok(page.clone())
        };
        go(restored.await, &page)
    }

    /// Goes where a success leads, or says on the page that a button did nothing.
    fn go(done: Result<String, AppError>, page: &str) -> Result<(), AppError> {
        match done {
            Ok(address) => {
                leptos_axum::redirect(&address);
                Ok(())
            }
            Err(error) => {
                if wants_html() {
                    leptos_axum::redirect(&with_error(page, FAILED, &error));
                }
                Err(error)
            }
        }
    }
}
