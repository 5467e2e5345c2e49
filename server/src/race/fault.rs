//! What can be wrong with an endpoint, and what to say about it. Neither its words nor its address are passed on: an
//! endpoint may repeat the key, and a visitor can do nothing about either.

use std::error::Error;

use http::StatusCode;

use crate::{error::with_causes, problem::Problem};

type Cause = Box<dyn Error + Send + Sync>;

/// Why an endpoint did not answer a prompt to the end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It cannot be reached.
    #[error("The LLM endpoint cannot be reached")]
    Unreachable(#[source] Cause),
    /// It took too long to begin, or to end.
    #[error("The LLM endpoint took too long")]
    TooSlow,
    /// It does not accept the key.
    #[error("The LLM endpoint does not accept the key (status {0})")]
    Key(StatusCode),
    /// It wants fewer prompts.
    #[error("The LLM endpoint is busy (status {0})")]
    Busy(StatusCode),
    /// It does not accept the prompt or the model.
    #[error("The LLM endpoint does not accept the request (status {0})")]
    Request(StatusCode),
    /// It sends us elsewhere, where the key does not go.
    #[error("The LLM endpoint redirects (status {0}); set PARSIMONY_LLM_BASE_URL to where it leads")]
    Redirect(StatusCode),
    /// It failed.
    #[error("The LLM endpoint failed (status {0})")]
    Failed(StatusCode),
    /// It failed while it answered.
    #[error("The LLM endpoint reported an error while it answered")]
    FailedMidway,
    /// It answers in one piece.
    #[error("The LLM endpoint does not stream its answer (content type {0:?})")]
    NotStreaming(String),
    /// Its stream cannot be read.
    #[error("The LLM endpoint sent what cannot be read")]
    Unreadable(#[source] Cause),
    /// Its stream broke.
    #[error("The LLM endpoint broke off")]
    BrokenOff(#[source] Option<Cause>),
    /// It does not stop.
    #[error("The LLM endpoint sent more than any answer has")]
    TooLong,
}

impl Fault {
    /// What a status other than success means.
    pub(super) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            300..=399 => Self::Redirect(status),
            401 | 403 => Self::Key(status),
            429 => Self::Busy(status),
            400..=499 => Self::Request(status),
            _ => Self::Failed(status),
        }
    }

    /// Tells the operator.
    pub(super) fn log(&self) {
        match self {
            // Passes by itself.
            Self::Busy(_) | Self::TooSlow => tracing::warn!("{}", with_causes(self)),
            _ => tracing::error!("{}", with_causes(self)),
        }
    }

    /// Tells the visitor.
    pub(super) fn problem(&self) -> Problem {
        let bad = StatusCode::BAD_GATEWAY;
        let ask = "Whoever runs this server finds the reason in its log.";
        let (status, name, title, detail) = match self {
            Self::Unreachable(_) => (
                bad,
                "endpoint-unreachable",
                "The LLM endpoint cannot be reached",
                format!("The server could not connect to it. {ask}"),
            ),
            Self::TooSlow => (
                StatusCode::GATEWAY_TIMEOUT,
                "endpoint-too-slow",
                "The LLM endpoint took too long",
                "It was given up. Try again, or with fewer tokens.".to_owned(),
            ),
            Self::Key(_) => (
                bad,
                "endpoint-refuses-key",
                "The LLM endpoint does not accept this server’s key",
                "Whoever runs this server has to give it another key.".to_owned(),
            ),
            Self::Busy(_) => (
                bad,
                "endpoint-busy",
                "The LLM endpoint is busy",
                "It takes no more prompts of this server at present. Try again in a minute.".to_owned(),
            ),
            Self::Request(_) => (
                bad,
                "endpoint-refuses-request",
                "The LLM endpoint does not accept the prompt",
                format!("It may not know the model, or not take as many tokens. {ask}"),
            ),
            Self::Redirect(_) => (
                bad,
                "endpoint-redirects",
                "The LLM endpoint is somewhere else",
                format!("It redirects, which the server does not follow with its key. {ask}"),
            ),
            Self::Failed(_) | Self::FailedMidway => (
                bad,
                "endpoint-failed",
                "The LLM endpoint failed",
                format!("It reported an error of its own. Try again in a minute. {ask}"),
            ),
            Self::NotStreaming(_) | Self::Unreadable(_) => (
                bad,
                "endpoint-unreadable",
                "The LLM endpoint does not speak as expected",
                format!("Its answer is no stream of chat completions. {ask}"),
            ),
            Self::BrokenOff(_) => (
                bad,
                "endpoint-broke-off",
                "The LLM endpoint broke off",
                "The connection to it ended before its answer did. Try again.".to_owned(),
            ),
            Self::TooLong => (
                bad,
                "endpoint-too-long",
                "The LLM endpoint sent too much",
                format!("It sent more than any answer has, and was cut off. {ask}"),
            ),
        };
        Problem::of_kind(status, name, title, detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_what_is_wrong() {
        let kind = |status: u16| Fault::of_status(StatusCode::from_u16(status).unwrap()).problem().kind;
        for (status, name) in [
            (302, "endpoint-redirects"),
            (401, "endpoint-refuses-key"),
            (403, "endpoint-refuses-key"),
            (404, "endpoint-refuses-request"),
            (429, "endpoint-busy"),
            (500, "endpoint-failed"),
            (204, "endpoint-failed"),
        ] {
            assert_eq!(kind(status), format!("urn:parsimony:problem:{name}"), "{status}");
        }
    }
}
