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

/// Medians of `cargo xtask bench slm`: same model file and prompts, on a virtual machine with two Intel Xeon cores and no
/// GPU, in Chromium 156. The README has the spread.
const RECORDED: [Recorded; 5] = [
    Recorded {
        what: "Parsimony’s own, one thread",
        where_it_ran: "in the browser, on the CPU",
        reading: "118",
        writing: "45.4",
    },
    Recorded {
        what: "llama.cpp in WebAssembly (wllama 3.8.1), one thread",
        where_it_ran: "in the browser, on the CPU",
        reading: "9.0",
        writing: "6.6",
    },
    Recorded {
        what: "The same, two threads",
        where_it_ran: "in the browser, on the CPU",
        reading: "22.4",
        writing: "13.6",
    },
    Recorded {
        what: "Parsimony’s own, compiled for the machine, one thread",
        where_it_ran: "outside the browser",
        reading: "134",
        writing: "48.4",
    },
    Recorded {
        what: "llama.cpp, compiled for the machine, one thread",
        where_it_ran: "outside the browser",
        reading: "94.6",
        writing: "41.0",
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
                    "This runtime and others, same model file " <span class="badge badge-recorded">"recorded"</span>
                </h2>
                <p class="section-note">
                    "Measured by us on 1 December 2026 on a virtual machine with two Intel Xeon cores and no GPU, in Chromium 156: medians of 5 rounds; a prompt of 127 tokens was read, 64 tokens were written. Your device is another: compare it with the live figures above only as far as that goes."
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
