//! Changing a portfolio and the use cases in its table.

use super::query::ListQuery;
use super::server::{COPIED, UNDO};
use crate::AppError;
use crate::access::{Access, allowed};
use crate::functions::portfolios::Typed;
use crate::functions::portfolios::address::{FAILED, Parameters, REFUSED, with, with_error, with_typed};
use crate::response::wants_html;
use domain::access::Action;
use domain::ids::{PortfolioId, UseCaseId};

pub(super) async fn rename(portfolio: &str, typed: Typed) -> Result<(), AppError> {
    let id: PortfolioId = portfolio.parse().map_err(|_| AppError::NotFound)?;
    let page = format!("/portfolios/{id}");
    let renamed = async {
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        Ok(store.update_portfolio(scope, id, &typed.name, &typed.description).await?)
    };
    let renamed = renamed.await;
    if wants_html() {
        match &renamed {
            Ok(()) => leptos_axum::redirect(&page),
            Err(error) => leptos_axum::redirect(&with_error(&with_typed(&page, &typed), REFUSED, error)),
        }
    }
    renamed
}

pub(super) async fn archive(id: &str, portfolio: &str, list: &str) -> Result<String, AppError> {
    let place = Place::read(portfolio, list)?;
    let archived = async {
        let id = use_case_id(id)?;
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        store.archive_use_case(scope, id).await?;
        let page = match &place {
            Place::Table(page) => page.address(),
            Place::UseCase => {
                let label = store.use_case_label(scope, id).await?.ok_or(AppError::NotFound)?;
                ListQuery::default().address(&label.portfolio_id.to_string())
            }
        };
        Ok(with(&page, UNDO, &id.to_string()))
    };
    place.go(archived.await)
}

pub(super) async fn restore(id: &str, portfolio: &str, list: &str) -> Result<String, AppError> {
    let place = Place::read(portfolio, list)?;
    let restored = async {
        let id = use_case_id(id)?;
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        store.restore_use_case(scope, id).await?;
        Ok(match &place {
            Place::Table(page) => page.in_use().address(),
            Place::UseCase => format!("/use-cases/{id}"),
        })
    };
    place.go(restored.await)
}

pub(super) async fn duplicate(id: &str, portfolio: &str, list: &str) -> Result<String, AppError> {
    let place = Place::read(portfolio, list)?;
    let copied = async {
        let id = use_case_id(id)?;
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        let copy = store.duplicate_use_case(scope, id).await?;
        Ok(match &place {
            Place::Table(page) => with(&page.address(), COPIED, &copy.to_string()),
            Place::UseCase => format!("/use-cases/{copy}"),
        })
    };
    place.go(copied.await)
}

fn use_case_id(text: &str) -> Result<UseCaseId, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// Where a button was pressed.
#[derive(Debug, PartialEq, Eq)]
enum Place {
    /// In the table of a portfolio.
    Table(Page),
    /// On the page of the use case.
    UseCase,
}

/// The table of a portfolio in some state.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    portfolio: PortfolioId,
    list: ListQuery,
}

impl Place {
    /// Reads what the form says about its page; the text of the list is written anew, never repeated.
    fn read(portfolio: &str, list: &str) -> Result<Self, AppError> {
        if portfolio.is_empty() {
            return Ok(Self::UseCase);
        }
        let parameters = Parameters::of(list);
        Ok(Self::Table(Page {
            portfolio: portfolio.parse().map_err(|_| AppError::NotFound)?,
            list: ListQuery::read(|name| parameters.first(name)),
        }))
    }

    /// Goes on to an address, or back with the reason why nothing was done. A page with a table follows the
    /// answer by itself, so that it can keep its place; a use case's page shows the reason by itself.
    fn go(&self, done: Result<String, AppError>) -> Result<String, AppError> {
        match (self, &done) {
            (Self::Table(_), Ok(address)) if wants_html() => leptos_axum::redirect(address),
            (Self::Table(page), Err(error)) if wants_html() => {
                leptos_axum::redirect(&with_error(&page.address(), FAILED, error));
            }
            (Self::UseCase, Ok(address)) => leptos_axum::redirect(address),
            _ => {}
        }
        done
    }
}

impl Page {
    fn address(&self) -> String {
        self.list.address(&self.portfolio.to_string())
    }

    /// The same list of the use cases in use.
    fn in_use(&self) -> Self {
        let list = ListQuery { archived: false, ..self.list.clone() };
        Self { portfolio: self.portfolio, list }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ID: &str = "0198a1b2-0000-7000-8000-000000000001";

    fn table(list: &str) -> Page {
        match Place::read(ID, list).unwrap() {
            Place::Table(page) => page,
            Place::UseCase => panic!("a button in a table was taken for one on a use case's page"),
        }
    }

    #[test]
    fn a_button_returns_to_the_list_it_was_pressed_in() {
        let page = table("q=a%20b&sort=-cost&page=2&undo=x&next=//elsewhere").address();
        assert_eq!(page, format!("/portfolios/{ID}?q=a%20b&sort=-cost&page=2"));
        assert_eq!(with(&page, UNDO, "7"), format!("{page}&undo=7"));
    }

    #[test]
    fn what_is_restored_is_found_among_the_use_cases_in_use() {
        let page = table("q=coding&archived=true");
        assert_eq!(page.in_use().address(), format!("/portfolios/{ID}?q=coding"));
    }

    #[test]
    fn a_page_that_cannot_be_is_not_found() {
        assert_eq!(Place::read("elsewhere", "").err(), Some(AppError::NotFound));
        assert_eq!(Place::read("", ""), Ok(Place::UseCase));
    }
}
