//! Examples in the description of the API. They are made by the code that answers requests, and a test sends
//! each of them through the router.

use domain::{decision::Decision, evidence, policy::Policy, preset, prices::PriceBook};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::openapi::{
    Content, OpenApi, RefOr,
    example::{Example, ExampleBuilder},
};

use super::{
    body::{self, Members},
    inputs, media_type, scenarios,
};
use crate::{
    middleware::database_gate,
    problem::{PROBLEM_JSON, Problem},
    readiness::NotReady,
};

const DECISIONS: &str = "/api/v1/decisions";
const PRICE_BOOK: &str = "/api/v1/price-book";
const SCENARIOS: &str = "/api/v1/scenarios/{token}";

/// Bodies that are refused, each with the name and summary of its example.
const REFUSED: [(&str, &str, &str, &str); 3] = [
    ("400", "not-json", "Not JSON", r#"{"requests_per_month": NaN}"#),
    (
        "422",
        "bad-fields",
        "Fields that cannot be used",
        r#"{"requests_per_month": -5, "input_tokens": "500", "privacy": "maybe", "latancy_target_ms": 100}"#,
    ),
    ("422", "not-an-object", "Not an object", "[]"),
];

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Adds all examples.
///
/// # Errors
/// When the built-in price book cannot be read or an example has no place in the document.
pub(super) fn add(document: &mut OpenApi) -> Result<(), Failure> {
    let book = evidence::price_book()?;
    for (name, summary, use_case) in use_cases()? {
        let decision = decide(&use_case, &book)?;
        request(document, DECISIONS)?.insert(name.to_owned(), example(summary, "", &use_case)?);
        answer(document, DECISIONS, "200", media_type::JSON)?
            .insert(name.to_owned(), example(summary, "", &decision)?);
    }
    for (status, name, summary, sent) in REFUSED {
        let Err(problem) = read(sent, &book) else { return Err(format!("{sent} is not refused").into()) };
        put(document, DECISIONS, status, name, summary, &format!("The answer to `{sent}`."), &problem)?;
    }
    let Err(problem) = body::read(&HeaderMap::new(), b"{}") else { return Err("{} is not refused".into()) };
    put(document, DECISIONS, "415", "not-declared", "No content type", "", &problem)?;
    for path in [DECISIONS, PRICE_BOOK, SCENARIOS] {
        let problem = database_gate::refusal(NotReady::DatabaseAway).problem();
        put(document, path, "503", "database-away", "The database is away", "", &problem)?;
    }
    for (status, name, summary, problem) in [
        ("404", "no-such-link", "No such link", scenarios::not_found()),
        ("410", "revoked", "A withdrawn link", scenarios::revoked()),
        ("410", "expired", "An expired link", scenarios::expired()),
    ] {
        put(document, SCENARIOS, status, name, summary, "", &problem)?;
    }
    Ok(())
}

/// Requests that are answered with a decision: name, summary, body.
fn use_cases() -> Result<Vec<(&'static str, &'static str, Value)>, Failure> {
    let article = preset::by_id(preset::DEFAULT_PRESET).ok_or("the article’s preset is missing")?;
    let article =
        domain::use_case::UseCase::parse(&article.draft()).map_err(|_| "the preset cannot be read")?;
    let sketch = json!({
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
    });
    Ok(vec![
        ("article", "The article’s document classification", serde_json::to_value(article)?),
        ("first-sketch", "Little is known yet: a range, no latency target, the rest unknown", sketch),
    ])
}

fn decide(use_case: &Value, book: &PriceBook) -> Result<Decision, Failure> {
    let use_case = read(&use_case.to_string(), book).map_err(|problem| problem.title)?;
    Ok(domain::decide(&use_case, &Policy::article(), book))
}

fn read(sent: &str, book: &PriceBook) -> Result<domain::use_case::UseCase, Problem> {
    let declared = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(media_type::JSON))]);
    let members: Members = body::read(&declared, sent.as_bytes())?;
    inputs::read(members, book)
}

fn put(
    document: &mut OpenApi,
    path: &str,
    status: &str,
    name: &str,
    summary: &str,
    description: &str,
    problem: &Problem,
) -> Result<(), Failure> {
    let examples = answer(document, path, status, PROBLEM_JSON)?;
    examples.insert(name.to_owned(), example(summary, description, problem)?);
    Ok(())
}

fn example<T: Serialize>(summary: &str, description: &str, value: &T) -> Result<RefOr<Example>, Failure> {
    let example = ExampleBuilder::new().summary(summary).description(description);
    Ok(example.value(Some(serde_json::to_value(value)?)).build().into())
}

type Examples = std::collections::BTreeMap<String, RefOr<Example>>;

fn request<'a>(document: &'a mut OpenApi, path: &str) -> Result<&'a mut Examples, Failure> {
    let item = document.paths.paths.get_mut(path);
    let body = item.and_then(|item| item.post.as_mut()).and_then(|operation| operation.request_body.as_mut());
    let content = body.and_then(|body| body.content.get_mut(media_type::JSON));
    examples_of(content, path, "request")
}

fn answer<'a>(
    document: &'a mut OpenApi,
    path: &str,
    status: &str,
    media_type: &str,
) -> Result<&'a mut Examples, Failure> {
    let item = document.paths.paths.get_mut(path);
    let operation = item.and_then(|item| item.get.as_mut().or(item.post.as_mut()));
    let response = operation.and_then(|operation| operation.responses.responses.get_mut(status));
    let content = match response {
        Some(RefOr::T(response)) => response.content.get_mut(media_type),
        _ => None,
    };
    examples_of(content, path, status)
}

fn examples_of<'a>(
    content: Option<&'a mut Content>,
    path: &str,
    place: &str,
) -> Result<&'a mut Examples, Failure> {
    let content = content.ok_or_else(|| format!("{path} has no place for an example ({place})"))?;
    Ok(&mut content.examples)
}
