//! Signing in through an organisation, as far as pages show it: the buttons that lead to its OpenID Connect provider,
//! and the addresses of ours that people come back to. The way there and back is the server's.

use crate::AppError;
use crate::access::{SESSION_COOKIE, own_address};
use crate::functions::portfolios::address::{FAILED, REFUSED, with, with_error};
use crate::response::cookie;
use crate::state::AppState;
use leptos::prelude::*;

/// Where the server sends visitors to the provider. It takes an address to go on to (`next`), the secret of an
/// invitation to accept (`invitation`), or the proof that the link was made for the present session (`link`).
pub const DOOR: &str = "/sign-in/organisation";

/// Where the provider sends them back to. Providers are told this address, so it never changes.
pub const CALLBACK: &str = "/sign-in/organisation/callback";

/// On the sign-in page, where there is an organisation.
pub(super) fn sign_in_button(state: &AppState, next: &str) -> Option<AnyView> {
    let name = state.organisation.as_ref()?;
    Some(button(with(DOOR, "next", next), format!("Sign in with {name}")))
}

/// On the page of an invitation.
pub(super) fn join_button(state: &AppState, token: &str) -> Option<AnyView> {
    let name = state.organisation.as_ref()?;
    Some(button(with(DOOR, "invitation", token), format!("Join with {name}")))
}

/// In the settings. The address holds a proof because linking must be the wish of whoever is signed in: if any site
/// could begin it, one that has signed a visitor in as somebody else at the provider would have them link that
/// somebody to their account.
pub(super) fn section(state: &AppState, linked: bool) -> Option<AnyView> {
    let name = state.organisation.as_ref()?;
    let body = if linked {
        view! { <p>{format!("Your account is linked: you can sign in with {name}.")}</p> }.into_any()
    } else {
        let proof = cookie(SESSION_COOKIE).map(|token| store::session_proof(&token)).unwrap_or_default();
        button(with(DOOR, "link", &proof), format!("Link with {name}"))
    };
    let section = view! {
        <section class="section" aria-labelledby="organisation">
            <header class="section-head">
                <h2 class="section-title" id="organisation">
                    {format!("Sign-in with {name}")}
                </h2>
                <p class="section-note">"Opens the same account, besides or instead of a password."</p>
            </header>
            {body}
        </section>
    };
    Some(section.into_any())
}

fn button(address: String, words: String) -> AnyView {
    view! {
        <p class="actions">
            <a class="button" href=address>
                {words}
            </a>
        </p>
    }
    .into_any()
}

/// Where somebody who was not let in is told why: in the settings when signed in already, on the page of the
/// invitation they came with, else where everybody signs in.
#[must_use]
pub fn refused_address(signed_in: bool, invitation: Option<&str>, next: &str, error: &AppError) -> String {
    if signed_in {
        return with_error("/settings", FAILED, error);
    }
    if let Some(token) = invitation {
        return with_error(&with(&invitation_address(token), "form", "account"), REFUSED, error);
    }
    let page = "/sign-in";
    // The usual way on goes without saying.
    if next == own_address("") {
        with_error(page, REFUSED, error)
    } else {
        with_error(&with(page, "next", next), REFUSED, error)
    }
}

/// Where somebody finds out that their account is linked.
#[must_use]
pub fn linked_address() -> String {
    with("/settings", "done", "linked")
}

/// The page of an invitation. Whatever could not be part of its secret is left out, because it comes from an address
/// or a cookie.
pub(super) fn invitation_address(token: &str) -> String {
    let token: String =
        token.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    format!("/invitations/{token}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_let_in_lands_where_the_reason_is_shown() {
        let error = AppError::NoAccountYet;
        let refused = |signed_in, invitation, next| refused_address(signed_in, invitation, next, &error);
        assert_eq!(refused(false, None, "/portfolios"), "/sign-in?refused=no_account_yet");
        assert_eq!(
            refused(false, None, "/reviews?a=1&b=2"),
            "/sign-in?next=%2Freviews%3Fa%3D1%26b%3D2&refused=no_account_yet"
        );
        assert_eq!(
            refused(false, Some("Ab-_9"), "/portfolios"),
            "/invitations/Ab-_9?form=account&refused=no_account_yet"
        );
        // The sign-in page would send on whoever is signed in.
        assert_eq!(refused(true, Some("Ab-_9"), "/reviews"), "/settings?failed=no_account_yet");
    }

    #[test]
    fn an_invitation_from_a_cookie_leads_nowhere_else() {
        assert_eq!(invitation_address("../sign-out?x=1#y\r\n"), "/invitations/sign-outx1y");
    }
}
