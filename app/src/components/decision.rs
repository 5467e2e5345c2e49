//! A whole decision as the pages show it: verdict, options, charts, reasoning, provenance.

use crate::components::chart::ChartFigure;
use crate::components::crossovers::crossovers;
use crate::components::dimensions::dimensions;
use crate::components::flowchart::flowchart;
use crate::components::options::options;
use crate::components::verdict::{provenance, verdict};
use charts::{Chart, CostOverVolume, CumulativeCost, QuadrantChart};
use domain::decision::Decision;
use domain::field::Choice;
use leptos::prelude::*;
use std::sync::Arc;

/// A decision as a page holds it: shared, and absent while inputs cannot be read.
pub type ShownDecision = Signal<Option<Arc<Decision>>>;

/// The whole decision. Follows the signal without losing open details, scroll or focus.
#[component]
pub fn DecisionView(
    /// The decision to show.
    #[prop(into)]
    decision: ShownDecision,
    /// Name of the use case, for the quadrant.
    #[prop(into)]
    title: Signal<String>,
    /// Day on which the prices were read.
    #[prop(into)]
    prices_as_of: Signal<String>,
    /// Requests a month at which the policy's flowchart and quadrant divide.
    #[prop(into)]
    volume_gate: Signal<f64>,
    /// What was measured about classical models, which the encoder cites; may be empty.
    #[prop(into)]
    classical: Signal<String>,
) -> impl IntoView {
    let part = move |show: fn(&Decision) -> AnyView| move || decision.get().map(|decision| show(&decision));
    let chart = move |make: fn(&Decision) -> Option<Chart>| {
        Signal::derive(move || decision.get().and_then(|decision| make(&decision)))
    };
    let horizon = Signal::derive(move || {
        decision.get().and_then(|decision| decision.horizon_months).unwrap_or_default()
    });
    let quadrant = Memo::new(move |_| {
        let decision = decision.get().filter(|decision| decision.quadrant.is_some())?;
        Some(Chart::Quadrant(QuadrantChart::from_decision(&decision, &title.get(), volume_gate.get())))
    });
    let quadrant_name = move || {
        decision.get().and_then(|decision| Some(decision.quadrant.as_ref()?.quadrant.label())).unwrap_or(
            "Volume or task structure is unknown, so the use case has no place on the quadrant yet.",
        )
    };
    let prices = move || decision.get().map(|decision| provenance(&decision.provenance, &prices_as_of.get()));
    view! {
        {part(verdict)}
        <section class="section" aria-labelledby="options-title">
            <header class="section-head">
                <h2 class="section-title" id="options-title">
                    "Options side by side"
                </h2>
                <p class="section-note">
                    {move || format!("Likely cost over {} months at today’s inputs, all bars on one scale", horizon.get())}
                </p>
            </header>
            {move || decision.get().map(|decision| classical.with(|classical| options(&decision, classical)))}
        </section>
        <section class="section" aria-labelledby="volume-title">
            <header class="section-head">
                <h2 class="section-title" id="volume-title">
                    "Cost against volume"
                </h2>
            </header>
            <ChartFigure
                chart=chart(|decision| Some(Chart::CostOverVolume(CostOverVolume::from_decision(decision))))
                note=Signal::derive(move || {
                    format!("Cost over {} months against requests a month, log axis", horizon.get())
                })
            />
            <h3 class="section-title" id="crossovers-title">
                "Crossovers"
            </h3>
            {part(crossovers)}
        </section>
        <section class="section" aria-labelledby="months-title">
            <header class="section-head">
                <h2 class="section-title" id="months-title">
                    "Cost month by month"
                </h2>
            </header>
            <ChartFigure
                chart=chart(|decision| Some(Chart::CumulativeCost(CumulativeCost::from_decision(decision))))
                note="Cumulative cost, one-off costs in month 0"
            />
        </section>
        <section class="section" aria-labelledby="flowchart-heading">
            <header class="section-head">
                <h2 class="section-title" id="flowchart-heading">
                    "The flowchart"
                </h2>
                <p class="section-note">"The article’s tree and the way this use case takes through it"</p>
            </header>
            {part(|decision| flowchart(&decision.flowchart))}
        </section>
        <section class="section" aria-labelledby="dimensions-title">
            <header class="section-head">
                <h2 class="section-title" id="dimensions-title">
                    "Eight dimensions"
                </h2>
                <p class="section-note">"What the article’s table says, fact by fact"</p>
            </header>
            {part(dimensions)}
        </section>
        <section class="section" aria-labelledby="quadrant-title">
            <header class="section-head">
                <h2 class="section-title" id="quadrant-title">
                    "Where it stands"
                </h2>
                <p class="section-note">{quadrant_name}</p>
            </header>
            <ChartFigure chart=quadrant note="Task structure against requests a month, log axis" />
        </section>
        {prices}
    }
    .into_any()
}
