//! The cascade: the small model answers what it is sure of, an API the rest. One slider, and what it comes to.

use super::Sorting;
use super::evaluation::Evaluation;
use super::side::{Side, Tally};
use super::take_over;
use crate::classify::{Interval, Point, hybrid, together, wilson};
use crate::words;
use leptos::prelude::*;

/// Judged messages below which a curve of the visitor's own would show chance.
const FEW: usize = 20;

/// The threshold before anybody moves it, in hundredths.
const FIRST: u32 = 70;

/// Thresholds of the table, in hundredths.
const LISTED: [u32; 9] = [0, 30, 50, 60, 70, 80, 90, 95, 99];

/// Which messages a threshold is tried on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// The validation split, when the adapter was made.
    Validation,
    /// Those that were just sorted.
    Own,
}

/// What a threshold comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// Share of messages that the small model handles.
    pub(super) handled: f64,
    /// Where that share lies, as far as counting tells.
    pub(super) handled_interval: Option<Interval>,
    /// Share of right answers among those.
    pub(super) accuracy: Option<f64>,
    /// Share of all wrong answers that are passed on.
    pub(super) errors_caught: Option<f64>,
    /// Messages it was tried on.
    pub(super) of: u64,
}

/// What is chosen. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    /// In hundredths.
    pub(super) threshold: RwSignal<u32>,
    wants_own: RwSignal<bool>,
}

/// What thresholds come to, on whatever they are tried on.
#[derive(Debug, Clone, PartialEq)]
struct Curve {
    basis: Basis,
    /// By hundredths from 0 to 100.
    points: Vec<Reading>,
}

impl Curve {
    fn at(&self, hundredths: u32) -> Option<&Reading> {
        self.points.get(usize::try_from(hundredths).ok()?)
    }

    fn of_validation(evaluation: &Evaluation) -> Option<Self> {
        let of = evaluation.validation_messages()?;
        let reading = |hundredths| {
            let read = evaluation.at(hundredths)?;
            Some(Reading {
                handled: read.handled,
                handled_interval: wilson(part(read.handled, of), of),
                accuracy: read.accuracy,
                errors_caught: read.errors_caught,
                of,
            })
        };
        let points: Option<Vec<_>> = (0..=100).map(reading).collect();
        Some(Self { basis: Basis::Validation, points: points? })
    }

    fn of_own(sorting: Sorting) -> Option<Self> {
        let (cascade, judged) = sorting.results.cascade();
        if judged < FEW {
            return None;
        }
        let reading = |point: Point| Reading {
            handled: point.share_handled,
            handled_interval: wilson(point.kept, point.kept + point.escalated),
            accuracy: point.kept_accuracy,
            errors_caught: (point.errors > 0).then(|| share(point.errors_caught, point.errors)),
            of: point.kept + point.escalated,
        };
        let points = cascade.curve(100).into_iter().map(reading).collect();
        Some(Self { basis: Basis::Own, points })
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2⁵³")]
fn share(part: u64, all: u64) -> f64 {
    part as f64 / all as f64
}

/// How many messages a share of them is.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of a count of messages"
)]
fn part(share: f64, of: u64) -> u64 {
    (share * of as f64).round() as u64
}

/// The panel.
pub(super) fn panel(sorting: Sorting) -> AnyView {
    let chosen = Chosen { threshold: RwSignal::new(FIRST), wants_own: RwSignal::new(false) };
    let own = Memo::new(move |_| Curve::of_own(sorting));
    let validation = Memo::new(move |_| sorting.known().and_then(|known| Curve::of_validation(&known)));
    let curve = Memo::new(move |_| {
        let own = if chosen.wants_own.get() { own.get() } else { None };
        own.or_else(|| validation.get())
    });
    let reading = Memo::new(move |_| curve.with(|curve| curve.as_ref()?.at(chosen.threshold.get()).copied()));
    let basis = Memo::new(move |_| curve.with(|curve| curve.as_ref().map(|curve| curve.basis)));
    view! {
        <section class="demo-part" aria-labelledby="demo-cascade">
            <h3 class="demo-title" id="demo-cascade">"Cascade: keep what it is sure of, pass on the rest"</h3>
            <p class="demo-choice">
                "Each message goes to the fine-tuned model first. If its best class has at least this probability, that is the answer; if not, the message is passed on to the API."
            </p>
            {bases(own, chosen, basis)}
            {slider(chosen)}
            {move || reading.get().map(|reading| figures(sorting, chosen.threshold.get(), reading, basis.get()))}
            {move || curve.with(|curve| curve.as_ref().map(|curve| chart(curve, chosen.threshold.get())))}
            {terms(sorting)}
            {take_over::panel(sorting, chosen, reading, basis)}
        </section>
    }
    .into_any()
}

fn bases(own: Memo<Option<Curve>>, chosen: Chosen, basis: Memo<Option<Basis>>) -> AnyView {
    let has_own = Memo::new(move |_| own.with(Option::is_some));
    let button = |this: Basis, name: &'static str| {
        view! {
            <button
                type="button"
                aria-pressed=move || (basis.get() == Some(this)).to_string()
                disabled=move || this == Basis::Own && !has_own.get()
                on:click=move |_| chosen.wants_own.set(this == Basis::Own)
            >
                {name}
            </button>
        }
    };
    let note = move || match (basis.get(), has_own.get()) {
        (Some(Basis::Own), _) => "Tried on the messages that were just sorted.".to_owned(),
        (_, true) => "Recorded when the adapter was made, on messages it was not trained on.".to_owned(),
        (_, false) => format!(
            "Recorded when the adapter was made, on messages it was not trained on. Sort at least {FEW} messages with labels to try your own."
        ),
    };
    view! {
        <div class="segmented" role="group" aria-label="Tried on">
            {button(Basis::Validation, "Validation split")}
            {button(Basis::Own, "Your labelled messages")}
        </div>
        <p class="small muted">{note}</p>
    }
    .into_any()
}

fn slider(chosen: Chosen) -> AnyView {
    view! {
        <div class="demo-slider">
            <label for="demo-threshold">"Confidence needed"</label>
            <input
                id="demo-threshold"
                type="range"
                min="0"
                max="100"
                step="1"
                prop:value=move || chosen.threshold.get().to_string()
                aria-valuetext=move || threshold(chosen.threshold.get())
                on:input=move |event| {
                    if let Ok(hundredths) = event_target_value(&event).parse() {
                        chosen.threshold.set(hundredths);
                    }
                }
            />
            <output class="num" for="demo-threshold">
                {move || threshold(chosen.threshold.get())}
            </output>
        </div>
    }
    .into_any()
}

/// A threshold as a number: `0.70`.
pub(super) fn threshold(hundredths: u32) -> String {
    format!("{:.2}", f64::from(hundredths) / 100.0)
}

fn or_unknown(share: Option<f64>) -> String {
    share.map_or_else(|| "unknown".to_owned(), words::percent)
}

/// What a message takes on one side, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Takes {
    /// Dollars.
    cost: Option<f64>,
    /// Milliseconds, in the median.
    latency_ms: Option<f64>,
}

fn takes(sorting: Sorting) -> (Takes, Takes) {
    let typical = |side| sorting.results.tally(side, |tally: &Tally| tally.alone().percentile(50));
    let small = Takes { cost: Some(sorting.own_cost.get() / 1000.0), latency_ms: typical(Side::Tuned) };
    let cost = sorting.api_cost().map(|cost| cost.dollars);
    (small, Takes { cost, latency_ms: typical(Side::Api) })
}

fn count(messages: u64) -> String {
    words::count(i64::try_from(messages).unwrap_or(i64::MAX))
}

fn figures(sorting: Sorting, hundredths: u32, reading: Reading, basis: Option<Basis>) -> AnyView {
    let (small, api) = takes(sorting);
    let api_accuracy =
        sorting.results.tally(Side::Api, Tally::accuracy).map(|(right, all, _)| share(right, all));
    let passed_on = 1.0 - reading.handled;
    let dollars = hybrid(small.cost, api.cost, passed_on);
    let money = |times: f64| match dollars {
        Some(dollars) => words::dollars(dollars * times),
        None => "unknown".to_owned(),
    };
    let volume = sorting.volume.get();
    let basis_of_cost = sorting.api_cost().map_or_else(|| "no price is known".to_owned(), |cost| cost.basis);
    let latency = hybrid(small.latency_ms, api.latency_ms, passed_on);
    let of = match basis {
        Some(Basis::Own) => format!("of your {} messages", count(reading.of)),
        _ => format!("of {} messages of the validation split", count(reading.of)),
    };
    let interval = reading.handled_interval.map_or_else(String::new, |Interval { low, high }| {
        format!("; 95% interval {}–{}", words::percent(low), words::percent(high))
    });
    let outside = sorting.known().and_then(|known| known.out_of_scope(usize::try_from(hundredths).ok()?));
    let (outside, outside_note) = match outside {
        Some((messages, share)) => (
            words::percent(share),
            format!("of {} messages that belong to no class (CLINC150)", count(messages)),
        ),
        None => ("unknown".to_owned(), "not measured".to_owned()),
    };
    let rows = [
        ("Kept by the small model", words::percent(reading.handled), format!("{of}{interval}")),
        (
            "Right, of those it keeps",
            or_unknown(reading.accuracy),
            "achieved there, not promised elsewhere".to_owned(),
        ),
        (
            "Errors caught by passing on",
            or_unknown(reading.errors_caught),
            "of all that it would have made".to_owned(),
        ),
        ("Out of scope, kept all the same", outside, outside_note),
        (
            "Right in all",
            or_unknown(together(reading.accuracy, reading.handled, api_accuracy)),
            match api_accuracy {
                Some(_) => "with the API as right as on the messages just sorted".to_owned(),
                None => "needs the API on messages with labels".to_owned(),
            },
        ),
        ("Cost of 1,000", money(1000.0), basis_of_cost),
        ("A month", money(volume), format!("{} messages", words::whole(volume))),
        (
            "Typical time",
            latency.map_or_else(|| "unknown".to_owned(), words::time),
            "medians of what was timed just now; what is passed on waits for both".to_owned(),
        ),
    ];
    crate::measures::figure_list(rows)
}

/// What the visitor knows better than the page.
fn terms(sorting: Sorting) -> AnyView {
    let number = |id: &'static str, label: &'static str, value: RwSignal<f64>, most: f64| {
        view! {
            <div class="field">
                <label class="field-label" for=id>
                    {label}
                </label>
                <div class="field-control">
                    <input
                        id=id
                        type="number"
                        min="0"
                        max=most.to_string()
                        step="any"
                        prop:value=move || value.get().to_string()
                        on:change=move |event| {
                            let given = event_target_value(&event).parse::<f64>().ok();
                            let given = given.filter(|given| (0.0..=most).contains(given));
                            // What is no such number is put back, so that the field never shows what is not counted.
                            value.set(given.unwrap_or_else(|| value.get_untracked()));
                        }
                    />
                </div>
            </div>
        }
    };
    view! {
        <div class="form demo-form">
            {number("demo-volume", "Messages a month", sorting.volume, 1e12)}
            {number("demo-own-cost", "Dollars for 1,000 on the small model; 0 on visitors’ own devices", sorting.own_cost, 1e6)}
        </div>
    }
    .into_any()
}

/// Width and height of the drawing and the room for its numbers.
const WIDTH: f64 = 420.0;
const HEIGHT: f64 = 220.0;
const MARGIN: f64 = 44.0;

fn chart(curve: &Curve, hundredths: u32) -> AnyView {
    let known: Vec<(f64, f64)> =
        curve.points.iter().filter_map(|point| Some((point.handled, point.accuracy?))).collect();
    let lowest = known.iter().map(|(_, accuracy)| *accuracy).fold(1.0, f64::min);
    // Down to a whole twentieth, with some room below.
    let floor = ((lowest * 20.0).floor() / 20.0).min(0.95);
    let x = |handled: f64| MARGIN + handled * WIDTH;
    let y = |accuracy: f64| HEIGHT * (1.0 - (accuracy - floor) / (1.0 - floor));
    let path: Vec<String> =
        known.iter().map(|(handled, accuracy)| format!("{:.1},{:.1}", x(*handled), y(*accuracy))).collect();
    let here = curve.at(hundredths).and_then(|point| Some((point.handled, point.accuracy?)));
    let title = match here {
        Some((handled, accuracy)) => format!(
            "At {} the small model keeps {} of the messages and is right on {} of them",
            threshold(hundredths),
            words::percent(handled),
            words::percent(accuracy)
        ),
        None => format!("At {} the small model keeps nothing", threshold(hundredths)),
    };
    let mark = here.map(|(handled, accuracy)| {
        view! { <circle class="demo-point" cx=x(handled) cy=y(accuracy) r="5" /> }
    });
    let marks_x = [0.0, 0.5, 1.0].map(|share| {
        view! {
            <text x=x(share) y=HEIGHT + 18.0 text-anchor="middle">
                {format!("{:.0}", share * 100.0)}
            </text>
        }
    });
    let marks_y = [floor, f64::midpoint(floor, 1.0), 1.0].map(|share| {
        view! {
            <line class="demo-grid" x1=MARGIN y1=y(share) x2=MARGIN + WIDTH y2=y(share) />
            <text x=MARGIN - 8.0 y=y(share) + 4.0 text-anchor="end">
                {format!("{:.1}", share * 100.0)}
            </text>
        }
    });
    let (width, height) = (WIDTH + MARGIN + 16.0, HEIGHT + 32.0);
    view! {
        <figure class="chart">
            <figcaption class="chart-head">
                <h4 class="chart-title">{title.clone()}</h4>
                <p class="chart-note">"Right answers among those it keeps (%), by the share of messages it keeps (%)"</p>
            </figcaption>
            <svg class="demo-diagram" role="img" aria-label=title viewBox=format!("0 -8 {width} {height}") width=width height=height>
                {marks_y}
                <polyline class="demo-curve" points=path.join(" ") />
                {mark}
                <line class="demo-axis" x1=MARGIN y1=HEIGHT x2=MARGIN + WIDTH y2=HEIGHT />
                {marks_x}
            </svg>
            <details class="chart-numbers">
                <summary>"The numbers"</summary>
                {numbers(curve)}
            </details>
        </figure>
    }
    .into_any()
}

fn numbers(curve: &Curve) -> AnyView {
    let rows = LISTED.iter().filter_map(|hundredths| {
        let point = curve.at(*hundredths)?;
        Some(view! {
            <tr>
                <th scope="row" class="num">
                    {threshold(*hundredths)}
                </th>
                <td class="num">{words::percent(point.handled)}</td>
                <td class="num">{or_unknown(point.accuracy)}</td>
                <td class="num">{or_unknown(point.errors_caught)}</td>
            </tr>
        })
    });
    view! {
        <div class="table-scroll" role="region" aria-label="Numbers of the cascade" tabindex="0">
            <table class="data-table data-table-compact">
                <thead>
                    <tr>
                        <th scope="col" class="num">"Confidence needed"</th>
                        <th scope="col" class="num">"Kept"</th>
                        <th scope="col" class="num">"Right, of those"</th>
                        <th scope="col" class="num">"Errors caught"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_a_split_is_a_count_of_its_messages() {
        assert_eq!(part(0.925, 802), 742);
        assert_eq!(threshold(70), "0.70");
    }
}
