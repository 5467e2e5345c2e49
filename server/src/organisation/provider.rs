//! Talks to the provider.

use std::{
    error::Error,
    ops::Deref,
    sync::Arc,
    time::{Duration, Instant},
};

use app::plain::organisation::CALLBACK;
use openidconnect::{
    AccessToken, AuthType, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, LocalizedClaim, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    SignatureVerificationError, SubjectIdentifier, TokenResponse as _,
    core::{
        CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod, CoreProviderMetadata, CoreUserInfoClaims,
    },
    reqwest,
};
use store::Identity;
use tokio::{sync::Mutex, time::timeout};

use super::{
    errand::Secrets,
    person::{Person, Profile},
};
use crate::{
    config::OrganisationConfig,
    error::{ServerError, with_causes},
};

/// Time the provider has for each answer.
const PATIENCE: Duration = Duration::from_secs(8);

/// Time it has to take a call at all.
const CONNECT_PATIENCE: Duration = Duration::from_secs(4);

/// Time it has for everything a visitor waits for, less than the server gives any request.
const ALTOGETHER: Duration = Duration::from_secs(20);

/// How long what the provider says about itself is believed: keys and addresses change now and then.
const FRESH_FOR: Duration = Duration::from_secs(60 * 60);

/// How long a provider that did not answer is left alone, so that those who come meanwhile need not wait for nothing.
const PAUSE: Duration = Duration::from_secs(5);

type Cause = Box<dyn Error + Send + Sync>;

/// Why a provider let nobody in.
#[derive(Debug, thiserror::Error)]
pub(super) enum ProviderError {
    /// It does not answer, or says things about itself that cannot be used.
    #[error("The sign-in provider cannot be used")]
    Away(#[source] Cause),
    /// It does not accept the code, or its answer does not prove who somebody is.
    #[error("The sign-in provider does not vouch for somebody")]
    Refused(#[source] Cause),
}

impl ProviderError {
    /// Tells the operator. The messages hold addresses and codes of errors, neither secrets nor tokens.
    pub(super) fn log(&self) {
        match self {
            Self::Away(_) => tracing::error!("{}", with_causes(self)),
            Self::Refused(_) => tracing::warn!("{}", with_causes(self)),
        }
    }
}

fn away(cause: impl Into<Cause>) -> ProviderError {
    ProviderError::Away(cause.into())
}

fn refused(cause: impl Into<Cause>) -> ProviderError {
    ProviderError::Refused(cause.into())
}

/// A provider, with what it last said about itself. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Inner>);

struct Inner {
    config: OrganisationConfig,
    issuer: IssuerUrl,
    callback: RedirectUrl,
    http: reqwest::Client,
    /// One asks, the others wait for the answer.
    known: Mutex<Known>,
}

/// The claims of a token and those of an answer have the same methods and no common type.
macro_rules! profile {
    ($claims:ident) => {
        Profile {
            name: text($claims.name()),
            given_name: text($claims.given_name()),
            family_name: text($claims.family_name()),
            username: $claims.preferred_username().map(|name| name.to_string()),
            email: $claims.email().map(|email| email.to_string()),
        }
    };
}

/// What is known of the provider.
#[derive(Default)]
struct Known {
    description: Option<Description>,
    silent_since: Option<Instant>,
}

/// What the provider says about itself: its addresses and keys.
#[derive(Clone)]
struct Description {
    asked_at: Instant,
    metadata: Arc<CoreProviderMetadata>,
}

/// This site as the provider's client, whose endpoints are as the provider described them.
type Client = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// A visitor on the way to the provider.
pub(super) struct Begun {
    /// Where to.
    pub(super) address: String,
    /// What to remember.
    pub(super) secrets: Secrets,
}

impl Provider {
    /// A provider for the site at this address. Nothing is asked of it before somebody signs in.
    ///
    /// # Errors
    /// [`ServerError::Provider`] when an address is none or no HTTP client can be made.
    pub(crate) fn new(config: OrganisationConfig, public_url: &str) -> Result<Self, ServerError> {
        let set_up = || -> Result<Inner, Cause> {
            let http = reqwest::ClientBuilder::new()
                // A provider that redirects could be made to ask something inside our network.
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(CONNECT_PATIENCE)
                .timeout(PATIENCE)
                .build()?;
            let issuer = IssuerUrl::new(config.issuer.clone())?;
            let callback = RedirectUrl::new(format!("{public_url}{CALLBACK}"))?;
            Ok(Inner { config, issuer, callback, http, known: Mutex::default() })
        };
        Ok(Self(Arc::new(set_up().map_err(ServerError::Provider)?)))
    }

    /// Where to send a visitor, and what to remember of it.
    ///
    /// # Errors
    /// [`ProviderError::Away`].
    pub(super) async fn begin(&self) -> Result<Begun, ProviderError> {
        let description = in_time(self.description(None)).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = self.client(&description);
        let request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        let (address, state, nonce) = request
            .add_scope(Scope::new("email".to_owned()))
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(challenge)
            .url();
        let secrets = Secrets {
            state: state.secret().clone(),
            nonce: nonce.secret().clone(),
            verifier: verifier.secret().clone(),
        };
        Ok(Begun { address: address.to_string(), secrets })
    }

    /// Redeems the code a visitor came back with and checks the ID token: its signature, issuer, audience, time and
    /// nonce. With `whole_profile` the provider is asked for what the token leaves out.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub(super) async fn finish(
        &self,
        code: String,
        secrets: &Secrets,
        whole_profile: bool,
    ) -> Result<Person, ProviderError> {
        in_time(self.redeem(code, secrets, whole_profile)).await
    }

    async fn redeem(
        &self,
        code: String,
        secrets: &Secrets,
        whole_profile: bool,
    ) -> Result<Person, ProviderError> {
        let description = self.description(None).await?;
        let client = self.client(&description);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(away)?
            .set_pkce_verifier(PkceCodeVerifier::new(secrets.verifier.clone()))
            .request_async(&self.0.http)
            .await
            .map_err(|error| match error {
                RequestTokenError::ServerResponse(_) => refused(error),
                // The reason would quote the answer, which may hold tokens.
                RequestTokenError::Parse(error, _) => {
                    away(format!("its answer cannot be read at {}", error.path()))
                }
                _ => away(error),
            })?;
        let token = tokens.id_token().ok_or_else(|| refused("it sent no ID token"))?;
        let nonce = Nonce::new(secrets.nonce.clone());
        let mut checked = token.claims(&client.id_token_verifier(), &nonce);
        // It may have got a new key since it was asked.
        if checked.as_ref().is_err_and(is_about_the_key) {
            let newer = self.description(Some(description.asked_at)).await?;
            checked = token.claims(&self.client(&newer).id_token_verifier(), &nonce);
        }
        let claims = checked.map_err(refused)?;
        let identity = Identity {
            issuer: claims.issuer().as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
        };
        let mut profile = profile!(claims);
        if whole_profile
            && !profile.is_enough()
            && let Some(more) = self.ask_about(&client, tokens.access_token(), claims.subject()).await
        {
            profile = profile.or(more);
        }
        Ok(Person { identity, profile })
    }

    /// What the provider says about somebody when asked, as some do who keep it out of the token. Nobody is refused
    /// because it does not answer.
    async fn ask_about(
        &self,
        client: &Client,
        token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Option<Profile> {
        let request = client.user_info(token.clone(), Some(subject.clone())).ok()?;
        let answer: Result<CoreUserInfoClaims, _> = request.request_async(&self.0.http).await;
        match answer {
            Ok(claims) => Some(profile!(claims)),
            Err(error) => {
                tracing::warn!("The sign-in provider says nothing about somebody: {}", with_causes(&error));
                None
            }
        }
    }

    fn client(&self, description: &Description) -> Client {
        let config = &self.0.config;
        let metadata = &description.metadata;
        let auth_type = auth_type(metadata.token_endpoint_auth_methods_supported().map(Vec::as_slice));
        CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(metadata),
            ClientId::new(config.client_id.clone()),
            Some(ClientSecret::new(config.client_secret.clone())),
        )
        .set_auth_type(auth_type)
        .set_redirect_uri(self.0.callback.clone())
    }

    /// What the provider says about itself. It is asked by the first who signs in, again after an hour, and by those
    /// who need something newer than what it said then.
    async fn description(&self, newer_than: Option<Instant>) -> Result<Description, ProviderError> {
        let mut known = self.0.known.lock().await;
        if let Some(description) = &known.description
            && description.asked_at.elapsed() < FRESH_FOR
            && newer_than.is_none_or(|than| description.asked_at > than)
        {
            return Ok(description.clone());
        }
        if known.silent_since.is_some_and(|since| since.elapsed() < PAUSE) {
            return Err(away("it did not answer a moment ago"));
        }
        let asked_at = Instant::now();
        match CoreProviderMetadata::discover_async(self.0.issuer.clone(), &self.0.http).await {
            Ok(metadata) => {
                let description = Description { asked_at, metadata: Arc::new(metadata) };
                *known = Known { description: Some(description.clone()), silent_since: None };
                Ok(description)
            }
            Err(error) => {
                known.silent_since = Some(Instant::now());
                Err(away(error))
            }
        }
    }
}

/// An answer, unless it takes too long.
async fn in_time<T>(answer: impl Future<Output = Result<T, ProviderError>>) -> Result<T, ProviderError> {
    timeout(ALTOGETHER, answer).await.unwrap_or_else(|_| Err(away("it took too long to answer")))
}

/// How the site proves itself: as the standard has it unless the provider takes the secret in the body only.
fn auth_type(methods: Option<&[CoreClientAuthMethod]>) -> AuthType {
    let takes = |method| methods.is_some_and(|methods| methods.contains(&method));
    if takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic) {
        AuthType::RequestBody
    } else {
        AuthType::BasicAuth
    }
}

/// Whether a token could be right if the provider had another key than it said.
fn is_about_the_key(error: &ClaimsVerificationError) -> bool {
    matches!(
        error,
        ClaimsVerificationError::SignatureVerification(
            SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_)
        )
    )
}

/// A claim in the language it is in by default, else in any.
fn text<T: Deref<Target = String>>(claim: Option<&LocalizedClaim<T>>) -> Option<String> {
    let claim = claim?;
    claim.get(None).or_else(|| claim.iter().next().map(|(_, text)| text)).map(|text| text.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use openidconnect::EndUserName;

    #[test]
    fn the_secret_goes_into_the_body_only_where_nothing_else_is_taken() {
        use CoreClientAuthMethod::{ClientSecretBasic, ClientSecretPost, PrivateKeyJwt};
        let is_body =
            |methods: &[CoreClientAuthMethod]| matches!(auth_type(Some(methods)), AuthType::RequestBody);
        assert!(is_body(&[ClientSecretPost]));
        assert!(is_body(&[PrivateKeyJwt, ClientSecretPost]));
        assert!(!is_body(&[ClientSecretPost, ClientSecretBasic]));
        assert!(!is_body(&[]));
        assert!(matches!(auth_type(None), AuthType::BasicAuth));
    }

    #[test]
    fn only_a_key_that_changed_is_asked_for_again() {
        let signature = ClaimsVerificationError::SignatureVerification;
        assert!(is_about_the_key(&signature(SignatureVerificationError::NoMatchingKey)));
        assert!(!is_about_the_key(&signature(SignatureVerificationError::NoSignature)));
        assert!(!is_about_the_key(&ClaimsVerificationError::Expired("yesterday".to_owned())));
    }

    #[test]
    fn a_name_in_some_language_is_better_than_none() {
        assert_eq!(text::<EndUserName>(None), None);
        let french = openidconnect::LanguageTag::new("fr".to_owned());
        let mut claim = LocalizedClaim::new();
        claim.insert(Some(french), EndUserName::new("Ada, comtesse".to_owned()));
        assert_eq!(text(Some(&claim)).as_deref(), Some("Ada, comtesse"));
        claim.insert(None, EndUserName::new("Ada".to_owned()));
        assert_eq!(text(Some(&claim)).as_deref(), Some("Ada"));
    }

    #[tokio::test]
    async fn a_provider_that_does_not_answer_is_left_alone_for_a_moment() {
        // Nobody listens on that port.
        let config = OrganisationConfig {
            issuer: "http://127.0.0.1:1".to_owned(),
            client_id: "parsimony".to_owned(),
            client_secret: "hunter2".to_owned(),
            name: "Example Works".to_owned(),
        };
        let provider = Provider::new(config, "https://parsimony.example.com").unwrap();
        let words = |error: ProviderError| with_causes(&error);
        let first = words(provider.begin().await.err().unwrap());
        let second = words(provider.begin().await.err().unwrap());
        assert!(!first.contains("a moment ago") && second.contains("a moment ago"), "{first}\n{second}");
        assert!(!first.contains("hunter2"));
    }
}
