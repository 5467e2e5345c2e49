//! `/demo?bench`: loads the model, runs the fixed benchmark, and saves the result as a file.

use crate::facts::Device;
use crate::file;
use crate::state::{Demo, Phase};
use leptos::prelude::*;
use serde::Serialize;
use slm_messages::BenchmarkResult;

/// Whether the address asks for it.
pub(crate) fn is_asked_for() -> bool {
    let query = window().location().search().unwrap_or_default();
    query.trim_start_matches('?').split('&').any(|part| part == "bench" || part.starts_with("bench="))
}

/// How far it has got.
pub(crate) fn panel(demo: Demo) -> AnyView {
    let state = move || match demo.phase.get() {
        Phase::Measuring(_, 0) => "The benchmark starts.".to_owned(),
        Phase::Measuring(done, of) => format!("{done} of {of} runs are done."),
        Phase::Ready => "The result was saved as a file. Run it again to see how much it varies.".to_owned(),
        _ => "The benchmark begins when the model is loaded.".to_owned(),
    };
    let is_measuring = move || matches!(demo.phase.get(), Phase::Measuring(..));
    view! {
        <section class="demo-part" aria-labelledby="demo-bench">
            <h3 class="demo-title" id="demo-bench">"Benchmark"</h3>
            <p role="status">{state}</p>
            <div class="actions">
                <button class="button" disabled=move || !demo.is_free() on:click=move |_| demo.measure()>
                    "Run the benchmark again"
                </button>
                <button class="button" hidden=move || !is_measuring() on:click=move |_| demo.stop()>
                    "Stop"
                </button>
            </div>
        </section>
    }
    .into_any()
}

#[derive(Serialize)]
struct Saved<'a> {
    /// Raised when the meaning of a field changes.
    version: u32,
    device: Device,
    result: &'a BenchmarkResult,
}

/// Saves the result as a file.
pub(crate) fn save(result: &BenchmarkResult) {
    let saved = Saved { version: 1, device: Device::here(), result };
    if let Ok(text) = serde_json::to_string_pretty(&saved) {
        // A browser that refuses a download tells its user so itself.
        let _ = file::download("parsimony-benchmark.json", "application/json", &text);
    }
}
