//! The OpenID Connect provider that people sign in with, where there is one.

use std::fmt;

use url::Url;

use super::{ConfigError, mail::is_this_machine, refuse};

/// Variable with the issuer.
pub(crate) const ISSUER: &str = "PARSIMONY_OIDC_ISSUER";
/// Variable with the client's id.
pub(crate) const CLIENT_ID: &str = "PARSIMONY_OIDC_CLIENT_ID";
/// Variable with the client's secret.
pub(crate) const CLIENT_SECRET: &str = "PARSIMONY_OIDC_CLIENT_SECRET";
/// Variable with the name people know it by.
pub(crate) const NAME: &str = "PARSIMONY_OIDC_NAME";

/// A provider, and this site as its client.
#[derive(Clone, PartialEq, Eq)]
pub struct OrganisationConfig {
    /// Address of the issuer; `/.well-known/openid-configuration` below it describes the provider.
    pub issuer: String,
    /// Id under which the provider knows this site.
    pub client_id: String,
    /// Secret that proves it.
    pub client_secret: String,
    /// Name on the button.
    pub name: String,
}

// The secret must not get into a log by way of `{:?}`.
impl fmt::Debug for OrganisationConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OrganisationConfig")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl OrganisationConfig {
    /// Reads the four variables, of which the first three make sense together only.
    ///
    /// # Errors
    /// The variable that is missing or cannot be used.
    pub(super) fn parse(
        issuer: Option<String>,
        client_id: Option<String>,
        client_secret: Option<String>,
        name: Option<String>,
    ) -> Result<Option<Self>, ConfigError> {
        if issuer.is_none() && client_id.is_none() && client_secret.is_none() {
            return match name {
                None => Ok(None),
                Some(_) => Err(refuse(ISSUER, format!("must name the issuer, because {NAME} is set"))),
            };
        }
        let needed = |value: Option<String>, variable| {
            value.ok_or_else(|| {
                refuse(
                    variable,
                    format!("must be set too: {ISSUER}, {CLIENT_ID} and {CLIENT_SECRET} belong together"),
                )
            })
        };
        let issuer = needed(issuer, ISSUER)?;
        check_issuer(&issuer)?;
        Ok(Some(Self {
            issuer,
            client_id: needed(client_id, CLIENT_ID)?,
            client_secret: needed(client_secret, CLIENT_SECRET)?,
            name: name.unwrap_or_else(|| "your organisation".to_owned()),
        }))
    }
}

/// Whoever can change what an issuer says can sign in as anybody, so it is asked over TLS; a provider on this machine
/// needs none.
fn check_issuer(text: &str) -> Result<(), ConfigError> {
    let shape = "must be an https address without ? and #, such as https://login.example.com";
    let url = Url::parse(text).map_err(|_| refuse(ISSUER, shape))?;
    let host = url.host_str().unwrap_or_default();
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_this_machine(host),
        _ => false,
    };
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    if is_safe && is_plain && !host.is_empty() { Ok(()) } else { Err(refuse(ISSUER, shape)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(
        issuer: &str,
        id: &str,
        secret: &str,
        name: &str,
    ) -> Result<Option<OrganisationConfig>, ConfigError> {
        let set = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        OrganisationConfig::parse(set(issuer), set(id), set(secret), set(name))
    }

    #[test]
    fn three_variables_belong_together() {
        assert_eq!(parse("", "", "", "").unwrap(), None);
        let whole = parse("https://login.example.com", "parsimony", "hunter2", "").unwrap().unwrap();
        assert_eq!(whole.name, "your organisation");
        assert!(!format!("{whole:?}").contains("hunter2"));
        assert_eq!(parse("https://login.example.com", "", "x", "").unwrap_err().variable, CLIENT_ID);
        assert_eq!(parse("https://login.example.com", "x", "", "").unwrap_err().variable, CLIENT_SECRET);
        assert_eq!(parse("", "x", "x", "").unwrap_err().variable, ISSUER);
        assert_eq!(parse("", "", "", "Example").unwrap_err().variable, ISSUER);
    }

    #[test]
    fn an_issuer_is_asked_over_tls_unless_it_is_this_machine() {
        for safe in [
            "https://login.example.com",
            "https://login.example.com/tenant/v2.0",
            "http://127.0.0.1:9000",
            "http://localhost:9000/",
            "http://[::1]:9000",
        ] {
            assert_eq!(parse(safe, "x", "x", "").unwrap().unwrap().issuer, safe);
        }
        for unsafe_one in [
            "http://login.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost.example.com",
            "https://ada:hunter2@login.example.com",
            "https://login.example.com?tenant=1",
            "https://login.example.com#top",
            "login.example.com",
            "ftp://login.example.com",
        ] {
            let refused = parse(unsafe_one, "x", "x", "").unwrap_err();
            assert_eq!(refused.variable, ISSUER, "{unsafe_one}");
            assert!(!refused.to_string().contains("hunter2"));
        }
    }
}
