//! The model's file: what it takes, what is kept here, and how far it has come.

use crate::offline;
use crate::state::{Demo, Phase};
use crate::words;
use leptos::prelude::*;
use slm_messages::{Build, Found, ModelFile, Progress, Step, WebGpu};

/// The panel.
pub(crate) fn panel(demo: Demo) -> AnyView {
    let found = demo.found;
    view! {
        <section class="demo-part" aria-labelledby="demo-model">
            <h3 class="demo-title" id="demo-model">"The model’s file"</h3>
            {move || match found.get() {
                Some(Found { model: Some(model), kept, keeps, webgpu }) => {
                    facts(demo, &model, kept, keeps, &webgpu)
                }
                Some(Found { model: None, .. }) => {
                    view! {
                        <p class="notice">
                            "This site offers no model: whoever runs it has not put one there. What was published and recorded is below."
                        </p>
                    }
                        .into_any()
                }
                None => view! { <p class="loading">"Looking at what there is…"</p> }.into_any(),
            }}
            {move || has_model(demo).then(|| progress(demo))}
            {move || has_model(demo).then(|| actions(demo))}
        </section>
    }
    .into_any()
}

fn has_model(demo: Demo) -> bool {
    demo.found.with(|found| found.as_ref().is_some_and(|found| found.model.is_some()))
}

fn facts(demo: Demo, model: &ModelFile, kept: u64, keeps: bool, webgpu: &WebGpu) -> AnyView {
    let kept_here = match (keeps, kept) {
        (false, _) => "nothing; this browser keeps no files for this site".to_owned(),
        (true, 0) => "nothing yet".to_owned(),
        (true, kept) if kept >= model.bytes => "all of it".to_owned(),
        (true, kept) => words::megabytes(kept),
    };
    let free = move || {
        demo.storage.get().map_or_else(|| "unknown".to_owned(), |storage| words::megabytes(storage.free))
    };
    let build = move || match demo.build.get() {
        Some(Build::RelaxedSimd) => "with relaxed SIMD",
        Some(Build::Simd128) => "with SIMD of 128 bits",
        None => "unknown",
    };
    let licence = model.licence.clone().unwrap_or_else(|| "unknown".to_owned());
    let rows = [
        ("Model", model.name.clone()),
        ("Download, once", words::megabytes(model.bytes)),
        ("Kept in this browser", kept_here),
        ("GPU", words::webgpu(webgpu)),
        ("Licence", licence),
    ];
    let rows = rows.map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    view! {
        <dl class="demo-facts">
            {rows}
            <div>
                <dt>"Free storage, estimated"</dt>
                <dd>{free}</dd>
            </div>
            <div>
                <dt>"Without a network"</dt>
                <dd>{move || offline::sentence(demo.opens_offline.get())}</dd>
            </div>
            <div>
                <dt>"Runtime"</dt>
                <dd>{build}</dd>
            </div>
        </dl>
    }
    .into_any()
}

/// Numbers as a float, for a `progress` element.
#[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}

fn progress(demo: Demo) -> impl IntoView {
    let value = move || demo.progress.get().map_or(0.0, |progress| float(progress.received));
    let of = move || demo.progress.get().map_or(1.0, |progress| float(progress.total));
    let is_shown =
        move || matches!(demo.phase.get(), Phase::Fetching | Phase::Preparing(_)) || is_partial(demo);
    view! {
        <div class="demo-progress" hidden=move || !is_shown()>
            <progress aria-label="Model loaded" max=of value=value></progress>
            <p class="small" aria-live="off">
                {move || state(demo)}
            </p>
            // Read out when the kind of work changes, not with every byte.
            <p class="visually-hidden" role="status">
                {move || spoken(&demo.phase.get())}
            </p>
        </div>
    }
}

/// Whether the download was paused, or broke off.
fn is_partial(demo: Demo) -> bool {
    demo.phase.get() == Phase::Idle
        && demo
            .progress
            .get()
            .is_some_and(|progress| 0 < progress.received && progress.received < progress.total)
}

fn spoken(phase: &Phase) -> &'static str {
    match phase {
        Phase::Fetching => "The model is being loaded.",
        Phase::Preparing(Step::Reading) => "The file is being read.",
        Phase::Preparing(Step::Testing) => "CPU and GPU are being tested.",
        _ => "",
    }
}

fn state(demo: Demo) -> String {
    match (demo.phase.get(), demo.progress.get()) {
        (Phase::Preparing(Step::Reading), _) => {
            "All bytes are here. The file is being read and checked…".to_owned()
        }
        (Phase::Preparing(Step::Testing), _) => {
            "What there is answers a question whose answer is known, and is timed…".to_owned()
        }
        (Phase::Idle, Some(progress)) => {
            format!("{}. What has arrived is kept.", amount(&progress))
        }
        (_, Some(progress)) => moving(&progress),
        (_, None) => "Asking for the first piece…".to_owned(),
    }
}

fn amount(progress: &Progress) -> String {
    format!("{} of {}", words::megabytes(progress.received), words::megabytes(progress.total))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a speed is never negative")]
fn moving(progress: &Progress) -> String {
    let amount = amount(progress);
    if progress.bytes_per_second <= 0.0 {
        return format!("{amount}.");
    }
    let left = float(progress.total.saturating_sub(progress.received)) / progress.bytes_per_second;
    let speed = words::megabytes(progress.bytes_per_second as u64);
    format!("{amount}, {speed} a second, {}.", words::remaining(left))
}

fn actions(demo: Demo) -> impl IntoView {
    let phase = demo.phase;
    let start = move || {
        let is_whole = demo.found.with(|found| {
            found.as_ref().is_some_and(|found| {
                found.model.as_ref().is_some_and(|model| found.keeps && found.kept >= model.bytes)
            })
        });
        let has_part =
            is_partial(demo) || demo.found.with(|found| found.as_ref().is_some_and(|found| found.kept > 0));
        match (is_whole, has_part) {
            (true, _) => "Start the model",
            (false, true) => "Go on with the download",
            (false, false) => "Download and start",
        }
    };
    let is_fetching = move || {
        matches!(phase.get(), Phase::Fetching | Phase::Preparing(_)) && demo.ready.with(Option::is_none)
    };
    let is_removable = move || {
        let kept = demo.found.with(|found| found.as_ref().is_some_and(|found| found.kept > 0));
        (kept || demo.progress.with(Option::is_some)) && !phase.with(Phase::is_busy)
    };
    view! {
        <div class="actions">
            <button
                class="button button-primary"
                hidden=move || phase.get() != Phase::Idle || demo.ready.with(Option::is_some)
                on:click=move |_| demo.load()
            >
                {start}
            </button>
            <button class="button" hidden=move || !is_fetching() on:click=move |_| demo.pause()>
                "Pause"
            </button>
            <button class="button button-quiet" hidden=move || !is_removable() on:click=move |_| demo.remove()>
                "Remove from this browser"
            </button>
        </div>
    }
}
