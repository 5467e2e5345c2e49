//! What the server tells of an answer while it passes through.

use crate::problem::Problem;
use crate::sse::Event;
use serde::Deserialize;

/// One event.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Told {
    /// The endpoint has begun to answer.
    Begun,
    /// More text.
    Delta(String),
    /// The answer is whole.
    Done(Box<Done>),
    /// The endpoint failed.
    Failed(Problem),
}

/// The account of a whole answer.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Done {
    /// The model by the endpoint's own name for it.
    pub(crate) model: String,
    /// Why it ended, in the endpoint's word.
    pub(crate) finish_reason: Option<String>,
    /// Pieces of text; pieces are not tokens.
    pub(crate) pieces: u32,
    /// Tokens, where the endpoint counts them.
    pub(crate) usage: Option<Usage>,
    /// What it cost, where the price is known.
    pub(crate) cost_usd: Option<f64>,
    /// When things happened, as the server saw them.
    pub(crate) timing: Timing,
}

/// Tokens as the endpoint counts and bills them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Usage {
    pub(crate) prompt_tokens: u32,
    pub(crate) cached_tokens: u32,
    pub(crate) completion_tokens: u32,
}

/// Milliseconds as the server saw them. All but the first count from the moment it asked the endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(crate) struct Timing {
    /// From the arrival of the prompt until the endpoint was asked.
    pub(crate) server_ms: f64,
    /// To connect; `None` over a connection that was there already.
    pub(crate) connect_ms: Option<f64>,
    /// Until the endpoint's headers.
    pub(crate) headers_ms: f64,
    /// Until its first text.
    pub(crate) first_token_ms: Option<f64>,
    /// Until its answer was over.
    pub(crate) total_ms: Option<f64>,
}

#[derive(Deserialize)]
struct Delta {
    content: String,
}

impl Told {
    /// What an event says; `None` for one that is none of ours.
    pub(crate) fn read(event: &Event) -> Option<Self> {
        let data = event.data.as_str();
        match event.name.as_str() {
            "begun" => Some(Self::Begun),
            "delta" => serde_json::from_str(data).ok().map(|Delta { content }| Self::Delta(content)),
            "done" => serde_json::from_str(data).ok().map(Self::Done),
            "failed" => Problem::read(data).map(Self::Failed),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const DONE: &str = r#"{"model":"m-2026","finish_reason":"stop","pieces":3,
        "usage":{"prompt_tokens":20,"cached_tokens":0,"completion_tokens":5},"cost_usd":0.000021,
        "timing":{"server_ms":4.0,"connect_ms":null,"headers_ms":90.0,"first_token_ms":100.0,"last_token_ms":180.0,"total_ms":181.5}}"#;

    pub(crate) fn told(name: &str, data: &str) -> Option<Told> {
        Told::read(&Event { name: name.to_owned(), data: data.to_owned() })
    }

    #[test]
    fn events_are_read_as_the_server_writes_them() {
        assert_eq!(told("begun", r#"{"model":"m","timing":{}}"#), Some(Told::Begun));
        assert_eq!(told("delta", r#"{"content":"né","at_ms":100.0}"#), Some(Told::Delta("né".to_owned())));
        let Some(Told::Done(done)) = told("done", DONE) else { panic!("unread") };
        assert_eq!((done.pieces, done.usage.map(|usage| usage.completion_tokens)), (3, Some(5)));
        assert_eq!((done.timing.connect_ms, done.timing.first_token_ms), (None, Some(100.0)));
        let failed =
            told("failed", r#"{"type":"x","title":"It broke off","status":502,"detail":"Try again."}"#);
        assert!(matches!(failed, Some(Told::Failed(problem)) if problem.sentence() == "Try again."));
    }

    #[test]
    fn anything_else_is_no_event_of_ours() {
        for (name, data) in
            [("message", "hello"), ("delta", "hello"), ("done", "{}"), ("failed", "{}"), ("", "{}")]
        {
            assert_eq!(told(name, data), None, "{name} {data}");
        }
    }
}
