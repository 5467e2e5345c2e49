//! Changing a portfolio and the use cases in its table.

use super::query::ListQuery;
use super::server::{COPIED, UNDO};
use crate::AppError;
use crate::functions::portfolios::Typed;
use crate::functions::portfolios::address::{FAILED, Parameters, REFUSED, with, with_error, with_typed};
use crate::response::wants_html;
use crate::state::app_state;
use domain::ids::{PortfolioId, UseCaseId};
use store::{Store, WorkspaceId};

pub(super) async fn rename(portfolio: &str, typed: Typed) -> Result<(), AppError> {
    let id: PortfolioId = portfolio.parse().map_err(|_| AppError::NotFound)?;
    let page = format!("/portfolios/{id}");
    let renamed = async {
        let (store, workspace) = workspace().await?;
        Ok(store.update_portfolio(workspace, id, &typed.name, &typed.description).await?)
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

pub(super) async fn archive(use_case: &str, portfolio: &str, list: &str) -> Result<String, AppError> {
    let page = Page::read(portfolio, list)?;
    let archived = async {
        let id = use_case_id(use_case)?;
        let (store, workspace) = workspace().await?;
        store.archive_use_case(workspace, id).await?;
        Ok(with(&page.address(), UNDO, &id.to_string()))
    };
    page.go(archived.await)
}

pub(super) async fn restore(use_case: &str, portfolio: &str, list: &str) -> Result<String, AppError> {
    let page = Page::read(portfolio, list)?;
    let restored = async {
        let id = use_case_id(use_case)?;
        let (store, workspace) = workspace().await?;
        store.restore_use_case(workspace, id).await?;
        Ok(page.in_use().address())
    };
    page.go(restored.await)
}

pub(super) async fn duplicate(use_case: &str, portfolio: &str, list: &str) -> Result<String, AppError> {
    let page = Page::read(portfolio, list)?;
    let copied = async {
        let id = use_case_id(use_case)?;
        let (store, workspace) = workspace().await?;
        let copy = store.duplicate_use_case(workspace, id).await?;
        Ok(with(&page.address(), COPIED, &copy.to_string()))
    };
    page.go(copied.await)
}

async fn workspace() -> Result<(Store, WorkspaceId), AppError> {
    let store = app_state()?.store;
    let workspace = store.local_workspace().await?;
    Ok((store, workspace))
}

fn use_case_id(text: &str) -> Result<UseCaseId, AppError> {
    text.parse().map_err(|_| AppError::NotFound)
}

/// The page a button was pressed on.
struct Page {
    portfolio: PortfolioId,
    list: ListQuery,
}

impl Page {
    /// Reads what the form says about its page; the text of the list is written anew, never repeated.
    fn read(portfolio: &str, list: &str) -> Result<Self, AppError> {
        let parameters = Parameters::of(list);
        Ok(Self {
            portfolio: portfolio.parse().map_err(|_| AppError::NotFound)?,
            list: ListQuery::read(|name| parameters.first(name)),
        })
    }

    fn address(&self) -> String {
        self.list.address(&self.portfolio.to_string())
    }

    /// The same list of the use cases in use.
    fn in_use(&self) -> Self {
        let list = ListQuery { archived: false, ..self.list.clone() };
        Self { portfolio: self.portfolio, list }
    }

    /// Where a form sent without JavaScript goes: on, or back with the reason why nothing was done.
    fn go(&self, done: Result<String, AppError>) -> Result<String, AppError> {
        if wants_html() {
            match &done {
                Ok(address) => leptos_axum::redirect(address),
                Err(error) => leptos_axum::redirect(&with_error(&self.address(), FAILED, error)),
            }
        }
        done
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const ID: &str = "0198a1b2-0000-7000-8000-000000000001";

    #[test]
    fn a_button_returns_to_the_list_it_was_pressed_in() {
        let page = Page::read(ID, "q=a%20b&sort=-cost&page=2&undo=x&next=//elsewhere").unwrap();
        assert_eq!(page.address(), format!("/portfolios/{ID}?q=a%20b&sort=-cost&page=2"));
        assert_eq!(
            with(&page.address(), UNDO, "7"),
            format!("/portfolios/{ID}?q=a%20b&sort=-cost&page=2&undo=7")
        );
    }

    #[test]
    fn what_is_restored_is_found_among_the_use_cases_in_use() {
        let page = Page::read(ID, "q=coding&archived=true").unwrap();
        assert_eq!(page.in_use().address(), format!("/portfolios/{ID}?q=coding"));
    }

    #[test]
    fn a_page_that_cannot_be_is_not_found() {
        assert_eq!(Page::read("elsewhere", "").err(), Some(AppError::NotFound));
    }
}
