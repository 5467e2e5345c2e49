//! Conversations as ChatML: `<|im_start|>role⏎text<|im_end|>⏎` for each turn.

use super::Tokenizer;
use crate::error::Error;

const START: &str = "<|im_start|>";
const END: &str = "<|im_end|>";

/// Markers that end an answer, whatever the file says its end-of-text token is.
pub(super) const ENDS: [&str; 4] = [END, "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>"];

/// Who says something in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// Instructions.
    System,
    /// The person.
    User,
    /// The model.
    Assistant,
}

impl Speaker {
    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

impl Tokenizer {
    /// Tokens of a conversation up to where the model answers. Markers in what is said are not heeded, or whoever types
    /// them could speak for somebody else.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the vocabulary has no ChatML markers.
    pub fn conversation(&self, turns: &[(Speaker, &str)]) -> Result<Vec<u32>, Error> {
        let (Some(start), Some(end)) = (self.marker(START), self.marker(END)) else {
            return Err(Error::Unsupported("its vocabulary has no ChatML markers".into()));
        };
        let mut tokens: Vec<u32> = self.begin.into_iter().collect();
        for (speaker, text) in turns {
            tokens.push(start);
            tokens.extend(self.encode(&format!("{}\n{text}", speaker.name())));
            tokens.push(end);
            tokens.extend(self.encode("\n"));
        }
        tokens.push(start);
        tokens.extend(self.encode(&format!("{}\n", Speaker::Assistant.name())));
        Ok(tokens)
    }
}
