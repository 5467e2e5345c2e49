//! Models on the GPU: WebGPU in a browser, Vulkan natively, with kernels of our own in WGSL.
//!
//! A token takes five dispatches a layer and two more, and reads every weight once. Its position and the token itself
//! stay on the device, so that several tokens are under way before the first is known here. A prompt is read in
//! batches of up to 128 tokens by tiled matrix products.
//!
//! ```text
//! model ─ pack ─ weights ─┐
//! recipe (WGSL parts) ─ kernel ─ network (lists of dispatches) ─ Gpu: prefill, decode, classify
//! shape ─ memory ─────────┘
//! ```

mod classify;
mod device;
mod kernel;
mod memory;
mod network;
mod pack;
mod recipe;
mod shape;
mod side;
#[cfg(test)]
mod tests;
mod weights;

pub use device::Info;
pub use shape::Workgroups;

use crate::adapter::{Adapter, ClassHead};
use crate::backend::{Backend, BackendKind, Ended, Memory, Stop};
use crate::config::Config;
use crate::error::Error;
use crate::sampling::Sampling;
use crate::weights::{Model, Tensor};
use device::{Device, Submitted};
use kernel::Kernels;
use memory::{Buffers, NOBODY, StateHead, firsts_offset};
use network::{Network, Stretch, candidates};
use serde::Serialize;
use shape::{CHUNK, Shape};
use side::Sides;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use weights::Weights;

/// Tokens that are under way while the oldest is awaited. Reading back takes a browser a few milliseconds, about as
/// long as a token: with four under way the device never waits. When a run ends early, up to three were in vain.
const AHEAD: usize = 4;

/// Batches of up to so many tokens are read one by one: a tile of the matrix product costs more than these.
const FEW: usize = 3;

/// The same for a CPU that plays the GPU, which takes about ten times as long for a tile as for a token.
const FEW_ON_CPU: usize = 16;

/// What a token costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Dispatches in decoding; an adapter adds up to four a layer.
    pub dispatches: usize,
    /// Bytes of weights that decoding reads, as they are laid out on the device.
    pub weight_bytes: usize,
    /// The least that any layout of the same numbers would read: the size of the tensors in the file.
    pub minimum_bytes: usize,
    /// Bytes of keys and values that decoding reads for each position before the token.
    pub cache_bytes_per_position: usize,
    /// Bytes that come back to the host.
    pub read_back_bytes: usize,
    /// Kernels that were compiled.
    pub kernels: usize,
}

/// A model on the GPU, with one sequence in its cache.
pub struct Gpu {
    device: Device,
    shape: Shape,
    weights: Weights,
    final_norm: Vec<f32>,
    buffers: Buffers,
    kernels: Kernels,
    plain: Network,
    sides: Option<Sides>,
    /// The network beside `sides`; made at the next run, because the device's opinion of it is to be awaited.
    adapted: Option<Network>,
    position: usize,
    /// Whether the logits are those of the last position.
    scored: bool,
}

impl Gpu {
    /// Opens the GPU and puts a model on it. The cache gets `context` positions; 2,048 (or as many as the model was
    /// trained for) when not told.
    ///
    /// # Errors
    /// [`Error::Unsupported`] when the kernels do not serve the model's shape, [`Error::Gpu`] when there is no GPU or
    /// it refuses memory or a shader.
    pub async fn new(model: &Model, context: Option<usize>) -> Result<Self, Error> {
        Self::open(model, context, None).await
    }

    /// The same with workgroups of this kind, whatever the device.
    ///
    /// # Errors
    /// As for [`Gpu::new`].
    pub async fn with_workgroups(
        model: &Model,
        context: Option<usize>,
        workgroups: Workgroups,
    ) -> Result<Self, Error> {
        Self::open(model, context, Some(workgroups)).await
    }

    async fn open(
        model: &Model,
        context: Option<usize>,
        workgroups: Option<Workgroups>,
    ) -> Result<Self, Error> {
        let mut shape = Shape::new(&model.config, context)?;
        let device = Device::open(largest_binding(model, &shape)).await?;
        let fitting = if device.info.fallback { Workgroups::Narrow } else { Workgroups::Wide };
        shape.workgroups = workgroups.unwrap_or(fitting);
        let weights = Weights::upload(&device, model).await?;
        let buffers = device.guarded(|| Buffers::new(&device, &shape, candidates(&shape, &weights))).await?;
        let mut kernels = Kernels::default();
        let plain = Network::new(&device, &mut kernels, &shape, &weights, &buffers, None).await?;
        Ok(Self {
            device,
            shape,
            weights,
            final_norm: model.final_norm.clone(),
            buffers,
            kernels,
            plain,
            sides: None,
            adapted: None,
            position: 0,
            scored: false,
        })
    }

    /// Who computes.
    pub fn info(&self) -> &Info {
        &self.device.info
    }

    /// What a token costs; with the adapter once that has run.
    pub fn plan(&self) -> Plan {
        let network = self.network();
        Plan {
            dispatches: network.dispatches(Stretch::Token) + network.dispatches(Stretch::Head),
            weight_bytes: self.weights.bytes_per_token(),
            minimum_bytes: self.weights.minimum_bytes,
            // Keys and values, two bytes a number.
            cache_bytes_per_position: self.shape.config.layers * self.shape.config.kv_width() * 2 * 2,
            read_back_bytes: size_of::<u32>(),
            kernels: self.kernels.len(),
        }
    }

    fn network(&self) -> &Network {
        self.adapted.as_ref().unwrap_or(&self.plain)
    }

    /// Makes the network beside the adapter if that is new, and hears what became of the device.
    async fn prepare(&mut self) -> Result<(), Error> {
        self.device.check()?;
        let Some(sides) = self.sides.as_ref().filter(|_| self.adapted.is_none()) else { return Ok(()) };
        let Self { device, kernels, shape, weights, buffers, .. } = self;
        let network = Network::new(device, kernels, shape, weights, buffers, Some(sides)).await?;
        self.adapted = Some(network);
        Ok(())
    }

    fn few(&self) -> usize {
        if self.device.info.fallback { FEW_ON_CPU } else { FEW }
    }

    fn check_tokens(&self, tokens: &[u32]) -> Result<(), Error> {
        let vocabulary = self.shape.config.vocabulary;
        match tokens.iter().find(|token| **token as usize >= vocabulary) {
            Some(token) => Err(Error::Unsupported(format!("token {token} of {vocabulary}"))),
            None => Ok(()),
        }
    }

    fn encoder(&self) -> wgpu::CommandEncoder {
        self.device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default())
    }

    fn write_state(&self, head: StateHead) {
        self.device.queue.write_buffer(&self.buffers.state, 0, bytemuck::bytes_of(&head));
    }

    /// Records the reading of a batch whose first token takes slot `position`. Each token sees the slots from its
    /// entry of `firsts` on.
    fn read_batch(&self, position: usize, tokens: &[u32], firsts: &[u32]) -> wgpu::CommandEncoder {
        self.write_state(state_head(position, tokens.len()));
        let queue = &self.device.queue;
        queue.write_buffer(&self.buffers.state, firsts_offset(&self.shape), bytemuck::cast_slice(firsts));
        queue.write_buffer(&self.buffers.entries, 0, bytemuck::cast_slice(tokens));
        let mut encoder = self.encoder();
        self.network().record(&mut encoder, &[Stretch::Batch], position, tokens.len());
        encoder
    }

    /// Reads a batch of the prompt; `last` asks for the logits of its last token.
    fn submit_batch(&self, tokens: &[u32], last: bool) -> Submitted {
        let mut encoder = self.read_batch(self.position, tokens, &vec![0; tokens.len()]);
        if last {
            let row = 4 * self.shape.config.width as u64;
            let from = row * (tokens.len() as u64 - 1);
            encoder.copy_buffer_to_buffer(&self.buffers.batch, from, &self.buffers.hidden, 0, row);
            self.network().record(&mut encoder, &[Stretch::Head], self.position, 1);
        }
        self.device.submit(encoder)
    }

    /// Reads a token of the prompt with the kernels of decoding.
    fn submit_token(&self, position: usize, token: u32, last: bool) -> Submitted {
        self.write_state(StateHead { forced: token, ..state_head(position, 1) });
        let mut encoder = self.encoder();
        let stretches: &[Stretch] = if last { &[Stretch::Token, Stretch::Head] } else { &[Stretch::Token] };
        self.network().record(&mut encoder, stretches, position, 1);
        self.device.submit(encoder)
    }
}

impl Backend for Gpu {
    fn kind(&self) -> BackendKind {
        BackendKind::Gpu
    }

    fn config(&self) -> &Config {
        &self.shape.config
    }

    fn context(&self) -> usize {
        self.shape.context
    }

    fn position(&self) -> usize {
        self.position
    }

    fn rewind(&mut self, position: usize) {
        if position < self.position {
            self.position = position;
            self.scored = false;
        }
    }

    fn adapt(&mut self, adapter: Option<&Adapter>) -> Result<(), Error> {
        let sides = adapter.map(|adapter| Sides::upload(&self.device, &self.shape, adapter)).transpose()?;
        self.sides = sides;
        self.adapted = None;
        self.rewind(0);
        Ok(())
    }

    async fn prefill(&mut self, tokens: &[u32], stop: &Stop) -> Result<(), Error> {
        let needed = self.position + tokens.len();
        if needed > self.shape.context {
            return Err(Error::TooLong { needed, available: self.shape.context });
        }
        self.check_tokens(tokens)?;
        self.prepare().await?;
        let end = needed;
        let mut under_way: Option<Submitted> = None;
        for batch in tokens.chunks(CHUNK) {
            stop.check()?;
            self.scored = false;
            let last = self.position + batch.len() == end;
            let mut submitted = None;
            if batch.len() > self.few() {
                submitted = Some(self.submit_batch(batch, last));
            } else {
                for (index, token) in batch.iter().enumerate() {
                    let last = last && index + 1 == batch.len();
                    submitted = Some(self.submit_token(self.position + index, *token, last));
                }
            }
            self.position += batch.len();
            // Two batches under way keep the device busy; waiting for the first lets the host set `stop`.
            if let Some(earlier) = std::mem::replace(&mut under_way, submitted) {
                self.device.finish(earlier).await?;
            }
        }
        if let Some(submitted) = under_way {
            self.device.finish(submitted).await?;
            self.scored = true;
        }
        Ok(())
    }

    async fn logits(&mut self) -> Result<Vec<f32>, Error> {
        self.check_scored()?;
        let bytes = 4 * self.shape.config.vocabulary as u64;
        let pending = self.device.submit_and_read(self.encoder(), &self.buffers.logits, bytes);
        Ok(numbers(&self.device.read(pending).await?))
    }

    async fn decode(
        &mut self,
        count: usize,
        sampling: Sampling,
        stop: &Stop,
        receive: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Ended, Error> {
        self.check_scored()?;
        let start = self.position;
        let wanted = count.min(self.shape.context - start);
        let (temperature, seed) = match sampling {
            Sampling::Temperature { temperature, seed } if temperature > 0.0 => (temperature, seed),
            Sampling::Temperature { .. } | Sampling::Greedy => (0.0, 0),
        };
        self.write_state(StateHead { temperature, seed, ..state_head(start, 1) });
        let mut under_way = VecDeque::with_capacity(AHEAD);
        let mut sent = 0;
        while self.position - start < wanted {
            while sent < wanted && under_way.len() < AHEAD {
                stop.check()?;
                self.scored = false;
                let mut encoder = self.encoder();
                if sent == 0 {
                    self.network().record(&mut encoder, &[Stretch::Scan], start, 1);
                }
                let stretches = [Stretch::Token, Stretch::Head];
                self.network().record(&mut encoder, &stretches, start + sent, 1);
                under_way.push_back(self.device.submit_and_read(encoder, &self.buffers.chosen, 4));
                sent += 1;
            }
            let Some(oldest) = under_way.pop_front() else { break };
            let token = numbers::<u32>(&self.device.read(oldest).await?).first().copied().unwrap_or(0);
            stop.check()?;
            self.position += 1;
            if receive(token).is_break() {
                self.scored = self.position - start == sent;
                return Ok(Ended::Received);
            }
        }
        self.scored = true;
        Ok(if wanted < count { Ended::Context } else { Ended::Length })
    }

    async fn classify(
        &mut self,
        documents: &[Vec<u32>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error> {
        self.classify_packed(documents, head, stop).await
    }

    fn memory(&self) -> Memory {
        let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        Memory {
            weights: self.weights.bytes(),
            cache: size(self.buffers.cache_bytes()),
            other: size(self.buffers.other_bytes() + self.sides.as_ref().map_or(0, Sides::bytes)),
        }
    }
}

impl Gpu {
    fn check_scored(&self) -> Result<(), Error> {
        self.device.check()?;
        if self.scored {
            return Ok(());
        }
        Err(Error::Gpu("it was asked what comes next before it read anything".into()))
    }
}

/// The state of a batch of `tokens` tokens from `position` on: greedy, nothing forced.
fn state_head(position: usize, tokens: usize) -> StateHead {
    // Positions and batches are far below 2³².
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    StateHead {
        position: number(position),
        tokens: number(tokens),
        next: number(position),
        forced: NOBODY,
        seed: 0,
        temperature: 0.0,
        unused: [0; 2],
    }
}

/// Numbers that came back from the device, which is little-endian like every host with WebGPU.
fn numbers<T: bytemuck::AnyBitPattern>(bytes: &[u8]) -> Vec<T> {
    bytes.chunks_exact(size_of::<T>()).map(bytemuck::pod_read_unaligned).collect()
}

/// Bytes of the largest buffer that a model needs. Packing adds nothing, except where formats are mixed in a layer.
fn largest_binding(model: &Model, shape: &Shape) -> u64 {
    let config = &model.config;
    let size = |tensors: &[&Tensor]| tensors.iter().map(|tensor| tensor.range.len()).sum::<usize>();
    let layers = model.layers.iter().flat_map(|layer| {
        [
            size(&[&layer.query, &layer.key, &layer.value]),
            size(&[&layer.gate, &layer.up]),
            size(&[&layer.down]),
        ]
    });
    let cache = 2 * config.kv_width() * shape.context * 2;
    layers.chain([size(&[&model.embedding]), size(&[&model.head]), cache]).max().unwrap_or(0) as u64
}
