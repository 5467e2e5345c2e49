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

use crate::draft::Draft;
use crate::endpoint::terms::Known;
use crate::endpoint::{self, Miss};
use crate::prompts::EXAMPLES;
use crate::state::{Demo, Phase};
use crate::visit::{Run, Side, Task};
use crate::wake::Wake;
use answer::{Answer, State};
use leptos::prelude::*;
use leptos::task::spawn_local;
pub(crate) use panel::panel;
use send_wrapper::SendWrapper;
use serde_json::json;
use std::ops::ControlFlow;
use web_sys::AbortController;

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
    wake: Wake,
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
            wake: Wake::new(),
        };
        Effect::new(move |_| {
            if demo.phase.with(|phase| *phase != Phase::Writing) {
                race.wake.wake();
            }
        });
        race.read_terms();
        race
    }

    /// Reads the terms, and what is left of the budgets.
    fn read_terms(self) {
        spawn_local(async move {
            let known = endpoint::read_terms().await;
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
            Err(Miss::SignedOut(sentence)) => {
                self.terms.set(Known::Stranger);
                (sentence, false)
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
        self.wake.wait().await;
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
        self.abort.set_value(Some(SendWrapper::new(controller.clone())));
        let body = json!({
            "messages": [{ "role": "user", "content": prompt }],
            "max_tokens": tokens,
            // As the small model does, which takes the most likely token each time.
            "temperature": 0,
        });
        let answered = endpoint::ask(&body, &controller, |told, at_ms| {
            self.answer.update(|answer| {
                if let Some(answer) = answer {
                    answer.note(told, at_ms);
                }
            });
        });
        let answered = answered.await;
        self.abort.set_value(None);
        answered
    }
}

/// Whether the worker does nothing that would take time away from a race, or can do nothing at all.
fn lets_race(phase: &Phase) -> bool {
    phase.is_over() || !phase.is_busy()
}
