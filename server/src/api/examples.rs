//! Examples in the description of the API. They are made by the code that answers requests, and a test sends
//! each of them through the router.

mod place;
mod stored;

use domain::{decision::Decision, evidence, policy::Policy, preset, prices::PriceBook, use_case::UseCase};
use http::{HeaderMap, HeaderValue, header};
use serde_json::{Value, json};
use std::time::Duration;
use store::Limited;
use utoipa::openapi::OpenApi;

use super::{
    body::{self, Members},
    inputs, media_type, misses, scenarios,
};
use crate::{middleware::database_gate, problem::Problem, readiness::NotReady};
use place::{
    Method::{Get, Post},
    Operation,
};

const DECIDE: Operation = Operation(Post, "/api/v1/decisions");
const READ_PRICE_BOOK: Operation = Operation(Get, "/api/v1/price-book");
const READ_SCENARIO: Operation = Operation(Get, "/api/v1/scenarios/{token}");

/// Bodies that are refused, each with the name and summary of its example.
const REFUSED: [(&str, &str, &str); 3] = [
    ("not-json", "Not JSON", r#"{"requests_per_month": NaN}"#),
    (
        "bad-fields",
        "Fields that cannot be used",
        r#"{"requests_per_month": -5, "input_tokens": "500", "privacy": "maybe", "latancy_target_ms": 100}"#,
    ),
    ("not-an-object", "Not an object", "[]"),
];

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Adds all examples.
///
/// # Errors
/// When the built-in price book cannot be read or an example has no place in the document.
pub(super) fn add(document: &mut OpenApi) -> Result<(), Failure> {
    let book = evidence::price_book()?;
    for (name, summary, use_case) in use_cases()? {
        DECIDE.show(document, [name, summary, "200"], &use_case, &decide(&use_case, &book)?)?;
    }
    for (name, summary, sent) in REFUSED {
        let Err(problem) = read(sent, &book) else { return Err(format!("{sent} is not refused").into()) };
        DECIDE.refusal(document, [name, summary, &format!("The answer to `{sent}`.")], &problem)?;
    }
    let Err(problem) = body::read(&HeaderMap::new(), b"{}") else { return Err("{} is not refused".into()) };
    DECIDE.refusal(document, ["not-declared", "No content type", ""], &problem)?;
    let away = database_gate::refusal(NotReady::DatabaseAway).problem();
    for operation in [DECIDE, READ_PRICE_BOOK, READ_SCENARIO] {
        operation.refusal(document, ["database-away", "The database is away", ""], &away)?;
    }
    let missed = misses::too_many(Limited { retry_after: Duration::from_secs(600) });
    for (name, summary, problem) in [
        ("no-such-link", "No such link", scenarios::not_found()),
        ("revoked", "A withdrawn link", scenarios::revoked()),
        ("expired", "An expired link", scenarios::expired()),
        ("too-many-misses", "Too many links that open nothing", missed),
    ] {
        READ_SCENARIO.refusal(document, [name, summary, ""], &problem)?;
    }
    stored::add(document, &book)
}

/// Requests that are answered with a decision: name, summary, body.
fn use_cases() -> Result<Vec<(&'static str, &'static str, Value)>, Failure> {
    let article = preset::by_id(preset::DEFAULT_PRESET).ok_or("the article’s preset is missing")?;
    let article = UseCase::parse(&article.draft()).map_err(|_| "the preset cannot be read")?;
    Ok(vec![
        ("article", "The article’s document classification", serde_json::to_value(article)?),
        ("first-sketch", "Little is known yet: a range, no latency target, the rest unknown", sketch()),
    ])
}

/// A use case of which little is known.
fn sketch() -> Value {
    json!({
        "name": "Ticket triage",
        "requests_per_month": { "low": 200000, "likely": 400000, "high": 900000 },
        "input_tokens": 350,
        "output_tokens": 5,
        "latency_target_ms": "none",
        "reasoning": "simple",
        "privacy": "cloud_acceptable",
        "labelled_examples": null,
        "frontier_model": "gpt-4o",
        "horizon_months": 36
    })
}

fn decide(use_case: &Value, book: &PriceBook) -> Result<Decision, Failure> {
    let use_case = read(&use_case.to_string(), book).map_err(|problem| problem.title)?;
    Ok(domain::decide(&use_case, &Policy::article(), book))
}

fn read(sent: &str, book: &PriceBook) -> Result<UseCase, Problem> {
    let declared = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media_type::JSON))]);
    let members: Members = body::read(&declared, sent.as_bytes())?;
    inputs::read(members, book)
}
