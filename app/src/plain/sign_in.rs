//! `/sign-in`, and signing out.

use super::fields::{Line, Said, next, page};
use super::organisation;
use crate::AppError;
use crate::access::{SESSION_COOKIE, caller, own_address, start_session};
use crate::functions::portfolios::address::{REFUSED, with, with_error};
use crate::limits::{SIGN_IN_BY_ADDRESS, SIGN_IN_BY_EMAIL, count, count_of};
use crate::response::{append_cookie, clear_cookie, wants_html, with_status};
use crate::state::app_state;
use leptos::prelude::*;
use leptos_meta::Title;
use server_fn::ServerFn;
use store::AccountId;

/// The page.
#[component]
pub(super) fn SignInPage() -> impl IntoView {
    page(|| async {
        let next = next();
        if caller().signed_in.is_some() {
            leptos_axum::redirect(&next);
        }
        let state = app_state()?;
        let said = Said::now();
        let refused = said.refused("");
        let email = said.first("email").unwrap_or_default().to_owned();
        let nobody = !state.store.has_accounts().await?;
        let organisation = organisation::sign_in_button(&state, &next);
        Ok(view! {
            <Title text="Sign in" />
            <main id="main" class="page page-narrow" tabindex="-1">
                <header class="page-head">
                    <div>
                        <h1 class="page-title">"Sign in"</h1>
                        <p class="page-lead">
                            "Portfolios and reviews belong to a team. Assessing a use case and reading the evidence need no account."
                        </p>
                    </div>
                </header>
                {nobody
                    .then(|| {
                        view! {
                            <p class="notice">
                                "Nobody can sign in yet. The server prints a link that makes the first administrator when it starts; "
                                <span class="mono">"parsimony setup-link"</span>
                                " prints another."
                            </p>
                        }
                    })}
                {organisation}
                <form class="form" method="post" action=SignIn::url()>
                    <div role="alert">
                        {refused.map(|error| view! { <p class="notice notice-error">{error.to_string()}</p> })}
                    </div>
                    <input type="hidden" name="next" value=next />
                    {Line {
                        kind: "email",
                        value: email,
                        autocomplete: "username",
                        ..Line::text("email", "E-mail address")
                    }
                        .view("sign-in")}
                    {Line::password("password", "Password", "current-password").view("sign-in")}
                    <div class="actions">
                        <button class="button button-primary" type="submit">
                            "Sign in"
                        </button>
                    </div>
                </form>
                <p class="muted">
                    "No account? An admin of your workspace sends you an invitation. Password forgotten? Whoever runs this server can reset it."
                </p>
            </main>
        }
        .into_any())
    })
}

/// Signs in with e-mail and password. Whether there is an account of that address shows neither in the
/// answer nor in its time.
///
/// # Errors
/// [`AppError::BadCredentials`], [`AppError::TooMany`].
#[server(prefix = "/api", endpoint = "sign-in")]
pub async fn sign_in(
    #[server(default)] email: String,
    #[server(default)] password: String,
    #[server(default)] next: String,
) -> Result<(), AppError> {
    let next = own_address(&next);
    let signed_in = async {
        let store = app_state()?.store;
        count(&store, SIGN_IN_BY_ADDRESS).await?;
        count_of(&store, SIGN_IN_BY_EMAIL, email.trim()).await?;
        let account = store.authenticate(&email, &password).await?.ok_or(AppError::BadCredentials)?;
        store.forget_attempts(SIGN_IN_BY_EMAIL, email.trim()).await?;
        begin_session(account).await
    };
    match signed_in.await {
        Ok(()) => {
            leptos_axum::redirect(&next);
            Ok(())
        }
        Err(error) => {
            if wants_html() {
                let page = with(
                    &with("/sign-in", "next", &next),
                    "email",
                    &email.chars().take(254).collect::<String>(),
                );
                leptos_axum::redirect(&with_error(&page, REFUSED, &error));
            }
            with_status(Err(error))
        }
    }
}

/// A new session in the present browser.
pub(super) async fn begin_session(account: AccountId) -> Result<(), AppError> {
    let begun = start_session(&app_state()?, &caller(), account).await?;
    append_cookie(&begun.cookie)
}

/// Ends the present session.
///
/// # Errors
/// [`AppError::Unavailable`] without the database.
#[server(prefix = "/api", endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), AppError> {
    if let Some(who) = caller().signed_in {
        app_state()?.store.revoke_session(who.account, who.session).await?;
    }
    clear_cookie(SESSION_COOKIE)?;
    leptos_axum::redirect("/");
    Ok(())
}
