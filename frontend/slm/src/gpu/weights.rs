//! The weights on the device.

use super::device::Device;
use super::pack::{Format, Order, Packed, pack};
use crate::error::Error;
use crate::weights::{Layer, Model, Tensor};

/// A matrix on the device.
pub(super) struct Matrix {
    pub(super) format: Format,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) quants: wgpu::Buffer,
    pub(super) scales: Option<wgpu::Buffer>,
    /// Bytes that a product reads.
    pub(super) bytes: usize,
}

/// One block of the model.
pub(super) struct LayerWeights {
    pub(super) attention_norm: wgpu::Buffer,
    pub(super) query_key_value: Matrix,
    pub(super) output: Matrix,
    pub(super) feed_forward_norm: wgpu::Buffer,
    pub(super) gate_up: Matrix,
    pub(super) down: Matrix,
}

/// The whole model.
pub(super) struct Weights {
    pub(super) embedding: Matrix,
    pub(super) layers: Vec<LayerWeights>,
    pub(super) final_norm: wgpu::Buffer,
    /// `None` where the embedding serves.
    pub(super) head: Option<Matrix>,
    /// What a token must read at least: all matrices but the embedding as the file stores them, one row of that,
    /// the normalisations.
    pub(super) minimum_bytes: usize,
}

impl Matrix {
    /// Uploads a packed matrix.
    pub(super) fn upload(device: &Device, name: &str, packed: &Packed) -> Self {
        let quants = device.filled(name, &packed.quants);
        let scales = packed.format.has_scales().then(|| device.filled(name, &packed.scales));
        // What was written waits in the queue's own memory until something is submitted.
        device.queue.submit([]);
        Self {
            format: packed.format,
            rows: packed.rows,
            columns: packed.columns,
            quants,
            scales,
            bytes: packed.quants.len() + packed.scales.len(),
        }
    }
}

impl Weights {
    /// Packs and uploads a model, one matrix after the other: only one is in memory twice.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when a matrix cannot be packed, [`Error::Gpu`] when the device refuses the memory.
    pub(super) async fn upload(device: &Device, model: &Model) -> Result<Self, Error> {
        device.guarded(|| Self::upload_unguarded(device, model)).await?
    }

    fn upload_unguarded(device: &Device, model: &Model) -> Result<Self, Error> {
        let one = |name: &str, tensor: &Tensor| {
            pack(&[tensor], Order::Concatenated).map(|packed| Matrix::upload(device, name, &packed))
        };
        let norm = |numbers: &[f32]| device.filled("norm", bytemuck::cast_slice(numbers));
        let mut layers = Vec::with_capacity(model.layers.len());
        for layer in &model.layers {
            layers.push(LayerWeights {
                attention_norm: norm(&layer.attention_norm),
                query_key_value: Matrix::upload(
                    device,
                    "query, key, value",
                    &pack(&[&layer.query, &layer.key, &layer.value], Order::Concatenated)?,
                ),
                output: one("output", &layer.output)?,
                feed_forward_norm: norm(&layer.feed_forward_norm),
                gate_up: Matrix::upload(
                    device,
                    "gate, up",
                    &pack(&[&layer.gate, &layer.up], Order::Interleaved)?,
                ),
                down: one("down", &layer.down)?,
            });
        }
        Ok(Self {
            embedding: one("embedding", &model.embedding)?,
            layers,
            final_norm: norm(&model.final_norm),
            head: if tied(model) { None } else { Some(one("head", &model.head)?) },
            minimum_bytes: minimum_bytes(model),
        })
    }

    /// The matrix that scores the vocabulary.
    pub(super) fn head(&self) -> &Matrix {
        self.head.as_ref().unwrap_or(&self.embedding)
    }

    /// Bytes of weights that a token reads as they are laid out here.
    pub(super) fn bytes_per_token(&self) -> usize {
        let layers = self.layers.iter().map(|layer| {
            let matrices = [&layer.query_key_value, &layer.output, &layer.gate_up, &layer.down];
            matrices.map(|matrix| matrix.bytes).iter().sum::<usize>() + norms(self.embedding.columns)
        });
        layers.sum::<usize>()
            + self.head().bytes
            + self.embedding.bytes / self.embedding.rows
            + self.embedding.columns * 4
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let table = if self.head.is_some() { self.embedding.bytes } else { 0 };
        self.bytes_per_token() + table - self.embedding.bytes / self.embedding.rows
    }
}

/// Bytes of one layer's two normalisations.
fn norms(width: usize) -> usize {
    2 * 4 * width
}

fn tied(model: &Model) -> bool {
    std::sync::Arc::ptr_eq(&model.embedding.file, &model.head.file)
        && model.embedding.range == model.head.range
}

fn minimum_bytes(model: &Model) -> usize {
    let layers = model.layers.iter().map(|layer: &Layer| {
        let tensors =
            [&layer.query, &layer.key, &layer.value, &layer.output, &layer.gate, &layer.up, &layer.down];
        tensors.map(|tensor| tensor.range.len()).iter().sum::<usize>() + norms(model.config.width)
    });
    layers.sum::<usize>()
        + model.head.range.len()
        + model.embedding.range.len() / model.embedding.rows.max(1)
        + model.config.width * 4
}
