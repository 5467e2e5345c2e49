//! Who asks, and whether they may. Every page and server function that touches a workspace begins with
//! [`allowed`]: without it there is no [`Scope`], and without a scope the store has no call to make.

use crate::AppError;
use crate::response::{cookie_text, is_page, wants_html};
use crate::state::{AppState, app_state};
use domain::access::{Action, Role};
use http::request::Parts;
use leptos::prelude::use_context;
use store::{AccountId, Scope, SessionId, Sharer, SignedIn, Store};

/// Who sent a request. The server puts it into every request before a page or function sees it.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Who is signed in, if somebody is.
    pub signed_in: Option<SignedIn>,
    /// Network address, as far as it can be known.
    pub address: String,
    /// What the browser says it is.
    pub device: String,
}

/// What an allowed call works with.
#[derive(Debug, Clone)]
pub struct Access {
    /// The database.
    pub store: Store,
    /// Where, and in whose name.
    pub scope: Scope,
    /// The caller's role there.
    pub role: Role,
    /// Who it is.
    pub who: SignedIn,
}

/// Who sent the present request.
#[must_use]
pub fn caller() -> Caller {
    use_context::<Parts>().and_then(|parts| parts.extensions.get::<Caller>().cloned()).unwrap_or_default()
}

/// Lets the present caller do this in its workspace. A stranger who visits a page is sent to sign in first.
///
/// # Errors
/// [`AppError::SignInNeeded`], [`AppError::NoWorkspace`], or [`AppError::Forbidden`] with the role that
/// would do.
pub fn allowed(action: Action) -> Result<Access, AppError> {
    let access = may(action);
    if let Err(AppError::SignInNeeded) = access {
        send_to_sign_in();
    }
    access
}

/// Whether the present caller may do this, for pages that anybody may visit and that show more to some.
///
/// # Errors
/// As [`allowed`], which also leads strangers to the door.
pub fn may(action: Action) -> Result<Access, AppError> {
    let store = app_state()?.store;
    let who = caller().signed_in.ok_or(AppError::SignInNeeded)?;
    let Some((scope, role)) = who.scope().zip(who.workspace.as_ref().map(|workspace| workspace.role)) else {
        return Err(AppError::NoWorkspace);
    };
    if !role.may(action) {
        return Err(AppError::Forbidden { needs: Some(action.needs()) });
    }
    Ok(Access { store, scope, role, who })
}

/// Whoever is signed in, in whatever workspace.
///
/// # Errors
/// [`AppError::SignInNeeded`].
pub fn signed_in() -> Result<SignedIn, AppError> {
    caller().signed_in.ok_or_else(|| {
        send_to_sign_in();
        AppError::SignInNeeded
    })
}

/// Cookie with the token of a session.
pub const SESSION_COOKIE: &str = "parsimony_session";

/// Seconds a browser keeps it: as long as the session lives.
fn session_seconds() -> u32 {
    u32::try_from(store::SESSION_LIFETIME_DAYS).unwrap_or(1) * 24 * 60 * 60
}

/// A session that was just begun.
pub struct Begun {
    /// The session.
    pub session: SessionId,
    /// What the answer has to set as a cookie.
    pub cookie: String,
}

/// A new session of an account in a caller's browser. One it had before ends, so that a session somebody else may
/// have put there is not taken over.
///
/// # Errors
/// [`AppError::Unavailable`] without the database.
pub async fn start_session(state: &AppState, caller: &Caller, account: AccountId) -> Result<Begun, AppError> {
    if let Some(before) = &caller.signed_in {
        state.store.revoke_session(before.account, before.session).await?;
    }
    let session = state.store.create_session(account, &caller.device, &caller.address).await?;
    let cookie = cookie_text(SESSION_COOKIE, &session.token, session_seconds(), state.is_over_tls());
    Ok(Begun { session: session.id, cookie })
}

/// Cookie with the secret by which a visitor without an account finds again what it shared.
const VISITOR_COOKIE: &str = "parsimony_visitor";

/// How long a browser keeps that secret: 400 days, the most that browsers allow.
const VISITOR_COOKIE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// Who shares and lists links: a team, when somebody is signed in, else the visitor by its browser's secret,
/// if it has one.
#[derive(Debug, Clone)]
pub enum SharedBy {
    /// A team.
    Team(Scope),
    /// A visitor without an account.
    Visitor(String),
    /// A visitor who never shared anything.
    Nobody,
}

impl SharedBy {
    /// The present caller.
    ///
    /// # Errors
    /// As [`allowed`] for somebody who is signed in.
    pub fn caller(action: Action) -> Result<Self, AppError> {
        if caller().signed_in.is_some() {
            return Ok(Self::Team(allowed(action)?.scope));
        }
        Ok(crate::response::cookie(VISITOR_COOKIE).map_or(Self::Nobody, Self::Visitor))
    }

    /// The same, with a new secret for a visitor who had none.
    ///
    /// # Errors
    /// [`AppError::Internal`] without random numbers.
    pub fn or_new(self) -> Result<Self, AppError> {
        let Self::Nobody = self else { return Ok(self) };
        let secret = store::new_secret()?;
        crate::response::set_cookie(VISITOR_COOKIE, &secret, VISITOR_COOKIE_SECONDS)?;
        Ok(Self::Visitor(secret))
    }

    /// As the store takes it.
    #[must_use]
    pub fn sharer(&self) -> Option<Sharer<'_>> {
        match self {
            Self::Team(scope) => Some(Sharer::Team(*scope)),
            Self::Visitor(secret) => Some(Sharer::Visitor(secret)),
            Self::Nobody => None,
        }
    }
}

/// What the document says about its reader, so that the style sheet can leave out what they may not do: the
/// key of their role, or `stranger`. It decides nothing; [`allowed`] does.
#[must_use]
pub fn role_attribute() -> &'static str {
    caller().signed_in.and_then(|who| who.workspace).map_or("stranger", |workspace| workspace.role.key())
}

/// Pages send strangers to the door and remember where they wanted to go. A form that was posted goes to the
/// page it was on, which then does the same.
fn send_to_sign_in() {
    let Some(parts) = use_context::<Parts>() else { return };
    if is_page(&parts) {
        let here = parts.uri.path_and_query().map_or("/", |wanted| wanted.as_str());
        leptos_axum::redirect(&sign_in_address(here));
    } else if wants_html() {
        leptos_axum::redirect(&sign_in_address("/"));
    }
}

/// The sign-in page, leading back to this address of ours.
#[must_use]
pub fn sign_in_address(next: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("/sign-in?next={next}")
}

/// An address to go on to after signing in, or the start page for one that is not ours: `//elsewhere` and
/// `/\elsewhere` are other sites to a browser.
#[must_use]
pub fn own_address(next: &str) -> String {
    let own = next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with("/\\")
        && !next.chars().any(char::is_control);
    if own { next.to_owned() } else { "/portfolios".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_our_own_are_followed() {
        for own in ["/portfolios", "/use-cases/1?revision=2", "/"] {
            assert_eq!(own_address(own), own);
        }
        for foreign in
            ["//evil.example", "/\\evil.example", "https://evil.example", "", "evil", "/a\r\nSet-Cookie: x"]
        {
            assert_eq!(own_address(foreign), "/portfolios", "{foreign}");
        }
    }

    #[test]
    fn the_way_back_survives_being_written_into_an_address() {
        assert_eq!(
            sign_in_address("/portfolios/1?q=a&sort=-cost"),
            "/sign-in?next=%2Fportfolios%2F1%3Fq%3Da%26sort%3D-cost"
        );
    }
}
