//! Text to tokens and back, by the vocabulary in the model's own file.

use crate::error::Error;
use shimmytok::{DecodeOptions, EncodeOptions};

/// Marks the start of a turn of a conversation in ChatML.
const TURN: &str = "<|im_start|>";
/// Marks its end.
const END: &str = "<|im_end|>";

/// The tokenizer of a model.
pub struct Tokenizer(shimmytok::Tokenizer);

impl std::fmt::Debug for Tokenizer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Tokenizer").field("vocabulary", &self.0.vocab_size()).finish()
    }
}

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

impl Tokenizer {
    /// Reads the tokenizer out of a whole GGUF file.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for a kind of tokenizer other than GPT-2's; [`Error::File`] for one that cannot be read.
    pub fn load(file: &[u8]) -> Result<Self, Error> {
        let tokenizer = shimmytok::Tokenizer::from_bytes(file)
            .map_err(|error| Error::File(format!("its tokenizer cannot be read ({error})")))?;
        match tokenizer.model_type() {
            "gpt2" => Ok(Self(tokenizer)),
            other => {
                Err(Error::Unsupported(format!("its tokenizer is of the kind {other}; gpt2 is supported")))
            }
        }
    }

    /// Tokens of a text, with nothing before or after it. What looks like a marker in it stays text.
    ///
    /// # Errors
    /// [`Error::File`] when the vocabulary lacks a piece that every vocabulary has.
    pub fn encode(&self, text: &str) -> Result<Vec<u32>, Error> {
        self.encoded(text, false)
    }

    /// Tokens of a conversation up to where the model answers, in ChatML.
    ///
    /// # Errors
    /// As above.
    pub fn conversation(&self, turns: &[(Speaker, &str)]) -> Result<Vec<u32>, Error> {
        let mut tokens = Vec::new();
        for (speaker, text) in turns {
            let name = match speaker {
                Speaker::System => "system",
                Speaker::User => "user",
                Speaker::Assistant => "assistant",
            };
            tokens.extend(self.encoded(&format!("{TURN}{name}\n"), true)?);
            // Apart from the markers, or whoever types them could speak for somebody else.
            tokens.extend(self.encode(text)?);
            tokens.extend(self.encoded(&format!("{END}\n"), true)?);
        }
        tokens.extend(self.encoded(&format!("{TURN}assistant\n"), true)?);
        Ok(tokens)
    }

    /// Whether the model says with this token that it is done.
    pub fn is_end(&self, token: u32) -> bool {
        token == self.0.eos_token() || self.0.get_token(END) == Some(token)
    }

    /// Entries of the vocabulary.
    pub fn vocabulary(&self) -> usize {
        self.0.vocab_size()
    }

    /// The text of tokens, markers left out.
    ///
    /// # Errors
    /// [`Error::File`] for a token beyond the vocabulary.
    pub fn decode(&self, tokens: &[u32]) -> Result<String, Error> {
        let options = DecodeOptions::with_skip_special(true);
        self.0.decode_with_options(tokens, &options).map_err(|error| Error::File(error.to_string()))
    }

    fn encoded(&self, text: &str, has_markers: bool) -> Result<Vec<u32>, Error> {
        let options = EncodeOptions::with_parse_special(false, has_markers);
        self.0.encode_with_options(text, &options).map_err(|error| Error::File(error.to_string()))
    }
}
