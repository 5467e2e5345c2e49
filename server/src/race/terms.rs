//! What a race is run with: the model, its price, how much fits, what is left of the budgets.

use domain::prices::ApiPrice;
use serde::Serialize;
use store::{RaceBudget, Scope, Store};
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{
    endpoint::Endpoint,
    prompt::{MOST_CHARACTERS, MOST_MESSAGES, MOST_TOKENS},
};
use crate::problem::Problem;

/// What a race is run with.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RaceTerms)]
pub(crate) struct Terms {
    /// The model that answers; `null` where no LLM endpoint is set up.
    model: Option<String>,
    /// Its price in the workspace's price book; `null` where it is not known.
    price: Option<ApiPrice>,
    /// Most messages of a prompt.
    most_messages: usize,
    /// Most characters of a prompt.
    most_characters: usize,
    /// Most tokens of an answer.
    most_tokens: u32,
    /// What may be used today, and what was; `null` where no LLM endpoint is set up.
    budget: Option<Budgets>,
}

/// What may be used in a day, and what was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RaceBudgets)]
struct Budgets {
    /// By the person, in all its workspaces.
    person: Budget,
    /// By everybody in the workspace.
    workspace: Budget,
    /// When both begin again.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    resets_at: OffsetDateTime,
}

/// What may be used in a day, and what was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RaceBudget)]
struct Budget {
    /// Prompts that may be sent in a day.
    requests: i64,
    /// Prompts that were sent today.
    requests_used: i64,
    /// Tokens of prompts and answers that may be used in a day.
    tokens: i64,
    /// Tokens that were used today. Prompts in progress count with the most they can take.
    tokens_used: i64,
}

impl Budget {
    fn new(may: RaceBudget, used: RaceBudget) -> Self {
        Self {
            requests: may.requests,
            requests_used: used.requests,
            tokens: may.tokens,
            tokens_used: used.tokens,
        }
    }
}

impl Terms {
    /// The terms for a member of a workspace.
    ///
    /// # Errors
    /// 503 without the database.
    pub(super) async fn of(
        store: &Store,
        endpoint: Option<&Endpoint>,
        scope: Scope,
    ) -> Result<Self, Problem> {
        let mut terms = Self {
            model: None,
            price: None,
            most_messages: MOST_MESSAGES,
            most_characters: MOST_CHARACTERS,
            most_tokens: MOST_TOKENS,
            budget: None,
        };
        let Some(endpoint) = endpoint else { return Ok(terms) };
        let (may, used) = (endpoint.config().budgets, store.race_use(scope).await?);
        terms.model = Some(endpoint.config().model.clone());
        terms.price = price(store, endpoint, scope).await?;
        terms.budget = Some(Budgets {
            person: Budget::new(may.account, used.account),
            workspace: Budget::new(may.workspace, used.workspace),
            resets_at: used.resets_at,
        });
        Ok(terms)
    }
}

/// What the endpoint's model costs by the workspace's price book. A price that is not there is no reason not to race.
///
/// # Errors
/// 503 without the database.
pub(super) async fn price(
    store: &Store,
    endpoint: &Endpoint,
    scope: Scope,
) -> Result<Option<ApiPrice>, Problem> {
    let Some(key) = &endpoint.config().price else { return Ok(None) };
    let (_, book) = store.workspace_price_book(scope).await?;
    Ok(book.api_model(key).cloned())
}
