//! Sorting messages into classes: by the fine-tuned model, by the untouched one, and by an API.
//!
//! ```text
//! Messages (examples, lines, table) ─▶ Sorting ─ slices ─▶ worker (untouched, then fine-tuned)
//!                                        │     ─ one by one ─▶ endpoint
//!                                        ▼
//!                                     Results ─▶ figures, rows, mistakes, cascade, file, use case
//! ```

mod api;
mod by_api;
mod by_model;
mod cascade;
mod evaluation;
mod examples;
mod figures;
mod messages;
mod mistakes;
mod panel;
mod pricing;
mod results;
mod rows;
mod save;
mod side;
mod site;
mod take_over;

use crate::classify::Labels;
use crate::endpoint::{self, terms::Known};
use crate::http;
use crate::state::{Demo, Phase};
use crate::wake::Wake;
use domain::prices::ApiPrice;
use evaluation::Evaluation;
use leptos::prelude::*;
use leptos::task::spawn_local;
use messages::Messages;
pub(crate) use panel::panel;
use results::Results;
use send_wrapper::SendWrapper;
use side::Side;
use site::Site;
use slm_messages::{About, Adapted, Ask, Classified, ClassifyEnd, Report};
use std::sync::Arc;
use web_sys::AbortController;

/// What is known of the evaluation.
#[derive(Debug, Clone, PartialEq)]
enum Read {
    /// It is being fetched.
    NotYet,
    /// Why it is not there: a sentence.
    Not(String),
    /// It is here.
    Here(Arc<Evaluation>),
}

impl Read {
    fn here(&self) -> Option<Arc<Evaluation>> {
        match self {
            Self::Here(evaluation) => Some(Arc::clone(evaluation)),
            Self::NotYet | Self::Not(_) => None,
        }
    }
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Nothing.
    Over,
    /// A table is read.
    Reading,
    /// The adapter is put beside the weights, or taken away.
    Adapting,
    /// Messages are sorted.
    Sorting(Side),
}

/// What the worker said last of a slice.
#[derive(Debug, Clone, PartialEq)]
enum Heard {
    /// It is sorted, or was stopped.
    Ended(ClassifyEnd),
    /// Why not: a sentence.
    Failed(String),
}

/// Everything about sorting. Cheap to copy.
#[derive(Clone, Copy)]
struct Sorting {
    demo: Demo,
    /// Where the adapter is; `None` where the site has none.
    site: StoredValue<Option<Site>>,
    evaluation: RwSignal<Read>,
    terms: RwSignal<Known>,
    /// The price book's models; empty before they are known.
    prices: RwSignal<Vec<ApiPrice>>,
    messages: Messages,
    /// Who is asked to sort.
    asked: [RwSignal<bool>; 3],
    turn: RwSignal<Turn>,
    /// What stands beside the weights, as the worker said last.
    adapted: RwSignal<Option<Adapted>>,
    results: Results,
    /// Dollars of a thousand messages on whatever runs the small model; on visitors' own devices nothing is billed.
    own_cost: RwSignal<f64>,
    /// Messages a month.
    volume: RwSignal<f64>,
    /// What did not work out last.
    problem: RwSignal<Option<String>>,
    is_stopping: StoredValue<bool>,
    heard: StoredValue<Option<Heard>>,
    wake: Wake,
    run: StoredValue<u32>,
    /// Ends the request in progress.
    abort: StoredValue<Option<SendWrapper<AbortController>>>,
}

/// Messages a month before anybody says otherwise.
const VOLUME: f64 = 100_000.0;

impl Sorting {
    fn open(demo: Demo) -> Self {
        let sorting = Self {
            demo,
            site: StoredValue::new(Site::here()),
            evaluation: RwSignal::new(Read::NotYet),
            terms: RwSignal::new(Known::NotYet),
            prices: RwSignal::new(Vec::new()),
            messages: Messages::new(),
            // An API is asked only when somebody says so: messages leave the device then.
            asked: [true, true, false].map(RwSignal::new),
            turn: RwSignal::new(Turn::Over),
            adapted: RwSignal::new(None),
            results: Results::new(),
            own_cost: RwSignal::new(0.0),
            volume: RwSignal::new(VOLUME),
            problem: RwSignal::new(None),
            is_stopping: StoredValue::new(false),
            heard: StoredValue::new(None),
            wake: Wake::new(),
            run: StoredValue::new(0),
            abort: StoredValue::new(None),
        };
        demo.tell_of_sorting(move |report| sorting.hear(report));
        Effect::new(move |_| {
            if demo.phase.with(Phase::is_over) {
                // The page says elsewhere how the worker died.
                sorting.heard.set_value(Some(Heard::Failed("The model’s worker has ended.".to_owned())));
                sorting.adapted.set(None);
                sorting.wake.wake();
            }
        });
        // A model that is loaded anew has nothing beside its weights.
        Effect::new(move |_| {
            if demo.ready.with(Option::is_none) {
                sorting.adapted.set(None);
            }
        });
        sorting
    }

    /// Fetches what the panel shows before anything is sorted.
    fn read(self) {
        let Some(address) = self.site.with_value(|site| site.as_ref().map(|site| site.evaluation.clone()))
        else {
            return;
        };
        self.evaluation.set(Read::NotYet);
        spawn_local(async move {
            let read = match http::get::<Evaluation>(&address).await {
                Ok(evaluation) => Read::Here(Arc::new(evaluation)),
                Err(failure) => Read::Not(failure.to_string()),
            };
            self.evaluation.set(read);
        });
        spawn_local(async move { self.terms.set(endpoint::read_terms().await) });
        spawn_local(async move {
            // Without prices the costs are unknown, and said to be.
            if let Ok(prices) = endpoint::listed().await {
                self.prices.set(prices);
            }
        });
    }

    /// What was measured about the adapter, once it is here.
    fn known(self) -> Option<Arc<Evaluation>> {
        self.evaluation.with(Read::here)
    }

    /// Whether something could be sorted now.
    fn is_free(self) -> bool {
        self.demo.is_free() && self.turn.get() == Turn::Over
    }

    /// Puts the adapter beside the weights, or takes it away.
    fn adapt(self, is_wanted: bool) {
        if self.demo.phase.get_untracked() != Phase::Ready || self.turn.get_untracked() != Turn::Over {
            return;
        }
        self.problem.set(None);
        self.turn.set(Turn::Adapting);
        spawn_local(async move {
            self.adapted_to(is_wanted).await;
            self.turn.set(Turn::Over);
        });
    }

    /// Puts the adapter beside the weights, or takes it away. `false` if that failed, which is shown then.
    async fn adapted_to(self, is_wanted: bool) -> bool {
        let adapter = match is_wanted {
            true => self.site.with_value(|site| site.as_ref().map(|site| site.adapter.clone())),
            false => None,
        };
        match self.ask(&Ask::Adapt { adapter }).await {
            None => true,
            Some(Heard::Failed(sentence)) => {
                self.problem.set(Some(sentence));
                false
            }
            Some(Heard::Ended(_)) => false,
        }
    }

    /// Asks the worker for something, and waits until it is done.
    async fn ask(self, ask: &Ask) -> Option<Heard> {
        self.heard.set_value(None);
        self.demo.sort(ask);
        self.wake.wait().await;
        self.demo.is_sorted();
        self.heard.try_update_value(Option::take).flatten()
    }

    fn hear(self, report: &Report) {
        match report {
            Report::Adapted(adapted) => {
                self.adapted.set(Some((**adapted).clone()));
                self.wake.wake();
            }
            Report::Classified(more) if more.run == self.run.get_value() => self.note(more),
            Report::ClassifyEnded(end) if end.run == self.run.get_value() => {
                self.heard.set_value(Some(Heard::Ended((**end).clone())));
                self.wake.wake();
            }
            Report::Failed { about: About::Adapting | About::Classifying, sentence } => {
                self.heard.set_value(Some(Heard::Failed(sentence.clone())));
                self.wake.wake();
            }
            _ => {}
        }
    }

    fn note(self, more: &Classified) {
        if let Turn::Sorting(side) = self.turn.get_untracked() {
            self.results.add_classified(side, more);
        }
    }

    /// Sorts the messages, by everybody who is asked to.
    fn start(self) {
        let Some(evaluation) = self.evaluation.with_untracked(Read::here) else { return };
        if self.turn.get_untracked() != Turn::Over || self.demo.is_racing.get_untracked() {
            return;
        }
        self.problem.set(None);
        self.is_stopping.set_value(false);
        self.turn.set(Turn::Reading);
        // Whatever this device computed meanwhile would spoil the times.
        self.demo.is_racing.set(true);
        spawn_local(async move {
            let labels = Labels::new(&evaluation.labels);
            match self.messages.read(self.is_stopping).await {
                Err(problem) => self.problem.set(Some(problem)),
                Ok(rows) if rows.is_empty() => {
                    self.problem.set(Some("There is no message to sort.".to_owned()));
                }
                Ok(rows) => {
                    self.results.begin(rows, &labels);
                    for side in Side::ALL {
                        if self.is_stopping.get_value() || !self.asks(side) {
                            continue;
                        }
                        self.turn.set(Turn::Sorting(side));
                        match side {
                            Side::Untouched | Side::Tuned => self.by_model(side, &evaluation).await,
                            Side::Api => self.by_api(&evaluation, &labels).await,
                        }
                    }
                    self.results.end();
                }
            }
            self.demo.is_racing.set(false);
            self.turn.set(Turn::Over);
        });
    }

    /// Whether a side is to sort, and could.
    fn asks(self, side: Side) -> bool {
        let is_possible = match side {
            Side::Untouched | Side::Tuned => self.demo.phase.get_untracked() == Phase::Ready,
            Side::Api => self.terms.with_untracked(|terms| terms.model().is_some()),
        };
        is_possible && self.asked[side.place()].get_untracked()
    }

    /// Ends sorting at once. What is sorted stays.
    fn stop(self) {
        self.is_stopping.set_value(true);
        if matches!(self.turn.get_untracked(), Turn::Sorting(Side::Untouched | Side::Tuned)) {
            self.demo.stop();
        }
        self.abort.with_value(|abort| {
            if let Some(abort) = abort {
                abort.abort();
            }
        });
    }
}
