//! What is known, as signals; and what comes of the worker's reports.

use crate::answer::Answer;
use crate::bench;
use crate::facts::{self, Storage};
use crate::offline;
use crate::visit::{Run, Side, Task, Times};
use crate::worker::{Heard, Worker};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use slm_messages::{About, Ask, Build, Ended, Found, Progress, Prompt, Ready, Report, Step, Wanted, Written};
use std::rc::Rc;

/// What is going on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Phase {
    /// The worker is being loaded, or looks at what there is.
    Opening,
    /// Nothing; the model is not loaded.
    Idle,
    /// The model is being fetched.
    Fetching,
    /// The model is being started.
    Preparing(Step),
    /// The model waits for a prompt.
    Ready,
    /// An answer is being written.
    Writing,
    /// Messages are being sorted, or an adapter is put beside the weights.
    Sorting,
    /// The benchmark runs: runs done, and in all.
    Measuring(u32, u32),
    /// This browser cannot run it; why.
    Unusable(String),
    /// The worker died; how.
    Broken(String),
}

impl Phase {
    /// Whether nothing more can be done with this worker.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Unusable(_) | Self::Broken(_))
    }

    /// Whether the worker has something to do that takes its time.
    pub(crate) fn is_busy(&self) -> bool {
        !matches!(self, Self::Idle | Self::Ready)
    }
}

/// Everything the views show. Cheap to copy.
#[derive(Clone, Copy)]
pub(crate) struct Demo {
    pub(crate) phase: RwSignal<Phase>,
    /// The build of the runtime, once it is there.
    pub(crate) build: RwSignal<Option<Build>>,
    pub(crate) found: RwSignal<Option<Found>>,
    pub(crate) storage: RwSignal<Option<Storage>>,
    /// Whether this page would open without a network, once that is known.
    pub(crate) opens_offline: RwSignal<Option<bool>>,
    pub(crate) progress: RwSignal<Option<Progress>>,
    pub(crate) ready: RwSignal<Option<Ready>>,
    /// The last answer, or the last two side by side.
    pub(crate) answers: RwSignal<Vec<Answer>>,
    /// The last answer that was part of a race.
    pub(crate) raced: RwSignal<Vec<Answer>>,
    /// Whether a race is on or messages are sorted, during which nothing else may take this device's time.
    pub(crate) is_racing: RwSignal<bool>,
    /// What was timed since the page was opened.
    pub(crate) runs: RwSignal<Vec<Run>>,
    /// What did not work out last.
    pub(crate) error: RwSignal<Option<String>>,
    pub(crate) wanted: RwSignal<Wanted>,
    run: StoredValue<u32>,
    /// Whether what is being written is a comparison.
    compares: StoredValue<bool>,
    /// Whether what is being written is part of a race.
    races: StoredValue<bool>,
    /// What is being answered.
    task: StoredValue<Task>,
    /// Whether the hardware failed in the middle, after which the times are those of neither.
    has_changed: StoredValue<bool>,
    script: StoredValue<String>,
    worker: StoredValue<Option<SendWrapper<Worker>>>,
    /// Whoever is told of what the worker sorts.
    sorter: StoredValue<Option<Listener>>,
}

/// Hears reports.
type Listener = SendWrapper<Rc<dyn Fn(&Report)>>;

impl Demo {
    /// Starts the worker whose script is at this address.
    pub(crate) fn open(script: String) -> Self {
        let demo = Self {
            phase: RwSignal::new(Phase::Opening),
            build: RwSignal::new(None),
            found: RwSignal::new(None),
            storage: RwSignal::new(None),
            opens_offline: RwSignal::new(None),
            progress: RwSignal::new(None),
            ready: RwSignal::new(None),
            answers: RwSignal::new(Vec::new()),
            raced: RwSignal::new(Vec::new()),
            is_racing: RwSignal::new(false),
            runs: RwSignal::new(Vec::new()),
            error: RwSignal::new(None),
            wanted: RwSignal::new(Wanted::Auto),
            run: StoredValue::new(0),
            compares: StoredValue::new(false),
            races: StoredValue::new(false),
            task: StoredValue::new(Task::Own),
            has_changed: StoredValue::new(false),
            script: StoredValue::new(script),
            worker: StoredValue::new(None),
            sorter: StoredValue::new(None),
        };
        demo.restart();
        demo
    }

    /// Starts a new worker in place of the old one.
    pub(crate) fn restart(self) {
        self.phase.set(Phase::Opening);
        self.ready.set(None);
        self.progress.set(None);
        self.error.set(None);
        let started = self.script.with_value(|script| Worker::start(script, move |heard| self.hear(heard)));
        match started {
            Ok(worker) => self.worker.set_value(Some(SendWrapper::new(worker))),
            Err(sentence) => self.phase.set(Phase::Unusable(sentence)),
        }
        self.measure_storage();
        self.look_offline();
    }

    /// Fetches what is missing, and starts the model.
    pub(crate) fn load(self) {
        self.error.set(None);
        self.ready.set(None);
        self.phase.set(Phase::Fetching);
        self.ask(&Ask::Load { backend: self.wanted.get_untracked() });
    }

    /// Stops fetching.
    pub(crate) fn pause(self) {
        self.ask(&Ask::Pause);
    }

    /// Removes the model from this browser, and this page with it.
    pub(crate) fn remove(self) {
        leptos::task::spawn_local(async move {
            offline::forget().await;
            self.opens_offline.set(Some(false));
        });
        self.ready.set(None);
        self.progress.set(None);
        self.answers.set(Vec::new());
        self.phase.set(Phase::Opening);
        self.ask(&Ask::Remove);
    }

    /// Runs the model on something else.
    pub(crate) fn choose(self, wanted: Wanted) {
        self.wanted.set(wanted);
        if self.phase.get_untracked() == Phase::Ready {
            self.error.set(None);
            self.phase.set(Phase::Preparing(Step::Testing));
            self.ask(&Ask::Choose { backend: wanted });
        }
    }

    /// Whether the model waits for something to do.
    pub(crate) fn is_free(self) -> bool {
        self.phase.get() == Phase::Ready && !self.is_racing.get()
    }

    /// Answers a prompt; side by side on everything there is, if asked to.
    pub(crate) fn write(self, text: String, tokens: u32, side_by_side: bool) {
        if !self.is_racing.get_untracked() {
            self.begin(text, tokens, side_by_side);
        }
    }

    /// Answers a prompt as part of a race.
    pub(crate) fn race(self, text: String, tokens: u32) {
        self.begin(text, tokens, false);
    }

    fn begin(self, text: String, tokens: u32, side_by_side: bool) {
        if self.phase.get_untracked() != Phase::Ready {
            return;
        }
        self.error.set(None);
        self.races.set_value(self.is_racing.get_untracked());
        self.task.set_value(Task::of(&text));
        self.has_changed.set_value(false);
        self.written().set(Vec::new());
        self.run.update_value(|run| *run += 1);
        self.phase.set(Phase::Writing);
        self.compares.set_value(side_by_side);
        let prompt = Prompt { run: self.run.get_value(), text, tokens };
        self.ask(&if side_by_side { Ask::Compare(prompt) } else { Ask::Write(prompt) });
    }

    /// Ends whatever is being written or measured.
    pub(crate) fn stop(self) {
        self.ask(&Ask::Stop);
    }

    /// Runs the benchmark.
    pub(crate) fn measure(self) {
        self.error.set(None);
        self.phase.set(Phase::Measuring(0, 0));
        self.ask(&Ask::Benchmark);
    }

    /// Who is to be told of adapters and of what is sorted.
    pub(crate) fn tell_of_sorting(self, hear: impl Fn(&Report) + 'static) {
        self.sorter.set_value(Some(SendWrapper::new(Rc::new(hear))));
    }

    /// Asks for an adapter, or for messages to be sorted.
    pub(crate) fn sort(self, ask: &Ask) {
        self.error.set(None);
        self.phase.set(Phase::Sorting);
        self.ask(ask);
    }

    /// What [`Demo::sort`] asked for is done, or has failed.
    pub(crate) fn is_sorted(self) {
        if self.phase.get_untracked() == Phase::Sorting {
            self.phase.set(Phase::Ready);
        }
    }

    /// Where the answers go that are being written.
    fn written(self) -> RwSignal<Vec<Answer>> {
        if self.races.get_value() { self.raced } else { self.answers }
    }

    /// Remembers the times of an answer. One that somebody stopped tells nothing.
    fn remember(self, written: &Written) {
        if written.ended == Ended::Stopped {
            return;
        }
        let is_one_side = !self.has_changed.get_value();
        let run = Run {
            side: Side::On(written.backend),
            model: self.model_name(),
            task: self.task.get_value(),
            is_race: self.races.get_value(),
            times: is_one_side.then(|| Times::of(&written.times)).flatten(),
        };
        self.runs.update(|runs| runs.push(run));
    }

    /// What the model is called.
    pub(crate) fn model_name(self) -> String {
        self.found.with_untracked(|found| {
            let model = found.as_ref().and_then(|found| found.model.as_ref());
            model.map_or_else(|| "small model".to_owned(), |model| model.name.clone())
        })
    }

    fn ask(self, ask: &Ask) {
        self.worker.with_value(|worker| {
            if let Some(worker) = worker {
                worker.ask(ask);
            }
        });
    }

    fn measure_storage(self) {
        leptos::task::spawn_local(async move { self.storage.set(facts::storage().await) });
    }

    fn look_offline(self) {
        leptos::task::spawn_local(async move { self.opens_offline.set(Some(offline::is_kept().await)) });
    }

    /// What is kept of the model is of use without a network only if the page is kept too.
    fn keep_page(self) {
        leptos::task::spawn_local(async move { self.opens_offline.set(Some(offline::keep().await)) });
    }

    fn hear(self, heard: Heard) {
        match heard {
            Heard::Report(report) => self.note(report),
            Heard::Died(how) => {
                self.ready.set(None);
                let how = if how.is_empty() { "The browser does not say why.".to_owned() } else { how };
                self.phase.set(Phase::Broken(format!("The model’s worker has ended: {how}")));
            }
        }
    }

    fn note(self, report: Report) {
        match report {
            Report::Started { build } => {
                self.build.set(Some(build));
                self.ask(&Ask::Look);
            }
            Report::Unusable { sentence } => self.phase.set(Phase::Unusable(sentence)),
            Report::Found(found) => {
                self.found.set(Some(found));
                self.phase.set(Phase::Idle);
                if bench::is_asked_for() {
                    self.load();
                }
            }
            Report::Removed(found) => {
                self.found.set(Some(found));
                self.phase.set(Phase::Idle);
                self.measure_storage();
            }
            Report::Progress(progress) => self.progress.set(Some(progress)),
            Report::Paused(progress) => {
                self.progress.set(Some(progress));
                self.phase.set(Phase::Idle);
                self.measure_storage();
            }
            Report::Preparing { step } => {
                if !matches!(
                    self.phase.get_untracked(),
                    Phase::Writing | Phase::Sorting | Phase::Measuring(..)
                ) {
                    self.phase.set(Phase::Preparing(step));
                }
            }
            Report::Ready(ready) => self.is_ready(*ready),
            Report::Changed(choice) => {
                self.has_changed.set_value(true);
                self.ready.update(|ready| {
                    if let Some(ready) = ready {
                        ready.choice = choice;
                    }
                });
            }
            Report::Begun { backend, .. } => {
                self.written().update(|answers| answers.push(Answer::on(backend)));
            }
            Report::Token(token) => self.written().update(|answers| {
                if let Some(answer) = answers.last_mut() {
                    answer.add(&token);
                }
            }),
            Report::Written(written) => {
                self.remember(&written);
                self.written().update(|answers| {
                    if let Some(answer) = answers.last_mut() {
                        answer.end(*written);
                    }
                });
                // Side by side, the end is when the model is ready on what it ran on before.
                self.end_of_writing();
            }
            report @ (Report::Adapted(_) | Report::Classified(_) | Report::ClassifyEnded(_)) => {
                self.tell_sorter(&report);
            }
            Report::Measuring { done, of } => self.phase.set(Phase::Measuring(done, of)),
            Report::Measured(result) => bench::save(&result),
            report @ Report::Failed { about: About::Adapting | About::Classifying, .. } => {
                self.tell_sorter(&report);
            }
            Report::Failed { about, sentence } => self.failed(about, sentence),
        }
    }

    fn tell_sorter(self, report: &Report) {
        // A clone, because what is told may ask for more at once.
        if let Some(hear) = self.sorter.get_value() {
            hear(report);
        }
    }

    fn is_ready(self, ready: Ready) {
        let is_first = self.ready.with_untracked(Option::is_none);
        self.ready.set(Some(ready));
        self.phase.set(Phase::Ready);
        if is_first {
            self.found.update(|found| {
                if let Some(Found { model: Some(model), kept, keeps: true, .. }) = found {
                    *kept = model.bytes;
                }
            });
            self.measure_storage();
            if self.found.with_untracked(|found| found.as_ref().is_some_and(|found| found.keeps)) {
                self.keep_page();
            }
            if bench::is_asked_for() {
                self.measure();
            }
        }
    }

    fn end_of_writing(self) {
        if !self.compares.get_value() {
            self.phase.set(Phase::Ready);
        }
    }

    fn failed(self, about: About, sentence: String) {
        self.error.set(Some(sentence));
        let is_ready = self.ready.with_untracked(Option::is_some);
        self.phase.set(if is_ready && about != About::Looking { Phase::Ready } else { Phase::Idle });
    }
}
