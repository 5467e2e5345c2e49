//! The workbench: inputs on one side, the decision they lead to on the other.

mod live;

use crate::components::decision::DecisionView;
use crate::components::failure::FailureNotice;
use leptos::prelude::*;
pub use live::Live;

/// The decision of a workbench; it follows the inputs.
#[component]
pub fn Results(
    /// The state of the workbench.
    live: Live,
) -> impl IntoView {
    let decision = Signal::derive(move || {
        live.assessment.with(|shown| shown.as_ref().map(|shown| shown.decision.clone()))
    });
    let prices_as_of = Signal::derive(move || {
        live.assessment
            .with(|shown| shown.as_ref().map_or_else(String::new, |shown| shown.prices_as_of.clone()))
    });
    let volume_gate = Signal::derive(move || {
        live.assessment.with(|shown| shown.as_ref().map_or(0.0, |shown| shown.volume_gate))
    });
    let classical = Signal::derive(move || {
        live.assessment.with(|shown| shown.as_ref().map_or_else(String::new, |shown| shown.classical.clone()))
    });
    let nothing_yet = Memo::new(move |_| live.assessment.with(Option::is_none));
    // The verdict names the region; without one, the note below does.
    view! {
        <section
            class="workbench-results"
            id="results"
            aria-label="Decision"
            aria-busy=move || live.pending.get().then_some("true")
            class:is-stale=live.pending
        >
            <FailureNotice error=live.failure />
            {move || {
                nothing_yet
                    .get()
                    .then(|| {
                        view! {
                            <div class="empty">
                                <h2 class="empty-title">"No decision yet"</h2>
                                <p>"Some inputs cannot be read. Correct the marked fields to see the decision."</p>
                            </div>
                        }
                    })
            }}
            {move || {
                (!nothing_yet.get())
                    .then(|| {
                        view! {
                            <DecisionView
                                decision=decision
                                title=live.title()
                                prices_as_of=prices_as_of
                                volume_gate=volume_gate
                                classical=classical
                            />
                        }
                    })
            }}
        </section>
    }
    .into_any()
}

/// A link at the bottom of a phone's screen, where the inputs stand below the decision.
#[must_use]
pub fn jump_to_inputs() -> AnyView {
    view! {
        <a class="workbench-jump" href="#inputs" rel="external">
            "Change inputs"
        </a>
    }
    .into_any()
}
