//! What every request handler of the server can reach.

use axum::extract::FromRef;
use leptos::prelude::{LeptosOptions, use_context};
use store::Store;

use crate::AppError;

/// State of the axum router; `leptos_axum` hands it to pages and server functions as context.
#[derive(Clone)]
pub struct AppState {
    /// Where the built site lies and how its files are called.
    pub leptos_options: LeptosOptions,
    /// The database.
    pub store: Store,
    /// Address under which visitors reach this site, without a slash at the end, for absolute links.
    pub public_url: String,
    /// Whether a proxy in front says who a visitor is (`X-Forwarded-For`).
    pub behind_proxy: bool,
    /// What the organisation is called whose OpenID Connect provider people sign in with, where there is one.
    pub organisation: Option<String>,
}

impl AppState {
    /// Whether visitors reach this site over TLS.
    #[must_use]
    pub fn is_over_tls(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// Whether this server sends e-mails.
    #[must_use]
    pub fn sends_mail(&self) -> bool {
        self.store.writes_emails()
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos_options.clone()
    }
}

impl FromRef<AppState> for Store {
    fn from_ref(state: &AppState) -> Self {
        state.store.clone()
    }
}

/// The state of the running server, inside a page or a server function.
///
/// # Errors
/// [`AppError::Internal`] outside a request, which would be a mistake in how the router was set up.
pub fn app_state() -> Result<AppState, AppError> {
    use_context::<AppState>().ok_or_else(|| {
        tracing::error!("AppState is missing: the router was built without it");
        AppError::Internal
    })
}
