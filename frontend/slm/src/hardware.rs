//! Both backends behind one type.

use crate::adapter::{Adapter, ClassHead};
use crate::backend::{Backend, BackendKind, Ended, Memory, Stop};
use crate::config::Config;
use crate::cpu::Cpu;
use crate::engine::Workshop;
use crate::error::Error;
use crate::gpu::Gpu;
use crate::sampling::Sampling;
use crate::weights::Model;
use slm_messages::Hardware;
use std::ops::ControlFlow;

/// Builds backends for a model.
pub struct Hardwares {
    model: Model,
    has_software_gpu: bool,
}

impl Hardwares {
    /// For this model. `has_software_gpu` is what the browser says about its adapter.
    pub fn new(model: Model, has_software_gpu: bool) -> Self {
        Self { model, has_software_gpu }
    }
}

impl Workshop for Hardwares {
    type Backend = AnyBackend;

    async fn build(&self, hardware: Hardware) -> Result<AnyBackend, Error> {
        Ok(match hardware {
            Hardware::Cpu => AnyBackend::Cpu(Box::new(Cpu::new(&self.model)?)),
            Hardware::Gpu => AnyBackend::Gpu(Box::new(Gpu::new(&self.model, None).await?)),
        })
    }

    fn has_software_gpu(&self) -> bool {
        self.has_software_gpu
    }
}

/// Either of them.
pub enum AnyBackend {
    /// One thread of the CPU.
    Cpu(Box<Cpu>),
    /// The GPU.
    Gpu(Box<Gpu>),
}

/// The same call on whichever it is.
macro_rules! whichever {
    ($self:ident, $backend:ident => $call:expr) => {
        match $self {
            AnyBackend::Cpu($backend) => $call,
            AnyBackend::Gpu($backend) => $call,
        }
    };
}

impl Backend for AnyBackend {
    fn kind(&self) -> BackendKind {
        whichever!(self, backend => backend.kind())
    }

    fn config(&self) -> &Config {
        whichever!(self, backend => backend.config())
    }

    fn context(&self) -> usize {
        whichever!(self, backend => backend.context())
    }

    fn position(&self) -> usize {
        whichever!(self, backend => backend.position())
    }

    fn rewind(&mut self, position: usize) {
        whichever!(self, backend => backend.rewind(position));
    }

    fn adapt(&mut self, adapter: Option<&Adapter>) -> Result<(), Error> {
        whichever!(self, backend => backend.adapt(adapter))
    }

    async fn prefill(&mut self, tokens: &[u32], stop: &Stop) -> Result<(), Error> {
        whichever!(self, backend => backend.prefill(tokens, stop).await)
    }

    async fn logits(&mut self) -> Result<Vec<f32>, Error> {
        whichever!(self, backend => backend.logits().await)
    }

    async fn decode(
        &mut self,
        count: usize,
        sampling: Sampling,
        stop: &Stop,
        receive: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Ended, Error> {
        whichever!(self, backend => backend.decode(count, sampling, stop, receive).await)
    }

    async fn classify(
        &mut self,
        documents: &[Vec<u32>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error> {
        whichever!(self, backend => backend.classify(documents, head, stop).await)
    }

    fn memory(&self) -> Memory {
        whichever!(self, backend => backend.memory())
    }
}
