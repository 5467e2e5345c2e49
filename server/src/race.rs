//! The race: a prompt that a small model in the browser answers is answered by the administrator's LLM endpoint too.
//!
//! The browser never sees the endpoint's key, so its prompt passes through here. Two doors lead to one desk: a page of
//! ours comes with its session (`/demo/race`), a program with an API token (`/api/v1/race`). The answer is a stream of
//! server-sent events, `begun`, `delta`…, and `done` or `failed`, with the times as they were seen here, so that a page
//! can tell the way to us from the way to the endpoint.

mod answer;
mod chunk;
mod connecting;
mod endpoint;
mod fault;
mod prompt;
mod terms;

use std::time::Instant;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use store::{Scope, Spent, SpentBy, SpentOn, Store};

use crate::{error::with_causes, problem::Problem};
use answer::{Answer, Ledger};
pub(crate) use endpoint::Endpoint;
pub(crate) use prompt::Prompt;
pub(crate) use terms::Terms;

/// Where prompts are handed in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Desk {
    store: Store,
    endpoint: Option<Endpoint>,
}

impl Desk {
    /// A desk in front of an endpoint, or of none.
    pub(crate) fn new(store: Store, endpoint: Option<Endpoint>) -> Self {
        Self { store, endpoint }
    }

    /// The database behind it.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// What a race is run with, and what is left of the budgets.
    ///
    /// # Errors
    /// 503 without the database.
    pub(crate) async fn terms(&self, scope: Scope) -> Result<Terms, Problem> {
        Terms::of(&self.store, self.endpoint.as_ref(), scope).await
    }

    /// Has a prompt answered. Whoever calls this has made sure that the caller may spend money.
    ///
    /// # Errors
    /// 404 without an endpoint, 4xx for what is wrong with the prompt, 429 when a budget has too little left, 502 and
    /// 504 for what is wrong with the endpoint. Once it has begun to answer, faults are events of the stream.
    pub(crate) async fn race(
        &self,
        scope: Scope,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Response, Problem> {
        let arrived = Instant::now();
        let endpoint = self.endpoint.as_ref().ok_or_else(no_endpoint)?;
        let prompt = Prompt::read(headers, body)?;
        let price = terms::price(&self.store, endpoint, scope).await?;
        let reserved =
            self.store.reserve_race(scope, &endpoint.config().budgets, prompt.most_tokens()).await?;
        let reservation = reserved.map_err(|lack| spent(&lack))?;
        let before = arrived.elapsed();
        match endpoint.ask(&prompt).await {
            Ok(begun) => {
                let ledger = Ledger { store: self.store.clone(), reservation, price };
                Ok(Answer::new(endpoint, begun, before, ledger).into_response())
            }
            Err(fault) => {
                fault.log();
                if let Err(error) = self.store.return_race(reservation).await {
                    tracing::warn!("A prompt that nobody answered stays counted: {}", with_causes(&error));
                }
                Err(fault.problem())
            }
        }
    }
}

fn no_endpoint() -> Problem {
    Problem::of_kind(
        StatusCode::NOT_FOUND,
        "no-endpoint",
        "There is no endpoint to race against",
        "Whoever runs this server has set up no LLM endpoint; PARSIMONY_LLM_BASE_URL names one.",
    )
}

fn spent(lack: &Spent) -> Problem {
    let whose = match lack.by {
        SpentBy::Account => "your budget",
        SpentBy::Workspace => "the budget of your workspace",
    };
    let what = match lack.on {
        SpentOn::Requests => "has no prompt left",
        SpentOn::Tokens => "has too few tokens left for this prompt and its longest answer",
    };
    let day = lack.resets_at.date();
    Problem::of_kind(
        StatusCode::TOO_MANY_REQUESTS,
        "budget-spent",
        "The budget for today is spent",
        format!("Of what may be sent to the LLM endpoint in a day, {whose} {what}. It begins again on {day} at 00:00 UTC."),
    )
    .retry_after(lack.resets_in)
}
