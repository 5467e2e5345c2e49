//! How often a stranger may try what could be abused.

use crate::AppError;
use crate::access::caller;
use std::time::Duration;
use store::{Limited, RateLimit, Store};

const QUARTER: Duration = Duration::from_secs(15 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// Wrong passwords for one e-mail address: enough for a bad day, too few for guessing.
pub const SIGN_IN_BY_EMAIL: RateLimit =
    RateLimit { kind: "sign-in by e-mail", attempts: 10, window: QUARTER };

/// Wrong passwords from one network address. A whole office may share it.
pub const SIGN_IN_BY_ADDRESS: RateLimit =
    RateLimit { kind: "sign-in by address", attempts: 100, window: QUARTER };

/// Links and tokens that open nothing, from one network address.
pub const TOKEN_MISSES: RateLimit = RateLimit { kind: "token misses", attempts: 60, window: QUARTER };

/// Links that visitors without an account make from one network address.
pub const ANONYMOUS_SHARES: RateLimit = RateLimit { kind: "anonymous shares", attempts: 60, window: HOUR };

/// Invitations that one account has mailed: enough for a department, too few for advertising.
pub const INVITATION_EMAILS: RateLimit =
    RateLimit { kind: "invitation e-mails", attempts: 100, window: HOUR };

/// Counts an attempt of the present caller's network address.
///
/// # Errors
/// [`AppError::TooMany`].
pub async fn count(store: &Store, limit: RateLimit) -> Result<(), AppError> {
    count_of(store, limit, &caller().address).await
}

/// Counts an attempt of somebody who is known by more than a network address.
///
/// # Errors
/// [`AppError::TooMany`].
pub async fn count_of(store: &Store, limit: RateLimit, who: &str) -> Result<(), AppError> {
    store.attempt(limit, who).await?.map_err(|Limited { .. }| AppError::TooMany)
}

/// Refuses the present caller if its network address missed too often, before a token is looked at.
///
/// # Errors
/// [`AppError::TooMany`].
pub async fn may_try_token(store: &Store) -> Result<(), AppError> {
    may_try_token_from(store, &caller().address).await
}

/// The same for a network address that is known from elsewhere.
///
/// # Errors
/// [`AppError::TooMany`].
pub async fn may_try_token_from(store: &Store, address: &str) -> Result<(), AppError> {
    match store.is_limited(TOKEN_MISSES, address).await? {
        Some(Limited { .. }) => Err(AppError::TooMany),
        None => Ok(()),
    }
}
