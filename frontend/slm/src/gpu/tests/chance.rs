//! Random numbers, matrices and models for tests: the same each time.

use crate::adapter::{Adapter, AdapterLayer, SidePath};
use crate::config::Config;
use crate::weights::{Layer, Model, Quantisation, Tensor};
use half::f16;
use std::sync::Arc;

/// A small generator (a 64-bit congruential one with Knuth's constants).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(1))
    }

    pub(super) fn bits(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    /// Evenly between −1 and 1.
    pub(super) fn number(&mut self) -> f32 {
        self.bits() as f32 / (1u64 << 30) as f32 - 1.0
    }

    pub(super) fn numbers(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.number()).collect()
    }

    /// Below `end`.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.bits() as usize % end
    }

    pub(super) fn tokens(&mut self, count: usize, vocabulary: usize) -> Vec<u32> {
        (0..count).map(|_| self.below(vocabulary) as u32).collect()
    }

    /// A matrix whose products with vectors of ones keep their size.
    pub(super) fn tensor(&mut self, quantisation: Quantisation, rows: usize, columns: usize) -> Tensor {
        let size = 1.5 / (columns as f32).sqrt();
        let mut bytes = Vec::new();
        for _ in 0..rows * columns / 32 {
            let scale = size * (1.0 + 0.5 * self.number());
            let mut half = |value: f32| bytes.extend(f16::from_f32(value).to_le_bytes());
            match quantisation {
                Quantisation::F32 => {
                    (0..32).for_each(|_| bytes.extend((size * self.number()).to_le_bytes()));
                    continue;
                }
                Quantisation::F16 => {
                    (0..32).for_each(|_| half(size * self.number()));
                    continue;
                }
                Quantisation::Q4_0 => half(scale / 8.0),
                Quantisation::Q4_1 => {
                    half(scale / 8.0);
                    half(-scale * (1.0 + 0.2 * self.number()));
                }
                Quantisation::Q8_0 => half(scale / 128.0),
            }
            let quants = if quantisation == Quantisation::Q8_0 { 32 } else { 16 };
            (0..quants).for_each(|_| bytes.push(self.bits() as u8));
        }
        let range = 0..bytes.len();
        Tensor { quantisation, columns, rows, file: Arc::new(bytes), range }
    }

    fn norm(&mut self, width: usize) -> Vec<f32> {
        (0..width).map(|_| 1.0 + 0.3 * self.number()).collect()
    }

    /// A model whose matrices are stored in one way and whose embedding, which is its head too, in another.
    pub(super) fn model(
        &mut self,
        config: &Config,
        matrices: Quantisation,
        embedding: Quantisation,
    ) -> Model {
        let query_width = config.heads * config.head_width;
        let (width, inner) = (config.width, config.feed_forward);
        let layers = (0..config.layers)
            .map(|_| Layer {
                attention_norm: self.norm(width),
                query: self.tensor(matrices, query_width, width),
                key: self.tensor(matrices, config.kv_width(), width),
                value: self.tensor(matrices, config.kv_width(), width),
                output: self.tensor(matrices, width, query_width),
                feed_forward_norm: self.norm(width),
                gate: self.tensor(matrices, inner, width),
                up: self.tensor(matrices, inner, width),
                down: self.tensor(matrices, width, inner),
            })
            .collect();
        let table = self.tensor(embedding, config.vocabulary, width);
        Model {
            config: config.clone(),
            head: table.clone(),
            embedding: table,
            layers,
            final_norm: self.norm(width),
        }
    }

    /// An adapter beside some projections of every layer, strong enough to change everything.
    pub(super) fn adapter(&mut self, config: &Config, rank: usize) -> Adapter {
        let query_width = config.heads * config.head_width;
        let (width, inner) = (config.width, config.feed_forward);
        let mut path = |rows: usize, columns: usize| {
            let a = self.numbers(rank * columns).iter().map(|a| a / (columns as f32).sqrt()).collect();
            Some(SidePath { a, b: self.numbers(rows * rank) })
        };
        let layers = (0..config.layers)
            .map(|index| AdapterLayer {
                query: path(query_width, width),
                key: if index == 0 { None } else { path(config.kv_width(), width) },
                value: path(config.kv_width(), width),
                output: path(width, query_width),
                gate: None,
                up: path(inner, width),
                down: if index == 0 { path(width, inner) } else { None },
            })
            .collect();
        Adapter { rank, scale: 0.5, layers }
    }
}
