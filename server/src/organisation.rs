//! Signing in through an organisation's OpenID Connect provider: authorization code flow with PKCE, state and
//! nonce. A person is who the issuer says by its own name for them (the subject), never by an e-mail address,
//! which a provider may give to somebody else.

mod errand;
mod person;
mod provider;

use app::{
    AppError,
    access::{Caller, SESSION_COOKIE, start_session},
    limits::{TOKEN_MISSES, count_of, may_try_token_from},
    plain::organisation::{linked_address, refused_address},
    response::cookie_of,
    state::AppState,
};
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use store::{AccountId, Credential, Identity, Invitee, NewAccount, WorkspaceId};

use errand::{Errand, Purpose, Wish};
use person::{Person, Profile};
pub(crate) use provider::Provider;
use provider::ProviderError;

/// What is asked for at the door.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Wanted {
    /// Where to go on.
    next: String,
    /// Secret of an invitation to accept.
    invitation: String,
    /// Proof that the session's account is to be linked.
    link: String,
}

/// What the provider sends somebody back with.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// What somebody who was let in is answered.
struct Welcome {
    /// Where to go on.
    to: String,
    /// Cookie of a new session.
    session: Option<String>,
}

/// `GET /sign-in/organisation`: sends the visitor to the provider.
pub(crate) async fn begin(
    State((state, provider)): State<(AppState, Provider)>,
    Extension(caller): Extension<Caller>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let wanted = wanted.map(|Query(wanted)| wanted).unwrap_or_default();
    let wish = Wish::new(&wanted.next, &wanted.invitation, &wanted.link);
    if let Purpose::Link(proof) = &wish.purpose
        && !is_proof(proof, &caller, &headers)
    {
        tracing::warn!("Another page than the settings asked to link an account to the organisation");
        return refused(&state, &caller, Some(&wish), &AppError::OrganisationFailed);
    }
    match provider.begin().await {
        Ok(begun) => {
            let errand = Errand { secrets: begun.secrets, wish };
            redirect(&begun.address, &[errand.cookie(state.is_over_tls())])
        }
        Err(error) => {
            error.log();
            refused(&state, &caller, Some(&wish), &AppError::OrganisationAway)
        }
    }
}

/// `GET /sign-in/organisation/callback`: the visitor comes back.
pub(crate) async fn finish(
    State((state, provider)): State<(AppState, Provider)>,
    Extension(caller): Extension<Caller>,
    answer: Result<Query<Answer>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let answer = answer.map(|Query(answer)| answer).unwrap_or_default();
    let errand = Errand::of(&headers);
    let desk = Desk { state: &state, caller: &caller, headers: &headers };
    match desk.receive(&provider, answer, errand.as_ref()).await {
        Ok(Welcome { to, session }) => {
            let cookies: Vec<String> =
                session.into_iter().chain([Errand::forget(state.is_over_tls())]).collect();
            redirect(&to, &cookies)
        }
        Err(error) => refused(&state, &caller, errand.as_ref().map(|errand| &errand.wish), &error),
    }
}

/// Where one visitor is received who comes back.
struct Desk<'a> {
    state: &'a AppState,
    caller: &'a Caller,
    headers: &'a HeaderMap,
}

impl Desk<'_> {
    async fn receive(
        &self,
        provider: &Provider,
        answer: Answer,
        errand: Option<&Errand>,
    ) -> Result<Welcome, AppError> {
        may_try_token_from(&self.state.store, &self.caller.address).await?;
        let sent = errand.filter(|errand| answer.state.as_deref() == Some(errand.secrets.state.as_str()));
        let Some(errand) = sent else {
            tracing::warn!("Somebody came back from the sign-in provider whose browser was not sent there");
            return Err(self.missed(AppError::OrganisationFailed).await);
        };
        if let Some(error) = &answer.error {
            return Err(declined(error));
        }
        let Some(code) = answer.code else { return Err(self.missed(AppError::OrganisationFailed).await) };
        let is_joining = errand.wish.invitation().is_some();
        match provider.finish(code, &errand.secrets, is_joining).await {
            Ok(person) => self.admit(person, &errand.wish).await,
            Err(error) => {
                error.log();
                Err(match error {
                    ProviderError::Away(_) => AppError::OrganisationAway,
                    ProviderError::Refused(_) => self.missed(AppError::OrganisationFailed).await,
                })
            }
        }
    }

    /// Lets somebody in whom the provider vouches for, if they are known or invited here.
    async fn admit(&self, person: Person, wish: &Wish) -> Result<Welcome, AppError> {
        let store = &self.state.store;
        let Person { identity, profile } = person;
        match &wish.purpose {
            Purpose::SignIn => {
                let known = store.account_of_identity(&identity).await?;
                self.sign_in(known.ok_or(AppError::NoAccountYet)?, None, wish).await
            }
            Purpose::Join(secret) => {
                let (account, workspace) = self.join(secret, identity, &profile).await?;
                self.sign_in(account, Some(workspace), wish).await
            }
            Purpose::Link(proof) => {
                // Whoever began it has to be the one who ends it.
                let who = self.caller.signed_in.as_ref();
                let who = who.filter(|_| is_proof(proof, self.caller, self.headers));
                let who = who.ok_or(AppError::OrganisationFailed)?;
                store.link_identity(who.account, &identity).await?;
                Ok(Welcome { to: linked_address(), session: None })
            }
        }
    }

    /// Accepts an invitation for the account of an identity, which is a new one if there was none.
    async fn join(
        &self,
        secret: &str,
        identity: Identity,
        profile: &Profile,
    ) -> Result<(AccountId, WorkspaceId), AppError> {
        let store = &self.state.store;
        let Some(invitation) = store.invitation(secret).await? else {
            return Err(self.missed(AppError::Gone).await);
        };
        let invitee = match store.account_of_identity(&identity).await? {
            Some(account) => Invitee::Known(account),
            None => {
                let email = invitation.email.as_deref().or(profile.email());
                let email = email.ok_or(AppError::OrganisationWithoutEmail)?.to_owned();
                let name = profile.display_name(&email);
                Invitee::New(NewAccount { email, name, credential: Credential::Identity(identity) })
            }
        };
        store.accept_invitation(secret, invitee).await.map_err(|error| match AppError::from(error) {
            AppError::NotFound => AppError::Gone,
            // Nobody typed it here.
            AppError::BadEmail => AppError::OrganisationWithoutEmail,
            error => error,
        })
    }

    /// A new session, in this workspace if one is given.
    async fn sign_in(
        &self,
        account: AccountId,
        workspace: Option<WorkspaceId>,
        wish: &Wish,
    ) -> Result<Welcome, AppError> {
        let begun = start_session(self.state, self.caller, account).await?;
        if let Some(workspace) = workspace {
            self.state.store.switch_workspace(account, begun.session, workspace).await?;
        }
        Ok(Welcome { to: wish.next.clone(), session: Some(begun.cookie) })
    }

    /// Counts an answer that opens nothing, and says what to tell the visitor.
    async fn missed(&self, error: AppError) -> AppError {
        match count_of(&self.state.store, TOKEN_MISSES, &self.caller.address).await {
            Ok(()) => error,
            Err(too_many) => too_many,
        }
    }
}

/// Whether a page of ours made this for the session that sends it.
fn is_proof(proof: &str, caller: &Caller, headers: &HeaderMap) -> bool {
    let token = cookie_of(headers, SESSION_COOKIE).filter(|_| caller.signed_in.is_some());
    token.is_some_and(|token| store::session_proof(&token) == proof)
}

/// What to tell somebody whom the provider sent back with an error (OpenID Connect Core 3.1.2.6, RFC 6749 4.1.2.1).
fn declined(error: &str) -> AppError {
    // Whatever else stands there came by way of the browser and does not belong in a log.
    let code: String = error.chars().filter(|c| c.is_ascii_lowercase() || *c == '_').take(60).collect();
    match code.as_str() {
        "access_denied"
        | "login_required"
        | "consent_required"
        | "interaction_required"
        | "account_selection_required" => {
            tracing::info!("The sign-in provider let somebody not in: {code}");
            AppError::OrganisationDeclined
        }
        "temporarily_unavailable" | "server_error" => {
            tracing::warn!("The sign-in provider is in trouble: {code}");
            AppError::OrganisationAway
        }
        _ => {
            tracing::error!("The sign-in provider does not take our requests: {code}");
            AppError::OrganisationFailed
        }
    }
}

/// Back to where the visitor is told why.
fn refused(state: &AppState, caller: &Caller, wish: Option<&Wish>, error: &AppError) -> Response {
    let invitation = wish.and_then(Wish::invitation);
    let next = wish.map_or("/portfolios", |wish| wish.next.as_str());
    let address = refused_address(caller.signed_in.is_some(), invitation, next, error);
    redirect(&address, &[Errand::forget(state.is_over_tls())])
}

fn redirect(to: &str, cookies: &[String]) -> Response {
    let mut response = Redirect::to(to).into_response();
    let headers = response.headers_mut();
    // The way to the provider and the way in are for one visitor, once.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    for cookie in cookies {
        if let Ok(value) = HeaderValue::from_str(cookie) {
            headers.append(header::SET_COOKIE, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_says_becomes_a_message_that_helps() {
        assert_eq!(declined("access_denied"), AppError::OrganisationDeclined);
        assert_eq!(declined("temporarily_unavailable"), AppError::OrganisationAway);
        assert_eq!(declined("invalid_scope"), AppError::OrganisationFailed);
        assert_eq!(declined("\u{1b}[31mYou have won\r\n"), AppError::OrganisationFailed);
    }
}
