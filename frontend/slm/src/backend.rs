//! What a backend does.

use crate::adapter::{Adapter, ClassHead};
use crate::config::Config;
use crate::error::Error;
use crate::sampling::Sampling;
use serde::Serialize;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Which hardware does the arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BackendKind {
    /// WebGPU in a browser, Vulkan natively.
    Gpu,
    /// One thread; SIMD where there is any.
    Cpu,
}

/// Asks a run to end. Backends look at it at least once per block of the model, and yield to their host often enough
/// that it can be set from outside.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Ends the runs that were given this, or a clone of it.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// An error when somebody asked to stop.
    pub fn check(&self) -> Result<(), Error> {
        if self.0.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
    }
}

/// Why a run of decoding ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The number of tokens asked for is reached.
    Length,
    /// Whoever received the tokens had enough (an end-of-text token, usually).
    Received,
    /// The context is full.
    Context,
}

/// Bytes in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Memory {
    /// Weights, as the backend lays them out.
    pub weights: usize,
    /// Keys and values.
    pub cache: usize,
    /// Everything else that is held between runs.
    pub other: usize,
}

/// Runs a model. It holds one sequence: the positions in the key/value cache.
#[allow(async_fn_in_trait)] // One thread; nobody needs the futures to be `Send`.
pub trait Backend {
    /// Which hardware.
    fn kind(&self) -> BackendKind;

    /// Shape of the model.
    fn config(&self) -> &Config;

    /// Positions that its cache has; those that the model was trained for unless it has fewer.
    fn context(&self) -> usize {
        self.config().context
    }

    /// Positions in the cache.
    fn position(&self) -> usize;

    /// Forgets all positions from `position` on.
    fn rewind(&mut self, position: usize);

    /// Puts an adapter beside the weights, or takes it away. Forgets all positions: they were made with another model.
    ///
    /// # Errors
    /// [`Error::Adapter`] when its shape is not the model's.
    fn adapt(&mut self, adapter: Option<&Adapter>) -> Result<(), Error>;

    /// Reads tokens into the cache. Afterwards the logits of the last one are ready.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Stopped`] (positions read so far stay), [`Error::Lost`].
    async fn prefill(&mut self, tokens: &[u32], stop: &Stop) -> Result<(), Error>;

    /// The logits of the last position: one for each entry of the vocabulary.
    ///
    /// # Errors
    /// [`Error::Lost`].
    async fn logits(&mut self) -> Result<Vec<f32>, Error>;

    /// Chooses up to `count` tokens one after the other, each read into the cache before the next is chosen, and
    /// hands each out as soon as it is known. After prefill, and after a run that ended by `Length`, the logits that
    /// the next run starts from are those of the last position.
    ///
    /// # Errors
    /// [`Error::Stopped`] (tokens handed out so far are in the cache), [`Error::Lost`].
    async fn decode(
        &mut self,
        count: usize,
        sampling: Sampling,
        stop: &Stop,
        receive: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Ended, Error>;

    /// Scores the classes of each document: logits, one row for each document. Documents do not see each other. Leaves
    /// the cache empty.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Stopped`], [`Error::Lost`].
    async fn classify(
        &mut self,
        documents: &[Vec<u32>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error>;

    /// Bytes in use.
    fn memory(&self) -> Memory;
}
