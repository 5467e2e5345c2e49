//! Keys and values of what was read, and what each new position makes of them.

use super::float::{add_scaled, dot};
use crate::config::Config;

/// Angles of the rotary embedding.
pub(super) struct Rotation {
    head_width: usize,
    /// Turns of each pair of a head at position 1, in radians.
    frequencies: Vec<f32>,
}

impl Rotation {
    pub(super) fn new(config: &Config) -> Self {
        let pairs = config.head_width / 2;
        #[allow(clippy::cast_precision_loss)] // A head is a few hundred wide.
        let frequency = |pair: usize| config.rope_base.powf(-2.0 * pair as f32 / config.head_width as f32);
        Self { head_width: config.head_width, frequencies: (0..pairs).map(frequency).collect() }
    }

    /// Turns the neighbours (2i, 2i+1) of every head by its place times the frequency of the pair. `rows` has one row
    /// for each place.
    pub(super) fn turn(&self, rows: &mut [f32], places: &[usize]) {
        let width = rows.len() / places.len().max(1);
        let mut turns = vec![(0.0, 0.0); self.frequencies.len()];
        for (row, place) in rows.chunks_exact_mut(width).zip(places) {
            for (turn, frequency) in turns.iter_mut().zip(&self.frequencies) {
                #[allow(clippy::cast_precision_loss)] // Positions are far below 2²⁴.
                let (sine, cosine) = (*place as f32 * frequency).sin_cos();
                *turn = (sine, cosine);
            }
            for head in row.chunks_exact_mut(self.head_width) {
                for (pair, (sine, cosine)) in head.chunks_exact_mut(2).zip(&turns) {
                    let (one, other) = (pair[0], pair[1]);
                    pair[0] = one * cosine - other * sine;
                    pair[1] = one * sine + other * cosine;
                }
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        4 * self.frequencies.len()
    }
}

/// Keys and values, for each block and key head one row a position. It grows with the text: a context is reserved
/// only where it is used.
pub(super) struct Cache {
    kv_heads: usize,
    head_width: usize,
    /// Positions.
    len: usize,
    /// `[block · kv_heads + head]`: position by position.
    keys: Vec<Vec<f32>>,
    values: Vec<Vec<f32>>,
}

impl Cache {
    pub(super) fn new(config: &Config) -> Self {
        let empty = || vec![Vec::new(); config.layers * config.kv_heads];
        Self {
            kv_heads: config.kv_heads,
            head_width: config.head_width,
            len: 0,
            keys: empty(),
            values: empty(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn grow(&mut self, positions: usize) {
        self.len += positions;
    }

    pub(super) fn rewind(&mut self, position: usize) {
        self.len = self.len.min(position);
        let rest = self.len * self.head_width;
        for rows in self.keys.iter_mut().chain(&mut self.values) {
            rows.truncate(rest);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.keys.iter().chain(&self.values).map(|rows| 4 * rows.capacity()).sum()
    }

    /// Writes keys and values of a block, one row of all heads a position, from position `from` on.
    pub(super) fn write(&mut self, block: usize, from: usize, keys: &[f32], values: &[f32]) {
        let (width, start) = (self.head_width, from * self.head_width);
        for (cache, rows) in [(&mut self.keys, keys), (&mut self.values, values)] {
            let heads = &mut cache[block * self.kv_heads..][..self.kv_heads];
            for (head, cache) in heads.iter_mut().enumerate() {
                // What a run that was stopped in the middle has left.
                cache.truncate(start);
                for row in rows.chunks_exact(width * self.kv_heads) {
                    cache.extend_from_slice(&row[head * width..][..width]);
                }
            }
        }
    }

    /// Attention of queries at the positions from `from` on, one row of all heads a position: each over the positions
    /// from its document's start to itself. `group` query heads share a key head.
    pub(super) fn attend(
        &self,
        block: usize,
        queries: &[f32],
        from: usize,
        starts: &[usize],
        group: usize,
    ) -> Vec<f32> {
        let width = self.head_width;
        let row_width = width * self.kv_heads * group;
        #[allow(clippy::cast_precision_loss)] // A head is a few hundred wide.
        let scale = (width as f32).sqrt().recip();
        let mut mixed = vec![0.0; queries.len()];
        let mut weights = Vec::new();
        for (number, start) in starts.iter().enumerate() {
            let seen = *start * width..(from + number + 1) * width;
            let row = number * row_width..(number + 1) * row_width;
            let heads = queries[row.clone()].chunks_exact(width).zip(mixed[row].chunks_exact_mut(width));
            for (head, (query, out)) in heads.enumerate() {
                let place = block * self.kv_heads + head / group;
                let (keys, values) = (&self.keys[place][seen.clone()], &self.values[place][seen.clone()]);
                weights.clear();
                weights.extend(keys.chunks_exact(width).map(|key| scale * dot(query, key)));
                let highest = weights.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let mut sum = 0.0;
                for weight in &mut weights {
                    *weight = (*weight - highest).exp();
                    sum += *weight;
                }
                for (weight, value) in weights.iter().zip(values.chunks_exact(width)) {
                    add_scaled(out, weight / sum, value);
                }
            }
        }
        mixed
    }
}
