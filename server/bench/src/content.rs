//! What the measured pages show: a large portfolio and a long review queue, made through the server's own API
//! and forms, so that everything about them is as it would be after a team had worked for years.

use serde_json::{Value, json};

use crate::{
    client::{Ask, Client},
    error::{BenchError, Result},
    people::People,
};

/// Use cases in the portfolio.
pub const USE_CASES: usize = 1_000;

/// Proposals that wait for the reviewer.
pub const PROPOSALS: usize = 300;

/// What was made.
#[derive(Debug, Clone)]
pub struct Content {
    /// Id of the portfolio.
    pub portfolio: String,
}

impl Content {
    /// Fills the site: the ten sample use cases, over and over with names and volumes of their own; the first of
    /// them are proposed.
    ///
    /// # Errors
    /// [`BenchError::Refused`] and whatever else can go wrong with a request.
    pub async fn make(client: &mut Client, people: &People) -> Result<Self> {
        let samples = samples(client, people).await?;
        let named = [("name", "A large portfolio"), ("description", "")];
        let made = client.send(&Ask::form("/api/portfolios/create", &named).signed_in(&people.admin)).await?;
        let portfolio = made.went_to("/portfolios/")?.trim_start_matches("/portfolios/");
        let portfolio: String = portfolio.chars().take_while(|letter| !"?#".contains(*letter)).collect();
        let path = format!("/api/v1/portfolios/{portfolio}/use-cases");
        for (number, sample) in (0..USE_CASES).zip(samples.iter().cycle()) {
            let ask = Ask::json(&path, &variant(sample, number)).by_token(&people.token);
            let created = client.send(&ask).await?.json()?;
            if number < PROPOSALS {
                propose(client, people, &created).await?;
            }
        }
        Ok(Self { portfolio })
    }
}

/// The inputs of the use cases that every fresh site has.
async fn samples(client: &mut Client, people: &People) -> Result<Vec<Value>> {
    let portfolios = read(client, people, "/api/v1/portfolios").await?;
    let first = text(&portfolios, "/portfolios/0/id")?;
    let listed = read(client, people, &format!("/api/v1/portfolios/{first}/use-cases")).await?;
    let mut samples = Vec::new();
    for entry in listed["use_cases"].as_array().into_iter().flatten() {
        let id = text(entry, "/id")?;
        let mut stored = read(client, people, &format!("/api/v1/use-cases/{id}")).await?;
        samples.push(stored["use_case"].take());
    }
    if samples.is_empty() {
        return Err(BenchError::Incomplete {
            path: "/api/v1/portfolios".to_owned(),
            missing: "the samples".to_owned(),
        });
    }
    Ok(samples)
}

async fn read(client: &mut Client, people: &People, path: &str) -> Result<Value> {
    client.send(&Ask::get(path).by_token(&people.token)).await?.json()
}

/// A use case like the sample, with a name of its own and, where its volume is one number, another volume, so
/// that no two decisions are the same.
fn variant(sample: &Value, number: usize) -> Value {
    let mut variant = sample.clone();
    let name = sample["name"].as_str().unwrap_or("Use case");
    variant["name"] = json!(format!("{name}, team {}", number + 1));
    if let Some(requests) = sample["requests_per_month"].as_f64() {
        let factor = 1.0 + number as f64 / USE_CASES as f64;
        variant["requests_per_month"] = json!((requests * factor).round());
    }
    variant
}

/// Proposes a use case that was just created, as the button on its page does.
async fn propose(client: &mut Client, people: &People, created: &Value) -> Result<()> {
    let id = text(created, "/id")?;
    let seen = text(created, "/decision/provenance/content_hash")?;
    let fields = [("use_case", id), ("seen", seen), ("note", "")];
    let proposed = client.send(&Ask::form("/api/reviews/propose", &fields).signed_in(&people.admin)).await?;
    let place = proposed.went_to("/use-cases/")?;
    // A refused form leads to the same page, with the reason in its address.
    if place.contains('?') {
        return Err(BenchError::Refused {
            path: "/api/reviews/propose".to_owned(),
            status: proposed.status,
            said: place.to_owned(),
        });
    }
    Ok(())
}

fn text<'a>(value: &'a Value, pointer: &str) -> Result<&'a str> {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| BenchError::Incomplete { path: "/api/v1".to_owned(), missing: pointer.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_differ_in_name_and_volume_and_in_nothing_else() {
        let sample = json!({ "name": "Triage", "requests_per_month": 1000.0, "input_tokens": 5.0 });
        assert_eq!(
            variant(&sample, 500),
            json!({ "name": "Triage, team 501", "requests_per_month": 1500.0, "input_tokens": 5.0 })
        );
        let range = json!({ "name": null, "requests_per_month": { "low": 1.0, "likely": 2.0, "high": 3.0 } });
        assert_eq!(variant(&range, 0)["requests_per_month"], range["requests_per_month"]);
    }
}
