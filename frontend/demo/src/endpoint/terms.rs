//! What a race is run with, as the server tells it.

use crate::words;
use domain::prices::ApiPrice;
use leptos::prelude::*;
use serde::Deserialize;

/// What is known of the terms.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Known {
    /// The server is being asked.
    NotYet,
    /// Nobody is signed in.
    Stranger,
    /// Why they are not known: a sentence.
    Not(String),
    /// They are.
    Terms(Box<Terms>),
}

impl Known {
    /// The endpoint's model, if there is one and it is known.
    pub(crate) fn model(&self) -> Option<String> {
        match self {
            Self::Terms(terms) => terms.model.clone(),
            _ => None,
        }
    }

    /// Its price likewise.
    pub(crate) fn price(&self) -> Option<&ApiPrice> {
        match self {
            Self::Terms(terms) => terms.price.as_ref(),
            _ => None,
        }
    }
}

/// The terms.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Terms {
    /// The model that answers; `None` where no LLM endpoint is set up.
    pub(crate) model: Option<String>,
    /// Its price in the workspace's price book.
    pub(crate) price: Option<ApiPrice>,
    /// What may be used today, and what was.
    budget: Option<Budgets>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Budgets {
    person: Budget,
    workspace: Budget,
    /// When both begin again, as RFC 3339 writes it.
    resets_at: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Budget {
    requests: i64,
    requests_used: i64,
    tokens: i64,
    tokens_used: i64,
}

impl Budget {
    fn words(&self) -> String {
        let left = |all: i64, used: i64| words::count(all.saturating_sub(used).max(0));
        format!(
            "{} of {} prompts, {} of {} tokens",
            left(self.requests, self.requests_used),
            words::count(self.requests),
            left(self.tokens, self.tokens_used),
            words::count(self.tokens),
        )
    }
}

/// The terms of a race against this model.
pub(crate) fn facts(terms: &Terms) -> AnyView {
    let model = terms.model.clone().unwrap_or_default();
    let budgets = terms.budget.as_ref().map(|budget| {
        let day = budget.resets_at.get(..10).unwrap_or_default().to_owned();
        let rows = [
            ("Left of yours today", budget.person.words()),
            ("Left of the workspace’s today", budget.workspace.words()),
            ("Both begin again", format!("{day}, 00:00 UTC")),
        ];
        rows.map(|(name, value)| row(name, value.into_any())).collect_view()
    });
    view! {
        <dl class="demo-terms">
            {row("Endpoint’s model", model.into_any())}
            {row("Its price", price(terms.price.as_ref()))}
            {budgets}
        </dl>
    }
    .into_any()
}

fn row(name: &'static str, value: AnyView) -> AnyView {
    view! {
        <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

fn price(price: Option<&ApiPrice>) -> AnyView {
    let Some(price) = price else {
        return "unknown: the price book has none for it".into_any();
    };
    let [input, output] = [price.input, price.output].map(|price| words::dollars(price.dollars()));
    let amounts = format!("{input} per million tokens in, {output} out");
    let source = format!(" as of {}, from {}", price.as_of, price.source);
    view! {
        <span class="mono">{price.key.clone()}</span>
        ": "
        {amounts}
        <span class="muted">{source}</span>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_terms_are_read_as_the_server_writes_them() {
        let without = r#"{"model":null,"price":null,"most_messages":32,"most_characters":8000,"most_tokens":1024,"budget":null}"#;
        let read: Option<Terms> = serde_json::from_str(without).ok();
        assert_eq!(read.map(|terms| terms.model), Some(None));
        let with = r#"{"model":"m","price":null,"budget":{
            "person":{"requests":50,"requests_used":2,"tokens":100000,"tokens_used":101000},
            "workspace":{"requests":500,"requests_used":2,"tokens":1000000,"tokens_used":70},
            "resets_at":"2026-12-02T00:00:00Z"}}"#;
        let read: Option<Terms> = serde_json::from_str(with).ok();
        let person = read.and_then(|terms| terms.budget).map(|budget| budget.person.words());
        assert_eq!(person.as_deref(), Some("48 of 50 prompts, 0 of 100,000 tokens"));
    }
}
