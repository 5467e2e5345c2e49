//! Figures that were not measured just now: what others publish about their APIs, and what we recorded. Neither shares
//! an axis with what the visitor's own device does.

use crate::AppError;
use crate::components::data_table::{Head, data_table};
use domain::prices::PublishedLatency;
use leptos::prelude::*;

/// The published latencies, as a table and as bars of their own.
///
/// # Errors
/// [`AppError::Internal`] when the embedded evidence cannot be read.
pub(super) fn published() -> Result<AnyView, AppError> {
    let book = domain::evidence::price_book().map_err(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "the embedded evidence cannot be read");
        AppError::Internal
    })?;
    let latencies = distinct(book.latencies);
    let slowest = latencies.iter().map(|latency| latency.ttft_ms).fold(0.0, f64::max);
    let rows = latencies.iter().map(|latency| row(latency, slowest)).collect_view();
    Ok(view! {
        <section class="section" aria-labelledby="published">
            <header class="section-head">
                <h2 class="section-title" id="published">
                    "Hosted models " <span class="badge badge-published">"published"</span>
                </h2>
                <p class="section-note">
                    "As their sources state them, with the dates they state. Nobody measured them here; they include a network that yours is not."
                </p>
            </header>
            {data_table(
                "Published latencies",
                &[Head::Words("Model"), Head::Words("Published"), Head::Words("To the first token, lowest published"), Head::Words("Source"), Head::Words("As of")],
                rows,
            )}
        </section>
    }
    .into_any())
}

/// One of each: several hosts of one model share its figures.
fn distinct(latencies: Vec<PublishedLatency>) -> Vec<PublishedLatency> {
    let mut kept: Vec<PublishedLatency> = Vec::new();
    for latency in latencies {
        if !kept.iter().any(|known| known.figures == latency.figures && known.source == latency.source) {
            kept.push(latency);
        }
    }
    kept
}

fn row(latency: &PublishedLatency, slowest: f64) -> AnyView {
    let width = format!("{:.1}%", 100.0 * latency.ttft_ms / slowest.max(1.0));
    let label = format!("{:.2} s, published", latency.ttft_ms / 1000.0);
    view! {
        <tr>
            <th scope="row">{name(&latency.model)}</th>
            <td>{latency.figures.clone()}</td>
            <td class="published-bar-cell">
                <svg class="published-bar" role="img" aria-label=label width="100%" height="12">
                    <rect x="0" y="0" width=width height="100%" />
                </svg>
            </td>
            <td class="source-text">{latency.source.clone()}</td>
            <td class="nowrap">{latency.as_of.clone()}</td>
        </tr>
    }
    .into_any()
}

/// The model without the host in front.
fn name(model: &str) -> String {
    let last = model.rsplit('/').next().unwrap_or(model);
    if last.contains("Mistral-7B") {
        "Mistral 7B Instruct, several hosts".to_owned()
    } else {
        last.to_owned()
    }
}

/// One recorded result.
struct Recorded {
    what: &'static str,
    where_it_ran: &'static str,
    reading: &'static str,
    writing: &'static str,
}

/// Same model file, one thread, on a virtual machine with two AMD cores and no GPU, in Chromium 156.
const RECORDED: [Recorded; 2] = [
    Recorded {
        what: "llama.cpp, compiled for the machine",
        where_it_ran: "outside the browser",
        reading: "134–170",
        writing: "73–76",
    },
    Recorded {
        what: "llama.cpp in WebAssembly (wllama 3.8.1)",
        where_it_ran: "in the browser, on the CPU",
        reading: "13–14",
        writing: "11",
    },
];

/// What we measured ourselves, on one machine, before you came.
pub(super) fn recorded() -> AnyView {
    let rows = RECORDED.map(|recorded| {
        view! {
            <tr>
                <th scope="row">{recorded.what}</th>
                <td>{recorded.where_it_ran}</td>
                <td class="num">{recorded.reading}</td>
                <td class="num">{recorded.writing}</td>
            </tr>
        }
    });
    view! {
        <section class="section" aria-labelledby="recorded">
            <header class="section-head">
                <h2 class="section-title" id="recorded">
                    "Other runtimes, same model file " <span class="badge badge-recorded">"recorded"</span>
                </h2>
                <p class="section-note">
                    "Measured by us in November 2026 on one thread of a virtual machine with two AMD cores and no GPU, in Chromium 156. Your device is another: compare it with the live figures above only as far as that goes."
                </p>
            </header>
            {data_table(
                "Recorded results",
                &[Head::Words("Runtime"), Head::Words("Where"), Head::Numbers("Reading, tokens/s"), Head::Numbers("Writing, tokens/s")],
                rows.collect_view(),
            )}
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn hosts_that_share_a_figure_are_one_row() {
        let rows = distinct(domain::evidence::price_book().unwrap().latencies);
        let names: Vec<String> = rows.iter().map(|latency| name(&latency.model)).collect();
        assert_eq!(names, ["gpt-4o", "gpt-4o-mini", "Mistral 7B Instruct, several hosts"]);
    }
}
