//! What the model runs on, and why; the switch; how long starting took.

use crate::state::Demo;
use crate::words;
use leptos::prelude::*;
use slm_messages::{Outcome, Ready, Trial, Wanted};

const SWITCH: [(Wanted, &str); 3] =
    [(Wanted::Auto, "Whichever is faster"), (Wanted::Cpu, "CPU"), (Wanted::Gpu, "GPU")];

/// The panel; shown once the model runs.
pub(crate) fn panel(demo: Demo) -> AnyView {
    let buttons = SWITCH.map(|(wanted, name)| {
        view! {
            <button
                type="button"
                aria-pressed=move || if demo.wanted.get() == wanted { "true" } else { "false" }
                disabled=move || !demo.is_free()
                on:click=move |_| demo.choose(wanted)
            >
                {name}
            </button>
        }
    });
    view! {
        <section class="demo-part" aria-labelledby="demo-running">
            <h3 class="demo-title" id="demo-running">"What it runs on"</h3>
            <div class="segmented" role="group" aria-label="Run the model on">
                {buttons}
            </div>
            <p class="demo-choice" role="status">
                {move || demo.ready.get().map(|ready| chosen(&ready))}
            </p>
            {move || demo.ready.get().map(|ready| trials(&ready))}
        </section>
    }
    .into_any()
}

fn chosen(ready: &Ready) -> AnyView {
    view! {
        <strong>{ready.choice.backend.name()}</strong>
        ". "
        {ready.choice.reason.to_string()}
    }
    .into_any()
}

fn trials(ready: &Ready) -> AnyView {
    let rows = ready.choice.trials.iter().map(row).collect_view();
    let times = ready.times;
    let bytes = if times.from_network > 0 {
        format!("{} over the network", words::megabytes(times.from_network))
    } else {
        "all from this browser".to_owned()
    };
    let checked = if ready.checked_now {
        "Its SHA-256 was computed now and is right; it is computed once, when the whole file has arrived."
    } else {
        "Its SHA-256 was computed when it had arrived, and not again today."
    };
    view! {
        <details class="demo-start">
            <summary>
                {format!(
                    "Starting took {}",
                    words::time(times.bytes_ms + times.read_ms + times.test_ms),
                )}
            </summary>
            <p class="small">
                {format!(
                    "Getting the bytes {} ({bytes}), reading them {}, building, testing and timing {}. {checked}",
                    words::time(times.bytes_ms),
                    words::time(times.read_ms),
                    words::time(times.test_ms),
                )}
            </p>
            <div class="table-scroll" role="region" aria-label="Tests at the start" tabindex="0">
                <table class="data-table data-table-compact">
                    <thead>
                        <tr>
                            <th scope="col">"Tried"</th>
                            <th scope="col">"Known answer"</th>
                            <th scope="col" class="num">
                                "Built in"
                            </th>
                            <th scope="col" class="num">
                                "First token"
                            </th>
                            <th scope="col" class="num">
                                "Each further token"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn row(trial: &Trial) -> AnyView {
    let (answer, first, further) = match &trial.outcome {
        Outcome::Works { known_answer, first_token_ms, token_ms } => {
            let answer = match known_answer {
                Some(true) => "right",
                Some(false) => "wrong",
                None => "unknown for this model",
            };
            (answer.to_owned(), words::time(*first_token_ms), words::time(*token_ms))
        }
        Outcome::Wrong { sentence } | Outcome::Failed { sentence } => {
            (sentence.clone(), "unknown".to_owned(), "unknown".to_owned())
        }
    };
    view! {
        <tr>
            <th scope="row">{trial.backend.name()}</th>
            <td>{answer}</td>
            <td class="num">{words::time(trial.build_ms)}</td>
            <td class="num">{first}</td>
            <td class="num">{further}</td>
        </tr>
    }
    .into_any()
}
