//! Tokens that open nothing, counted by the network address they come from, so that nobody can go on trying.

use std::convert::Infallible;

use app::{limits::TOKEN_MISSES, state::AppState};
use axum::extract::FromRequestParts;
use http::{StatusCode, request::Parts};
use store::{Limited, Store};

use crate::{
    middleware::identify::{BehindProxy, address_of},
    problem::Problem,
};

/// The count of the network address that a request comes from. Links and API tokens share it, here and on
/// the pages.
pub(super) struct TokenMisses {
    store: Store,
    address: String,
}

impl TokenMisses {
    pub(super) fn of(parts: &Parts, state: &AppState) -> Self {
        let address = address_of(&parts.headers, &parts.extensions, BehindProxy(state.behind_proxy));
        Self { store: state.store.clone(), address }
    }

    /// Refuses an address with too many misses before its token is looked at: a right one must not be told
    /// from a wrong one by then.
    ///
    /// # Errors
    /// 429 with the time to wait; 503 without the database.
    pub(super) async fn check(&self) -> Result<(), Problem> {
        match self.store.is_limited(TOKEN_MISSES, &self.address).await? {
            Some(limited) => Err(too_many(limited)),
            None => Ok(()),
        }
    }

    /// Counts a miss.
    ///
    /// # Errors
    /// 429 when it is one too many; 503 without the database.
    pub(super) async fn note(&self) -> Result<(), Problem> {
        self.store.attempt(TOKEN_MISSES, &self.address).await?.map_err(too_many)
    }
}

impl FromRequestParts<AppState> for TokenMisses {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        Ok(Self::of(parts, state))
    }
}

pub(super) fn too_many(Limited { retry_after }: Limited) -> Problem {
    // A second more than the whole ones, so that the next attempt does not come too early.
    let seconds = u32::try_from(retry_after.as_secs().saturating_add(1)).unwrap_or(u32::MAX);
    Problem::of_kind(
        StatusCode::TOO_MANY_REQUESTS,
        "too-many-misses",
        "Too many attempts",
        "Too many tokens from this network address opened nothing. The Retry-After header says for how many \
         seconds no other is tried.",
    )
    .retry_after(seconds)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_time_to_wait_is_never_too_short() {
        for (left, seconds) in [(1.0, 2), (59.2, 60), (900.0, 901)] {
            let problem = too_many(Limited { retry_after: Duration::from_secs_f64(left) });
            assert_eq!((problem.status, problem.retry_after), (429, Some(seconds)));
        }
    }
}
