//! Who looks at the page, for the frame around it.

use crate::AppError;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Who is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// Their name.
    pub name: String,
    /// The workspace they work in; empty for none.
    pub workspace: String,
    /// Notifications they have not read.
    pub unread: u32,
}

/// Who is signed in; `None` for a stranger.
///
/// # Errors
/// [`AppError::Unavailable`] without the database.
#[server(prefix = "/api", endpoint = "who")]
pub async fn who_is_here() -> Result<Option<Who>, AppError> {
    crate::response::with_status(server::who().await)
}

#[cfg(feature = "ssr")]
mod server {
    use super::Who;
    use crate::AppError;
    use crate::access::caller;
    use crate::state::app_state;

    pub(super) async fn who() -> Result<Option<Who>, AppError> {
        let Some(who) = caller().signed_in else { return Ok(None) };
        let unread = match who.scope() {
            Some(scope) => app_state()?.store.unread_notifications(scope).await?,
            None => 0,
        };
        Ok(Some(Who {
            workspace: who.workspace.map(|workspace| workspace.name).unwrap_or_default(),
            name: who.name,
            unread,
        }))
    }
}
