//! What the tests share: small GGUF files, and the model that the product ships.
// Sizes and numbers of the tests are small; cutting numbers off is what makes bytes of them.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::cast_possible_truncation)]

pub mod adapter;

use pollster::block_on;
use serde::Deserialize;
use slm::weights::Quantisation;
use slm::{Backend, Stop};
use std::path::PathBuf;

/// What `llama_cpp.py` wrote: llama.cpp's answers about the model that the product ships.
#[derive(Deserialize)]
pub struct Recorded {
    pub source: String,
    /// Short texts.
    pub answers: Vec<Answer>,
    /// One text, cut off at 1 to 2,000 tokens.
    pub long: Vec<Continued>,
}

#[derive(Deserialize)]
pub struct Answer {
    pub prompt: String,
    pub tokens: Vec<u32>,
    pub continuation: Vec<u32>,
}

#[derive(Deserialize)]
pub struct Continued {
    pub tokens: Vec<u32>,
    pub continuation: Vec<u32>,
}

pub fn recorded() -> Recorded {
    serde_json::from_str(include_str!("../llama_cpp.json")).unwrap()
}

/// How many tokens of llama.cpp's continuations of texts of up to `longest` tokens a backend would have chosen too, each
/// after llama.cpp's own; and how many there are.
pub fn agreement_on_long_texts(backend: &mut impl Backend, longest: usize) -> (usize, usize) {
    let (mut same, mut all) = (0, 0);
    for Continued { tokens, continuation } in recorded().long {
        if tokens.len() > longest {
            continue;
        }
        backend.rewind(0);
        block_on(backend.prefill(&tokens, &Stop::default())).unwrap();
        for token in continuation {
            same += usize::from(likeliest(&block_on(backend.logits()).unwrap()) == token);
            all += 1;
            block_on(backend.prefill(&[token], &Stop::default())).unwrap();
        }
    }
    (same, all)
}

/// Writes GGUF files (version 3) piece by piece.
#[derive(Default)]
pub struct Builder {
    pairs: Vec<u8>,
    pair_count: u64,
    infos: Vec<u8>,
    tensor_count: u64,
    data: Vec<u8>,
}

impl Builder {
    pub fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key, 8);
        text(&mut self.pairs, value);
        self
    }

    pub fn u32(mut self, key: &str, value: u32) -> Self {
        self.key(key, 4);
        self.pairs.extend(value.to_le_bytes());
        self
    }

    pub fn f32(mut self, key: &str, value: f32) -> Self {
        self.key(key, 6);
        self.pairs.extend(value.to_le_bytes());
        self
    }

    pub fn texts(mut self, key: &str, values: &[&str]) -> Self {
        self.key(key, 9);
        self.pairs.extend(8_u32.to_le_bytes());
        self.pairs.extend((values.len() as u64).to_le_bytes());
        for value in values {
            text(&mut self.pairs, value);
        }
        self
    }

    fn key(&mut self, key: &str, kind: u32) {
        self.pair_count += 1;
        text(&mut self.pairs, key);
        self.pairs.extend(kind.to_le_bytes());
    }

    /// A tensor; `shape` begins with the columns.
    pub fn tensor(mut self, name: &str, shape: &[u64], kind: u32, bytes: &[u8]) -> Self {
        self.tensor_count += 1;
        text(&mut self.infos, name);
        self.infos.extend((shape.len() as u32).to_le_bytes());
        for dimension in shape {
            self.infos.extend(dimension.to_le_bytes());
        }
        self.infos.extend(kind.to_le_bytes());
        self.data.resize(self.data.len().next_multiple_of(32), 0);
        self.infos.extend((self.data.len() as u64).to_le_bytes());
        self.data.extend(bytes);
        self
    }

    pub fn build(self) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(3_u32.to_le_bytes());
        file.extend(self.tensor_count.to_le_bytes());
        file.extend(self.pair_count.to_le_bytes());
        file.extend(self.pairs);
        file.extend(self.infos);
        file.resize(file.len().next_multiple_of(32), 0);
        file.extend(self.data);
        file
    }
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

/// Numbers that look random and are the same each time.
pub struct Numbers(pub u32);

impl Numbers {
    pub fn next_u32(&mut self) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0
    }

    /// Between −1 and 1.
    pub fn next(&mut self) -> f32 {
        (self.next_u32() >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

/// The number of a quantisation in the ggml project.
pub fn ggml(quantisation: Quantisation) -> u32 {
    match quantisation {
        Quantisation::F32 => 0,
        Quantisation::F16 => 1,
        Quantisation::Q4_0 => 2,
        Quantisation::Q4_1 => 3,
        Quantisation::Q8_0 => 8,
    }
}

/// Bytes of a matrix with plausible numbers.
pub fn matrix(numbers: &mut Numbers, quantisation: Quantisation, count: usize) -> Vec<u8> {
    let half = |number: f32| half::f16::from_f32(number).to_le_bytes();
    let (width, _) = quantisation.block();
    let mut bytes = Vec::new();
    for _ in 0..count / width {
        match quantisation {
            Quantisation::F32 => bytes.extend((0.3 * numbers.next()).to_le_bytes()),
            Quantisation::F16 => bytes.extend(half(0.3 * numbers.next())),
            Quantisation::Q4_0 => {
                bytes.extend(half(0.04 * numbers.next()));
                bytes.extend((0..16).map(|_| numbers.next_u32() as u8));
            }
            Quantisation::Q4_1 => {
                bytes.extend(half(0.04 * numbers.next()));
                bytes.extend(half(0.3 * numbers.next()));
                bytes.extend((0..16).map(|_| numbers.next_u32() as u8));
            }
            Quantisation::Q8_0 => {
                bytes.extend(half(0.003 * numbers.next()));
                bytes.extend((0..32).map(|_| numbers.next_u32() as u8));
            }
        }
    }
    bytes
}

/// What a tiny model says of itself: 2 blocks, 64 wide, 4 query heads and 2 key heads of 16, 48 tokens.
pub fn head() -> Builder {
    Builder::default()
        .text("general.architecture", "llama")
        .u32("llama.block_count", 2)
        .u32("llama.embedding_length", 64)
        .u32("llama.attention.head_count", 4)
        .u32("llama.attention.head_count_kv", 2)
        .u32("llama.feed_forward_length", 96)
        .u32("llama.context_length", 128)
        .f32("llama.attention.layer_norm_rms_epsilon", 1e-5)
        .f32("llama.rope.freq_base", 10_000.0)
}

/// The same with all its tensors.
pub fn tiny(quantisation: Quantisation) -> Builder {
    with_tensors(head(), quantisation)
}

pub fn with_tensors(mut builder: Builder, quantisation: Quantisation) -> Builder {
    let mut numbers = Numbers(7);
    let kind = ggml(quantisation);
    let ones = |count: usize| -> Vec<u8> { (0..count).flat_map(|_| 1_f32.to_le_bytes()).collect() };
    let mut add = |builder: Builder, name: &str, columns: u64, rows: u64| {
        let bytes = matrix(&mut numbers, quantisation, (columns * rows) as usize);
        builder.tensor(name, &[columns, rows], kind, &bytes)
    };
    builder = add(builder, "token_embd.weight", 64, 48);
    builder = builder.tensor("output_norm.weight", &[64], 0, &ones(64));
    for block in 0..2 {
        for norm in ["attn_norm", "ffn_norm"] {
            builder = builder.tensor(&format!("blk.{block}.{norm}.weight"), &[64], 0, &ones(64));
        }
        for (name, columns, rows) in [
            ("attn_q", 64, 64),
            ("attn_k", 64, 32),
            ("attn_v", 64, 32),
            ("attn_output", 64, 64),
            ("ffn_gate", 64, 96),
            ("ffn_up", 64, 96),
            ("ffn_down", 96, 64),
        ] {
            builder = add(builder, &format!("blk.{block}.{name}.weight"), columns, rows);
        }
    }
    builder
}

/// The model that set-up fetches: `PARSIMONY_MODEL`, or its place in the cache.
pub fn shipped() -> Vec<u8> {
    let path = std::env::var_os("PARSIMONY_MODEL").map(PathBuf::from).unwrap_or_else(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from).unwrap_or_else(|| {
            PathBuf::from(std::env::var_os("HOME").expect("HOME says where the cache is")).join(".cache")
        });
        cache.join("parsimony/SmolLM2-135M-Instruct.Q4_1.gguf")
    });
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!("the model {} cannot be read ({error}); `cargo xtask build` fetches it", path.display())
    })
}

/// The entry with the largest logit.
pub fn likeliest(logits: &[f32]) -> u32 {
    let best = logits.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1)).unwrap();
    best.0 as u32
}

/// KL divergence of what the second says from what the first says, in nats.
pub fn divergence(of: &[f32], from: &[f32]) -> f64 {
    let shares = |logits: &[f32]| {
        let highest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let all: Vec<f64> = logits.iter().map(|logit| f64::from(logit - highest).exp()).collect();
        let sum: f64 = all.iter().sum();
        all.into_iter().map(move |share| share / sum).collect::<Vec<_>>()
    };
    shares(of).iter().zip(shares(from)).map(|(p, q)| p * (p / q).ln()).sum()
}
