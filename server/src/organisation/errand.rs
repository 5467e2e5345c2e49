//! What a browser remembers while its visitor is at the provider. It lies in a cookie because any server may be the
//! one the visitor comes back to.
//!
//! The cookie is neither signed nor encrypted. What is secret in it (the verifier, an invitation) is the secret of
//! whoever sends it. Changing it gains nothing: a state and a nonce only have to match what the provider sends back
//! for them, a way on is checked to be ours each time it is read, and linking takes the proof of a session.

use app::{
    access::own_address,
    response::{cookie_of, cookie_text},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::HeaderMap;
use serde::{Deserialize, Serialize};

/// Name of the cookie.
const COOKIE: &str = "parsimony_organisation";

/// Seconds a visitor may stay at the provider.
const LIFETIME: u32 = 15 * 60;

/// Longest way on, in bytes: browsers drop a cookie of more than 4 KiB, and nobody could sign in any more.
const NEXT_LENGTH: usize = 1_000;

/// Most characters of an invitation's secret or a proof; both have fewer.
const SECRET_LENGTH: usize = 100;

/// One way to the provider and back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Errand {
    /// What the provider has to send back.
    pub(super) secrets: Secrets,
    /// What the visitor wants.
    pub(super) wish: Wish,
}

/// What binds an answer of the provider to the browser that was sent there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Secrets {
    /// Comes back with the visitor: this browser was sent there.
    pub(super) state: String,
    /// Comes back inside the ID token: it was made for this errand.
    pub(super) nonce: String,
    /// Proves to the provider that the code is redeemed by whoever asked for it (PKCE).
    pub(super) verifier: String,
}

/// What the visitor wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wish {
    /// What for.
    pub(super) purpose: Purpose,
    /// Where to go afterwards, always an address of ours.
    pub(super) next: String,
}

/// What somebody goes to the provider for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// To sign in.
    SignIn,
    /// To accept the invitation with this secret and sign in, with a new account if need be.
    Join(String),
    /// To sign in this way from now on to the account that is signed in; with the proof that its session wants it.
    Link(String),
}

impl Wish {
    /// What an address asks for; an empty text is nothing.
    pub(super) fn new(next: &str, invitation: &str, link: &str) -> Self {
        let secret = |text: &str| text.chars().take(SECRET_LENGTH).collect::<String>();
        let purpose = match (link, invitation) {
            ("", "") => Purpose::SignIn,
            ("", invitation) => Purpose::Join(secret(invitation)),
            (link, _) => Purpose::Link(secret(link)),
        };
        Self { purpose, next: way_on(next) }
    }

    /// Secret of the invitation that is to be accepted.
    pub(super) fn invitation(&self) -> Option<&str> {
        match &self.purpose {
            Purpose::Join(secret) => Some(secret),
            Purpose::SignIn | Purpose::Link(_) => None,
        }
    }
}

fn way_on(next: &str) -> String {
    // An address is written in ASCII, or it could not be sent.
    let fits = next.len() <= NEXT_LENGTH && next.is_ascii();
    own_address(if fits { next } else { "" })
}

impl Errand {
    /// The cookie to set; `secure` over TLS.
    pub(super) fn cookie(&self, secure: bool) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        cookie_text(COOKIE, &URL_SAFE_NO_PAD.encode(text), LIFETIME, secure)
    }

    /// The cookie that ends it.
    pub(super) fn forget(secure: bool) -> String {
        cookie_text(COOKIE, "", 0, secure)
    }

    /// The errand a browser is on.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = URL_SAFE_NO_PAD.decode(cookie_of(headers, COOKIE)?).ok()?;
        let mut errand: Self = serde_json::from_slice(&text).ok()?;
        // Another site under the same domain could have written it.
        errand.wish.next = way_on(&errand.wish.next);
        Some(errand)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::header;

    fn errand(wish: Wish) -> Errand {
        let secrets = Secrets { state: "s".to_owned(), nonce: "n".to_owned(), verifier: "v".to_owned() };
        Errand { secrets, wish }
    }

    fn sent(cookie: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.split(';').next().unwrap().parse().unwrap());
        headers
    }

    #[test]
    fn a_browser_brings_its_errand_back() {
        for wish in [
            Wish::new("/reviews?x=1;2", "", ""),
            Wish::new("", "secret-of_an1nvitation", ""),
            Wish::new("/settings", "", "proof"),
        ] {
            let errand = errand(wish);
            let cookie = errand.cookie(true);
            for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Max-Age=900"] {
                assert!(cookie.contains(attribute), "{attribute}: {cookie}");
            }
            assert_eq!(Errand::of(&sent(&cookie)), Some(errand));
        }
    }

    #[test]
    fn what_is_no_errand_is_none() {
        for text in ["", "x", "e30", &URL_SAFE_NO_PAD.encode("{\"secrets\":{}}")] {
            assert_eq!(Errand::of(&sent(&format!("{COOKIE}={text}"))), None, "{text}");
        }
        assert_eq!(Errand::of(&HeaderMap::new()), None);
        assert_eq!(Errand::of(&sent(&Errand::forget(false))), None);
    }

    #[test]
    fn an_errand_leads_to_an_address_of_ours_whoever_wrote_it() {
        for foreign in ["https://evil.example", "//evil.example", "/\u{fc}", ""] {
            assert_eq!(Wish::new(foreign, "", "").next, "/portfolios", "{foreign}");
        }
        let forged = Wish { purpose: Purpose::SignIn, next: "//evil.example".to_owned() };
        assert_eq!(Errand::of(&sent(&errand(forged).cookie(true))).unwrap().wish.next, "/portfolios");
    }

    #[test]
    fn an_errand_fits_into_a_cookie_whatever_the_address_asks_for() {
        let long = "x".repeat(100_000);
        for wish in [Wish::new(&format!("/{long}"), &long, ""), Wish::new("/", "", &long)] {
            assert!(errand(wish).cookie(true).len() < 4_096);
        }
        let longest = format!("/{}", "x".repeat(NEXT_LENGTH - 1));
        assert_eq!(Wish::new(&longest, "", "").next, longest);
        assert!(errand(Wish::new(&longest, &long, "")).cookie(true).len() < 4_096);
    }

    #[test]
    fn linking_comes_before_an_invitation() {
        assert_eq!(Wish::new("", "a", "b").purpose, Purpose::Link("b".to_owned()));
        assert_eq!(Wish::new("", "a", "").invitation(), Some("a"));
        assert_eq!(Wish::new("", "", "").invitation(), None);
    }
}
