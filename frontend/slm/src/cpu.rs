//! Runs models on one thread of the CPU.
//!
//! Weights of four and eight bits are multiplied as integers with activations that are rounded to eight bits, block by
//! block (`quantised`), four rows of weights at a time (`packed`). The inner loops (`kernel`) have one build for each
//! instruction set; they add the same integers in any order, so all of them give the same sums. Everything else is
//! `f32`. Prompts are read many positions at a time, so that each weight that is fetched serves them all.

mod attention;
mod breath;
mod float;
mod kernel;
mod matrix;
mod packed;
mod quantised;
mod sample;
#[cfg(test)]
mod tests;

use crate::adapter::{Adapter, AdapterLayer, ClassHead, SidePath};
use crate::backend::{Backend, BackendKind, Ended, Memory, Stop};
use crate::config::Config;
use crate::error::Error;
use crate::sampling::Sampling;
use crate::weights::{Layer, Model, Tensor};
use attention::{Cache, Rotation};
use breath::Breath;
use float::{add, dot, normalise, silu_times};
use matrix::Matrix;
use quantised::{BLOCK, Input};
use std::ops::{ControlFlow, Range};

/// Positions that are read together.
const CHUNK: usize = 32;

/// One transformer block.
struct Block {
    attention_norm: Vec<f32>,
    query: Matrix,
    key: Matrix,
    value: Matrix,
    output: Matrix,
    feed_forward_norm: Vec<f32>,
    gate: Matrix,
    up: Matrix,
    down: Matrix,
}

impl Block {
    fn new(layer: &Layer) -> Self {
        Self {
            attention_norm: layer.attention_norm.clone(),
            query: Matrix::new(&layer.query),
            key: Matrix::new(&layer.key),
            value: Matrix::new(&layer.value),
            output: Matrix::new(&layer.output),
            feed_forward_norm: layer.feed_forward_norm.clone(),
            gate: Matrix::new(&layer.gate),
            up: Matrix::new(&layer.up),
            down: Matrix::new(&layer.down),
        }
    }

    fn bytes(&self) -> usize {
        let matrices = [&self.query, &self.key, &self.value, &self.output, &self.gate, &self.up, &self.down];
        let norms = 4 * (self.attention_norm.len() + self.feed_forward_norm.len());
        matrices.iter().map(|matrix| matrix.bytes()).sum::<usize>() + norms
    }
}

/// The CPU backend. Its activations are rounded to eight bits, so its answers differ a little from those of the GPU.
pub struct Cpu {
    config: Config,
    embedding: Tensor,
    blocks: Vec<Block>,
    final_norm: Vec<f32>,
    head: Matrix,
    rotation: Rotation,
    cache: Cache,
    adapter: Option<Adapter>,
    /// The normalised state of the last position; empty when nothing was read, or only a part of it.
    last: Vec<f32>,
    breath: Breath,
}

impl std::fmt::Debug for Cpu {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Cpu")
            .field("config", &self.config)
            .field("position", &self.cache.len())
            .finish()
    }
}

impl Cpu {
    /// Lays the weights of a model out for the CPU.
    ///
    /// # Errors
    /// [`Error::Unsupported`] for widths that are no multiple of a block.
    pub fn new(model: &Model) -> Result<Self, Error> {
        let config = model.config.clone();
        let queries = config.heads * config.head_width;
        for width in [config.width, queries, config.feed_forward] {
            if !width.is_multiple_of(BLOCK) {
                return Err(Error::Unsupported(format!("a width of {width} is no multiple of {}", BLOCK)));
            }
        }
        Ok(Self {
            embedding: model.embedding.clone(),
            blocks: model.layers.iter().map(Block::new).collect(),
            final_norm: model.final_norm.clone(),
            head: Matrix::new(&model.head),
            rotation: Rotation::new(&config),
            cache: Cache::new(&config),
            adapter: None,
            last: Vec::new(),
            breath: Breath::default(),
            config,
        })
    }

    /// The name of the instruction set that the inner loops use.
    pub fn instructions() -> &'static str {
        kernel::instructions()
    }

    /// Reads tokens from `from` on; each sees the positions of its document, which starts at `documents[n]`. Returns
    /// the states after the last block, row by row.
    async fn read(&mut self, tokens: &[u32], starts: &[usize], stop: &Stop) -> Result<Vec<f32>, Error> {
        let (width, from) = (self.config.width, self.cache.len());
        let mut states = vec![0.0; tokens.len() * width];
        for (token, state) in tokens.iter().zip(states.chunks_exact_mut(width)) {
            let token = *token as usize;
            if token >= self.config.vocabulary {
                return Err(Error::File(format!("it has no token {token}")));
            }
            self.embedding.row_into(token, state);
        }
        for number in 0..self.blocks.len() {
            self.breath.take().await;
            stop.check()?;
            self.block(number, &mut states, from, starts);
        }
        self.cache.grow(tokens.len());
        Ok(states)
    }

    fn block(&mut self, number: usize, states: &mut [f32], from: usize, starts: &[usize]) {
        let Self { config, blocks, adapter, cache, rotation, .. } = self;
        let (block, side) = (&blocks[number], adapter.as_ref().map(|adapter| Side::of(adapter, number)));
        let project = |matrix: &Matrix, input: &Input, path: fn(&AdapterLayer) -> Option<&SidePath>| {
            let mut output = matrix.times(input);
            if let Some(side) = &side
                && let Some(path) = path(side.layer)
            {
                side.add(path, input.plain(), &mut output);
            }
            output
        };
        let input = Input::normalised(states, &block.attention_norm, config.epsilon);
        let mut queries = project(&block.query, &input, |layer| layer.query.as_ref());
        let mut keys = project(&block.key, &input, |layer| layer.key.as_ref());
        let values = project(&block.value, &input, |layer| layer.value.as_ref());
        // A document counts its own positions.
        let places: Vec<usize> = (from..).zip(starts).map(|(position, start)| position - start).collect();
        rotation.turn(&mut queries, &places);
        rotation.turn(&mut keys, &places);
        cache.write(number, from, &keys, &values);
        let mixed = cache.attend(number, &queries, from, starts, config.group());
        let input = Input::of(mixed, config.heads * config.head_width);
        add(states, &project(&block.output, &input, |layer| layer.output.as_ref()));
        let input = Input::normalised(states, &block.feed_forward_norm, config.epsilon);
        let mut gate = project(&block.gate, &input, |layer| layer.gate.as_ref());
        let up = project(&block.up, &input, |layer| layer.up.as_ref());
        silu_times(&mut gate, &up);
        let input = Input::of(gate, config.feed_forward);
        add(states, &project(&block.down, &input, |layer| layer.down.as_ref()));
    }

    /// Reads tokens of one sequence and keeps the state of the last.
    async fn advance(&mut self, tokens: &[u32], stop: &Stop) -> Result<(), Error> {
        let width = self.config.width;
        for chunk in tokens.chunks(CHUNK) {
            let before = self.cache.len();
            let starts = vec![0; chunk.len()];
            let states = match self.read(chunk, &starts, stop).await {
                Ok(states) => states,
                Err(error) => {
                    self.cache.rewind(before);
                    return Err(error);
                }
            };
            let mut last = states[states.len() - width..].to_vec();
            normalise(&mut last, &self.final_norm, self.config.epsilon);
            self.last = last;
        }
        Ok(())
    }

    fn scores(&self) -> Result<Vec<f32>, Error> {
        if self.last.is_empty() {
            return Err(Error::Unsupported("nothing was read yet, so nothing follows".to_owned()));
        }
        Ok(self.head.times(&Input::of(self.last.clone(), self.config.width)))
    }

    fn must_fit(&self, more: usize) -> Result<(), Error> {
        let (needed, available) = (self.cache.len() + more, self.config.context);
        if needed > available { Err(Error::TooLong { needed, available }) } else { Ok(()) }
    }
}

/// The adapter beside one block.
struct Side<'a> {
    rank: usize,
    scale: f32,
    layer: &'a AdapterLayer,
}

impl<'a> Side<'a> {
    fn of(adapter: &'a Adapter, number: usize) -> Self {
        Self { rank: adapter.rank, scale: adapter.scale, layer: &adapter.layers[number] }
    }

    /// output += scale · B·(A·input), row by row.
    fn add(&self, path: &SidePath, input: &[f32], output: &mut [f32]) {
        let (columns, rows) = (path.a.len() / self.rank, path.b.len() / self.rank);
        for (input, output) in input.chunks_exact(columns).zip(output.chunks_exact_mut(rows)) {
            let narrow: Vec<f32> = path.a.chunks_exact(columns).map(|row| dot(row, input)).collect();
            for (output, row) in output.iter_mut().zip(path.b.chunks_exact(self.rank)) {
                *output += self.scale * dot(row, &narrow);
            }
        }
    }
}

impl Backend for Cpu {
    fn kind(&self) -> BackendKind {
        BackendKind::Cpu
    }

    fn config(&self) -> &Config {
        &self.config
    }

    fn position(&self) -> usize {
        self.cache.len()
    }

    fn rewind(&mut self, position: usize) {
        if position < self.cache.len() {
            self.cache.rewind(position);
            self.last.clear();
        }
    }

    fn adapt(&mut self, adapter: Option<&Adapter>) -> Result<(), Error> {
        if let Some(adapter) = adapter {
            check(adapter, &self.config)?;
        }
        self.adapter = adapter.cloned();
        self.rewind(0);
        Ok(())
    }

    async fn prefill(&mut self, tokens: &[u32], stop: &Stop) -> Result<(), Error> {
        self.must_fit(tokens.len())?;
        self.advance(tokens, stop).await
    }

    async fn logits(&mut self) -> Result<Vec<f32>, Error> {
        self.scores()
    }

    async fn decode(
        &mut self,
        count: usize,
        sampling: Sampling,
        stop: &Stop,
        receive: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Ended, Error> {
        let start = self.position();
        let wanted = count.min(self.config.context - start);
        for slot in start..start + wanted {
            stop.check()?;
            let token = sample::choose(&self.scores()?, sampling, slot);
            self.advance(&[token], stop).await?;
            if receive(token).is_break() {
                return Ok(Ended::Received);
            }
        }
        Ok(if wanted < count { Ended::Context } else { Ended::Length })
    }

    async fn classify(
        &mut self,
        documents: &[Vec<u32>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error> {
        self.rewind(0);
        let packs = packs(documents, self.config.context)?;
        let scored = self.classify_packs(documents, &packs, head, stop).await;
        // Gives back what the cache has grown by: one long document would hold it for good.
        self.cache = Cache::new(&self.config);
        self.last.clear();
        scored
    }

    fn memory(&self) -> Memory {
        let vectors = self.final_norm.len() * 4 + self.embedding.range.len();
        let blocks = self.blocks.iter().map(Block::bytes).sum::<usize>();
        Memory {
            weights: blocks + self.head.bytes() + vectors,
            cache: self.cache.bytes(),
            other: self.rotation.bytes() + self.adapter.as_ref().map_or(0, Adapter::bytes),
        }
    }
}

impl Cpu {
    async fn classify_packs(
        &mut self,
        documents: &[Vec<u32>],
        packs: &[Range<usize>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let mut all = Vec::with_capacity(documents.len());
        for together in packs {
            let documents = &documents[together.clone()];
            let mut tokens = Vec::new();
            let mut starts = Vec::new();
            for document in documents {
                starts.resize(starts.len() + document.len(), tokens.len());
                tokens.extend_from_slice(document);
            }
            let read = self.read_in_chunks(&tokens, &starts, stop).await;
            self.rewind(0);
            let states = read?;
            let mut end = 0;
            for document in documents {
                end += document.len() * self.config.width;
                let mut state = states[end - self.config.width..end].to_vec();
                normalise(&mut state, &self.final_norm, self.config.epsilon);
                let rows = head.weight.chunks_exact(self.config.width);
                all.push(rows.zip(&head.bias).map(|(row, bias)| dot(row, &state) + bias).collect());
            }
        }
        Ok(all)
    }

    async fn read_in_chunks(
        &mut self,
        tokens: &[u32],
        starts: &[usize],
        stop: &Stop,
    ) -> Result<Vec<f32>, Error> {
        let mut states = Vec::with_capacity(tokens.len() * self.config.width);
        for (tokens, starts) in tokens.chunks(CHUNK).zip(starts.chunks(CHUNK)) {
            states.extend(self.read(tokens, starts, stop).await?);
        }
        Ok(states)
    }
}

/// Positions that documents share, so that short ones are read together.
const PACK: usize = 128;

/// Which documents are read together: as many as fit into [`PACK`] positions, or one that is longer.
fn packs(documents: &[Vec<u32>], context: usize) -> Result<Vec<Range<usize>>, Error> {
    let mut packs: Vec<Range<usize>> = Vec::new();
    let mut filled = 0;
    for (number, document) in documents.iter().enumerate() {
        if document.is_empty() {
            return Err(Error::Unsupported("an empty document has no last token".to_owned()));
        }
        if document.len() > context {
            return Err(Error::TooLong { needed: document.len(), available: context });
        }
        match packs.last_mut() {
            Some(pack) if filled + document.len() <= PACK.min(context) => pack.end = number + 1,
            _ => {
                packs.push(number..number + 1);
                filled = 0;
            }
        }
        filled += document.len();
    }
    Ok(packs)
}

/// Whether an adapter has the shape of a model.
fn check(adapter: &Adapter, config: &Config) -> Result<(), Error> {
    let wrong = |what: String| Err(Error::Adapter(what));
    if adapter.layers.len() != config.layers {
        return wrong(format!("it has {} blocks and the model {}", adapter.layers.len(), config.layers));
    }
    if adapter.rank == 0 {
        return wrong("its rank is 0".to_owned());
    }
    let queries = config.heads * config.head_width;
    for (number, layer) in adapter.layers.iter().enumerate() {
        for (name, path, columns, rows) in [
            ("query", &layer.query, config.width, queries),
            ("key", &layer.key, config.width, config.kv_width()),
            ("value", &layer.value, config.width, config.kv_width()),
            ("output", &layer.output, queries, config.width),
            ("gate", &layer.gate, config.width, config.feed_forward),
            ("up", &layer.up, config.width, config.feed_forward),
            ("down", &layer.down, config.feed_forward, config.width),
        ] {
            let Some(path) = path else { continue };
            if path.a.len() != adapter.rank * columns || path.b.len() != adapter.rank * rows {
                return wrong(format!("{name} of block {number} has another shape"));
            }
        }
    }
    Ok(())
}
