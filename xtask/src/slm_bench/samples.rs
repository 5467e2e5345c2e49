//! What was measured several times: the figures of all rounds, and their median.

use serde_json::Value;

/// The figure of each round.
#[derive(Debug, Clone, PartialEq)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Takes one figure out of each round; `None` if there is none.
    pub fn of(rounds: &Value, figure: impl Fn(&Value) -> Option<f64>) -> Option<Self> {
        let rounds = rounds.as_array().map(Vec::as_slice).unwrap_or_default();
        let mut found: Vec<f64> =
            rounds.iter().filter_map(figure).filter(|figure| figure.is_finite()).collect();
        found.sort_by(f64::total_cmp);
        (!found.is_empty()).then_some(Self(found))
    }

    /// The middle one, or the mean of the two in the middle.
    pub fn median(&self) -> f64 {
        let middle = self.0.len() / 2;
        if self.0.len() % 2 == 1 { self.0[middle] } else { f64::midpoint(self.0[middle - 1], self.0[middle]) }
    }

    /// Median, lowest and highest: `81.2 (80.0–82.1)`.
    pub fn shown(&self) -> String {
        let (low, high) = (self.0.first(), self.0.last());
        let ends = low.zip(high).map(|(low, high)| format!(" ({}–{})", figure(*low), figure(*high)));
        format!("{}{}", figure(self.median()), ends.unwrap_or_default())
    }
}

/// Three figures, as far as they come before or shortly after the point.
pub fn figure(value: f64) -> String {
    let decimals = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.decimals$}")
}

/// The run of a case in a round.
fn run<'a>(round: &'a Value, case: &str) -> Option<&'a Value> {
    round["runs"].as_array()?.iter().find(|run| run["case"] == case)
}

/// Tokens of a list, or their number where that is what was written down.
fn count(value: &Value) -> Option<f64> {
    value.as_array().map(|list| list.len() as f64).or_else(|| value.as_f64())
}

/// Tokens of a case's prompt.
pub fn prompt_tokens(round: &Value, case: &str) -> Option<f64> {
    let run = run(round, case)?;
    count(&run["prompt"]).or_else(|| count(&run["prompt_tokens"]))
}

/// Whose clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clock {
    /// That of whoever asks: the page in a browser.
    Asking,
    /// The side's own, without the way of the question and of the answer.
    Own,
}

fn times(run: &Value, clock: Clock) -> &Value {
    if clock == Clock::Own { &run["own"] } else { run }
}

/// Tokens of the prompt by the time until the first token of the answer.
pub fn prefill(round: &Value, case: &str, clock: Clock) -> Option<f64> {
    let tokens = prompt_tokens(round, case)?;
    Some(tokens * 1000.0 / times(run(round, case)?, clock)["first_token_ms"].as_f64()?)
}

/// Tokens after the first one by the time that they took.
pub fn decode(round: &Value, case: &str, clock: Clock) -> Option<f64> {
    let run = run(round, case)?;
    Some((count(&run["tokens"])? - 1.0) * 1000.0 / times(run, clock)["further_ms"].as_f64()?)
}

/// Threads that were kept busy: one that nothing disturbed is 1.
pub fn busy(round: &Value, case: &str) -> Option<f64> {
    run(round, case)?["threads_busy"].as_f64()
}

/// How many tokens two answers to a case have in common before they part, and how many the shorter one has.
pub fn in_common(one: &Value, other: &Value, case: &str) -> Option<(usize, usize)> {
    let written = |round: &Value| -> Option<Vec<Value>> {
        let run = run(round, case)?;
        // Texts of tokens in a browser, their numbers natively.
        run["pieces"].as_array().or_else(|| run["tokens"].as_array()).cloned()
    };
    let (one, other) = (written(one)?, written(other)?);
    let common = one.iter().zip(&other).take_while(|(one, other)| one == other).count();
    Some((common, one.len().min(other.len())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn the_median_stands_beside_the_ends() {
        let rounds = json!([{ "ms": 300.0 }, { "ms": 100.0 }, { "ms": 12.34 }, { "other": 1 }]);
        let samples = Samples::of(&rounds, |round| round["ms"].as_f64()).unwrap();
        assert_eq!(samples.shown(), "100 (12.3–300)");
        let even = Samples::of(&json!([1.0, 2.0]), Value::as_f64).unwrap();
        assert_eq!(even.shown(), "1.50 (1.00–2.00)");
        assert_eq!(Samples::of(&json!([]), Value::as_f64), None);
    }

    #[test]
    fn the_first_token_belongs_to_the_prompt() {
        let native = json!({ "runs": [
            { "case": "a", "prompt": [7, 8, 9, 10], "tokens": [1, 2, 3], "first_token_ms": 40.0, "further_ms": 20.0 },
        ] });
        assert_eq!(prefill(&native, "a", Clock::Asking), Some(100.0));
        assert_eq!(decode(&native, "a", Clock::Asking), Some(100.0));
        assert_eq!(decode(&native, "b", Clock::Asking), None);
        let browser = json!({ "runs": [
            { "case": "a", "prompt_tokens": 4, "tokens": 3, "first_token_ms": 50.0, "further_ms": 40.0,
              "own": { "first_token_ms": 40.0, "further_ms": 20.0 } },
        ] });
        assert_eq!(prefill(&browser, "a", Clock::Own), Some(100.0));
        assert_eq!(decode(&browser, "a", Clock::Asking), Some(50.0));
    }

    #[test]
    fn answers_are_compared_up_to_where_they_part() {
        let answer = |tokens: Value| json!({ "runs": [{ "case": "a", "tokens": tokens }] });
        let found = in_common(&answer(json!([1, 2, 3, 4])), &answer(json!([1, 2, 9, 4, 5])), "a");
        assert_eq!(found, Some((2, 4)));
    }
}
