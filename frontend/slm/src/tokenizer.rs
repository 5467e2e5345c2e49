//! Text to tokens and back, as the model's file says.
//!
//! Byte-level pair encoding as GPT-2 introduced it: text is split into words by a pattern ([`split`]), and the bytes of
//! each word are joined pair by pair, the most frequent pairs of the training text first. Of the patterns that llama
//! models come with, the two families that nearly all of them use are here.

mod chat;
mod merge;
mod split;
#[cfg(test)]
mod tests;
mod text_stream;

pub use chat::Speaker;
pub use text_stream::TextStream;

use crate::error::Error;
use crate::gguf::Gguf;
use merge::Merges;
use split::Pattern;
use std::collections::HashMap;

/// The format's number for tokens that are text.
const NORMAL: i64 = 1;

/// The format's number for tokens that steer the model and are no text.
const CONTROL: i64 = 3;

/// The format's number for tokens that were added by hand, and are found in any text.
const ADDED: i64 = 4;

/// A token's bytes, and what it is.
#[derive(Debug, Clone)]
struct Token {
    bytes: Box<[u8]>,
    control: bool,
}

/// The vocabulary of a model.
#[derive(Debug, Clone)]
pub struct Tokenizer {
    tokens: Vec<Token>,
    ids: HashMap<Box<[u8]>, u32>,
    merges: Merges,
    pattern: Pattern,
    /// Control and added tokens as they are written, longest first.
    markers: Vec<(Box<str>, u32)>,
    begin: Option<u32>,
    ends: Vec<u32>,
}

impl Tokenizer {
    /// Reads the tokenizer out of a whole GGUF file.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when it is none of the kinds known here, [`Error::File`] when it is damaged.
    pub fn load(file: &[u8]) -> Result<Self, Error> {
        let gguf = Gguf::read(file)?;
        match gguf.text("tokenizer.ggml.model") {
            Some("gpt2") => {}
            Some(other) => {
                return Err(Error::Unsupported(format!("its tokenizer is of the kind {other}, not gpt2")));
            }
            None => return Err(Error::File("it has no tokenizer".into())),
        }
        let pattern = Pattern::named(gguf.text("tokenizer.ggml.pre").unwrap_or("gpt-2"))?;
        let texts = gguf.texts(file, "tokenizer.ggml.tokens")?;
        let kinds =
            gguf.wholes(file, "tokenizer.ggml.token_type")?.unwrap_or_else(|| vec![NORMAL; texts.len()]);
        if kinds.len() != texts.len() || u32::try_from(texts.len()).is_err() {
            return Err(Error::File(format!("{} tokens of {} kinds", texts.len(), kinds.len())));
        }
        let mut tokens = Vec::with_capacity(texts.len());
        let mut ids = HashMap::with_capacity(texts.len());
        let mut markers = Vec::new();
        for ((id, text), kind) in (0u32..).zip(texts).zip(kinds) {
            let text = utf8(text)?;
            let marker = kind == CONTROL || kind == ADDED;
            let bytes = if marker { text.as_bytes().into() } else { bytes_of(text) };
            if marker && !text.is_empty() {
                markers.push((text.into(), id));
            }
            if !marker {
                // Of tokens with the same bytes the first is the one that merges lead to.
                ids.entry(bytes.clone()).or_insert(id);
            }
            tokens.push(Token { bytes, control: kind == CONTROL });
        }
        markers.sort_by_key(|(text, _): &(Box<str>, u32)| std::cmp::Reverse(text.len()));
        let merges = Merges::new(&gguf.texts(file, "tokenizer.ggml.merges")?, &ids)?;
        let id = |name: &str| {
            let id = gguf.optional_count(name).ok().flatten().and_then(|id| u32::try_from(id).ok());
            id.filter(|id| (*id as usize) < tokens.len())
        };
        let begins = gguf.flag("tokenizer.ggml.add_bos_token") == Some(true);
        let begin = id("tokenizer.ggml.bos_token_id").filter(|_| begins);
        let mut ends: Vec<u32> = ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"]
            .into_iter()
            .filter_map(id)
            .collect();
        ends.extend(markers.iter().filter(|(text, _)| chat::ENDS.contains(&&**text)).map(|(_, id)| *id));
        Ok(Self { tokens, ids, merges, pattern, markers, begin, ends })
    }

    /// Tokens in the vocabulary.
    pub fn vocabulary(&self) -> usize {
        self.tokens.len()
    }

    /// The tokens of a text. Markers such as `<|im_start|>` are not heeded: whatever a user writes stays text.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        self.encode_onto(text, &mut tokens);
        tokens
    }

    /// The tokens of a text in which markers stand for their tokens; for texts of our own only.
    pub fn encode_with_markers(&self, text: &str) -> Vec<u32> {
        let mut tokens = Vec::new();
        let mut rest = text;
        while !rest.is_empty() {
            let found = self.markers.iter().filter_map(|(marker, id)| {
                let at = rest.find(&**marker)?;
                Some((at, std::cmp::Reverse(marker.len()), *id))
            });
            let Some((at, length, id)) = found.min() else { break };
            self.encode_onto(&rest[..at], &mut tokens);
            tokens.push(id);
            rest = &rest[at + length.0..];
        }
        self.encode_onto(rest, &mut tokens);
        tokens
    }

    /// The token that texts begin with, where the model wants one.
    pub fn begin(&self) -> Option<u32> {
        self.begin
    }

    /// Whether a token ends the model's answer.
    pub fn is_end(&self, token: u32) -> bool {
        self.ends.contains(&token)
    }

    /// The bytes a token stands for; none for tokens that steer the model, and for ids beyond the vocabulary. A
    /// character may be spread over several tokens: [`TextStream`] puts them together.
    pub fn bytes(&self, token: u32) -> &[u8] {
        match self.tokens.get(token as usize) {
            Some(Token { bytes, control: false }) => bytes,
            _ => &[],
        }
    }

    /// The text of tokens; what is no UTF-8 becomes U+FFFD.
    pub fn decode(&self, tokens: &[u32]) -> String {
        let bytes: Vec<u8> = tokens.iter().flat_map(|token| self.bytes(*token)).copied().collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The id of a marker.
    fn marker(&self, text: &str) -> Option<u32> {
        self.markers.iter().find(|(marker, _)| **marker == *text).map(|(_, id)| *id)
    }

    fn encode_onto(&self, text: &str, tokens: &mut Vec<u32>) {
        for word in self.pattern.words(text) {
            if self.pattern.whole_words()
                && let Some(id) = self.ids.get(word.as_bytes())
            {
                tokens.push(*id);
                continue;
            }
            self.merges.encode(word.as_bytes(), tokens);
        }
    }
}

fn utf8(bytes: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(bytes).map_err(|_| Error::File("a token that is not UTF-8".into()))
}

/// GPT-2 writes the bytes of tokens as printable characters: those that are printable in Latin-1 as themselves, the
/// others as U+0100 and following, in their order.
fn byte_of(character: char) -> Option<u8> {
    let printable = |byte: u8| matches!(byte, 0x21..=0x7e | 0xa1..=0xac | 0xae..=0xff);
    match u8::try_from(u32::from(character)) {
        Ok(byte) => printable(byte).then_some(byte),
        Err(_) => {
            let index = u32::from(character).checked_sub(0x100)?;
            (0..=255u8).filter(|byte| !printable(*byte)).nth(index as usize)
        }
    }
}

/// The bytes that a token's characters stand for; characters that stand for none are themselves.
fn bytes_of(text: &str) -> Box<[u8]> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match byte_of(character) {
            Some(byte) => bytes.push(byte),
            None => bytes.extend(character.encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes.into()
}
