//! Attaching, on the page: what, to which use case, and what is there already.

use super::kept::{Kept, edit_address};
use super::measured::measurement;
use super::{Attach, Listed, Outcome};
use crate::member;
use crate::percentile::FEW;
use crate::state::Demo;
use crate::use_cases::{self, UseCase};
use crate::visit::{Side, Summary};
use crate::words;
use domain::access::Action;
use domain::field::Choice as _;
use domain::measurement::{MeasuredInputs, Measurement};
use leptos::prelude::*;

/// The panel.
pub(crate) fn panel(demo: Demo) -> AnyView {
    let attach = Attach::open(demo);
    view! {
        <section class="demo-part" aria-labelledby="demo-attach">
            <h3 class="demo-title" id="demo-attach">"Attach to a use case"</h3>
            {body(attach)}
        </section>
    }
    .into_any()
}

fn body(attach: Attach) -> AnyView {
    if member::is_stranger() {
        return view! {
            <p class="notice">
                <a href=member::sign_in_address()>"Sign in"</a>
                " to keep what was measured here with one of your use cases."
            </p>
        }
        .into_any();
    }
    if let Some(refusal) = member::refusal(Action::Edit, "Attaching") {
        return view! { <p class="notice">{refusal}</p> }.into_any();
    }
    let has_runs =
        Memo::new(move |_| attach.demo.runs.with(|runs| runs.iter().any(|run| run.times.is_some())));
    let is_named = !attach.use_case.get_untracked().is_empty();
    Effect::new(move |_| {
        if has_runs.get() || is_named {
            attach.list();
        }
    });
    view! {
        <p class="demo-choice">
            "Keeps the percentiles of this visit’s runs with a use case, as measured on one device. No decision changes until somebody takes them over in a revision."
        </p>
        {move || (!has_runs.get()).then(|| view! { <p class="muted">"Nothing was timed yet: write an answer, or race."</p> })}
        {move || match attach.listed.get() {
            Listed::NotYet => ().into_any(),
            Listed::Asking => view! { <p class="loading">"Reading your use cases…"</p> }.into_any(),
            Listed::Not(sentence) => unknown(attach, sentence),
            Listed::All(all) if all.is_empty() => {
                view! {
                    <p class="notice">
                        "There is no use case to attach to. "
                        <a href="/portfolios">"Save one in a portfolio"</a>
                        " first."
                    </p>
                }
                    .into_any()
            }
            Listed::All(all) => form(attach, has_runs, &all),
        }}
        {move || {
            attach
                .is_missing
                .get()
                .then(|| {
                    view! {
                        <p class="notice notice-warn">
                            "The use case that this page was opened for is not among those that you can attach to. It may be archived, or in another workspace."
                        </p>
                    }
                })
        }}
        {move || failure(attach)}
        <div class="demo-attached" role="status">
            {move || attached(attach)}
        </div>
        {move || earlier(attach)}
    }
    .into_any()
}

fn unknown(attach: Attach, sentence: String) -> AnyView {
    view! {
        <div class="notice notice-error" role="alert">
            <p>{sentence}</p>
            <div class="actions">
                <button class="button button-small" type="button" on:click=move |_| attach.list()>
                    "Ask again"
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn form(attach: Attach, has_runs: Memo<bool>, all: &[UseCase]) -> AnyView {
    let is_off = move || {
        !has_runs.get()
            || attach.use_case.with(String::is_empty)
            || attach.demo.is_racing.get()
            || attach.outcome.with(|outcome| *outcome == Outcome::Sending)
    };
    let choices = use_cases::choices(all, &attach.use_case.get_untracked());
    view! {
        <form
            class="form demo-form"
            on:submit=move |event| {
                event.prevent_default();
                attach.attach();
            }
        >
            <div class="field">
                <label class="field-label" for="demo-attach-side">
                    "Measured on"
                </label>
                <div class="field-control">
                    <select
                        id="demo-attach-side"
                        disabled=move || !has_runs.get()
                        on:change=move |event| {
                            let code = event_target_value(&event);
                            attach.side.set(Side::ALL.into_iter().find(|side| side.code() == code));
                            attach.outcome.set(Outcome::None);
                        }
                    >
                        {move || sides(attach)}
                    </select>
                </div>
            </div>
            <div class="field">
                <label class="field-label" for="demo-attach-use-case">
                    "Use case"
                </label>
                <div class="field-control">
                    <select
                        id="demo-attach-use-case"
                        on:change=move |event| attach.choose(event_target_value(&event))
                    >
                        {choices}
                    </select>
                </div>
            </div>
            {move || sent(attach)}
            <div class="actions">
                <button class="button button-primary" type="submit" disabled=is_off>
                    "Attach"
                </button>
            </div>
        </form>
    }
    .into_any()
}

/// The sides that were timed.
fn sides(attach: Attach) -> AnyView {
    let chosen = attach.side.get();
    attach.demo.runs.with(|runs| {
        let timed = Side::ALL.into_iter().filter_map(|side| {
            let summary = Summary::of(runs.iter().filter(|run| run.side == side));
            let name = match summary.runs {
                0 => return None,
                1 => format!("{}, 1 run", side.name()),
                runs => format!("{}, {runs} runs", side.name()),
            };
            Some(view! {
                <option value=side.code() prop:selected=chosen == Some(side)>
                    {name}
                </option>
            })
        });
        timed.collect_view().into_any()
    })
}

/// All that would be sent.
fn sent(attach: Attach) -> Option<AnyView> {
    // Whatever it is made of may have changed.
    attach.demo.runs.track();
    let measured = measurement(attach.demo, attach.side.get()?)?;
    let few = usize::try_from(measured.runs).is_ok_and(|runs| runs < FEW);
    let few = few.then_some(" With fewer than five runs the p95 is just the slowest one.");
    Some(
        view! {
            <p class="small muted">
                {format!("What is sent: {}. Your name is noted as who attached it; nothing else about you is.", in_words(&measured))}
                {few}
            </p>
        }
        .into_any(),
    )
}

fn in_words(measured: &Measurement) -> String {
    let gpu = measured.adapter.as_ref().map_or_else(String::new, |adapter| {
        let said = [&adapter.vendor, &adapter.architecture, &adapter.description];
        let said: Vec<&str> = said.into_iter().flatten().map(String::as_str).collect();
        if said.is_empty() { String::new() } else { format!(" ({})", said.join(" ")) }
    });
    format!(
        "{}, {}{gpu}, {} {}, {}, runs: {}, whole answer p50 {} and p95 {}",
        measured.model,
        measured.backend.label(),
        measured.browser.name,
        measured.browser.version,
        measured.prompt_set,
        measured.runs,
        words::time(measured.total_ms.p50),
        words::time(measured.total_ms.p95),
    )
}

fn failure(attach: Attach) -> Option<AnyView> {
    attach.outcome.with(|outcome| match outcome {
        Outcome::Failed(sentence) => {
            Some(view! { <p class="notice notice-error" role="alert">{sentence.clone()}</p> }.into_any())
        }
        _ => None,
    })
}

fn attached(attach: Attach) -> Option<AnyView> {
    attach.outcome.with(|outcome| match outcome {
        Outcome::Attached(kept) => Some(told(attach, kept)),
        Outcome::Sending => Some(view! { <p class="loading">"Attaching…"</p> }.into_any()),
        Outcome::None | Outcome::Failed(_) => None,
    })
}

fn told(attach: Attach, kept: &Kept) -> AnyView {
    let name = attach.name_of(&kept.use_case_id);
    let next = match &kept.inputs {
        Some(inputs) => take_over(&kept.use_case_id, inputs),
        None => view! {
            <p>"It is kept for comparison: no input of a use case takes over the latency of an endpoint."</p>
        }
        .into_any(),
    };
    view! {
        <div class="notice notice-good">
            <p>{format!("Attached to “{name}”, as measured on one device: this one.")}</p>
            {next}
        </div>
    }
    .into_any()
}

fn take_over(use_case: &str, inputs: &MeasuredInputs) -> AnyView {
    let address = edit_address(use_case, inputs, |text| js_sys::encode_uri_component(text).into());
    view! {
        <dl class="demo-terms">
            <div>
                <dt>"Small-model latency (p95), measured"</dt>
                <dd class="num">{format!("{} ms", inputs.slm_latency_ms)}</dd>
            </div>
            <div>
                <dt>"Its source"</dt>
                <dd>{inputs.slm_latency_source.clone()}</dd>
            </div>
        </dl>
        <p>
            <a href=address>"Take it over in a revision"</a>
            ": the page that edits the use case opens with both filled in. Nothing counts before it is saved."
        </p>
    }
    .into_any()
}

fn earlier(attach: Attach) -> Option<AnyView> {
    let earlier = attach.earlier.get()?;
    let name = attach.use_case.with(|id| attach.name_of(id));
    let inner = match earlier {
        Err(sentence) => view! { <p class="notice notice-error" role="alert">{sentence}</p> }.into_any(),
        Ok(all) if all.is_empty() => view! { <p class="muted">"Nothing yet."</p> }.into_any(),
        Ok(all) => table(&all),
    };
    Some(
        view! {
            <div class="demo-figures">
                <h4 class="demo-subtitle">{format!("Attached to “{name}”")}</h4>
                {inner}
            </div>
        }
        .into_any(),
    )
}

fn table(all: &[Kept]) -> AnyView {
    let rows = all.iter().map(|kept| {
        let measured = &kept.measurement;
        view! {
            <tr>
                <th scope="row" class="nowrap">
                    {kept.day()}
                </th>
                <td>{measured.model.clone()}</td>
                <td>{measured.backend.label()}</td>
                <td class="nowrap">{format!("{} {}", measured.browser.name, measured.browser.version)}</td>
                <td>{measured.prompt_set.clone()}</td>
                <td class="num">{measured.runs}</td>
                <td class="num">{words::time(measured.first_token_ms.p95)}</td>
                <td class="num">{words::time(measured.total_ms.p95)}</td>
                <td>{kept.measured_by.clone().unwrap_or_else(|| "unknown".to_owned())}</td>
            </tr>
        }
    });
    view! {
        <div class="table-scroll" role="region" aria-label="Attached measurements" tabindex="0">
            <table class="data-table data-table-compact">
                <thead>
                    <tr>
                        <th scope="col">"Attached"</th>
                        <th scope="col">"Model"</th>
                        <th scope="col">"On"</th>
                        <th scope="col">"Browser"</th>
                        <th scope="col">"Prompts"</th>
                        <th scope="col" class="num">"Runs"</th>
                        <th scope="col" class="num">"First token, p95"</th>
                        <th scope="col" class="num">"Whole answer, p95"</th>
                        <th scope="col">"By"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}
