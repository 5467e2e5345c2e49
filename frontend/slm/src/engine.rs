//! Chooses the backend, and keeps a model running when it fails.
//!
//! At the start every backend answers a question whose answer is known: a broken shader fails silently, and a fast
//! wrong answer is worth nothing. Those that pass are timed shortly, and the faster one stays. A GPU that fails later
//! is started anew once, then the CPU takes over; an answer that was being written goes on where it was.

mod clock;
mod known;
mod trial;

#[cfg(test)]
pub(crate) mod fakes;
#[cfg(test)]
mod tests;

pub use clock::now_ms;
pub use known::KnownAnswer;

use crate::adapter::{Adapter, ClassHead};
use crate::backend::{Backend, Ended, Memory, Stop};
use crate::error::Error;
use crate::sampling::Sampling;
use slm_messages::{Choice, Hardware, Outcome, Reason, Trial, Wanted};
use std::ops::ControlFlow;
use std::rc::Rc;

/// Builds backends for one model.
#[allow(async_fn_in_trait)] // One thread; nobody needs the futures to be `Send`.
pub trait Workshop {
    /// What it builds; several kinds behind one type.
    type Backend: Backend;

    /// Builds one. Called again when one has failed, so it must not reuse a device.
    ///
    /// # Errors
    /// [`Error::Gpu`] when there is no device, or it refuses memory or a shader.
    async fn build(&self, hardware: Hardware) -> Result<Self::Backend, Error>;

    /// Whether the GPU here is software that the CPU computes. Starting one takes seconds, and it cannot win.
    fn has_software_gpu(&self) -> bool;
}

/// A model that runs.
pub struct Engine<W: Workshop> {
    workshop: W,
    known: Option<KnownAnswer>,
    backend: W::Backend,
    choice: Choice,
    /// What stands beside the weights; put there again when another backend takes over.
    adapter: Option<Rc<Adapter>>,
    /// Whether the GPU has failed and been started anew since it was chosen.
    started_anew: bool,
}

impl<W: Workshop> Engine<W> {
    /// Builds, tests and times backends, and keeps one: what is wanted, if it works, else what does.
    ///
    /// # Errors
    /// Why nothing works; [`Error::Stopped`].
    pub async fn start(
        workshop: W,
        known: Option<KnownAnswer>,
        wanted: Wanted,
        stop: &Stop,
    ) -> Result<Self, Error> {
        let (backend, choice) = choose(&workshop, known, wanted, stop).await?;
        Ok(Self { workshop, known, backend, choice, adapter: None, started_anew: false })
    }

    /// What it runs on, and why.
    pub fn choice(&self) -> &Choice {
        &self.choice
    }

    /// The backend that is in use.
    pub fn backend(&self) -> &W::Backend {
        &self.backend
    }

    /// Positions that prompt and answer may have together.
    pub fn context(&self) -> usize {
        self.backend.context()
    }

    /// Bytes in use.
    pub fn memory(&self) -> Memory {
        self.backend.memory()
    }

    /// Runs the model on something else. If nothing works any more, what ran before stays.
    ///
    /// # Errors
    /// As [`Engine::start`].
    pub async fn choose(&mut self, wanted: Wanted, stop: &Stop) -> Result<(), Error> {
        let (mut backend, choice) = choose(&self.workshop, self.known, wanted, stop).await?;
        if self.adapter.is_some() {
            backend.adapt(self.adapter.as_deref())?;
        }
        self.backend = backend;
        self.choice = choice;
        self.started_anew = false;
        Ok(())
    }

    /// Puts an adapter beside the weights, or takes away what stands there; nothing happens where that is so already.
    /// Says whether anything happened.
    ///
    /// # Errors
    /// [`Error::Adapter`] when its shape is not the model's: what stood there before still does. What the CPU fails
    /// with.
    pub async fn adapt(&mut self, adapter: Option<&Rc<Adapter>>, stop: &Stop) -> Result<bool, Error> {
        let is_so = match (adapter, &self.adapter) {
            (Some(wanted), Some(present)) => Rc::ptr_eq(wanted, present),
            (wanted, present) => wanted.is_none() && present.is_none(),
        };
        if is_so {
            return Ok(false);
        }
        match self.backend.adapt(adapter.map(Rc::as_ref)) {
            Ok(()) => self.adapter = adapter.cloned(),
            Err(error) if is_of_the_gpu(&error) => {
                let before = std::mem::replace(&mut self.adapter, adapter.cloned());
                if let Err(error) = self.recover(error, stop).await {
                    self.adapter = before;
                    return Err(error);
                }
            }
            Err(error) => return Err(error),
        }
        Ok(true)
    }

    /// Scores the classes of documents that are read at once: logits, one row for each. Of a GPU that fails on the way
    /// nothing is seen but a change of [`Engine::choice`]: what takes over reads them again.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Stopped`], and what the CPU fails with.
    pub async fn classify(
        &mut self,
        documents: &[Vec<u32>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error> {
        loop {
            let scored = match self.backend.classify(documents, head, stop).await {
                Ok(scores) if scores.iter().flatten().any(|score| !score.is_finite()) => {
                    Err(Error::Gpu("its scores are no numbers".to_owned()))
                }
                scored => scored,
            };
            match scored {
                Err(error) if is_of_the_gpu(&error) => self.recover(error, stop).await?,
                ended => return ended,
            }
        }
    }

    /// Answers a prompt with up to `count` tokens, each handed out as soon as it is known. Of a GPU that fails on the
    /// way nothing is seen but a change of [`Engine::choice`]: the tokens handed out so far are read again, and the
    /// answer goes on.
    ///
    /// # Errors
    /// [`Error::TooLong`], [`Error::Stopped`], and what the CPU fails with.
    pub async fn write(
        &mut self,
        prompt: &[u32],
        count: usize,
        sampling: Sampling,
        stop: &Stop,
        receive: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Ended, Error> {
        let mut written: Vec<u32> = Vec::with_capacity(count);
        loop {
            let mut had_enough = false;
            let rest = count - written.len();
            let mut pass_on = |token| {
                let flow = receive(token);
                had_enough = flow.is_break();
                flow
            };
            let ended = self.attempt(prompt, &mut written, rest, sampling, stop, &mut pass_on).await;
            match ended {
                Err(error) if is_of_the_gpu(&error) => self.recover(error, stop).await?,
                ended => return ended,
            }
            // Whoever had enough before the device was lost wants nothing further.
            if had_enough {
                return Ok(Ended::Received);
            }
            if written.len() >= count {
                return Ok(Ended::Length);
            }
        }
    }

    async fn attempt(
        &mut self,
        prompt: &[u32],
        written: &mut Vec<u32>,
        rest: usize,
        sampling: Sampling,
        stop: &Stop,
        receive: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> Result<Ended, Error> {
        self.backend.rewind(0);
        let mut read = prompt.to_vec();
        read.extend_from_slice(written);
        self.backend.prefill(&read, stop).await?;
        self.backend
            .decode(rest, sampling, stop, &mut |token| {
                written.push(token);
                receive(token)
            })
            .await
    }

    /// Starts the GPU anew once; after that, or if that fails, the CPU takes over.
    async fn recover(&mut self, error: Error, stop: &Stop) -> Result<(), Error> {
        let because = error.to_string();
        if self.choice.backend == Hardware::Cpu {
            return Err(error);
        }
        if !self.started_anew {
            self.started_anew = true;
            let (trial, backend) = trial::hold(&self.workshop, Hardware::Gpu, self.known, stop).await?;
            self.choice.trials.push(trial);
            if let Some(mut backend) = backend
                && backend.adapt(self.adapter.as_deref()).is_ok()
            {
                self.backend = backend;
                self.choice.reason = Reason::StartedAnew { because };
                return Ok(());
            }
        }
        let (trial, backend) = trial::hold(&self.workshop, Hardware::Cpu, self.known, stop).await?;
        self.choice.trials.push(trial);
        let mut backend = backend.ok_or(error)?;
        backend.adapt(self.adapter.as_deref())?;
        self.backend = backend;
        self.choice.backend = Hardware::Cpu;
        self.choice.reason = Reason::TookOver { because };
        Ok(())
    }
}

fn is_of_the_gpu(error: &Error) -> bool {
    matches!(error, Error::Gpu(_) | Error::Lost(_))
}

/// Tries what is wanted, or everything, and keeps one backend.
async fn choose<W: Workshop>(
    workshop: &W,
    known: Option<KnownAnswer>,
    wanted: Wanted,
    stop: &Stop,
) -> Result<(W::Backend, Choice), Error> {
    let mut trials = Vec::new();
    if let Some(asked) = wanted.hardware() {
        let (trial, backend) = trial::hold(workshop, asked, known, stop).await?;
        trials.push(trial);
        if let Some(backend) = backend {
            let reason = Reason::Asked { chosen: asked };
            return Ok((backend, Choice { backend: asked, wanted, reason, trials }));
        }
        let (trial, backend) = trial::hold(workshop, asked.other(), known, stop).await?;
        trials.push(trial);
        return only_one(backend, asked.other(), wanted, trials);
    }
    let (cpu, cpu_backend) = trial::hold(workshop, Hardware::Cpu, known, stop).await?;
    let cpu_backend = match cpu_backend {
        Some(backend) if workshop.has_software_gpu() => {
            let choice =
                Choice { backend: Hardware::Cpu, wanted, reason: Reason::SoftwareGpu, trials: vec![cpu] };
            return Ok((backend, choice));
        }
        backend => backend,
    };
    let (gpu, gpu_backend) = trial::hold(workshop, Hardware::Gpu, known, stop).await?;
    let times = trial::cost_ms(&cpu).zip(trial::cost_ms(&gpu)).map(|(cpu, gpu)| cpu / gpu);
    trials.extend([cpu, gpu]);
    match (cpu_backend, gpu_backend, times) {
        (Some(cpu), Some(gpu), Some(times)) => {
            let (backend, chosen, times) =
                if times > 1.0 { (gpu, Hardware::Gpu, times) } else { (cpu, Hardware::Cpu, 1.0 / times) };
            let reason = Reason::Faster { chosen, times };
            Ok((backend, Choice { backend: chosen, wanted, reason, trials }))
        }
        (None, gpu, _) => only_one(gpu, Hardware::Gpu, wanted, trials),
        (cpu, ..) => only_one(cpu, Hardware::Cpu, wanted, trials),
    }
}

/// What remains when the other one does not work.
fn only_one<B>(
    backend: Option<B>,
    chosen: Hardware,
    wanted: Wanted,
    trials: Vec<Trial>,
) -> Result<(B, Choice), Error> {
    let because = |hardware| why_not(&trials, hardware).unwrap_or_else(|| "It was not tried.".to_owned());
    let Some(backend) = backend else {
        let (cpu, gpu) = (because(Hardware::Cpu), because(Hardware::Gpu));
        return Err(Error::Unsupported(format!("nothing here can run it. CPU: {cpu} GPU: {gpu}")));
    };
    let reason = Reason::OnlyOne { chosen, because: because(chosen.other()) };
    Ok((backend, Choice { backend: chosen, wanted, reason, trials }))
}

fn why_not(trials: &[Trial], hardware: Hardware) -> Option<String> {
    trials.iter().rev().filter(|trial| trial.backend == hardware).find_map(|trial| match &trial.outcome {
        Outcome::Wrong { sentence } | Outcome::Failed { sentence } => Some(sentence.clone()),
        Outcome::Works { .. } => None,
    })
}
