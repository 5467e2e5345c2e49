//! One event of a stream of chat completions, as far as it matters here.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What ends the stream.
pub(super) const END: &str = "[DONE]";

/// An event. Members that nobody reads are passed over: endpoints add their own.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chunk {
    /// Pieces of answers; empty in the event that carries the usage.
    #[serde(default)]
    choices: Vec<Choice>,
    /// What the answer took; in one event, if at all.
    #[serde(default)]
    pub(super) usage: Option<Usage>,
    /// The model that answers, by the endpoint's name for it.
    #[serde(default)]
    pub(super) model: Option<String>,
    /// Some endpoints report a failure in the middle of the stream.
    #[serde(default)]
    pub(super) error: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Option<Delta>,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Delta {
    #[serde(default)]
    content: Option<String>,
}

/// Tokens as the endpoint counts and bills them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct Usage {
    #[serde(default)]
    pub(super) prompt_tokens: u32,
    #[serde(default)]
    pub(super) completion_tokens: u32,
    #[serde(default)]
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
struct PromptDetails {
    #[serde(default)]
    cached_tokens: Option<u32>,
}

/// The same as the browser is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct UsageTold {
    prompt_tokens: u32,
    cached_tokens: u32,
    completion_tokens: u32,
}

impl Chunk {
    /// Its piece of the answer; empty if it has none.
    pub(super) fn text(&self) -> &str {
        let delta = self.choices.first().and_then(|choice| choice.delta.as_ref());
        delta.and_then(|delta| delta.content.as_deref()).unwrap_or_default()
    }

    /// Why the answer ends with it, if it does.
    pub(super) fn finish_reason(&self) -> Option<&str> {
        self.choices.first().and_then(|choice| choice.finish_reason.as_deref())
    }
}

impl Usage {
    /// Tokens of the prompt that the endpoint had read before, which many bill at less.
    pub(super) fn cached_tokens(self) -> u32 {
        self.prompt_tokens_details
            .and_then(|details| details.cached_tokens)
            .unwrap_or(0)
            .min(self.prompt_tokens)
    }

    /// Tokens of prompt and answer together.
    pub(super) fn total(self) -> i64 {
        i64::from(self.prompt_tokens) + i64::from(self.completion_tokens)
    }

    /// As the browser is told.
    pub(super) fn told(self) -> UsageTold {
        UsageTold {
            prompt_tokens: self.prompt_tokens,
            cached_tokens: self.cached_tokens(),
            completion_tokens: self.completion_tokens,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_of_several_makers_are_read() {
        let read = |text: &str| serde_json::from_str::<Chunk>(text).unwrap();
        let first =
            read(r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null}}],"object":"x"}"#);
        assert_eq!((first.text(), first.finish_reason()), ("", None));
        let piece = read(
            r#"{"id":"1","model":"m","choices":[{"delta":{"content":"Hi"},"finish_reason":null}],"usage":null}"#,
        );
        assert_eq!((piece.text(), piece.model.as_deref()), ("Hi", Some("m")));
        assert_eq!(
            read(r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#).finish_reason(),
            Some("stop")
        );
        let last = read(
            r#"{"choices":[],"usage":{"prompt_tokens":33,"completion_tokens":8,"total_tokens":41,"prompt_tokens_details":{"cached_tokens":30,"audio_tokens":0}}}"#,
        );
        let usage = last.usage.unwrap();
        assert_eq!((usage.total(), usage.cached_tokens()), (41, 30));
        assert!(read(r#"{"error":{"message":"overloaded"}}"#).error.is_some());
    }
}
