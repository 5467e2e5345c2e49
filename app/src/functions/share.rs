//! Freezing an assessment behind a link.

use crate::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The link to a scenario that was just made. It is shown once: only the token's hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedLink {
    /// Absolute address of the scenario.
    pub url: String,
}

/// Freezes a decision with its inputs, prices and policy, and answers with the link: the stored decision of
/// a use case, or, without one, the inputs of an address decided at today's prices. A form sent without
/// JavaScript goes to the scenario itself, whose address is the link.
///
/// # Errors
/// [`AppError::Invalid`] for inputs that cannot be read, [`AppError::NotFound`] for an unknown use case.
#[server(prefix = "/api", endpoint = "assess/share")]
pub async fn share_assessment(
    #[server(default)] query: String,
    #[server(default)] use_case: String,
    #[server(default)] expires_in_days: u16,
) -> Result<SharedLink, AppError> {
    crate::response::with_status(server::share(&query, &use_case, expires_in_days).await)
}

#[cfg(feature = "ssr")]
mod server {
    use super::SharedLink;
    use crate::AppError;
    use crate::access::{SharedBy, allowed};
    use crate::functions::assess::server::decide_query;
    use crate::limits;
    use crate::response::wants_html;
    use crate::state::app_state;
    use domain::access::Action;
    use std::sync::Arc;
    use store::{FrozenScenario, Scope, Store, UseCaseId};
    use time::{Duration, OffsetDateTime};

    pub(super) async fn share(
        query: &str,
        use_case: &str,
        expires_in_days: u16,
    ) -> Result<SharedLink, AppError> {
        let state = app_state()?;
        let by = SharedBy::caller(Action::Share)?;
        let (of, scenario) = if use_case.is_empty() {
            if !matches!(by, SharedBy::Team(_)) {
                limits::count(&state.store, limits::ANONYMOUS_SHARES).await?;
            }
            (None, assessed(query).await?)
        } else {
            let id: UseCaseId = use_case.parse().map_err(|_| AppError::NotFound)?;
            (Some(id), stored(&state.store, allowed(Action::Share)?.scope, id).await?)
        };
        let by = by.or_new()?;
        let sharer = by.sharer().ok_or(AppError::Internal)?;
        let expires_at = (expires_in_days > 0)
            .then(|| OffsetDateTime::now_utc().saturating_add(Duration::days(expires_in_days.into())));
        let made = state.store.create_scenario(sharer, of, &scenario, expires_at).await?;
        let path = format!("/s/{}", made.token);
        if wants_html() {
            leptos_axum::redirect(&path);
        }
        Ok(SharedLink { url: format!("{}{path}", state.public_url) })
    }

    async fn assessed(query: &str) -> Result<FrozenScenario, AppError> {
        let decided = decide_query(query).await?;
        Ok(FrozenScenario {
            title: decided.use_case.title().to_owned(),
            use_case: decided.use_case,
            policy: decided.policy,
            price_book: Arc::unwrap_or_clone(decided.prices),
            decision: decided.decision,
        })
    }

    /// The decision of a use case as it was made, not made again.
    async fn stored(store: &Store, scope: Scope, id: UseCaseId) -> Result<FrozenScenario, AppError> {
        let record = store.use_case(scope, id).await?.ok_or(AppError::NotFound)?;
        let policy = store.policy(scope, record.policy_id).await?.ok_or(AppError::NotFound)?;
        let prices = store.price_book(scope, record.price_book_id).await?.ok_or(AppError::NotFound)?;
        Ok(FrozenScenario {
            title: record.revision.use_case.title().to_owned(),
            use_case: record.revision.use_case,
            policy,
            price_book: Arc::unwrap_or_clone(prices),
            decision: record.decision,
        })
    }
}
