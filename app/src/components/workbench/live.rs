//! The live half of a workbench: edits become the address and a new decision.

use crate::AppError;
use crate::components::inputs::{Inputs, Pace};
use crate::components::layout::Pending;
use crate::functions::assess::{Assessment, Opening, assess, open_assessment};
use crate::link::Start;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use std::time::Duration;

/// How long a pause in typing must be before the decision follows.
const TYPING_PAUSE: Duration = Duration::from_millis(250);

/// What the page shows and how it changes. Signals are cheap to copy, so this is passed by value.
#[derive(Clone, Copy)]
pub struct Live {
    /// The form.
    pub inputs: Inputs,
    /// Where the inputs started from.
    pub start: RwSignal<Start>,
    /// Id of the preset the inputs started from; empty while editing a use case.
    pub preset: RwSignal<String>,
    /// The latest decision; it stays while inputs cannot be read.
    pub assessment: RwSignal<Option<Assessment>>,
    /// Why the latest decision could not be fetched, other than by the inputs' fault.
    pub failure: RwSignal<Option<AppError>>,
    /// Whether a decision is on its way.
    pub pending: RwSignal<bool>,
    /// The inputs as the address writes them.
    pub query: Memo<String>,
    /// The query whose answer is shown or on its way; any other answer is late and dropped.
    awaited: StoredValue<String>,
    timer: StoredValue<Option<TimeoutHandle>>,
    navigate: Callback<String>,
    use_case: StoredValue<String>,
}

impl Live {
    /// Starts from what a page opened with. `use_case` is the id of the use case being edited, empty on the
    /// assess page.
    #[must_use]
    pub fn new(opening: &Opening, use_case: String) -> Self {
        let start = RwSignal::new(opening.start.clone());
        let mut inputs = Inputs::new(opening.base.clone(), opening.draft.clone(), opening.errors.clone());
        let query = Memo::new(move |_| {
            start.with(|start| inputs.base.with(|base| inputs.draft.with(|draft| start.query(base, draft))))
        });
        let navigate = use_navigate();
        let navigate = Callback::new(move |query: String| {
            let options = NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() };
            navigate(&start.with_untracked(|start| start.address(&query)), options);
        });
        let search = use_location().search;
        let mut live = Self {
            inputs,
            start,
            preset: RwSignal::new(opening.preset.clone()),
            assessment: RwSignal::new(opening.assessment.clone()),
            failure: RwSignal::new(None),
            pending: RwSignal::new(false),
            query,
            awaited: StoredValue::new(search.get_untracked()),
            timer: StoredValue::new(None),
            navigate,
            use_case: StoredValue::new(use_case),
        };
        inputs.edited = Some(Callback::new(move |pace| live.follow(pace)));
        live.inputs = inputs;
        live.watch(search);
        live
    }

    /// Name of the use case as the latest decision has it; empty before the first.
    #[must_use]
    pub fn title(self) -> Signal<String> {
        Signal::derive(move || {
            self.assessment.with(|shown| shown.as_ref().map_or_else(String::new, |shown| shown.title.clone()))
        })
    }

    /// The latest verdict as a sentence, or the question it will answer.
    #[must_use]
    pub fn sentence(self) -> Signal<String> {
        Signal::derive(move || {
            self.assessment.with(|shown| {
                shown.as_ref().map_or_else(
                    || "Which kind of model is economically justified for this task?".to_owned(),
                    |shown| shown.decision.sentence.clone(),
                )
            })
        })
    }

    /// Reacts to the address changing by other means than an edit: a preset, back, forward.
    fn watch(self, search: Memo<String>) {
        let path = use_location().pathname;
        let bar = use_context::<Pending>();
        Effect::new(move |_| {
            if let Some(Pending(bar)) = bar {
                bar.set(self.pending.get());
            }
        });
        Effect::new(move |_| {
            let query = search.get();
            // A page that is being left sees the next page's address before it goes.
            let is_here = self.start.with_untracked(|start| path.with_untracked(|path| *path == start.path));
            if is_here && self.awaited.with_value(|awaited| *awaited != query) {
                self.reopen(query);
            }
        });
        #[cfg(feature = "hydrate")]
        Effect::new(move |_| {
            if self.inputs.adopt_typed() {
                self.follow(Pace::Chosen);
            }
        });
        on_cleanup(move || self.stop_timer());
    }

    /// Leaves the address alone from here on: the inputs are being sent, and their page may be left.
    pub fn hold(self) {
        self.stop_timer();
    }

    fn stop_timer(self) {
        // Gone together with the page when that is left.
        if let Some(Some(timer)) = self.timer.try_update_value(Option::take) {
            timer.clear();
        }
    }

    /// After an edit: at once for a choice, after a pause for text.
    fn follow(self, pace: Pace) {
        self.stop_timer();
        match pace {
            Pace::Chosen => self.decide_now(),
            Pace::Typing => {
                let timer = set_timeout_with_handle(move || self.decide_now(), TYPING_PAUSE).ok();
                self.timer.set_value(timer);
            }
        }
    }

    /// Moves the address to the inputs and fetches their decision, unless that is what is shown.
    pub fn decide_now(self) {
        self.stop_timer();
        let query = self.query.get_untracked();
        if self.awaited.with_value(|awaited| *awaited == query)
            && self.failure.with_untracked(Option::is_none)
        {
            return;
        }
        self.awaited.set_value(query.clone());
        self.pending.set(true);
        self.navigate.run(query.clone());
        let use_case = self.use_case.get_value();
        spawn_local(async move {
            let answer = assess(query.clone(), use_case).await;
            if self.is_awaited(&query) {
                self.pending.set(false);
                self.show(answer);
            }
        });
    }

    /// Starts over from an address.
    fn reopen(self, query: String) {
        self.stop_timer();
        self.awaited.set_value(query.clone());
        self.pending.set(true);
        let use_case = self.use_case.get_value();
        spawn_local(async move {
            let answer = open_assessment(query.clone(), use_case).await;
            if !self.is_awaited(&query) {
                return;
            }
            self.pending.set(false);
            match answer {
                Ok(opening) => {
                    self.start.set(opening.start);
                    self.preset.set(opening.preset);
                    self.inputs.refill(opening.base, opening.draft);
                    self.inputs.errors.set(opening.errors);
                    self.assessment.set(opening.assessment);
                    self.failure.set(None);
                }
                Err(error) => self.failure.set(Some(error)),
            }
        });
    }

    /// Whether the page is still there and waits for this answer and no other.
    fn is_awaited(self, query: &str) -> bool {
        self.awaited.try_with_value(|awaited| awaited == query).unwrap_or(false)
    }

    fn show(self, answer: Result<Assessment, AppError>) {
        match answer {
            Ok(assessment) => {
                self.inputs.errors.set(Vec::new());
                self.failure.set(None);
                self.assessment.set(Some(assessment));
            }
            Err(AppError::Invalid { errors }) => {
                self.failure.set(None);
                self.inputs.errors.set(errors);
            }
            Err(error) => self.failure.set(Some(error)),
        }
    }
}
