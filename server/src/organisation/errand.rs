//! What a browser remembers while its visitor is at the provider. It lies in a cookie because any server may be the
//! one the visitor comes back to. The cookie need not be signed: whoever changes their own cookie only makes their
//! own sign-in fail, and a stranger's answer does not match the state in it.

use app::response::cookie_text;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, header};
use serde::{Deserialize, Serialize};

/// Name of the cookie.
const COOKIE: &str = "parsimony_organisation";

/// Seconds a visitor may stay at the provider.
const LIFETIME: u32 = 15 * 60;

/// Why a visitor was sent to the provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Errand {
    /// Comes back with the visitor: nobody else was sent there from this browser.
    pub(super) state: String,
    /// Comes back inside the ID token: it was made for this errand.
    pub(super) nonce: String,
    /// Proves to the provider that the code is redeemed by whoever asked for it.
    pub(super) verifier: String,
    /// Where to go afterwards.
    pub(super) next: String,
    /// Secret of the invitation to accept; empty for none.
    pub(super) invitation: String,
}

impl Errand {
    pub(super) fn cookie(&self, secure: bool) -> String {
        let text = serde_json::to_vec(self).unwrap_or_default();
        cookie_text(COOKIE, &URL_SAFE_NO_PAD.encode(text), LIFETIME, secure)
    }

    pub(super) fn forget(secure: bool) -> String {
        cookie_text(COOKIE, "", 0, secure)
    }

    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let text = pairs.flat_map(|value| value.split(';')).find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE).then(|| value.to_owned())
        })?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_brings_its_errand_back() {
        let errand = Errand {
            state: "s".to_owned(),
            nonce: "n".to_owned(),
            verifier: "v".to_owned(),
            next: "/reviews?x=1;2".to_owned(),
            invitation: String::new(),
        };
        let cookie = errand.cookie(true);
        assert!(cookie.contains("HttpOnly") && cookie.contains("Secure") && cookie.contains("SameSite=Lax"));
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, cookie.split(';').next().unwrap().parse().unwrap());
        assert_eq!(Errand::of(&headers), Some(errand));
        headers.insert(header::COOKIE, "parsimony_organisation=x".parse().unwrap());
        assert_eq!(Errand::of(&headers), None);
    }
}
