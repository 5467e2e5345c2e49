//! Signing in through an organisation's OpenID Connect provider: authorization code flow with PKCE, state and
//! nonce. A person is who the issuer says by its own name for them (the subject), never by an e-mail address,
//! which a provider may give to somebody else.

mod errand;
mod provider;

use app::{
    AppError,
    access::{Caller, SESSION_COOKIE, own_address, session_seconds},
    response::cookie_text,
    state::AppState,
};
use axum::{
    Extension,
    extract::{Query, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use store::{AccountId, Credential, Identity, Invitee, NewAccount};

use errand::Errand;
use provider::Person;
pub(crate) use provider::Provider;

/// Where somebody wants to go, and with which invitation.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    next: String,
    #[serde(default)]
    invitation: String,
}

/// What the provider sends somebody back with.
#[derive(Deserialize)]
pub(crate) struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// `GET /sign-in/organisation`: sends the visitor to the provider.
pub(crate) async fn begin(
    State((state, provider)): State<(AppState, Provider)>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let next = own_address(&wanted.next);
    match provider.begin().await {
        Ok(begun) => {
            let errand = Errand {
                state: begun.state,
                nonce: begun.nonce,
                verifier: begun.verifier,
                next,
                invitation: wanted.invitation,
            };
            with_cookies(Redirect::to(&begun.address), &[errand.cookie(state.is_over_tls())])
        }
        Err(error) => {
            tracing::error!("The sign-in provider cannot be used: {error}");
            refused(&state, "organisation_failed")
        }
    }
}

/// `GET /sign-in/organisation/callback`: the visitor comes back.
pub(crate) async fn finish(
    State((state, provider)): State<(AppState, Provider)>,
    Extension(caller): Extension<Caller>,
    Query(answer): Query<Answer>,
    headers: HeaderMap,
) -> Response {
    let Some(errand) =
        Errand::of(&headers).filter(|errand| answer.state.as_deref() == Some(errand.state.as_str()))
    else {
        tracing::warn!(
            "Somebody came back from the sign-in provider who was not sent there from this browser"
        );
        return refused(&state, "organisation_failed");
    };
    if let Some(error) = &answer.error {
        tracing::info!(
            "The sign-in provider refused somebody: {}",
            error.chars().take(60).collect::<String>()
        );
        return refused(&state, "organisation_failed");
    }
    let Some(code) = answer.code else { return refused(&state, "organisation_failed") };
    let person = match provider.finish(code, &errand.verifier, &errand.nonce).await {
        Ok(person) => person,
        Err(error) => {
            tracing::warn!("Somebody could not be signed in by the provider: {error}");
            return refused(&state, "organisation_failed");
        }
    };
    match admit(&state, &caller, person, &errand).await {
        Ok(Some(account)) => signed_in(&state, &caller, account, &errand.next).await,
        Ok(None) => with_cookies(Redirect::to(&errand.next), &[Errand::forget(state.is_over_tls())]),
        Err(AppError::NoAccountYet) => refused(&state, "no_account_yet"),
        Err(AppError::EmailTaken) => refused(&state, "email_taken"),
        Err(AppError::IdentityTaken) => refused(&state, "identity_taken"),
        Err(AppError::Gone | AppError::NotFound) => refused(&state, "gone"),
        Err(_) => refused(&state, "organisation_failed"),
    }
}

/// Who that is here: the account the identity belongs to, the one that is signed in and gets it linked (then
/// there is nobody to sign in), or a new one by invitation.
async fn admit(
    state: &AppState,
    caller: &Caller,
    person: Person,
    errand: &Errand,
) -> Result<Option<AccountId>, AppError> {
    let store = &state.store;
    let identity = Identity { issuer: person.issuer, subject: person.subject };
    let known = store.account_of_identity(&identity).await?;
    match (known, &caller.signed_in) {
        (Some(account), None) => {
            if !errand.invitation.is_empty() {
                store.accept_invitation(&errand.invitation, Invitee::Known(account)).await?;
            }
            Ok(Some(account))
        }
        (known, Some(who)) => {
            if known.is_some_and(|account| account != who.account) {
                return Err(AppError::IdentityTaken);
            }
            store.link_identity(who.account, &identity).await?;
            Ok(None)
        }
        (None, None) if errand.invitation.is_empty() => Err(AppError::NoAccountYet),
        (None, None) => {
            let email = person.email.ok_or(AppError::OrganisationFailed)?;
            let name = person.name.unwrap_or_else(|| email.clone());
            let new = NewAccount { email, name, credential: Credential::Identity(identity) };
            let (account, _) = store.accept_invitation(&errand.invitation, Invitee::New(new)).await?;
            Ok(Some(account))
        }
    }
}

async fn signed_in(state: &AppState, caller: &Caller, account: AccountId, next: &str) -> Response {
    match state.store.create_session(account, &caller.device, &caller.address).await {
        Ok(session) => {
            let secure = state.is_over_tls();
            let cookies = [
                cookie_text(SESSION_COOKIE, &session.token, session_seconds(), secure),
                Errand::forget(secure),
            ];
            with_cookies(Redirect::to(next), &cookies)
        }
        Err(error) => {
            tracing::error!("A session could not be made: {error}");
            refused(state, "organisation_failed")
        }
    }
}

/// Back to the door, with the code of the reason.
fn refused(state: &AppState, code: &str) -> Response {
    with_cookies(Redirect::to(&format!("/sign-in?refused={code}")), &[Errand::forget(state.is_over_tls())])
}

fn with_cookies(answer: Redirect, cookies: &[String]) -> Response {
    let mut response = answer.into_response();
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}
