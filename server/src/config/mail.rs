//! Where e-mails are handed in, and whom they come from.

use std::{fmt, net::IpAddr};

use lettre::message::Mailbox;
use url::Url;

use super::{ConfigError, refuse};

/// Variable with the address of the mail server.
pub(crate) const SMTP_URL: &str = "PARSIMONY_SMTP_URL";

/// Variable with the sender of all e-mails.
pub(crate) const MAIL_FROM: &str = "PARSIMONY_MAIL_FROM";

/// What an address of a mail server looks like, as the rest of a sentence.
const SHAPE: &str = "must be the address of a mail server, such as smtps://user:password@mail.example.com, \
                     with special characters of the password percent-encoded";

/// How e-mails are sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// The server that takes them.
    pub smtp: SmtpUrl,
    /// Whom they come from.
    pub from: Mailbox,
}

impl MailConfig {
    /// Reads the two variables, which make sense together only.
    ///
    /// # Errors
    /// The variable that cannot be used or is missing.
    pub(super) fn parse(smtp: Option<String>, from: Option<String>) -> Result<Option<Self>, ConfigError> {
        match (smtp, from) {
            (None, None) => Ok(None),
            (Some(smtp), Some(from)) => {
                Ok(Some(Self { smtp: SmtpUrl::parse(smtp)?, from: parse_from(&from)? }))
            }
            (Some(_), None) => {
                let problem = format!(
                    "must say whom e-mails come from, such as Parsimony <parsimony@example.com>, because \
                     {SMTP_URL} is set"
                );
                Err(refuse(MAIL_FROM, problem))
            }
            (None, Some(_)) => {
                Err(refuse(SMTP_URL, format!("must name a mail server, because {MAIL_FROM} is set")))
            }
        }
    }
}

/// The address of a mail server. Printing it shows neither user, password nor options.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpUrl {
    whole: String,
    shown: String,
}

impl SmtpUrl {
    /// Takes `smtps://…`, `smtp://…?tls=required`, `smtp://…?tls=opportunistic`, and plain `smtp://…` to this
    /// machine only.
    ///
    /// # Errors
    /// A sentence that does not repeat the address, which may hold a password.
    fn parse(whole: String) -> Result<Self, ConfigError> {
        let url = Url::parse(&whole).map_err(|_| refuse(SMTP_URL, SHAPE))?;
        let host = url.host_str().unwrap_or_default();
        // A password with a bare `/`, `?` or `#` moves the `@`, and what comes before passes for the host.
        let rest = [url.path(), url.query().unwrap_or_default()];
        let misread = url.fragment().is_some() || rest.iter().any(|part| part.contains('@'));
        if !matches!(url.scheme(), "smtp" | "smtps") || host.is_empty() || misread {
            return Err(refuse(SMTP_URL, SHAPE));
        }
        if url.username().is_empty() != url.password().is_none() {
            return Err(refuse(SMTP_URL, "must have a user and a password, or neither"));
        }
        let tls = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        match (url.scheme(), tls.as_deref()) {
            ("smtps", _) | (_, Some("required" | "opportunistic")) => {}
            (_, Some(_)) => {
                return Err(refuse(
                    SMTP_URL,
                    "must say tls=required or tls=opportunistic, if it says tls at all",
                ));
            }
            (_, None) if is_this_machine(host) => {}
            (_, None) => {
                let problem =
                    "must not lead over a network without encryption: use smtps:// or add ?tls=required";
                return Err(refuse(SMTP_URL, problem));
            }
        }
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        let shown = format!("{}://{host}{port}", url.scheme());
        Ok(Self { whole, shown })
    }

    /// The address with everything in it, for the mail library only.
    pub fn reveal(&self) -> &str {
        &self.whole
    }
}

impl fmt::Debug for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SmtpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// Whether a host of an address is this machine, so that nothing leaves it.
pub(super) fn is_this_machine(host: &str) -> bool {
    // An address writes IPv6 in brackets.
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn parse_from(text: &str) -> Result<Mailbox, ConfigError> {
    text.parse().map_err(|_| {
        let problem =
            format!("must be an e-mail address, such as Parsimony <parsimony@example.com>, but is {text:?}");
        refuse(MAIL_FROM, problem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "Parsimony <parsimony@example.com>";

    fn read(smtp: &str, from: &str) -> Result<Option<MailConfig>, ConfigError> {
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        MailConfig::parse(given(smtp), given(from))
    }

    #[test]
    fn no_mail_is_sent_unless_both_variables_are_set() {
        assert_eq!(read("", "").unwrap(), None);
        let config = read("smtps://mail.example.com", FROM).unwrap().unwrap();
        assert_eq!(config.from.email.to_string(), "parsimony@example.com");
        assert_eq!(config.from.name.as_deref(), Some("Parsimony"));
        assert_eq!(read("smtps://mail.example.com", "").unwrap_err().variable, MAIL_FROM);
        assert_eq!(read("", FROM).unwrap_err().variable, SMTP_URL);
        assert_eq!(read("smtps://mail.example.com", "Parsimony").unwrap_err().variable, MAIL_FROM);
    }

    #[test]
    fn only_this_machine_is_written_to_without_encryption() {
        for allowed in [
            "smtps://ada:hunter2@mail.example.com",
            "smtp://ada:hunter2@mail.example.com:587?tls=required",
            "smtp://mail.example.com?tls=opportunistic",
            "smtp://localhost",
            "smtp://ada:hunter2@127.0.0.1:2525",
        ] {
            assert!(read(allowed, FROM).is_ok(), "{allowed}");
        }
        for refused in [
            "smtp://mail.example.com",
            "smtp://ada:hunter2@mail.example.com:587",
            "smtp://10.0.0.1",
            "smtp://localhost.example.com",
            "smtp://mail.example.com?tls=none",
        ] {
            let error = read(refused, FROM).unwrap_err();
            assert!(error.variable == SMTP_URL && error.to_string().contains("tls"), "{refused}: {error}");
        }
    }

    #[test]
    fn what_is_no_mail_server_is_refused_without_repeating_it() {
        for refused in [
            "mail.example.com",
            "http://ada:hunter2@mail.example.com",
            "smtps://",
            "smtps:mail.example.com",
            // As a password without percent-encoding is read: the host would be the user.
            "smtps://ada:1/hunter2@mail.example.com",
            "smtps://ada:1?hunter2@mail.example.com",
            "smtps://ada:1#hunter2@mail.example.com",
            "smtps://hunter2@mail.example.com",
        ] {
            let error = read(refused, FROM).unwrap_err();
            let sentence = error.to_string();
            assert!(error.variable == SMTP_URL && sentence.ends_with('.'), "{refused}: {sentence}");
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }

    #[test]
    fn printing_the_address_shows_the_server_and_no_secret() {
        let whole = "smtps://ada:hunter2%2F@mail.example.com:4650/hello?x=hunter2";
        let config = read(whole, FROM).unwrap().unwrap();
        assert_eq!(config.smtp.to_string(), "smtps://mail.example.com:4650");
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.smtp.reveal(), whole);
    }
}
