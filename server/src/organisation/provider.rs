//! Talks to the provider.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, IssuerUrl, Nonce, OAuth2TokenResponse as _,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse as _,
    core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata},
    reqwest,
};
use tokio::sync::Mutex;

use crate::config::OrganisationConfig;

/// Time the provider has for each answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long what the provider says about itself is believed: keys are exchanged now and then.
const FRESH_FOR: Duration = Duration::from_secs(60 * 60);

/// What went wrong, for the log.
pub(super) type ProviderError = Box<dyn std::error::Error + Send + Sync>;

/// A provider, with what it last said about itself. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Inner>);

struct Inner {
    config: OrganisationConfig,
    callback: String,
    http: reqwest::Client,
    metadata: Mutex<Option<(Instant, CoreProviderMetadata)>>,
}

/// A visitor on the way to the provider.
pub(super) struct Begun {
    /// Where to.
    pub(super) address: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
}

/// Somebody the provider vouches for.
pub(super) struct Person {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
}

impl Provider {
    /// A provider for the site at this address. Nothing is asked of it before somebody signs in.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub(crate) fn new(config: OrganisationConfig, public_url: &str) -> Result<Self, ProviderError> {
        let http = reqwest::ClientBuilder::new()
            // A provider that redirects could be made to ask something inside our network.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()?;
        let callback = format!("{public_url}/sign-in/organisation/callback");
        Ok(Self(Arc::new(Inner { config, callback, http, metadata: Mutex::new(None) })))
    }

    /// Where to send a visitor, and what to remember of it.
    pub(super) async fn begin(&self) -> Result<Begun, ProviderError> {
        let metadata = self.metadata().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.0.config.client_id.clone()),
            Some(ClientSecret::new(self.0.config.client_secret.clone())),
        )
        .set_redirect_uri(RedirectUrl::new(self.0.callback.clone())?);
        let (address, state, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun {
            address: address.to_string(),
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
        })
    }

    /// Redeems the code a visitor came back with and checks the ID token: its signature, issuer, audience, time and
    /// nonce.
    pub(super) async fn finish(
        &self,
        code: String,
        verifier: &str,
        nonce: &str,
    ) -> Result<Person, ProviderError> {
        let metadata = self.metadata().await?;
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.0.config.client_id.clone()),
            Some(ClientSecret::new(self.0.config.client_secret.clone())),
        )
        .set_redirect_uri(RedirectUrl::new(self.0.callback.clone())?);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier.to_owned()))
            .request_async(&self.0.http)
            .await?;
        let token = tokens.id_token().ok_or("the provider sent no ID token")?;
        let claims = token.claims(&client.id_token_verifier(), &Nonce::new(nonce.to_owned()))?;
        let name = claims.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned());
        let mut person = Person {
            issuer: claims.issuer().as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
            email: claims.email().map(|email| email.as_str().to_owned()),
            name,
        };
        // Some providers keep name and address out of the token.
        if person.email.is_none() {
            let info: openidconnect::core::CoreUserInfoClaims = client
                .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))?
                .request_async(&self.0.http)
                .await?;
            person.email = info.email().map(|email| email.as_str().to_owned());
            person.name = person.name.or_else(|| {
                info.name().and_then(|names| names.get(None)).map(|name| name.as_str().to_owned())
            });
        }
        Ok(person)
    }

    /// What the provider says about itself; asked again after an hour, and after an attempt that failed.
    async fn metadata(&self) -> Result<CoreProviderMetadata, ProviderError> {
        let mut kept = self.0.metadata.lock().await;
        if let Some((at, metadata)) = kept.as_ref()
            && at.elapsed() < FRESH_FOR
        {
            return Ok(metadata.clone());
        }
        let issuer = IssuerUrl::new(self.0.config.issuer.clone())?;
        let metadata = CoreProviderMetadata::discover_async(issuer, &self.0.http).await?;
        *kept = Some((Instant::now(), metadata.clone()));
        Ok(metadata)
    }
}
