//! A model that is loaded: its vocabulary, and the engine that runs it.

use super::download::File;
use super::js;
use super::post::post;
use super::sorting::Sorting;
use crate::backend::{Ended, Stop};
use crate::engine::{Engine, KnownAnswer, now_ms};
use crate::error::Error;
use crate::hardware::Hardwares;
use crate::sampling::Sampling;
use crate::tokenizer::{Speaker, TextStream, Tokenizer};
use crate::weights::Model;
use slm_messages::{
    Choice, Hardware, MemoryInUse, ModelFile, Prompt, Ready, Report, RunTimes, StartTimes, Step, Token,
    Wanted, WebGpu, Written,
};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What the model was trained to be told first.
const SYSTEM: &str = "You are a helpful AI assistant named SmolLM, trained by Hugging Face";

/// A model that is loaded.
pub(super) struct Session {
    pub(super) tokenizer: Tokenizer,
    pub(super) engine: Engine<Hardwares>,
    /// SHA-256 of the model's file, in hexadecimal.
    pub(super) sha256: String,
    pub(super) sorting: Sorting,
    times: StartTimes,
    checked_now: bool,
}

impl Session {
    /// Reads the file, and starts the engine.
    ///
    /// # Errors
    /// What is wrong with the file, or why nothing can run it; [`Error::Stopped`].
    pub(super) async fn start(
        file: File,
        model: &ModelFile,
        webgpu: &WebGpu,
        wanted: Wanted,
        stop: &Stop,
    ) -> Result<Self, Error> {
        let has_software_gpu = matches!(webgpu, WebGpu::Present(adapter) if adapter.is_fallback);
        let mut times =
            StartTimes { bytes_ms: file.bytes_ms, from_network: file.from_network, ..StartTimes::default() };
        post(&Report::Preparing { step: Step::Reading });
        let start = now_ms();
        let bytes = Arc::new(file.bytes);
        let tokenizer = Tokenizer::load(&bytes)?;
        let weights = Model::load(bytes)?;
        times.read_ms = now_ms() - start;
        post(&Report::Preparing { step: Step::Testing });
        let start = now_ms();
        let known = KnownAnswer::of_file(&model.sha256);
        let engine = Engine::start(Hardwares::new(weights, has_software_gpu), known, wanted, stop).await?;
        times.test_ms = now_ms() - start;
        let sha256 = model.sha256.clone();
        let sorting = Sorting::default();
        Ok(Self { tokenizer, engine, sha256, sorting, times, checked_now: file.checked_now })
    }

    /// What it runs on, and why.
    pub(super) fn choice(&self) -> &Choice {
        self.engine.choice()
    }

    /// How long starting took.
    pub(super) fn times(&self) -> StartTimes {
        self.times
    }

    /// Runs it on something else.
    ///
    /// # Errors
    /// As [`Engine::choose`].
    pub(super) async fn choose(&mut self, wanted: Wanted, stop: &Stop) -> Result<(), Error> {
        self.engine.choose(wanted, stop).await
    }

    /// What the page is told about it.
    pub(super) fn ready(&self) -> Ready {
        Ready {
            choice: self.engine.choice().clone(),
            times: self.times,
            memory: self.memory(),
            checked_now: self.checked_now,
            context: u32::try_from(self.engine.context()).unwrap_or(u32::MAX),
        }
    }

    /// Memory in use.
    pub(super) fn memory(&self) -> MemoryInUse {
        let memory = self.engine.memory();
        MemoryInUse {
            weights: memory.weights as u64,
            cache: memory.cache as u64,
            other: memory.other as u64,
            module: js::module_memory(),
        }
    }

    /// Tells the page if the hardware has changed.
    pub(super) fn tell_change(&self, before: &Choice) {
        if self.engine.choice() != before {
            post(&Report::Changed(self.engine.choice().clone()));
        }
    }

    /// Answers a prompt and tells the page of each token. Stopping is an end like any other.
    ///
    /// # Errors
    /// [`Error::TooLong`], and what the CPU fails with.
    pub(super) async fn write(&mut self, prompt: &Prompt, stop: &Stop) -> Result<(), Error> {
        let run = prompt.run;
        post(&Report::Begun { run, backend: self.choice().backend });
        let told = |backend: Hardware, text: String, ms: f64| {
            post(&Report::Token(Token { run, backend, text, ms }));
        };
        let (ended, times) = self.answer(&prompt.text, prompt.tokens, stop, told).await?;
        let (backend, memory) = (self.choice().backend, self.memory());
        post(&Report::Written(Box::new(Written { run, backend, ended, times, memory })));
        Ok(())
    }

    /// Answers a prompt, and times it. `told` hears of each token: what it is computed on, what it adds to the text,
    /// and the milliseconds since the one before.
    ///
    /// # Errors
    /// As [`Session::write`].
    pub(super) async fn answer(
        &mut self,
        text: &str,
        count: u32,
        stop: &Stop,
        mut told: impl FnMut(Hardware, String, f64),
    ) -> Result<(slm_messages::Ended, RunTimes), Error> {
        // What was trained to sort has forgotten how to write.
        self.take_off().await?;
        let before = self.choice().clone();
        let start = now_ms();
        let tokens = self.tokenizer.conversation(&[(Speaker::System, SYSTEM), (Speaker::User, text)])?;
        let mut words = TextStream::default();
        let mut times = RunTimes {
            prompt_tokens: u32::try_from(tokens.len()).unwrap_or(u32::MAX),
            ..RunTimes::default()
        };
        let mut last = start;
        let tokenizer = &self.tokenizer;
        let mut receive = |token| {
            let now = now_ms();
            times.token_ms.push(now - last);
            let is_end = tokenizer.is_end(token);
            let text = if is_end { String::new() } else { words.push(tokenizer.bytes(token)) };
            told(before.backend, text, now - last);
            last = now;
            if is_end { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let ended = self.engine.write(&tokens, count as usize, Sampling::Greedy, stop, &mut receive).await;
        times.total_ms = now_ms() - start;
        self.tell_change(&before);
        let ended = match ended {
            Ok(Ended::Received) => slm_messages::Ended::Complete,
            Ok(Ended::Length) => slm_messages::Ended::Length,
            Ok(Ended::Context) => slm_messages::Ended::Context,
            Err(Error::Stopped) => slm_messages::Ended::Stopped,
            Err(error) => return Err(error),
        };
        Ok((ended, times))
    }
}
