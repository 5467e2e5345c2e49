//! The llama forward pass in `f64`, written for reading; only the cache is rounded to `f16`, as on the device.

use crate::adapter::{Adapter, AdapterLayer, SidePath};
use crate::weights::{Model, Quantisation, Tensor};
use half::f16;

/// All numbers of a tensor, by the definition of its format.
pub(super) fn matrix(tensor: &Tensor) -> Vec<f64> {
    let half = |bytes: &[u8]| f16::from_le_bytes([bytes[0], bytes[1]]).to_f64();
    let nibbles = |bytes: &[u8]| -> Vec<f64> {
        let low = bytes.iter().map(|byte| f64::from(byte & 15));
        low.chain(bytes.iter().map(|byte| f64::from(byte >> 4))).collect()
    };
    let bytes = tensor.bytes();
    match tensor.quantisation {
        Quantisation::F32 => {
            bytes.chunks(4).map(|b| f64::from(f32::from_le_bytes([b[0], b[1], b[2], b[3]]))).collect()
        }
        Quantisation::F16 => bytes.chunks(2).map(half).collect(),
        Quantisation::Q4_0 => bytes
            .chunks(18)
            .flat_map(|block| {
                nibbles(&block[2..]).into_iter().map(|q| half(block) * (q - 8.0)).collect::<Vec<_>>()
            })
            .collect(),
        Quantisation::Q4_1 => bytes
            .chunks(20)
            .flat_map(|block| {
                let (scale, minimum) = (half(block), half(&block[2..]));
                nibbles(&block[4..]).into_iter().map(move |q| scale * q + minimum)
            })
            .collect(),
        Quantisation::Q8_0 => bytes
            .chunks(34)
            .flat_map(|block| {
                block[2..].iter().map(|q| half(block) * f64::from(*q as i8)).collect::<Vec<_>>()
            })
            .collect(),
    }
}

pub(super) fn product(matrix: &[f64], x: &[f64]) -> Vec<f64> {
    matrix.chunks(x.len()).map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect()
}

pub(super) fn norm(x: &[f64], scales: &[f32], epsilon: f32) -> Vec<f64> {
    let mean = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
    let factor = 1.0 / (mean + f64::from(epsilon)).sqrt();
    x.iter().zip(scales).map(|(x, scale)| x * factor * f64::from(*scale)).collect()
}

pub(super) fn silu(x: f64) -> f64 {
    x / (1.0 + (-x).exp())
}

/// Rotates each pair of neighbours of each head.
pub(super) fn rotate(x: &mut [f64], head_width: usize, base: f32, position: usize) {
    for head in x.chunks_mut(head_width) {
        for (pair, two) in head.chunks_mut(2).enumerate() {
            let frequency = f64::from(base).powf(-2.0 * pair as f64 / head_width as f64);
            let (sine, cosine) = (position as f64 * frequency).sin_cos();
            (two[0], two[1]) = (two[0] * cosine - two[1] * sine, two[0] * sine + two[1] * cosine);
        }
    }
}

pub(super) fn rounded(x: f64) -> f64 {
    f16::from_f64(x).to_f64()
}

/// softmax(query·keys/√width)·values of one head.
pub(super) fn attend(query: &[f64], keys: &[&[f64]], values: &[&[f64]]) -> Vec<f64> {
    let scale = 1.0 / (query.len() as f64).sqrt();
    let logits: Vec<f64> =
        keys.iter().map(|key| scale * key.iter().zip(query).map(|(k, q)| k * q).sum::<f64>()).collect();
    let most = logits.iter().copied().fold(f64::MIN, f64::max);
    let weights: Vec<f64> = logits.iter().map(|logit| (logit - most).exp()).collect();
    let total: f64 = weights.iter().sum();
    (0..query.len())
        .map(|i| weights.iter().zip(values).map(|(w, value)| w * value[i]).sum::<f64>() / total)
        .collect()
}

/// The hidden state behind the last layer, for each token of one document.
pub(super) fn states(model: &Model, adapter: Option<&Adapter>, tokens: &[u32]) -> Vec<Vec<f64>> {
    let config = &model.config;
    let embedding = matrix(&model.embedding);
    let width = config.width;
    let mut states: Vec<Vec<f64>> = tokens
        .iter()
        .map(|token| embedding[*token as usize * width..(*token as usize + 1) * width].to_vec())
        .collect();
    let nothing = AdapterLayer::default();
    for (index, layer) in model.layers.iter().enumerate() {
        let sides = adapter.map_or(&nothing, |adapter| &adapter.layers[index]);
        let scale = adapter.map_or(0.0, |adapter| f64::from(adapter.scale));
        let apply = |matrix: &[f64], side: &Option<SidePath>, x: &[f64]| {
            let mut y = product(matrix, x);
            if let Some(side) = side {
                let wide = |numbers: &[f32]| numbers.iter().map(|x| f64::from(*x)).collect::<Vec<_>>();
                let raised = product(&wide(&side.b), &product(&wide(&side.a), x));
                y.iter_mut().zip(raised).for_each(|(y, raised)| *y += scale * raised);
            }
            y
        };
        let [query, key, value, output] = [&layer.query, &layer.key, &layer.value, &layer.output].map(matrix);
        let [gate, up, down] = [&layer.gate, &layer.up, &layer.down].map(matrix);
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        for (position, state) in states.iter_mut().enumerate() {
            let x = norm(state, &layer.attention_norm, config.epsilon);
            let mut q = apply(&query, &sides.query, &x);
            let mut k = apply(&key, &sides.key, &x);
            rotate(&mut q, config.head_width, config.rope_base, position);
            rotate(&mut k, config.head_width, config.rope_base, position);
            keys.push(k.into_iter().map(rounded).collect::<Vec<_>>());
            let v = apply(&value, &sides.value, &x);
            values.push(v.into_iter().map(rounded).collect::<Vec<_>>());
            let mut attended = Vec::new();
            for (head, query) in q.chunks(config.head_width).enumerate() {
                let from = head / config.group() * config.head_width;
                let part = from..from + config.head_width;
                let keys: Vec<&[f64]> = keys.iter().map(|k| &k[part.clone()]).collect();
                let values: Vec<&[f64]> = values.iter().map(|v| &v[part.clone()]).collect();
                attended.extend(attend(query, &keys, &values));
            }
            add(state, &apply(&output, &sides.output, &attended));
            let x = norm(state, &layer.feed_forward_norm, config.epsilon);
            let gates = apply(&gate, &sides.gate, &x);
            let ups = apply(&up, &sides.up, &x);
            let inner: Vec<f64> = gates.iter().zip(ups).map(|(gate, up)| silu(*gate) * up).collect();
            add(state, &apply(&down, &sides.down, &inner));
        }
    }
    states
}

/// The logits that follow a state.
pub(super) fn logits(model: &Model, state: &[f64]) -> Vec<f64> {
    product(&matrix(&model.head), &norm(state, &model.final_norm, model.config.epsilon))
}

fn add(x: &mut [f64], y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}
