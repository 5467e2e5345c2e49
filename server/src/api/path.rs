//! What the address of a request says: ids in its path, parameters in its query.

use std::str::FromStr;

use axum::extract::{FromRequestParts, Path, Query};
use http::{StatusCode, request::Parts};
use serde::de::DeserializeOwned;

use super::failure;
use crate::problem::Problem;

/// The id in a path. A text that cannot be an id names nothing, and is answered like an id that names
/// nothing.
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr + Send> FromRequestParts<S> for Id<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let text = Path::<String>::from_request_parts(parts, state).await;
        text.ok().and_then(|Path(text)| text.parse().ok()).map(Self).ok_or_else(failure::not_found)
    }
}

/// The parameters of a query. Names that mean nothing are passed over.
pub(super) struct Parameters<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(rejection) => Err(Problem::of_kind(
                StatusCode::BAD_REQUEST,
                "bad-query",
                "A parameter cannot be read",
                format!("{}.", rejection.body_text()),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use http::Request;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Since {
        #[serde(default)]
        after: i64,
    }

    async fn after(query: &str) -> Result<i64, Problem> {
        let (mut parts, ()) = Request::get(format!("/x{query}")).body(()).unwrap().into_parts();
        let Parameters(Since { after }) = Parameters::from_request_parts(&mut parts, &()).await?;
        Ok(after)
    }

    #[tokio::test]
    async fn parameters_are_read_or_named() {
        assert_eq!(after("?after=7&utm_source=mail").await.unwrap(), 7);
        assert_eq!(after("").await.unwrap(), 0);
        for bad in ["?after=", "?after=x", "?after=1e3", "?after=99999999999999999999", "?after=1&after=2"] {
            let problem = after(bad).await.unwrap_err();
            assert_eq!(problem.status, 400, "{bad}");
            assert!(problem.detail.unwrap().contains("after"), "{bad}");
        }
    }
}
