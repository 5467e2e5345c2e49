//! Backends that fail on demand: a real device is not lost by asking.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::adapter::{Adapter, ClassHead};
use crate::backend::BackendKind;
use crate::config::Config;
use pollster::block_on;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// Counts upwards: the token after `n` is `n + 1`. The answer to its prompt is known.
pub(crate) const COUNTING: KnownAnswer = KnownAnswer { prompt: &[4, 5, 6], answer: &[7, 8, 9] };

/// How the backends of a test behave, changed while they run.
#[derive(Default)]
pub(crate) struct Fate {
    /// The GPU is not there.
    pub(crate) no_gpu: Cell<bool>,
    /// The GPU is software.
    pub(crate) software_gpu: Cell<bool>,
    /// The GPU miscounts.
    pub(crate) wrong_gpu: Cell<bool>,
    /// The GPU takes this long for a token; the CPU takes 2 ms.
    pub(crate) gpu_ms: Cell<u64>,
    /// The GPU is lost after so many further tokens, each time this many more; from the front.
    pub(crate) losses: RefCell<Vec<usize>>,
    /// What was built.
    pub(crate) built: RefCell<Vec<Hardware>>,
    /// The GPU scores documents with what is no number.
    pub(crate) mad_gpu: Cell<bool>,
    /// The GPU refuses adapters.
    pub(crate) stubborn_gpu: Cell<bool>,
    /// How many documents were scored at once, each time.
    pub(crate) packs: RefCell<Vec<usize>>,
}

pub(crate) struct Counter {
    hardware: Hardware,
    fate: Rc<Fate>,
    cache: Vec<u32>,
    config: Config,
    /// The scale of the adapter.
    scale: Option<f32>,
}

impl Counter {
    fn lose(&self) -> Result<(), Error> {
        let mut losses = self.fate.losses.borrow_mut();
        match losses.first_mut() {
            Some(left) if self.hardware == Hardware::Gpu => {
                if *left == 0 {
                    losses.remove(0);
                    return Err(Error::Lost("unplugged".to_owned()));
                }
                *left -= 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Backend for Counter {
    fn kind(&self) -> BackendKind {
        if self.hardware == Hardware::Gpu { BackendKind::Gpu } else { BackendKind::Cpu }
    }

    fn config(&self) -> &Config {
        &self.config
    }

    fn position(&self) -> usize {
        self.cache.len()
    }

    fn rewind(&mut self, position: usize) {
        self.cache.truncate(position);
    }

    fn adapt(&mut self, adapter: Option<&Adapter>) -> Result<(), Error> {
        if adapter.is_some() && self.hardware == Hardware::Gpu && self.fate.stubborn_gpu.get() {
            return Err(Error::Gpu("there is no room".to_owned()));
        }
        if adapter.is_some_and(|adapter| adapter.rank == 0) {
            return Err(Error::Adapter("its rank is 0".to_owned()));
        }
        self.scale = adapter.map(|adapter| adapter.scale);
        self.cache.clear();
        Ok(())
    }

    async fn prefill(&mut self, tokens: &[u32], stop: &Stop) -> Result<(), Error> {
        stop.check()?;
        self.cache.extend_from_slice(tokens);
        Ok(())
    }

    async fn logits(&mut self) -> Result<Vec<f32>, Error> {
        Ok(Vec::new())
    }

    async fn decode(
        &mut self,
        count: usize,
        _: Sampling,
        stop: &Stop,
        receive: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Ended, Error> {
        for _ in 0..count {
            stop.check()?;
            self.lose()?;
            let is_gpu = self.hardware == Hardware::Gpu;
            std::thread::sleep(Duration::from_millis(if is_gpu { self.fate.gpu_ms.get() } else { 2 }));
            let step = if is_gpu && self.fate.wrong_gpu.get() { 2 } else { 1 };
            let token = self.cache.last().copied().unwrap_or_default() + step;
            self.cache.push(token);
            if receive(token).is_break() {
                return Ok(Ended::Received);
            }
        }
        Ok(Ended::Length)
    }

    /// A document of n tokens belongs to class n; an adapter says by its scale how surely.
    async fn classify(
        &mut self,
        documents: &[Vec<u32>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error> {
        stop.check()?;
        for _ in documents {
            self.lose()?;
        }
        self.cache.clear();
        self.fate.packs.borrow_mut().push(documents.len());
        let sure = match self.hardware {
            Hardware::Gpu if self.fate.mad_gpu.get() => f32::NAN,
            _ => self.scale.unwrap_or(0.0),
        };
        let score = |document: &Vec<u32>, label: usize| if document.len() == label { sure } else { 0.0 };
        let scores = |document| (0..head.bias.len()).map(|label| score(document, label)).collect();
        Ok(documents.iter().map(scores).collect())
    }

    fn memory(&self) -> Memory {
        Memory { weights: 0, cache: 0, other: 0 }
    }
}

pub(crate) struct Counters(pub(crate) Rc<Fate>);

impl Workshop for Counters {
    type Backend = Counter;

    async fn build(&self, hardware: Hardware) -> Result<Counter, Error> {
        self.0.built.borrow_mut().push(hardware);
        if hardware == Hardware::Gpu && self.0.no_gpu.get() {
            return Err(Error::Gpu("there is none".to_owned()));
        }
        let config = Config {
            layers: 1,
            width: 1,
            heads: 1,
            kv_heads: 1,
            head_width: 1,
            feed_forward: 1,
            vocabulary: 1_000,
            context: 1_000,
            rope_base: 1.0,
            epsilon: 1e-5,
        };
        Ok(Counter { hardware, fate: self.0.clone(), cache: Vec::new(), config, scale: None })
    }

    fn has_software_gpu(&self) -> bool {
        self.0.software_gpu.get()
    }
}

pub(crate) fn started(fate: &Rc<Fate>, wanted: Wanted) -> Engine<Counters> {
    block_on(Engine::start(Counters(fate.clone()), Some(COUNTING), wanted, &Stop::default())).unwrap()
}
