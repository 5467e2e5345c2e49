//! Shape of a model.

use serde::Serialize;

/// What a llama-architecture model looks like, as its file says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Config {
    /// Transformer blocks.
    pub layers: usize,
    /// Width of the hidden state.
    pub width: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of one head.
    pub head_width: usize,
    /// Width inside the feed-forward part.
    pub feed_forward: usize,
    /// Entries of the vocabulary.
    pub vocabulary: usize,
    /// Positions the model was trained for; a run never goes beyond.
    pub context: usize,
    /// Base of the rotary position embedding.
    pub rope_base: f32,
    /// Added to the mean square in each normalisation.
    pub epsilon: f32,
}

impl Config {
    /// Width of all key heads together.
    pub fn kv_width(&self) -> usize {
        self.kv_heads * self.head_width
    }

    /// Query heads that share one key head.
    pub fn group(&self) -> usize {
        self.heads / self.kv_heads
    }
}
