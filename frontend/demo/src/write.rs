//! Writing: a prompt, and its answer as it comes.

use crate::answer::Answer;
use crate::prompts::EXAMPLES;
use crate::state::{Demo, Phase};
use crate::words;
use leptos::prelude::*;
use slm_messages::WebGpu;

/// Lengths to choose from, in tokens. Small tasks need no more, and a small model that goes on and on says nothing.
const LENGTHS: [u32; 4] = [32, 64, 128, 256];

/// The panel.
pub(crate) fn panel(demo: Demo) -> AnyView {
    let text = RwSignal::new(EXAMPLES[0].text.to_owned());
    let length = RwSignal::new(64_u32);
    let write = move |side_by_side| {
        let prompt = text.get_untracked();
        if !prompt.trim().is_empty() {
            demo.write(prompt, length.get_untracked(), side_by_side);
        }
    };
    view! {
        <section class="demo-part" aria-labelledby="demo-write">
            <h3 class="demo-title" id="demo-write">"Write"</h3>
            <form
                class="form demo-form"
                on:submit=move |event| {
                    event.prevent_default();
                    write(false);
                }
            >
                {fields(text, length)}
                {buttons(demo, text, write)}
            </form>
            <div class="demo-answers" aria-busy=move || (demo.phase.get() == Phase::Writing).to_string()>
                {move || demo.answers.with(|answers| answers.iter().map(answer).collect_view())}
            </div>
            // Word by word would drown everything else; the whole answer is read out when it has ended.
            <p class="visually-hidden" role="status">
                {move || spoken(demo)}
            </p>
        </section>
    }
    .into_any()
}

fn fields(text: RwSignal<String>, length: RwSignal<u32>) -> impl IntoView {
    let examples = EXAMPLES.iter().enumerate().map(|(place, example)| {
        view! { <option value=place.to_string()>{example.name}</option> }
    });
    let lengths = LENGTHS.map(|tokens| {
        view! {
            <option value=tokens.to_string() selected=tokens == length.get_untracked()>
                {format!("{tokens} tokens")}
            </option>
        }
    });
    view! {
        <div class="field">
            <label class="field-label" for="demo-example">
                "Example"
            </label>
            <div class="field-control">
                <select
                    id="demo-example"
                    on:change=move |event| {
                        let chosen = event_target_value(&event).parse::<usize>().ok();
                        if let Some(example) = chosen.and_then(|place| EXAMPLES.get(place)) {
                            text.set(example.text.to_owned());
                        }
                    }
                >
                    {examples.collect_view()}
                </select>
            </div>
        </div>
        <div class="field">
            <label class="field-label" for="demo-length">
                "Longest answer"
            </label>
            <div class="field-control">
                <select
                    id="demo-length"
                    on:change=move |event| {
                        if let Ok(tokens) = event_target_value(&event).parse() {
                            length.set(tokens);
                        }
                    }
                >
                    {lengths}
                </select>
            </div>
        </div>
        <div class="field field-wide">
            <label class="field-label" for="demo-prompt">
                "Prompt"
            </label>
            <div class="field-control">
                <textarea
                    id="demo-prompt"
                    rows="4"
                    maxlength="4000"
                    prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))
                ></textarea>
            </div>
        </div>
    }
}

fn buttons(demo: Demo, text: RwSignal<String>, write: impl Fn(bool) + Copy + 'static) -> impl IntoView {
    let is_writing = move || demo.phase.get() == Phase::Writing;
    let is_idle = move || demo.phase.get() == Phase::Ready && text.with(|text| !text.trim().is_empty());
    let has_gpu = move || {
        demo.found
            .with(|found| found.as_ref().is_some_and(|found| matches!(found.webgpu, WebGpu::Present(_))))
    };
    view! {
        <div class="actions">
            <button class="button button-primary" type="submit" disabled=move || !is_idle()>
                "Write"
            </button>
            <button class="button" type="button" disabled=move || !is_writing() on:click=move |_| demo.stop()>
                "Stop"
            </button>
            <button
                class="button"
                type="button"
                hidden=move || !has_gpu()
                disabled=move || !is_idle()
                on:click=move |_| write(true)
            >
                "CPU and GPU side by side"
            </button>
        </div>
    }
}

fn answer(answer: &Answer) -> AnyView {
    let state = match answer.ended {
        None => "Writing…".to_owned(),
        Some(ended) => format!("{} tokens; the answer {}.", answer.tokens(), words::ended(ended)),
    };
    view! {
        <article class="demo-answer">
            <h4 class="demo-answer-title">{format!("Answer, computed on the {}", answer.backend)}</h4>
            <p class="prewrap">{answer.text.clone()}</p>
            <p class="small muted">{state}</p>
        </article>
    }
    .into_any()
}

fn spoken(demo: Demo) -> String {
    demo.answers.with(|answers| match answers.last() {
        Some(Answer { ended: Some(ended), text, backend, .. }) => {
            format!("The answer of the {backend} {}: {text}", words::ended(*ended))
        }
        Some(answer) if answer.tokens() == 0 => "The prompt is being read.".to_owned(),
        Some(_) => "An answer is being written.".to_owned(),
        None => String::new(),
    })
}
