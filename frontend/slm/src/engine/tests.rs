//! Choosing and recovering, with backends that fail on demand: a real device is not lost by asking.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::adapter::{Adapter, ClassHead};
use crate::backend::BackendKind;
use crate::config::Config;
use pollster::block_on;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

/// Counts upwards: the token after `n` is `n + 1`. The answer to its prompt is known.
const COUNTING: KnownAnswer = KnownAnswer { prompt: &[4, 5, 6], answer: &[7, 8, 9] };

/// How the backends of a test behave, changed while they run.
#[derive(Default)]
struct Fate {
    /// The GPU is not there.
    no_gpu: Cell<bool>,
    /// The GPU is software.
    software_gpu: Cell<bool>,
    /// The GPU miscounts.
    wrong_gpu: Cell<bool>,
    /// The GPU takes this long for a token; the CPU takes 2 ms.
    gpu_ms: Cell<u64>,
    /// The GPU is lost after so many further tokens, each time this many more; from the front.
    losses: RefCell<Vec<usize>>,
    /// What was built.
    built: RefCell<Vec<Hardware>>,
}

struct Counter {
    hardware: Hardware,
    fate: Rc<Fate>,
    cache: Vec<u32>,
    config: Config,
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

    fn adapt(&mut self, _: Option<&Adapter>) -> Result<(), Error> {
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

    async fn classify(&mut self, _: &[Vec<u32>], _: &ClassHead, _: &Stop) -> Result<Vec<Vec<f32>>, Error> {
        Ok(Vec::new())
    }

    fn memory(&self) -> Memory {
        Memory { weights: 0, cache: 0, other: 0 }
    }
}

struct Counters(Rc<Fate>);

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
        Ok(Counter { hardware, fate: self.0.clone(), cache: Vec::new(), config })
    }

    fn has_software_gpu(&self) -> bool {
        self.0.software_gpu.get()
    }
}

fn started(fate: &Rc<Fate>, wanted: Wanted) -> Engine<Counters> {
    block_on(Engine::start(Counters(fate.clone()), Some(COUNTING), wanted, &Stop::default())).unwrap()
}

fn written(engine: &mut Engine<Counters>, count: usize) -> Vec<u32> {
    let mut tokens = Vec::new();
    let mut receive = |token| {
        tokens.push(token);
        ControlFlow::Continue(())
    };
    block_on(engine.write(&[1, 2], count, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    tokens
}

#[test]
fn the_faster_backend_is_chosen_and_the_reason_says_by_how_much() {
    let fate = Rc::new(Fate::default());
    let engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().backend, Hardware::Gpu);
    assert_eq!(engine.choice().trials.len(), 2);
    assert!(matches!(engine.choice().reason, Reason::Faster { chosen: Hardware::Gpu, times } if times > 1.0));
    fate.gpu_ms.set(10);
    let engine = started(&fate, Wanted::Auto);
    assert!(matches!(engine.choice().reason, Reason::Faster { chosen: Hardware::Cpu, times } if times > 2.0));
    assert_eq!(engine.backend().position(), 0, "nothing of the trial is left behind");
}

#[test]
fn a_fast_backend_that_computes_wrong_is_not_chosen() {
    let fate = Rc::new(Fate::default());
    fate.wrong_gpu.set(true);
    let engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().backend, Hardware::Cpu);
    let reason = engine.choice().reason.to_string();
    assert!(
        reason.contains("the GPU cannot: It computes wrong: [8, 10, 12] instead of [7, 8, 9]."),
        "{reason}"
    );
}

#[test]
fn without_a_gpu_the_cpu_does_the_work_even_if_the_gpu_was_asked_for() {
    let fate = Rc::new(Fate::default());
    fate.no_gpu.set(true);
    for wanted in [Wanted::Auto, Wanted::Gpu] {
        let engine = started(&fate, wanted);
        assert_eq!(engine.choice().backend, Hardware::Cpu);
        let reason = engine.choice().reason.to_string();
        assert!(
            reason.ends_with("because the GPU cannot: The GPU cannot be used: there is none."),
            "{reason}"
        );
    }
}

#[test]
fn a_gpu_of_software_is_used_only_where_somebody_asks_for_it() {
    let fate = Rc::new(Fate::default());
    fate.software_gpu.set(true);
    let mut engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().reason, Reason::SoftwareGpu);
    assert_eq!(*fate.built.borrow(), [Hardware::Cpu]);
    block_on(engine.choose(Wanted::Gpu, &Stop::default())).unwrap();
    assert_eq!(engine.choice().reason, Reason::Asked { chosen: Hardware::Gpu });
}

#[test]
fn what_was_asked_for_is_used_although_the_other_is_faster() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Cpu);
    assert_eq!(*fate.built.borrow(), [Hardware::Cpu], "nobody asked for the GPU");
    assert_eq!(engine.choice().reason, Reason::Asked { chosen: Hardware::Cpu });
    block_on(engine.choose(Wanted::Gpu, &Stop::default())).unwrap();
    assert_eq!(engine.choice().reason, Reason::Asked { chosen: Hardware::Gpu });
}

#[test]
fn a_lost_gpu_is_started_anew_once_and_then_the_cpu_takes_over() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    *fate.losses.borrow_mut() = vec![3];
    assert_eq!(written(&mut engine, 6), [3, 4, 5, 6, 7, 8], "the answer goes on where it was");
    assert_eq!(engine.choice().backend, Hardware::Gpu);
    assert_eq!(
        engine.choice().reason,
        Reason::StartedAnew { because: "The GPU was lost: unplugged.".to_owned() }
    );
    *fate.losses.borrow_mut() = vec![2];
    assert_eq!(written(&mut engine, 6), [3, 4, 5, 6, 7, 8]);
    assert_eq!(engine.choice().backend, Hardware::Cpu);
    assert!(matches!(engine.choice().reason, Reason::TookOver { .. }));
    assert_eq!(*fate.built.borrow(), [Hardware::Gpu, Hardware::Gpu, Hardware::Cpu]);
}

#[test]
fn a_gpu_that_does_not_come_back_is_followed_by_the_cpu() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Auto);
    assert_eq!(engine.choice().backend, Hardware::Gpu);
    *fate.losses.borrow_mut() = vec![1];
    fate.no_gpu.set(true);
    assert_eq!(written(&mut engine, 4), [3, 4, 5, 6]);
    assert_eq!(engine.choice().backend, Hardware::Cpu);
    assert_eq!(engine.choice().trials.len(), 4, "two at the start, two more now");
}

#[test]
fn whoever_had_enough_gets_nothing_further() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Cpu);
    let mut tokens = Vec::new();
    let mut receive = |token| {
        tokens.push(token);
        if token == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ended = block_on(engine.write(&[1, 2], 9, Sampling::Greedy, &Stop::default(), &mut receive));
    assert_eq!(ended, Ok(Ended::Received));
    assert_eq!(tokens, [3, 4]);
}

#[test]
fn stopping_is_no_failure_of_the_gpu() {
    let fate = Rc::new(Fate::default());
    let mut engine = started(&fate, Wanted::Gpu);
    let stop = Stop::default();
    let mut receive = |_| {
        stop.stop();
        ControlFlow::Continue(())
    };
    let ended = block_on(engine.write(&[1], 9, Sampling::Greedy, &stop, &mut receive));
    assert_eq!(ended, Err(Error::Stopped));
    assert_eq!(engine.choice().backend, Hardware::Gpu);
}
