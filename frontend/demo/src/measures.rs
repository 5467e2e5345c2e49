//! What was measured just now, on this device. It never shares an axis or a table with what others published.

use crate::answer::Answer;
use crate::chart::figure;
use crate::state::{Demo, Phase};
use crate::words;
use charts::{LatencyDistribution, Timed};
use leptos::prelude::*;

/// The panel; shown once there is something.
pub(crate) fn panel(demo: Demo) -> AnyView {
    let has_answers =
        Memo::new(move |_| demo.answers.with(|answers| answers.iter().any(|answer| answer.tokens() > 0)));
    // The drawing waits for the end: forty a second would cost the page more than the answer costs the worker.
    let chart = Memo::new(move |_| {
        let is_writing = demo.phase.get() == Phase::Writing;
        if is_writing { None } else { demo.answers.with_untracked(|answers| distribution(answers)) }
    });
    view! {
        <section class="demo-part" aria-labelledby="demo-measures" hidden=move || !has_answers.get()>
            <h3 class="demo-title" id="demo-measures">
                "Measured on this device " <span class="badge badge-live">"live"</span>
            </h3>
            {move || demo.answers.with(|answers| answers.iter().map(figures).collect_view())}
            {figure(chart)}
        </section>
    }
    .into_any()
}

fn distribution(answers: &[Answer]) -> Option<LatencyDistribution> {
    let timed = answers.iter().map(|answer| Timed {
        label: answer.backend.name().to_owned(),
        token_ms: answer.times.further_tokens_ms().to_vec(),
    });
    answers
        .iter()
        .any(|answer| !answer.times.further_tokens_ms().is_empty())
        .then(|| LatencyDistribution::new(timed.collect()))
}

fn figures(answer: &Answer) -> AnyView {
    let unknown = || "unknown".to_owned();
    let first = answer.times.first_token_ms().map_or_else(|| "…".to_owned(), words::time);
    let speed = answer.times.tokens_per_second().map_or_else(|| "…".to_owned(), words::per_second);
    let total = answer.ended.map_or_else(|| "…".to_owned(), |_| words::time(answer.times.total_ms));
    let memory = answer
        .memory
        .map_or_else(unknown, |memory| words::megabytes(memory.weights + memory.cache + memory.other));
    let module = answer.memory.map_or_else(unknown, |memory| words::megabytes(memory.module));
    let prompt = match answer.times.prompt_tokens {
        0 => "of the prompt".to_owned(),
        tokens => format!("after {tokens} tokens of prompt"),
    };
    let rows = [
        ("Time to first token", first, prompt),
        ("Tokens per second", speed, "after the first".to_owned()),
        ("Whole answer", total, format!("{} tokens", answer.tokens())),
        ("Memory of the model", memory, format!("{module} in the worker’s module")),
        ("Energy", "unknown".to_owned(), "a browser cannot measure it".to_owned()),
    ];
    view! {
        <div class="demo-figures">
            <h4 class="demo-answer-title">{format!("On the {}", answer.backend)}</h4>
            {figure_list(rows)}
        </div>
    }
    .into_any()
}

/// Large figures: what each is, its value, and what to know about it.
pub(crate) fn figure_list<const N: usize>(rows: [(&'static str, String, String); N]) -> AnyView {
    let rows = rows.map(|(name, value, note)| {
        view! {
            <div class="figure">
                <dt>{name}</dt>
                <dd class="num">{value}</dd>
                <dd>{note}</dd>
            </div>
        }
    });
    view! { <dl class="figures">{rows}</dl> }.into_any()
}
