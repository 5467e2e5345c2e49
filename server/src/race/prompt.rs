//! What is to be answered.

use http::HeaderMap;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{api::fields::Fields, problem::Problem};

/// Most messages of a prompt.
pub(super) const MOST_MESSAGES: usize = 32;

/// Most characters of all messages together: four pages of text, more than the small model reads.
pub(super) const MOST_CHARACTERS: usize = 8_000;

/// Most tokens of an answer.
pub(super) const MOST_TOKENS: u32 = 1_024;

/// Tokens that a message takes besides its text, in any chat template we know of.
const TOKENS_PER_MESSAGE: usize = 8;

/// Who says something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = RaceSpeaker)]
pub(crate) enum Speaker {
    /// Whoever set the task.
    System,
    /// Whoever asks.
    User,
    /// The model, before.
    Assistant,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RaceMessage)]
pub(crate) struct Message {
    /// Who says it.
    role: Speaker,
    /// The words.
    content: String,
}

/// A conversation to be continued, and how far. How many messages, characters and tokens fit is told by
/// `GET /api/v1/race`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = RacePrompt)]
pub(crate) struct Prompt {
    /// What was said so far.
    pub(super) messages: Vec<Message>,
    /// Most tokens of the answer.
    pub(super) max_tokens: u32,
    /// How freely it answers, from 0 to 2; left to the endpoint where it is left out, for some refuse to be told.
    pub(super) temperature: Option<f64>,
}

impl Prompt {
    /// Reads a body.
    ///
    /// # Errors
    /// 4xx that names everything that is wrong with it.
    pub(super) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, Problem> {
        let mut fields = Fields::read(headers, body)?;
        let messages = fields.list("messages", 1..=MOST_MESSAGES, |message| {
            let speakers =
                [("system", Speaker::System), ("user", Speaker::User), ("assistant", Speaker::Assistant)];
            let role = message.choice("role", &speakers);
            let content = message.text("content", 1..=MOST_CHARACTERS);
            Some(Message { role: role?, content: content? })
        });
        let max_tokens = fields.whole("max_tokens", 1..=i64::from(MOST_TOKENS));
        let temperature = fields.optional_number("temperature", 0.0..=2.0);
        if let Some(messages) = &messages {
            let characters: usize = messages.iter().map(|message| message.content.chars().count()).sum();
            if characters > MOST_CHARACTERS {
                fields.note(
                    "messages",
                    &format!("have {characters} characters together"),
                    &format!("at most {MOST_CHARACTERS} characters"),
                );
            }
        }
        fields.finish()?;
        // Whatever is missing was refused by now.
        let max_tokens = max_tokens.and_then(|most| u32::try_from(most).ok()).unwrap_or(1);
        Ok(Self { messages: messages.unwrap_or_default(), max_tokens, temperature })
    }

    /// The most tokens that prompt and answer take together, as far as that can be known without the endpoint's
    /// tokenizer: what people write has more than three bytes a token. What it really was is counted afterwards.
    pub(super) fn most_tokens(&self) -> i64 {
        let text: usize = self.messages.iter().map(|message| message.content.len()).sum();
        let prompt = text.div_ceil(3) + self.messages.len() * TOKENS_PER_MESSAGE;
        i64::try_from(prompt).unwrap_or(i64::MAX).saturating_add(i64::from(self.max_tokens))
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header};
    use serde_json::{Value, json};

    use super::*;

    fn read(body: &Value) -> Result<Prompt, Problem> {
        let json = HeaderValue::from_static("application/json");
        Prompt::read(&HeaderMap::from_iter([(header::CONTENT_TYPE, json)]), body.to_string().as_bytes())
    }

    /// Where the body is wrong, in order.
    fn refused(body: &Value) -> Vec<String> {
        let problem = read(body).unwrap_err();
        assert_eq!(problem.status, 422);
        problem.errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_conversation_is_read_and_sent_on_as_it_is() {
        let messages = json!([
            { "role": "system", "content": "Answer with one word." },
            { "role": "user", "content": "What is the capital of France?" },
        ]);
        let prompt = read(&json!({ "messages": messages, "max_tokens": 5, "temperature": 0 })).unwrap();
        assert_eq!(serde_json::to_value(&prompt.messages).unwrap(), messages);
        assert_eq!((prompt.max_tokens, prompt.temperature), (5, Some(0.0)));
        assert_eq!(prompt.most_tokens(), 17 + 16 + 5);
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        assert_eq!(refused(&json!({})), ["/messages", "/max_tokens"]);
        let wrong = json!({
            "messages": [{ "role": "user", "content": "" }, { "role": "root" }, 7],
            "max_tokens": 1_025,
            "temperature": "hot",
            "tools": [],
        });
        let expected = [
            "/messages/0/content",
            "/messages/1/role",
            "/messages/1/content",
            "/messages/2",
            "/max_tokens",
            "/temperature",
            "/tools",
        ];
        assert_eq!(refused(&wrong), expected);
        for tokens in [json!(0), json!(1.5), json!("5"), json!(null), json!(-1)] {
            let body = json!({ "messages": [{ "role": "user", "content": "Hi" }], "max_tokens": tokens });
            assert_eq!(refused(&body), ["/max_tokens"], "{tokens}");
        }
    }

    #[test]
    fn a_prompt_has_a_largest_size() {
        let said = |content: String| json!({ "role": "user", "content": content });
        let body = |messages: Vec<Value>| json!({ "messages": messages, "max_tokens": 1 });
        assert!(read(&body(vec![said("é".repeat(8_000))])).is_ok());
        assert_eq!(refused(&body(vec![said("é".repeat(8_001))])), ["/messages/0/content"]);
        assert_eq!(refused(&body(vec![said("é".repeat(4_001)); 2])), ["/messages"]);
        assert!(read(&body(vec![said("Hi".to_owned()); 32])).is_ok());
        assert_eq!(refused(&body(vec![said("Hi".to_owned()); 33])), ["/messages"]);
        assert_eq!(refused(&body(vec![])), ["/messages"]);
    }
}
