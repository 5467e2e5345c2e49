//! The weights of a model as its file holds them.

use crate::config::Config;
use std::sync::Arc;

/// How the numbers of a tensor are stored. Blocks are of 32 numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantisation {
    /// 4 bytes a number.
    F32,
    /// 2 bytes a number.
    F16,
    /// 18 bytes a block: scale `d` as f16, 16 bytes of nibbles; value = d·(q − 8).
    Q4_0,
    /// 20 bytes a block: scale `d` and minimum `m` as f16, 16 bytes of nibbles; value = d·q + m.
    Q4_1,
    /// 34 bytes a block: scale `d` as f16, 32 signed bytes; value = d·q.
    Q8_0,
}

/// A matrix in the file, row by row. Nibble `i` of a block is the low half of byte `i` for `i < 16`, else the high
/// half of byte `i − 16`.
#[derive(Debug, Clone)]
pub struct Tensor {
    /// How its numbers are stored.
    pub quantisation: Quantisation,
    /// Numbers in a row: the width of what it is multiplied with.
    pub columns: usize,
    /// Rows: the width of the product.
    pub rows: usize,
    /// The whole file.
    pub file: Arc<Vec<u8>>,
    /// Where its bytes stand in the file; checked against the file's length when read.
    pub range: std::ops::Range<usize>,
}

impl Tensor {
    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.file[self.range.clone()]
    }
}

/// One transformer block. The rows of `query` and `key` are in the file's order, which pairs neighbours for the
/// rotary embedding: (2i, 2i+1).
#[derive(Debug, Clone)]
pub struct Layer {
    /// Scales of the normalisation before attention.
    pub attention_norm: Vec<f32>,
    /// width → heads·head_width.
    pub query: Tensor,
    /// width → kv_width.
    pub key: Tensor,
    /// width → kv_width.
    pub value: Tensor,
    /// heads·head_width → width.
    pub output: Tensor,
    /// Scales of the normalisation before the feed-forward part.
    pub feed_forward_norm: Vec<f32>,
    /// width → feed_forward, through SiLU.
    pub gate: Tensor,
    /// width → feed_forward.
    pub up: Tensor,
    /// feed_forward → width.
    pub down: Tensor,
}

/// A model: its shape and its weights.
#[derive(Debug, Clone)]
pub struct Model {
    /// Shape.
    pub config: Config,
    /// Rows are the vectors of the vocabulary.
    pub embedding: Tensor,
    /// The blocks, first to last.
    pub layers: Vec<Layer>,
    /// Scales of the last normalisation.
    pub final_norm: Vec<f32>,
    /// Rows score the vocabulary; the embedding again where the file ties them.
    pub head: Tensor,
}
