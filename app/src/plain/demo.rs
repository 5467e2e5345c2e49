//! `/demo`: a small model in the visitor's own browser.
//!
//! Rendered on the server: what it is, what others publish, what we recorded. A module of its own (`frontend/demo`)
//! then takes over the part in the middle; no other page loads it.

mod card;
mod evaluation;
mod figures;
mod modules;

use super::fields::page;
use crate::AppError;
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use modules::Modules;

pub(super) use card::AdapterCardPage;

/// Address of the page, and the scope of its service worker.
pub const PAGE: &str = "/demo";

/// Address of the script that keeps the page for visits without a network.
pub const OFFLINE_SCRIPT: &str = "/demo/offline.js";

/// Where the bundle is served once more. A dedicated worker belongs to the service worker whose scope its own address
/// lies in, not to that of the page which starts it: from the folder of all bundles it would not start offline.
pub const WORKER_FOLDER: &str = "/demo/pkg";

/// The page.
#[component]
pub(super) fn DemoPage() -> impl IntoView {
    view! {
        <Title text="A small model in this browser" />
        <Meta
            name="description"
            content="Run a language model of 135 million parameters in your own browser, and see how long it takes: time to first token, tokens per second, and the distribution of every token’s latency."
        />
        {page(|| async { body() })}
    }
    .into_any()
}

fn body() -> Result<AnyView, AppError> {
    let latencies = figures::published()?;
    let fine_tuned = evaluation::section()?;
    Ok(view! {
        <main id="main" class="page" tabindex="-1">
            <header class="page-head">
                <div>
                    <h1 class="page-title">"A small model in this browser"</h1>
                    <p class="page-lead">
                        "What does a model cost you in time if it runs on the visitor’s own device? Try it: a model of 135 million parameters answers here, and every token is timed."
                    </p>
                </div>
            </header>
            {live()}
            {about()}
            {fine_tuned}
            {latencies}
            {figures::recorded()}
        </main>
    }
    .into_any())
}

/// The part that comes to life, and what stands in its place until then.
fn live() -> AnyView {
    let Some(modules) = Modules::read() else {
        return view! {
            <section class="section" aria-labelledby="live" data-demo="none">
                <h2 class="section-title" id="live">"Live"</h2>
                <p class="notice">"This build of the site has no demo in it. The figures below are there all the same."</p>
            </section>
        }
        .into_any();
    };
    let start = format!(
        "import init, {{ open }} from \"{}\";\nawait init({{ module_or_path: \"{}\" }});\nopen();",
        modules.script, modules.module
    );
    let adapter = modules.adapters.first();
    view! {
        <section
            class="section demo"
            id="demo"
            aria-labelledby="live"
            data-worker=modules.worker.clone()
            data-files=modules.files()
            data-adapter=adapter.map(|adapter| adapter.file.clone())
            data-adapter-sha256=adapter.map(|adapter| adapter.sha256.clone())
            data-evaluation=adapter.map(|adapter| adapter.evaluation.clone())
            data-offline=OFFLINE_SCRIPT
            data-kept="no"
        >
            <header class="section-head">
                <h2 class="section-title" id="live">"Live"</h2>
                <p class="section-note">
                    "Nothing is downloaded until you ask for it. What you write stays on your device, unless you race: then the prompt goes to the API as well."
                </p>
            </header>
            <noscript>
                <p class="notice">
                    "This part needs JavaScript, which starts the model. What was published and what we recorded is below."
                </p>
            </noscript>
            <div id="demo-live"></div>
        </section>
        <script type="module" nonce=use_nonce() inner_html=start></script>
    }
    .into_any()
}

fn about() -> AnyView {
    view! {
        <section class="section" aria-labelledby="about">
            <header class="section-head">
                <h2 class="section-title" id="about">"What runs here, and what it is good for"</h2>
            </header>
            <div class="prose">
                <p>
                    "The model is SmolLM2-135M-Instruct (Apache-2.0), with weights of four bits: a file of 98 MB, downloaded once and kept in this browser until you remove it. It runs in a worker of its own, on one thread of the CPU or, through WebGPU, on the GPU; whichever is faster here. Both are first asked a question whose answer is known, because a GPU that computes wrong does not say so."
                </p>
                <p>
                    "A model this small knows little and reasons badly. Ask it for the capital of France and it may well be wrong. What such models do well is a narrow task that they were fine-tuned for: sorting tickets, spotting fields, rewriting to a pattern. For those, running on the visitor’s device means no network, no queue, no bill, and text that never leaves the house. For anything else a hosted model is better, and often writes faster too."
                </p>
                <p>
                    "Times are taken in the browser, from the moment the prompt starts to be read until each token is known; those of an API count from before the prompt is sent, and the way through this site’s server is shown apart. Energy is unknown: a browser cannot measure it, so nothing is said about it."
                </p>
            </div>
        </section>
    }
    .into_any()
}
