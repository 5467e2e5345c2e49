//! Writing: a prompt, and its answer as it comes.

use crate::answer::Answer;
use crate::draft::Draft;
use crate::state::{Demo, Phase};
use crate::words;
use leptos::prelude::*;
use slm_messages::WebGpu;

/// The panel.
pub(crate) fn panel(demo: Demo, draft: Draft) -> AnyView {
    let write = move |side_by_side| {
        if let Some(prompt) = draft.prompt() {
            demo.write(prompt, draft.length.get_untracked(), side_by_side);
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
                {draft.fields()}
                {buttons(demo, draft, write)}
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

fn buttons(demo: Demo, draft: Draft, write: impl Fn(bool) + Copy + 'static) -> impl IntoView {
    let is_writing = move || demo.phase.get() == Phase::Writing;
    let is_idle = move || demo.is_free() && !draft.is_blank();
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
    view! {
        <article class="demo-answer">
            <h4 class="demo-answer-title">{format!("Answer, computed on the {}", answer.backend)}</h4>
            <p class="prewrap">{answer.text.clone()}</p>
            <p class="small muted">{words::progress(answer)}</p>
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
