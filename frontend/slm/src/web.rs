//! The worker's side: takes what the page asks for, one thing after the other, and reports what happens.
//!
//! ```text
//! page ─ Ask ─▶ inbox ─▶ serve ─▶ download ─▶ kept (this browser's storage)
//!      ◀─ Report ─ post ◀─┘  └──▶ session (file, vocabulary, engine)
//! ```
//!
//! `Stop` and `Pause` do not wait in the line: they are heard while something else is under way, which gives the
//! worker's events a turn often enough.

mod adapter;
mod bench;
mod catalogue;
mod download;
mod gpu;
mod inbox;
mod js;
mod kept;
mod meter;
mod post;
mod session;
mod sorting;

use crate::engine::now_ms;
use crate::error::Error;
use inbox::Inbox;
use kept::Kept;
use post::{fail, post};
use session::Session;
use slm_messages::{
    About, Adapted, AdapterAddress, AdapterFacts, AdapterTimes, Ask, Build, Classify, Found, ModelFile,
    Progress, Prompt, Report, Step, Wanted, WebGpu,
};
use wasm_bindgen::prelude::wasm_bindgen;

/// Starts to serve the page. Called once by the worker's script, which says which build it loaded: `simd128` or
/// `relaxed_simd`.
#[wasm_bindgen]
pub fn serve(build: &str) {
    let build = if build == "relaxed_simd" { Build::RelaxedSimd } else { Build::Simd128 };
    let inbox = Inbox::open();
    wasm_bindgen_futures::spawn_local(async move {
        let webgpu = gpu::look().await;
        let mut worker = Worker { build, inbox, webgpu, model: None, session: None };
        post(&Report::Started { build });
        loop {
            let ask = worker.inbox.next().await;
            worker.answer(ask).await;
        }
    });
}

struct Worker {
    build: Build,
    inbox: Inbox,
    webgpu: WebGpu,
    model: Option<ModelFile>,
    session: Option<Session>,
}

impl Worker {
    async fn answer(&mut self, ask: Ask) {
        match ask {
            Ask::Look => match self.look().await {
                Ok(found) => post(&Report::Found(found)),
                Err(sentence) => fail(About::Looking, &sentence),
            },
            Ask::Load { backend } => self.load(backend).await,
            Ask::Remove => self.remove().await,
            Ask::Choose { backend } => {
                let stop = self.inbox.stop();
                let Some(session) = &mut self.session else { return nothing_runs() };
                post(&Report::Preparing { step: Step::Testing });
                match session.choose(backend, &stop).await {
                    Ok(()) | Err(Error::Stopped) => post(&Report::Ready(Box::new(session.ready()))),
                    Err(error) => fail(About::Starting, &error.to_string()),
                }
            }
            Ask::Adapt { adapter: Some(address) } => self.adapt(&address).await,
            Ask::Adapt { adapter: None } => self.take_off().await,
            Ask::Classify(ask) => self.classify(&ask).await,
            Ask::Write(prompt) => self.write(&prompt, &[None]).await,
            Ask::Compare(prompt) => self.compare(&prompt).await,
            Ask::Benchmark => {
                let stop = self.inbox.stop();
                let Some((session, model)) = self.session.as_mut().zip(self.model.clone()) else {
                    return nothing_runs();
                };
                let site = bench::Site { build: self.build, model, webgpu: self.webgpu.clone() };
                match bench::run(session, site, &stop).await {
                    Ok(result) => post(&Report::Measured(Box::new(result))),
                    Err(error) => fail(About::Writing, &error.to_string()),
                }
                post(&Report::Ready(Box::new(session.ready())));
            }
            // Heard by the inbox; there is nothing left to end or to pause.
            Ask::Stop | Ask::Pause => {}
        }
    }

    async fn look(&mut self) -> Result<Found, String> {
        let model = catalogue::first_model().await?;
        let kept = Kept::open().await;
        let (keeps, bytes) = match (&kept, &model) {
            (Some(kept), Some(model)) => (true, kept.bytes(model).await),
            (kept, _) => (kept.is_some(), 0),
        };
        self.model.clone_from(&model);
        Ok(Found { model, kept: bytes, keeps, webgpu: self.webgpu.clone() })
    }

    async fn load(&mut self, wanted: Wanted) {
        // Whoever loads anew gives the memory back first: two models may not fit.
        self.session = None;
        if self.model.is_none()
            && let Err(sentence) = self.look().await
        {
            return fail(About::Fetching, &sentence);
        }
        let Some(model) = self.model.clone() else {
            return fail(About::Fetching, "This site offers no model.");
        };
        let file = match download::file(&model, &self.inbox).await {
            Ok(Some(file)) => file,
            // Paused, which has been reported.
            Ok(None) => return,
            Err(sentence) => return fail(About::Fetching, &sentence),
        };
        let stop = self.inbox.stop();
        match Session::start(file, &model, &self.webgpu, wanted, &stop).await {
            Ok(session) => {
                post(&Report::Ready(Box::new(session.ready())));
                self.session = Some(session);
            }
            Err(Error::Stopped) => {
                let all = Progress { received: model.bytes, total: model.bytes, bytes_per_second: 0.0 };
                post(&Report::Paused(all));
            }
            Err(error) => fail(About::Starting, &error.to_string()),
        }
    }

    async fn remove(&mut self) {
        self.session = None;
        if let (Some(kept), Some(model)) = (Kept::open().await, &self.model) {
            kept.remove(model).await;
        }
        match self.look().await {
            Ok(found) => post(&Report::Removed(found)),
            Err(sentence) => fail(About::Looking, &sentence),
        }
    }

    async fn adapt(&mut self, address: &AdapterAddress) {
        let Some((session, model)) = self.session.as_mut().zip(self.model.as_ref()) else {
            return fail(About::Adapting, NOTHING_RUNS);
        };
        let mut times = AdapterTimes::default();
        let mut new = None;
        if session.sorting.loaded().is_none_or(|loaded| loaded.facts.address != *address) {
            let start = now_ms();
            let file = match adapter::file(address, model, &self.inbox).await {
                Ok(file) => file,
                Err(sentence) => return fail(About::Adapting, &sentence),
            };
            times.bytes_ms = now_ms() - start;
            let start = now_ms();
            new = match session.read_adapter(address, &file.bytes) {
                Ok(loaded) => Some(loaded),
                Err(error) => return fail(About::Adapting, &error.to_string()),
            };
            times.read_ms = now_ms() - start;
            if file.is_new {
                times.from_network = file.bytes.len() as u64;
                adapter::keep(address, model, &file.bytes).await;
            }
        }
        match session.put_on(new).await {
            Ok(swap_ms) => {
                let adapter = session.sorting.loaded().map(|loaded| loaded.facts.clone());
                adapted(session, adapter, AdapterTimes { swap_ms, ..times });
            }
            Err(error) => fail(About::Adapting, &error.to_string()),
        }
    }

    async fn take_off(&mut self) {
        let Some(session) = &mut self.session else { return fail(About::Adapting, NOTHING_RUNS) };
        match session.take_off().await {
            Ok(swap_ms) => adapted(session, None, AdapterTimes { swap_ms, ..AdapterTimes::default() }),
            Err(error) => fail(About::Adapting, &error.to_string()),
        }
    }

    async fn classify(&mut self, ask: &Classify) {
        let stop = self.inbox.stop();
        let Some(session) = &mut self.session else { return fail(About::Classifying, NOTHING_RUNS) };
        if let Err(sentence) = session.classify(ask, &stop).await {
            fail(About::Classifying, &sentence);
        }
    }

    /// Answers a prompt on each of these backends; `None` is the one in use.
    async fn write(&mut self, prompt: &Prompt, on: &[Option<Wanted>]) {
        let stop = self.inbox.stop();
        let Some(session) = &mut self.session else { return nothing_runs() };
        for wanted in on {
            if let Some(wanted) = wanted
                && let Err(error) = session.choose(*wanted, &stop).await
            {
                return fail_unless_stopped(&error);
            }
            if let Err(error) = session.write(prompt, &stop).await {
                return fail(About::Writing, &error.to_string());
            }
        }
    }

    async fn compare(&mut self, prompt: &Prompt) {
        let Some(before) = self.session.as_ref().map(|session| session.choice().wanted) else {
            return nothing_runs();
        };
        self.write(prompt, &[Some(Wanted::Cpu), Some(Wanted::Gpu)]).await;
        let stop = self.inbox.stop();
        if let Some(session) = &mut self.session {
            if let Err(error) = session.choose(before, &stop).await {
                fail_unless_stopped(&error);
            }
            post(&Report::Ready(Box::new(session.ready())));
        }
    }
}

const NOTHING_RUNS: &str = "The model is not loaded yet.";

fn nothing_runs() {
    fail(About::Writing, NOTHING_RUNS);
}

fn adapted(session: &Session, adapter: Option<AdapterFacts>, times: AdapterTimes) {
    post(&Report::Adapted(Box::new(Adapted { adapter, times, memory: session.memory() })));
}

fn fail_unless_stopped(error: &Error) {
    if *error != Error::Stopped {
        fail(About::Writing, &error.to_string());
    }
}
