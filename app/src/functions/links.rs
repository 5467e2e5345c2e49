//! The links that a workspace has shared, and withdrawing them.

use crate::AppError;
use crate::functions::dates::Moment;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Whether a link still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// It opens the scenario.
    Works,
    /// Its time is over.
    Expired,
    /// It was withdrawn.
    Revoked,
}

/// A shared link. The address itself is not known any more: only the token's hash is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    /// Id of the scenario, to revoke it.
    pub id: String,
    /// Title of the scenario.
    pub title: String,
    /// Id of the use case it was shared from; empty if it was shared from the assess page.
    pub use_case: String,
    /// When it was shared.
    pub created: Moment,
    /// When it stops working, if it does.
    pub expires: Option<Moment>,
    /// Whether it works.
    pub state: LinkState,
}

/// All links of the workspace, or of a visitor's own browser, newest first.
///
/// # Errors
/// [`AppError::Unavailable`] without the database.
#[server(prefix = "/api", endpoint = "links")]
pub async fn shared_links() -> Result<Vec<LinkView>, AppError> {
    crate::response::with_status(server::all().await)
}

/// Withdraws a link for good. A form sent without JavaScript returns to its page.
///
/// # Errors
/// [`AppError::NotFound`] for an unknown link.
#[server(prefix = "/api", endpoint = "links/revoke")]
pub async fn revoke_link(id: String) -> Result<(), AppError> {
    crate::response::with_status(server::revoke(&id).await)
}

#[cfg(feature = "ssr")]
pub(crate) mod server {
    use super::{LinkState, LinkView};
    use crate::AppError;
    use crate::access::SharedBy;
    use crate::state::app_state;
    use domain::access::Action;
    use domain::ids::ScenarioId;
    use store::ScenarioRow;
    use time::OffsetDateTime;

    pub(super) async fn all() -> Result<Vec<LinkView>, AppError> {
        let by = SharedBy::caller(Action::Read)?;
        let Some(sharer) = by.sharer() else { return Ok(Vec::new()) };
        Ok(app_state()?.store.shared_scenarios(sharer).await?.into_iter().map(link).collect())
    }

    pub(super) async fn revoke(id: &str) -> Result<(), AppError> {
        let id: ScenarioId = id.parse().map_err(|_| AppError::NotFound)?;
        let by = SharedBy::caller(Action::Share)?;
        let sharer = by.sharer().ok_or(AppError::NotFound)?;
        Ok(app_state()?.store.revoke_scenario(sharer, id).await?)
    }

    pub(crate) fn link(row: ScenarioRow) -> LinkView {
        let is_over = row.expires_at.is_some_and(|expires| expires <= OffsetDateTime::now_utc());
        LinkView {
            id: row.id.to_string(),
            title: row.title,
            use_case: row.use_case_id.map_or_else(String::new, |id| id.to_string()),
            created: row.created_at.into(),
            expires: row.expires_at.map(Into::into),
            state: if row.revoked_at.is_some() {
                LinkState::Revoked
            } else if is_over {
                LinkState::Expired
            } else {
                LinkState::Works
            },
        }
    }
}
