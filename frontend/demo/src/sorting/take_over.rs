//! What was measured here, put into a use case: share handled, quality and latency, each with where it comes from.

use super::Sorting;
use super::cascade::{Basis, Chosen, Reading, threshold};
use super::side::{Side, Tally};
use crate::browser;
use crate::classify::Interval;
use crate::member;
use crate::use_cases::{self, UseCase};
use domain::access::Action;
use domain::use_case::Field;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slm_messages::Hardware;

/// Where the adapter's card is.
const CARD: &str = "/demo/adapters/banking77";

/// What is known of the use cases.
#[derive(Debug, Clone, PartialEq)]
enum Listed {
    NotYet,
    Asking,
    /// Why they are not known: a sentence.
    Not(String),
    All(Vec<UseCase>),
}

/// The inputs of a use case that would be filled in.
type Inputs = Vec<(Field, String)>;

/// The panel.
pub(super) fn panel(
    sorting: Sorting,
    chosen: Chosen,
    reading: Memo<Option<Reading>>,
    basis: Memo<Option<Basis>>,
) -> AnyView {
    let listed = RwSignal::new(Listed::NotYet);
    let use_case = RwSignal::new(String::new());
    let inputs = Memo::new(move |_| {
        reading.get().map_or_else(Vec::new, |reading| {
            inputs(&Facts::of(sorting, chosen.threshold.get(), reading, basis.get()))
        })
    });
    let body =
        move || match (member::is_stranger(), member::refusal(Action::Edit, "Using this in a use case")) {
            (true, _) => view! {
                <p class="notice">
                    <a href=member::sign_in_address()>"Sign in"</a>
                    " to use this in a use case."
                </p>
            }
            .into_any(),
            (false, Some(refusal)) => view! { <p class="notice">{refusal}</p> }.into_any(),
            (false, None) => choice(listed, use_case),
        };
    view! {
        <div class="demo-figures demo-stack">
            <h4 class="demo-subtitle">"Use in a use case"</h4>
            <p class="demo-choice">
                "The engine’s hybrid option is then costed with these numbers instead of guesses. The page that edits the use case opens with them filled in; nothing counts before it is saved."
            </p>
            {move || sent(&inputs.get())}
            {body}
            {move || {
                let id = use_case.get();
                (!id.is_empty()).then(|| {
                    view! {
                        <p>
                            <a class="button" href=address(&id, &inputs.get())>
                                "Open it with these numbers"
                            </a>
                        </p>
                    }
                })
            }}
        </div>
    }
    .into_any()
}

fn choice(listed: RwSignal<Listed>, use_case: RwSignal<String>) -> AnyView {
    let ask = move |_| {
        listed.set(Listed::Asking);
        spawn_local(async move {
            listed.set(match use_cases::list().await {
                Ok(all) => Listed::All(all),
                Err(failure) => Listed::Not(failure.to_string()),
            });
        });
    };
    let view = move || {
        match listed.get() {
        Listed::NotYet => view! {
            <button class="button" type="button" on:click=ask>
                "Choose a use case"
            </button>
        }
        .into_any(),
        Listed::Asking => view! { <p class="loading">"Asking for your use cases…"</p> }.into_any(),
        Listed::Not(sentence) => view! {
            <p class="notice notice-error" role="alert">
                {sentence}
            </p>
            <button class="button button-small" type="button" on:click=ask>
                "Ask again"
            </button>
        }
        .into_any(),
        Listed::All(all) if all.is_empty() => {
            view! { <p class="muted">"There is no use case yet. Save one first."</p> }.into_any()
        }
        Listed::All(all) => view! {
            <div class="field">
                <label class="field-label" for="demo-cascade-use-case">
                    "Use case"
                </label>
                <div class="field-control">
                    <select id="demo-cascade-use-case" on:change=move |event| use_case.set(event_target_value(&event))>
                        {use_cases::choices(&all, "")}
                    </select>
                </div>
            </div>
        }
        .into_any(),
    }
    };
    view! { <div class="form demo-form">{view}</div> }.into_any()
}

/// What stands behind a value.
fn unit(field: Field) -> &'static str {
    match field {
        Field::SlmQuality | Field::ShareHandled => "%",
        Field::SlmLatencyMs => "ms",
        _ => "",
    }
}

/// All that would be filled in.
fn sent(inputs: &[(Field, String)]) -> AnyView {
    let rows = inputs.iter().map(|(field, value)| {
        view! {
            <div>
                <dt>{field.label()}</dt>
                <dd>{value.clone()} {unit(*field)}</dd>
            </div>
        }
    });
    view! { <dl class="demo-terms">{rows.collect_view()}</dl> }.into_any()
}

/// Everything that goes into the inputs.
#[derive(Debug, Clone, PartialEq)]
struct Facts {
    /// In hundredths.
    threshold: u32,
    reading: Reading,
    is_own: bool,
    /// Share of right answers over all messages: likely, and where it lies; how many they are.
    quality: Option<(f64, Interval, u64)>,
    /// Milliseconds of one message: 95th percentile, how many were timed, on what.
    latency: Option<(f64, usize, Option<Hardware>)>,
    /// Name and version.
    browser: String,
    /// Day the adapter was measured.
    evaluated: String,
    today: String,
}

impl Facts {
    fn of(sorting: Sorting, threshold: u32, reading: Reading, basis: Option<Basis>) -> Self {
        let is_own = basis == Some(Basis::Own);
        let known = sorting.known();
        let own = sorting.results.tally(Side::Tuned, Tally::accuracy);
        let quality = match (is_own, own) {
            (true, Some((right, all, interval))) => Some((share(right, all), interval, all)),
            (true, None) => None,
            (false, _) => known.as_ref().and_then(|known| {
                let score = known.test()?;
                let [low, high] = score.interval95;
                Some((score.accuracy, Interval { low, high }, score.of))
            }),
        };
        let latency = sorting.results.tally(Side::Tuned, |tally| {
            Some((tally.alone().percentile(95)?, tally.alone_count(), tally.backend))
        });
        let browser = browser::here();
        Self {
            threshold,
            reading,
            is_own,
            quality,
            latency,
            browser: format!("{} {}", browser.name, browser.version),
            evaluated: known.map_or_else(String::new, |known| known.date.clone()),
            today: String::from(js_sys::Date::new_0().to_iso_string()).chars().take(10).collect(),
        }
    }

    /// Which messages it is about.
    fn messages(&self) -> String {
        let Self { evaluated, today, .. } = self;
        match self.is_own {
            true => format!("{} own messages on {today}", self.reading.of),
            false => format!("Banking77’s validation split ({} messages), {evaluated}", self.reading.of),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2⁵³")]
fn share(part: u64, all: u64) -> f64 {
    part as f64 / all as f64
}

/// A range as fields take it, in percent.
fn range(likely: f64, Interval { low, high }: Interval) -> String {
    // Rounding must not put the likely value outside.
    let [low, likely, high] =
        [low.min(likely), likely, high.max(likely)].map(|share| format!("{:.1}", share * 100.0));
    format!("{low}..{likely}..{high}")
}

fn inputs(facts: &Facts) -> Inputs {
    let mut inputs = Inputs::new();
    if let Some((likely, interval, of)) = facts.quality {
        let messages = match facts.is_own {
            true => format!("{of} own messages with labels, {}", facts.today),
            false => format!("Banking77’s test half ({of} messages), {}", facts.evaluated),
        };
        inputs.push((Field::SlmQuality, range(likely, interval)));
        inputs.push((
            Field::SlmQualitySource,
            format!("SmolLM2-135M with the Banking77 adapter on {messages}; card at {CARD}"),
        ));
    }
    if let Some(interval) = facts.reading.handled_interval {
        inputs.push((Field::ShareHandled, range(facts.reading.handled, interval)));
        inputs.push((
            Field::ShareHandledSource,
            format!(
                "Confidence of at least {} in {}; card at {CARD}",
                threshold(facts.threshold),
                facts.messages()
            ),
        ));
    }
    if let Some((p95, count, backend)) = facts.latency {
        let device = backend.map_or_else(|| "device".to_owned(), |backend| format!("device’s {backend}"));
        // Shorter than the field holds is faster than any latency that matters.
        inputs.push((Field::SlmLatencyMs, format!("{:.1}", p95.max(1.0))));
        inputs.push((
            Field::SlmLatencySource,
            format!(
                "Short messages sorted on one {device}, {}, {count} read alone, {}",
                facts.browser, facts.today
            ),
        ));
    }
    inputs
}

fn address(use_case: &str, inputs: &[(Field, String)]) -> String {
    let query: Vec<String> = inputs
        .iter()
        .map(|(field, value)| format!("{}={}", field.name(), js_sys::encode_uri_component(value)))
        .collect();
    format!("/use-cases/{use_case}/edit?{}", query.join("&"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::field::Draft;
    use domain::units::Quantity as _;
    use domain::use_case::UseCase as Inputted;

    fn facts() -> Facts {
        let interval = Interval { low: 0.9, high: 0.94 };
        Facts {
            threshold: 70,
            reading: Reading {
                handled: 0.92,
                handled_interval: Some(interval),
                accuracy: Some(0.966),
                errors_caught: Some(0.5),
                of: 802,
            },
            is_own: false,
            quality: Some((0.934, Interval { low: 0.925, high: 0.942 }, 3_080)),
            latency: Some((84.26, 30, Some(Hardware::Cpu))),
            browser: "Chrome 156".to_owned(),
            evaluated: "2026-12-01".to_owned(),
            today: "2026-12-02".to_owned(),
        }
    }

    fn read(facts: &Facts) -> Inputted {
        let draft =
            inputs(facts).into_iter().fold(Draft::default(), |draft, (field, text)| draft.with(field, text));
        Inputted::parse(&draft).unwrap()
    }

    #[test]
    fn a_use_case_takes_everything_that_is_filled_in() {
        let read = read(&facts());
        let quality = read.slm_quality.estimate().unwrap();
        assert_eq!(
            [quality.low, quality.likely, quality.high].map(|percent| percent.get()),
            [92.5, 93.4, 94.2]
        );
        assert_eq!(read.share_handled.likely().unwrap().get(), 92.0);
        assert_eq!(read.slm_latency_ms.likely().unwrap().get(), 84.3);
        for source in [&read.slm_quality_source, &read.share_handled_source] {
            assert!(source.as_str().ends_with(CARD), "{}", source.as_str());
        }
        assert_eq!(
            read.slm_latency_source.as_str(),
            "Short messages sorted on one device’s CPU, Chrome 156, 30 read alone, 2026-12-02"
        );
    }

    #[test]
    fn what_was_not_measured_is_not_filled_in() {
        let facts = Facts { latency: None, quality: None, ..facts() };
        let fields: Vec<Field> = inputs(&facts).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, [Field::ShareHandled, Field::ShareHandledSource]);
    }

    #[test]
    fn rounding_never_puts_a_likely_value_outside_its_range() {
        let edge = Interval { low: 0.950_4, high: 0.950_6 };
        let text = range(0.950_6, edge);
        assert_eq!(text, "95.0..95.1..95.1");
        assert_eq!(range(1.0, Interval { low: 0.9, high: 1.0 }), "90.0..100.0..100.0");
    }
}
