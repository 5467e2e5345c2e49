//! From the members of a JSON object to a use case, or to everything that is wrong with them at once.
//!
//! Values become the text that forms and links hold, so that the same rules read all three. What JSON has
//! types for is taken at its type: a number in quotes is refused rather than guessed at.

use std::collections::BTreeMap;

use domain::{
    field::{Catalogue, Draft, FieldError, Kind, plain_number},
    prices::PriceBook,
    use_case::{Field, UseCase},
};
use serde_json::{Map, Value};

use super::{body::Members, closest::closest};
use crate::problem::{FieldProblem, Problem};

/// Unknown names that are listed one by one; a body of nothing else must not be answered at length.
const MOST_UNKNOWN_NAMES: usize = 20;

/// Most characters of a value or name that an answer repeats.
const LONGEST_QUOTE: usize = 40;

/// Reads a use case and checks that the price book has what it points to.
///
/// # Errors
/// 422 that names every field that cannot be used, with what would be accepted.
pub(super) fn read(Members(members): Members, book: &PriceBook) -> Result<UseCase, Problem> {
    let mut draft = Draft::default();
    // Ordered as the fields are.
    let mut refused: BTreeMap<Field, FieldProblem> = BTreeMap::new();
    let mut unknown = Vec::new();
    for (name, value) in &members {
        let Some(field) = Field::from_name(name) else {
            unknown.push(name);
            continue;
        };
        if draft.0.contains_key(&field) || refused.contains_key(&field) {
            refused.insert(field, problem_with(field, "", "is there more than once".to_owned()));
            continue;
        }
        match text_of(&field.kind(), value) {
            Ok(text) => draft.set(field, text),
            Err(Wrong { inside, detail }) => {
                refused.insert(field, problem_with(field, inside, detail));
            }
        }
    }
    let parsed = book.parse(&draft);
    for error in parsed.as_ref().err().into_iter().flatten() {
        let refusal = || match error.field.kind() {
            // What the price book does not hold is explained in terms of this API.
            Kind::Catalogue(list) if !book.holds(list, draft.text(error.field)) => {
                problem_with(error.field, "", error.problem.clone())
            }
            _ => refusal(error),
        };
        refused.entry(error.field).or_insert_with(refusal);
    }
    match parsed {
        Ok(use_case) if refused.is_empty() && unknown.is_empty() => Ok(use_case),
        _ => {
            let listed = unknown.iter().take(MOST_UNKNOWN_NAMES).map(|name| unknown_name(name));
            let unlisted = unknown.len().saturating_sub(MOST_UNKNOWN_NAMES);
            Err(Problem::invalid_input(refused.into_values().chain(listed).collect(), unlisted))
        }
    }
}

/// Why a value cannot be read.
struct Wrong {
    /// Where inside the value, as the rest of a JSON pointer.
    inside: &'static str,
    detail: String,
}

impl Wrong {
    fn here(detail: String) -> Self {
        Self { inside: "", detail }
    }
}

/// The text that reads as this value; empty for unknown.
fn text_of(kind: &Kind, value: &Value) -> Result<String, Wrong> {
    match (kind, value) {
        (_, Value::Null) => Ok(String::new()),
        (Kind::Text(_), Value::String(text)) => Ok(text.clone()),
        (_, Value::String(text)) if text.trim().is_empty() => {
            Err(Wrong::here("is empty; leave it out or send null where it is unknown".to_owned()))
        }
        (Kind::Number { .. }, Value::Number(number)) => Ok(number.to_string()),
        (Kind::Number { .. }, Value::Object(readings)) => range_text(readings),
        (Kind::Number { none_word: true, .. }, Value::String(word)) if word == "none" => Ok(word.clone()),
        (Kind::Number { .. }, Value::String(text)) => {
            Err(Wrong::here(format!("{} is text, not a number", quoted(text))))
        }
        (Kind::Choice(answers), Value::String(code)) => {
            match answers.iter().any(|(known, _)| known == code) {
                true => Ok(code.clone()),
                false => Err(Wrong::here(format!("{} is not one of the answers", quoted(code)))),
            }
        }
        (Kind::Catalogue(_), Value::String(key)) if key.trim() == "unknown" => {
            Err(Wrong::here("“unknown” is no key; leave it out or send null".to_owned()))
        }
        (Kind::Catalogue(_), Value::String(key)) => Ok(key.clone()),
        (Kind::Number { .. }, other) => Err(Wrong::here(format!("{} is not a number", name_of(other)))),
        (_, other) => Err(Wrong::here(format!("{} is not text", name_of(other)))),
    }
}

/// A range as forms and links write it: `low..likely..high`.
fn range_text(readings: &Map<String, Value>) -> Result<String, Wrong> {
    let reading = |name: &'static str, inside: &'static str| match readings.get(name) {
        Some(Value::Number(number)) => Ok(number.to_string()),
        Some(other) => Err(Wrong { inside, detail: format!("{} is not a number", name_of(other)) }),
        None => Err(Wrong::here(format!("the range has no number “{name}”"))),
    };
    let (low, likely, high) =
        (reading("low", "/low")?, reading("likely", "/likely")?, reading("high", "/high")?);
    match readings.keys().find(|name| !matches!(name.as_str(), "low" | "likely" | "high")) {
        Some(other) => Err(Wrong::here(format!("a range has no {}", quoted(other)))),
        None => Ok(format!("{low}..{likely}..{high}")),
    }
}

/// A value in words, short whatever its size.
pub(super) fn name_of(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("“{}”", beginning(text))
}

pub(super) fn beginning(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn problem_with(field: Field, inside: &str, detail: String) -> FieldProblem {
    FieldProblem {
        pointer: format!("/{}{inside}", field.name()),
        field: field.name().to_owned(),
        detail,
        allowed: Some(allowed(&field.kind())),
    }
}

/// An error of the domain. What it says about the range is how forms write it, which is not how JSON does;
/// what it says about other fields and the price book holds here too.
fn refusal(error: &FieldError) -> FieldProblem {
    let kind = error.field.kind();
    let about_the_range = error.allowed == kind.allowed();
    FieldProblem {
        allowed: Some(if about_the_range { allowed(&kind) } else { error.allowed.clone() }),
        ..problem_with(error.field, "", error.problem.clone())
    }
}

fn unknown_name(name: &str) -> FieldProblem {
    let suggestion = closest(name, Field::ALL.iter().map(|field| field.name()));
    FieldProblem {
        pointer: format!("/{}", beginning(name).replace('~', "~0").replace('/', "~1")),
        field: beginning(name),
        detail: match suggestion {
            Some(meant) => format!("is not a field of a use case; did you mean “{meant}”?"),
            None => "is not a field of a use case".to_owned(),
        },
        allowed: suggestion.map(str::to_owned),
    }
}

/// What a field accepts in JSON, in words.
fn allowed(kind: &Kind) -> String {
    match kind {
        Kind::Number { min, max, unit, whole, none_word } => format!(
            "a {}number from {} to {} {}, a range {{low, likely, high}} of such numbers, {}or null",
            if *whole { "whole " } else { "" },
            plain_number(*min),
            plain_number(*max),
            if unit.starts_with('(') { (*unit).to_owned() } else { format!("({unit})") },
            if *none_word { "\"none\", " } else { "" },
        ),
        Kind::Choice(answers) => {
            let codes: Vec<String> = answers.iter().map(|(code, _)| format!("\"{code}\"")).collect();
            format!("one of {}, or null", codes.join(", "))
        }
        Kind::Catalogue(list) => {
            let list = match list {
                Catalogue::ApiModels => "api_models",
                Catalogue::GpuOffers => "gpu_offers",
                Catalogue::ServingProfiles => "serving_profiles",
            };
            format!("a key of {list} in /api/v1/price-book, or null")
        }
        Kind::Text(limit) => format!("text of at most {limit} characters, or null"),
    }
}

#[cfg(test)]
mod tests;
