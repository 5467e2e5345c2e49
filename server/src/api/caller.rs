//! Which program asks: the API token it sends, and what that allows.
//!
//! The cookie of a browser's session opens nothing here. A browser sends cookies along whoever made it ask;
//! a token is only sent by a program that has it, so no other site can use the API in a visitor's name.

use std::collections::BTreeMap;

use app::state::AppState;
use axum::{
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use domain::access::{Action, Role};
use http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts};
use store::{ApiAccess, Scope};
use utoipa::{
    IntoResponses,
    openapi::{ContentBuilder, Header, Ref, RefOr, ResponseBuilder},
};

use super::misses::TokenMisses;
use crate::problem::{PROBLEM_JSON, Problem};

/// What a request without a token, or with one that does not work, is asked for (RFC 6750).
const CHALLENGE: HeaderValue = HeaderValue::from_static("Bearer");

/// A program whose token works. As an argument of a handler it comes before everything that the request
/// says, so that strangers hear the same about what exists and what does not.
pub(super) struct ApiCaller(ApiAccess);

impl ApiCaller {
    /// Where a call works that does this, and in whose name.
    ///
    /// # Errors
    /// 403 when the role of the token's account does not reach, or when the token only reads.
    pub(super) fn may(&self, action: Action) -> Result<Scope, Problem> {
        let Self(ApiAccess { scope, role, may_write }) = *self;
        if !role.may(action) {
            return Err(role_too_low(role, action.needs()));
        }
        if changes(action) && !may_write {
            return Err(only_reads());
        }
        Ok(scope)
    }
}

/// Whether an action needs a token that writes. One that nobody thought of here does.
fn changes(action: Action) -> bool {
    !matches!(action, Action::Read | Action::ReadAudit)
}

impl FromRequestParts<AppState> for ApiCaller {
    type Rejection = NotIdentified;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, NotIdentified> {
        let Some(secret) = bearer(&parts.headers) else { return Err(NotIdentified(token_missing())) };
        let misses = TokenMisses::of(parts, state);
        misses.check().await?;
        match state.store.api_access(secret).await.map_err(Problem::from)? {
            Some(access) => Ok(Self(access)),
            None => {
                misses.note().await?;
                Err(NotIdentified(token_unknown()))
            }
        }
    }
}

/// Why nobody could be made out behind a request.
#[derive(Debug)]
pub(super) struct NotIdentified(Problem);

impl From<Problem> for NotIdentified {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl IntoResponse for NotIdentified {
    fn into_response(self) -> Response {
        let mut response = self.0.into_response();
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        response
    }
}

/// The secret in `Authorization: Bearer …`. The scheme is read in any case (RFC 9110).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    Some(secret.trim()).filter(|secret| scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty())
}

pub(super) fn token_missing() -> Problem {
    Problem::of_kind(
        StatusCode::UNAUTHORIZED,
        "token-missing",
        "This takes an API token",
        "Send a token as Authorization: Bearer parsimony_…. Tokens are made under Settings, API tokens.",
    )
}

pub(super) fn token_unknown() -> Problem {
    Problem::of_kind(
        StatusCode::UNAUTHORIZED,
        "token-not-valid",
        "This API token does not work",
        "It was mistyped, has expired or was revoked, or its account left the workspace. Make another under \
         Settings, API tokens.",
    )
}

pub(super) fn role_too_low(has: Role, needs: Role) -> Problem {
    let (has, needs) = (has.name().to_lowercase(), needs.name().to_lowercase());
    Problem::of_kind(
        StatusCode::FORBIDDEN,
        "role-too-low",
        "The role does not allow this",
        format!("This takes the role {needs}; the account of the token has the role {has}."),
    )
}

pub(super) fn only_reads() -> Problem {
    Problem::of_kind(
        StatusCode::FORBIDDEN,
        "token-only-reads",
        "The token only reads",
        "Nothing was changed. Make a token that may also change things under Settings, API tokens.",
    )
}

/// What every operation that takes a token may answer instead.
impl IntoResponses for ApiCaller {
    fn responses() -> BTreeMap<String, RefOr<utoipa::openapi::Response>> {
        let refusal = |description: &str| {
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            ResponseBuilder::new().description(description).content(PROBLEM_JSON, content)
        };
        BTreeMap::from(
            [
                (
                    "401",
                    refusal("There is no token, or it does not work.")
                        .header("WWW-Authenticate", Header::default()),
                ),
                ("403", refusal("The account’s role does not allow it, or the token only reads.")),
                (
                    "429",
                    refusal("Too many tokens from this network address did not work; try again later.")
                        .header("Retry-After", Header::default()),
                ),
                ("503", refusal("The database cannot be reached; try again later.")),
            ]
            .map(|(status, response)| (status.to_owned(), RefOr::T(response.build()))),
        )
    }
}

#[cfg(test)]
mod tests {
    use store::Actor;
    use uuid::Uuid;

    use super::*;

    fn caller(role: Role, may_write: bool) -> ApiCaller {
        let actor = Actor::ApiToken { account: Uuid::nil().into(), token: Uuid::nil().into() };
        let scope = Scope { workspace: Uuid::nil().into(), actor };
        ApiCaller(ApiAccess { scope, role, may_write })
    }

    #[test]
    fn a_secret_is_read_from_the_header_that_is_meant_for_it() {
        let read = |value: &str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        for sent in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(read(sent).as_deref(), Some("abc"), "{sent}");
        }
        for sent in ["", "Bearer", "Bearer ", "abc", "Basic abc", "Bearerabc"] {
            assert_eq!(read(sent), None, "{sent}");
        }
        assert_eq!(bearer(&HeaderMap::new()), None);
    }

    #[test]
    fn changing_takes_the_role_and_a_token_that_writes() {
        let refusal =
            |role, may_write, action| caller(role, may_write).may(action).err().map(|problem| problem.kind);
        assert_eq!(refusal(Role::Editor, true, Action::Edit), None);
        assert_eq!(refusal(Role::Viewer, false, Action::Read), None);
        assert_eq!(refusal(Role::Admin, false, Action::ReadAudit), None);
        let only_reads = Some("urn:parsimony:problem:token-only-reads".to_owned());
        for action in [Action::Edit, Action::Propose, Action::Review, Action::ManageMembers] {
            assert_eq!(refusal(Role::Admin, false, action), only_reads, "{action:?}");
        }
        let too_low = Some("urn:parsimony:problem:role-too-low".to_owned());
        assert_eq!(refusal(Role::Viewer, true, Action::Edit), too_low);
        assert_eq!(refusal(Role::Viewer, false, Action::Edit), too_low);
        assert_eq!(refusal(Role::Reviewer, false, Action::ReadAudit), too_low);
    }

    #[test]
    fn a_refusal_names_both_roles() {
        let problem = caller(Role::Viewer, true).may(Action::Edit).unwrap_err();
        let detail = problem.detail.unwrap();
        assert!(detail.contains("editor") && detail.contains("viewer"), "{detail}");
    }

    #[test]
    fn whoever_is_not_identified_hears_how_to_be() {
        let response = NotIdentified(token_missing()).into_response();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        let response = NotIdentified(only_reads()).into_response();
        assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));
    }
}
