//! Passwords: which are accepted, and how they are kept.
//!
//! Rules after NIST SP 800-63B-4, section 3.1.1.2: at least 15 characters where the password is the only
//! factor, no rules of composition, no periodic change, every printable character, and a list of passwords
//! that are refused because they are known or easy to guess here. Hashes are Argon2id with the parameters of
//! the OWASP password storage cheat sheet: 19 MiB, 2 passes, 1 lane.

use crate::StoreError;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::LazyLock;
use tokio::sync::Semaphore;

/// Fewest characters of a password.
pub const SHORTEST: usize = 15;

/// Most characters of a password: far more than anybody needs, and little enough to hash.
pub const LONGEST: usize = 256;

/// Passwords of at least [`SHORTEST`] characters that appear in published breaches, in lower case.
const BREACHED: &str = include_str!("breached_passwords.txt");

/// Hashing takes a core and 19 MiB for tens of milliseconds. A crowd at the door waits in line rather than
/// taking all cores from everybody else.
static AT_ONCE: LazyLock<Semaphore> = LazyLock::new(|| {
    Semaphore::new(std::thread::available_parallelism().map_or(1, |cores| cores.get().div_ceil(2)))
});

/// Why a password is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WeakPassword {
    /// Too few characters.
    #[error("must have at least 15 characters; a few unrelated words do well")]
    Short,
    /// Too many characters.
    #[error("must have at most 256 characters")]
    Long,
    /// Known from breaches, or little more than a repetition.
    #[error("is one of the first that attackers try; choose another")]
    Breached,
    /// Made of the account's own name or address, or of the product's name.
    #[error("is made of your name, your address or the name of this product; choose another")]
    Obvious,
}

/// Checks a new password of the account with this address and name.
///
/// # Errors
/// [`WeakPassword`].
pub fn check(password: &str, email: &str, name: &str) -> Result<(), WeakPassword> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(WeakPassword::Short);
    }
    if length > LONGEST {
        return Err(WeakPassword::Long);
    }
    let lower = password.to_lowercase();
    if BREACHED.lines().any(|line| line == lower) || is_repetition(&lower) {
        return Err(WeakPassword::Breached);
    }
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    // Letters and digits only: another hyphen or space between the same words makes nothing harder to guess.
    let rest = [email, local, domain, name, "parsimony"]
        .map(letters_and_digits)
        .iter()
        .filter(|word| word.chars().count() >= 4)
        .fold(letters_and_digits(password), |rest, word| rest.replace(word.as_str(), ""));
    if rest.chars().count() < 8 {
        return Err(WeakPassword::Obvious);
    }
    Ok(())
}

/// The letters and digits of a text, in lower case.
fn letters_and_digits(text: &str) -> String {
    text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a text is one short piece again and again, or a run through the keyboard or the digits.
fn is_repetition(text: &str) -> bool {
    let characters: Vec<char> = text.chars().collect();
    let repeats =
        (1..=4).any(|piece| characters.iter().zip(characters.iter().skip(piece)).all(|(a, b)| a == b));
    let steps = |by: i64| {
        characters.windows(2).all(|pair| match pair {
            [a, b] => i64::from(u32::from(*b)) - i64::from(u32::from(*a)) == by,
            _ => false,
        })
    };
    repeats || steps(1) || steps(-1)
}

/// The hash under which a password is kept.
///
/// # Errors
/// [`StoreError::Random`] without random numbers; [`StoreError::Hashing`].
pub(crate) async fn hash(password: &str) -> Result<String, StoreError> {
    let mut salt = [0; 16];
    getrandom::fill(&mut salt).map_err(StoreError::Random)?;
    let password = password.to_owned();
    work(move || {
        let salt = SaltString::encode_b64(&salt).map_err(|_| StoreError::Hashing)?;
        let hash = hasher()?.hash_password(password.as_bytes(), &salt).map_err(|_| StoreError::Hashing)?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether a password is the one that was hashed. Without a hash it takes as long and says no, so that the
/// time of an answer tells nobody whether an account exists.
///
/// # Errors
/// [`StoreError::Hashing`].
pub(crate) async fn verify(password: &str, hash: Option<String>) -> Result<bool, StoreError> {
    if password.chars().count() > LONGEST {
        return Ok(false);
    }
    let password = password.to_owned();
    work(move || {
        let exists = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let hash = PasswordHash::new(&hash).map_err(|_| StoreError::Hashing)?;
        Ok(hasher()?.verify_password(password.as_bytes(), &hash).is_ok() && exists)
    })
    .await
}

/// A hash nobody knows the password of, made with the same parameters.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cGFyc2ltb255LW5vYm9keQ$\
    7yrAQ2S0DWRhRI5zqSbfBVp8W1lu2hO3l9G6y4Nkz1Q";

fn hasher() -> Result<Argon2<'static>, StoreError> {
    let parameters = Params::new(19_456, 2, 1, None).map_err(|_| StoreError::Hashing)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

async fn work<T: Send + 'static>(
    job: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| StoreError::Hashing)?;
    tokio::task::spawn_blocking(job).await.map_err(|_| StoreError::Hashing)?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn checked(password: &str) -> Result<(), WeakPassword> {
        check(password, "ada.byron@example.org", "Ada Byron")
    }

    #[test]
    fn length_counts_and_composition_does_not() {
        assert_eq!(checked("short"), Err(WeakPassword::Short));
        assert_eq!(checked("fourteen chars"), Err(WeakPassword::Short));
        assert_eq!(checked("fifteen charact"), Ok(()));
        assert_eq!(checked("ünïcödé zählt auch"), Ok(()));
        assert_eq!(checked(&"long enough to hash ".repeat(13)), Err(WeakPassword::Long));
    }

    #[test]
    fn what_attackers_try_first_is_refused() {
        for password in [
            "PasswordPassword",
            "123456789012345",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "abcdefghijklmnopq",
            "qwertyuiopasdfgh",
        ] {
            assert_eq!(checked(password), Err(WeakPassword::Breached), "{password}");
        }
        for password in
            ["ada.byron@example.org", "Parsimony Parsimony!", "adabyron-example.org", "Ada Byron 1815 !!!"]
        {
            assert_eq!(checked(password), Err(WeakPassword::Obvious), "{password}");
        }
    }

    #[test]
    fn the_list_is_in_the_form_it_is_compared_in() {
        for line in BREACHED.lines() {
            assert!(line.chars().count() >= SHORTEST && line == line.to_lowercase(), "{line}");
        }
    }

    #[tokio::test]
    async fn only_the_password_itself_opens_its_hash() {
        let stored = hash("correct horse battery").await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse battery", Some(stored.clone())).await.unwrap());
        assert!(!verify("correct horse batterY", Some(stored)).await.unwrap());
        assert!(!verify("correct horse battery", None).await.unwrap());
    }
}
