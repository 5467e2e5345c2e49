//! The race: the small model answers a prompt, then the administrator's LLM endpoint answers the same one.
//!
//! ```text
//! Race ─ prompt ─▶ worker, until it has ended
//!      ─ prompt ─▶ POST /demo/race ─ events ─▶ Answer
//! ```
//!
//! One after the other: at the same time the model would take the processor away from the page, which takes the times of
//! the endpoint.

mod answer;
mod panel;
mod sides;
mod table;
mod terms;
mod told;

use crate::draft::Draft;
use crate::http::{self, Failure};
use crate::member;
use crate::prompts::EXAMPLES;
use crate::sse;
use crate::state::{Demo, Phase};
use crate::visit::{Run, Side, Task};
use answer::{Answer, State};
use leptos::prelude::*;
use leptos::task::spawn_local;
pub(crate) use panel::panel;
use send_wrapper::SendWrapper;
use serde_json::json;
use std::ops::ControlFlow;
use terms::{Known, Terms};
use told::Told;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

/// Where the race is run on the server.
const ADDRESS: &str = "/demo/race";

/// What a member is told whose session ended meanwhile.
const UNAUTHORIZED: u16 = 401;

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nobody's.
    Over,
    /// The small model's.
    Here,
    /// The endpoint's.
    Api,
}

/// Why the endpoint's turn ended without an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Miss {
    /// The visitor stopped it.
    Stopped,
    /// The prompt was refused, which the next one would be as well.
    Refused(String),
    /// Something broke; the next prompt may fare better.
    Broke(String),
}

/// Everything about races. Cheap to copy.
#[derive(Clone, Copy)]
struct Race {
    demo: Demo,
    draft: Draft,
    terms: RwSignal<Known>,
    stage: RwSignal<Stage>,
    /// Which of how many prompts is raced, while all examples are.
    series: RwSignal<Option<(usize, usize)>>,
    /// The endpoint's last answer.
    answer: RwSignal<Option<Answer>>,
    /// What did not work out last.
    failure: RwSignal<Option<String>>,
    is_stopping: StoredValue<bool>,
    /// Ends the request in progress.
    abort: StoredValue<Option<SendWrapper<AbortController>>>,
    /// Continues after the small model's turn.
    wake: StoredValue<Option<SendWrapper<js_sys::Function>>>,
}

impl Race {
    fn open(demo: Demo, draft: Draft) -> Self {
        let race = Self {
            demo,
            draft,
            terms: RwSignal::new(Known::NotYet),
            stage: RwSignal::new(Stage::Over),
            series: RwSignal::new(None),
            answer: RwSignal::new(None),
            failure: RwSignal::new(None),
            is_stopping: StoredValue::new(false),
            abort: StoredValue::new(None),
            wake: StoredValue::new(None),
        };
        Effect::new(move |_| {
            let is_writing = demo.phase.with(|phase| *phase == Phase::Writing);
            let woken = race.wake.try_update_value(|wake| if is_writing { None } else { wake.take() });
            if let Some(wake) = woken.flatten() {
                // Resolving a promise cannot fail.
                let _ = wake.call0(&wasm_bindgen::JsValue::NULL);
            }
        });
        if member::is_stranger() {
            // Asking would only be refused.
            race.terms.set(Known::Stranger);
        } else {
            race.read_terms();
        }
        race
    }

    /// Reads the terms, and what is left of the budgets.
    fn read_terms(self) {
        spawn_local(async move {
            let known = match http::get::<Terms>(ADDRESS).await {
                Ok(terms) => Known::Terms(Box::new(terms)),
                Err(Failure::Refused(UNAUTHORIZED, _)) => Known::Stranger,
                Err(failure) => Known::Not(failure.to_string()),
            };
            // Budgets that cannot be read again are no reason to forget the model.
            let keeps = matches!(known, Known::Not(_))
                && self.terms.with_untracked(|before| matches!(before, Known::Terms(_)));
            if !keeps {
                self.terms.set(known);
            }
        });
    }

    /// Races what is written above.
    fn start(self) {
        if let Some(prompt) = self.draft.prompt() {
            self.run(vec![prompt], false);
        }
    }

    /// Races all examples in turn.
    fn start_all(self) {
        self.run(EXAMPLES.iter().map(|example| example.text.to_owned()).collect(), true);
    }

    fn run(self, prompts: Vec<String>, is_series: bool) {
        if self.demo.is_racing.get_untracked() || !self.demo.phase.with_untracked(lets_race) {
            return;
        }
        self.demo.is_racing.set(true);
        self.is_stopping.set_value(false);
        self.failure.set(None);
        spawn_local(async move {
            let all = prompts.len();
            for (place, prompt) in prompts.into_iter().enumerate() {
                if is_series {
                    self.series.set(Some((place + 1, all)));
                }
                if self.one(prompt).await.is_break() || self.is_stopping.get_value() {
                    break;
                }
            }
            self.series.set(None);
            self.stage.set(Stage::Over);
            self.demo.is_racing.set(false);
        });
    }

    /// Ends the race at once.
    fn stop(self) {
        self.is_stopping.set_value(true);
        if self.stage.get_untracked() == Stage::Here {
            self.demo.stop();
        }
        self.abort.with_value(|abort| {
            if let Some(abort) = abort {
                abort.abort();
            }
        });
    }

    /// Forgets the races so far.
    fn clear(self) {
        self.demo.runs.update(|runs| runs.retain(|run| !run.is_race));
        if !self.demo.is_racing.get_untracked() {
            self.demo.raced.set(Vec::new());
            self.answer.set(None);
            self.failure.set(None);
        }
    }

    /// One prompt, by both; breaks when no further one should be sent.
    async fn one(self, prompt: String) -> ControlFlow<()> {
        let tokens = self.draft.length.get_untracked();
        let task = Task::of(&prompt);
        self.answer.set(None);
        self.demo.raced.set(Vec::new());
        if self.demo.phase.get_untracked() == Phase::Ready {
            self.stage.set(Stage::Here);
            self.demo.race(prompt.clone(), tokens);
            self.until_written().await;
            self.note_failure_here(task);
            let was_stopped = self.demo.raced.with_untracked(|answers| {
                answers.last().is_some_and(|answer| answer.ended == Some(slm_messages::Ended::Stopped))
            });
            if was_stopped || self.is_stopping.get_value() {
                return ControlFlow::Break(());
            }
        }
        self.stage.set(Stage::Api);
        let model = self.terms.with_untracked(Known::model).unwrap_or_default();
        self.answer.set(Some(Answer::of(model.clone())));
        let asked = self.ask(prompt, tokens).await;
        let times = self.answer.with_untracked(|answer| answer.as_ref().and_then(Answer::times));
        let remember = |times| {
            let run = Run { side: Side::Api, model, task, is_race: true, times };
            self.demo.runs.update(|runs| runs.push(run));
        };
        self.read_terms();
        let (sentence, goes_on) = match asked {
            Ok(()) if times.is_some() => {
                remember(times);
                return ControlFlow::Continue(());
            }
            Ok(()) => ("The API’s answer is over, and there is no text in it.".to_owned(), true),
            Err(Miss::Stopped) => {
                self.end_answer(State::Stopped);
                return ControlFlow::Break(());
            }
            Err(Miss::Refused(sentence)) => (sentence, false),
            Err(Miss::Broke(sentence)) => (sentence, true),
        };
        self.end_answer(State::Failed);
        self.failure.set(Some(sentence));
        remember(None);
        if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    }

    fn end_answer(self, state: State) {
        self.answer.update(|answer| {
            if let Some(answer) = answer {
                answer.state = state;
            }
        });
    }

    /// Waits until the worker has nothing more to write.
    async fn until_written(self) {
        if self.demo.phase.get_untracked() != Phase::Writing {
            return;
        }
        let promise = js_sys::Promise::new(&mut |resolve, _| {
            self.wake.set_value(Some(SendWrapper::new(resolve)));
        });
        // It is never rejected.
        let _ = JsFuture::from(promise).await;
    }

    /// An answer that ended without an end has failed; the page says elsewhere why.
    fn note_failure_here(self, task: Task) {
        let broken = self.demo.raced.with_untracked(|answers| match answers.last() {
            Some(answer) => answer.ended.is_none().then_some(answer.backend),
            None => self.demo.ready.with_untracked(|ready| Some(ready.as_ref()?.choice.backend)),
        });
        if let Some(backend) = broken {
            let (side, model) = (Side::On(backend), self.demo.model_name());
            let run = Run { side, model, task, is_race: true, times: None };
            self.demo.runs.update(|runs| runs.push(run));
        }
    }

    /// Has the endpoint answer, and takes the times.
    async fn ask(self, prompt: String, tokens: u32) -> Result<(), Miss> {
        let Ok(controller) = AbortController::new() else {
            return Err(Miss::Broke("This browser cannot stop a request, so none was made.".to_owned()));
        };
        let signal = controller.signal();
        self.abort.set_value(Some(SendWrapper::new(controller.clone())));
        let answered = self.listen(prompt, tokens, &controller).await;
        self.abort.set_value(None);
        // Given up by us, whatever the browser calls it.
        let is_stopped = answered.is_err() && signal.aborted();
        if is_stopped {
            return Err(Miss::Stopped);
        }
        if answered.is_err() {
            // Nobody reads on.
            controller.abort();
        }
        answered
    }

    async fn listen(self, prompt: String, tokens: u32, controller: &AbortController) -> Result<(), Miss> {
        let body = json!({
            "messages": [{ "role": "user", "content": prompt }],
            "max_tokens": tokens,
            // As the small model does, which takes the most likely token each time.
            "temperature": 0,
        });
        let asked_at = now();
        let pieces = http::post_for_stream(ADDRESS, &body, &controller.signal()).await;
        let pieces = pieces.map_err(|failure| self.refused(failure))?;
        let mut reader = sse::Reader::default();
        loop {
            let bytes = match pieces.next().await {
                Ok(Some(bytes)) => bytes,
                Ok(None) => {
                    return Err(Miss::Broke(broke_off("The connection ended before the answer did.")));
                }
                Err(_) => return Err(Miss::Broke(broke_off("The connection broke."))),
            };
            let at_ms = now() - asked_at;
            for event in reader.read(&bytes) {
                let Some(told) = Told::read(&event) else {
                    return Err(Miss::Broke(broke_off("What came next cannot be read.")));
                };
                if let Told::Failed(problem) = told {
                    return Err(Miss::Broke(problem.sentence()));
                }
                let is_done = matches!(told, Told::Done(_));
                self.answer.update(|answer| {
                    if let Some(answer) = answer {
                        answer.note(told, at_ms);
                    }
                });
                if is_done {
                    // What comes after the last word is read, so that the connection can be used again.
                    spawn_local(async move { while let Ok(Some(_)) = pieces.next().await {} });
                    return Ok(());
                }
            }
        }
    }

    fn refused(self, failure: Failure) -> Miss {
        match failure {
            Failure::Refused(UNAUTHORIZED, sentence) => {
                self.terms.set(Known::Stranger);
                Miss::Refused(sentence)
            }
            Failure::Refused(status, sentence) if status < 500 => Miss::Refused(sentence),
            Failure::Unreachable => Miss::Refused(failure.to_string()),
            failure => Miss::Broke(failure.to_string()),
        }
    }
}

/// Whether the worker does nothing that would take time away from a race, or can do nothing at all.
fn lets_race(phase: &Phase) -> bool {
    phase.is_over() || !phase.is_busy()
}

fn broke_off(why: &str) -> String {
    format!("The answer broke off. {why} Try again.")
}

/// Milliseconds of a clock that nobody sets.
fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |performance| performance.now())
}
