//! Secrets in links and cookies.

use crate::StoreError;
use crate::document::sha256;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Random bytes in a token: 256 bits cannot be guessed, now or later.
const TOKEN_BYTES: usize = 32;

/// A new token, and the hash under which it is found again.
///
/// # Errors
/// [`StoreError::Random`] when the operating system has no random numbers.
pub(crate) fn make() -> Result<(String, Vec<u8>), StoreError> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
    Ok((URL_SAFE_NO_PAD.encode(bytes), sha256(bytes)))
}

/// The hash under which a token is stored, or `None` for a text that cannot be a token.
///
/// A plain hash is enough: unlike a password, a token of 256 random bits cannot be found by trying.
pub(crate) fn hash_of(token: &str) -> Option<Vec<u8>> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    (bytes.len() == TOKEN_BYTES).then(|| sha256(bytes))
}

/// Shows that a link was made for the session with this secret: another site cannot know the proof, and from the
/// proof nobody finds the secret.
#[must_use]
pub fn session_proof(session_token: &str) -> String {
    // The words keep it apart from the hash under which the session is stored.
    URL_SAFE_NO_PAD.encode(sha256(format!("made for the session of\n{session_token}")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_finds_its_own_hash_and_no_two_are_alike() {
        let (token, hash) = make().unwrap();
        assert_eq!(token.len(), 43);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        assert_eq!(hash_of(&token), Some(hash));
        assert_ne!(make().unwrap().0, token);
    }

    #[test]
    fn a_proof_belongs_to_one_session_and_does_not_give_it_away() {
        let (token, hash) = make().unwrap();
        let proof = session_proof(&token);
        assert_eq!(session_proof(&token), proof);
        assert_ne!(session_proof(&make().unwrap().0), proof);
        assert_ne!(proof, token);
        assert_ne!(URL_SAFE_NO_PAD.decode(&proof).unwrap(), hash);
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let (token, _) = make().unwrap();
        for text in [
            "",
            "x",
            &token[1..],
            &format!("{token}A"),
            &format!("{token}="),
            &token.replace(&token[..1], "+"),
        ] {
            assert_eq!(hash_of(text), None, "{text}");
        }
        assert_eq!(hash_of(&"A".repeat(1_000_000)), None);
    }
}
