//! Saving an assessment into a portfolio.

use crate::AppError;
use leptos::prelude::*;

/// Saves the inputs of an address as a use case and goes to its page. A portfolio is picked by id, or made
/// when a new name is given, which then wins.
///
/// # Errors
/// [`AppError::Invalid`] for inputs that cannot be read, [`AppError::NameTaken`] or [`AppError::BadName`]
/// for the new portfolio, [`AppError::NotFound`] when the picked one is gone.
#[server(prefix = "/api", endpoint = "assess/save")]
pub async fn save_use_case(
    query: String,
    #[server(default)] portfolio: String,
    #[server(default)] new_portfolio: String,
) -> Result<(), AppError> {
    crate::response::with_status(server::save(&query, &portfolio, &new_portfolio).await)
}

#[cfg(feature = "ssr")]
mod server {
    use crate::AppError;
    use crate::access::{Access, allowed};
    use crate::functions::assess::server::decide_query;
    use domain::access::Action;

    pub(super) async fn save(query: &str, portfolio: &str, new_portfolio: &str) -> Result<(), AppError> {
        let decided = decide_query(query).await?;
        let Access { store, scope, .. } = allowed(Action::Edit)?;
        let name = new_portfolio.trim();
        let portfolio = if name.is_empty() {
            // No portfolio was picked and none was named.
            portfolio.parse::<domain::ids::PortfolioId>().map_err(|_| AppError::BadName)?
        } else {
            store.create_portfolio(scope, name, "").await?
        };
        let use_case = store
            .create_use_case(
                scope,
                portfolio,
                &decided.use_case,
                &decided.decision,
                "Saved from an assessment",
            )
            .await?;
        leptos_axum::redirect(&format!("/use-cases/{use_case}"));
        Ok(())
    }
}
