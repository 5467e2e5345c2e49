//! A plain forward pass in `f32`: slow, short, and what the backends are held to.
//!
//! The architecture is that of llama: each block adds attention, then a gated feed-forward part, to the hidden state,
//! each of the state normalised by its root mean square. Rotary embedding turns neighbours (2i, 2i+1), because the
//! rows of query and key stand in that order in GGUF files.

use crate::adapter::{Adapter, ClassHead, SidePath};
use crate::config::Config;
use crate::weights::{Layer, Model, Tensor};

/// Runs a model, one position after the other.
#[derive(Debug)]
pub struct Reference<'a> {
    model: &'a Model,
    adapter: Option<&'a Adapter>,
    /// Keys and values of each block: position by position, kv_width numbers each.
    keys: Vec<Vec<f32>>,
    values: Vec<Vec<f32>>,
}

impl<'a> Reference<'a> {
    /// Starts without any position.
    pub fn new(model: &'a Model, adapter: Option<&'a Adapter>) -> Self {
        let empty = || vec![Vec::new(); model.config.layers];
        Self { model, adapter, keys: empty(), values: empty() }
    }

    /// Reads a token and returns the hidden state after it, normalised.
    ///
    /// # Panics
    /// For a token beyond the vocabulary.
    pub fn read(&mut self, token: u32) -> Vec<f32> {
        let config = &self.model.config;
        let mut state = vec![0.0; config.width];
        self.model.embedding.row_into(token as usize, &mut state);
        for number in 0..config.layers {
            let layer = &self.model.layers[number];
            let normed = normalised(&state, &layer.attention_norm, config.epsilon);
            let attended = self.attend(number, layer, &normed);
            add(&mut state, &attended);
            let normed = normalised(&state, &layer.feed_forward_norm, config.epsilon);
            let fed = self.feed_forward(number, layer, &normed);
            add(&mut state, &fed);
        }
        normalised(&state, &self.model.final_norm, config.epsilon)
    }

    /// Logits of a normalised state.
    pub fn logits(&self, state: &[f32]) -> Vec<f32> {
        product(&self.model.head, state)
    }

    /// Logits of the classes of one document, read from the start.
    pub fn classify(
        model: &'a Model,
        adapter: Option<&'a Adapter>,
        document: &[u32],
        head: &ClassHead,
    ) -> Vec<f32> {
        let mut reference = Self::new(model, adapter);
        let mut state = vec![0.0; model.config.width];
        for token in document {
            state = reference.read(*token);
        }
        let rows = head.weight.chunks_exact(model.config.width);
        rows.zip(&head.bias).map(|(row, bias)| dot(row, &state) + bias).collect()
    }

    fn projected(
        &self,
        number: usize,
        weight: &Tensor,
        input: &[f32],
        side: impl Fn(&crate::adapter::AdapterLayer) -> Option<&SidePath>,
    ) -> Vec<f32> {
        let mut output = product(weight, input);
        if let Some(adapter) = self.adapter
            && let Some(side) = side(&adapter.layers[number])
        {
            let narrow: Vec<f32> = side.a.chunks_exact(input.len()).map(|row| dot(row, input)).collect();
            for (output, row) in output.iter_mut().zip(side.b.chunks_exact(adapter.rank)) {
                *output += adapter.scale * dot(row, &narrow);
            }
        }
        output
    }

    fn attend(&mut self, number: usize, layer: &Layer, input: &[f32]) -> Vec<f32> {
        let config = &self.model.config;
        let mut query = self.projected(number, &layer.query, input, |side| side.query.as_ref());
        let mut key = self.projected(number, &layer.key, input, |side| side.key.as_ref());
        let value = self.projected(number, &layer.value, input, |side| side.value.as_ref());
        let position = self.keys[number].len() / config.kv_width();
        rotate(&mut query, position, config);
        rotate(&mut key, position, config);
        self.keys[number].extend(key);
        self.values[number].extend(value);
        let (keys, values) = (&self.keys[number], &self.values[number]);
        let mut mixed = Vec::with_capacity(query.len());
        for (head, query) in query.chunks_exact(config.head_width).enumerate() {
            let offset = head / config.group() * config.head_width;
            let at = |cache: &'_ [f32], position: usize| -> Vec<f32> {
                cache[position * config.kv_width() + offset..][..config.head_width].to_vec()
            };
            #[allow(clippy::cast_precision_loss)] // A head is a few hundred wide.
            let scale = (config.head_width as f32).sqrt().recip();
            let scores: Vec<f32> = (0..=position).map(|past| scale * dot(query, &at(keys, past))).collect();
            let highest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let weights: Vec<f32> = scores.iter().map(|score| (score - highest).exp()).collect();
            let sum: f32 = weights.iter().sum();
            let mut head = vec![0.0; config.head_width];
            for (past, weight) in weights.iter().enumerate() {
                for (out, value) in head.iter_mut().zip(at(values, past)) {
                    *out += weight / sum * value;
                }
            }
            mixed.extend(head);
        }
        self.projected(number, &layer.output, &mixed, |side| side.output.as_ref())
    }

    fn feed_forward(&self, number: usize, layer: &Layer, input: &[f32]) -> Vec<f32> {
        let mut gate = self.projected(number, &layer.gate, input, |side| side.gate.as_ref());
        let up = self.projected(number, &layer.up, input, |side| side.up.as_ref());
        for (gate, up) in gate.iter_mut().zip(up) {
            *gate = *gate / (1.0 + (-*gate).exp()) * up;
        }
        self.projected(number, &layer.down, &gate, |side| side.down.as_ref())
    }
}

fn add(state: &mut [f32], more: &[f32]) {
    for (state, more) in state.iter_mut().zip(more) {
        *state += more;
    }
}

fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn product(weight: &Tensor, input: &[f32]) -> Vec<f32> {
    let mut row = vec![0.0; weight.columns];
    (0..weight.rows)
        .map(|number| {
            weight.row_into(number, &mut row);
            dot(&row, input)
        })
        .collect()
}

fn normalised(state: &[f32], scales: &[f32], epsilon: f32) -> Vec<f32> {
    #[allow(clippy::cast_precision_loss)] // A state is a few thousand wide.
    let mean = dot(state, state) / state.len() as f32;
    let factor = (mean + epsilon).sqrt().recip();
    state.iter().zip(scales).map(|(number, scale)| number * factor * scale).collect()
}

/// Turns the pair (2i, 2i+1) of each head by position · base^(−2i/width of a head).
fn rotate(heads: &mut [f32], position: usize, config: &Config) {
    for head in heads.chunks_exact_mut(config.head_width) {
        for (pair, numbers) in head.chunks_exact_mut(2).enumerate() {
            #[allow(clippy::cast_precision_loss)] // Positions and widths are far below 2²⁴.
            let exponent = -2.0 * pair as f32 / config.head_width as f32;
            #[allow(clippy::cast_precision_loss)] // As above.
            let angle = position as f32 * config.rope_base.powf(exponent);
            let (sine, cosine) = angle.sin_cos();
            let (one, other) = (numbers[0], numbers[1]);
            numbers[0] = one * cosine - other * sine;
            numbers[1] = one * sine + other * cosine;
        }
    }
}
