//! All races of this visit: percentiles by side, and each run.

use super::Race;
use crate::percentile::{FEW, Spread};
use crate::visit::{Run, Side, Summary};
use crate::words;
use leptos::prelude::*;

/// The panel; shown once there is something.
pub(super) fn panel(race: Race) -> AnyView {
    let runs = race.demo.runs;
    let is_empty = Memo::new(move |_| runs.with(|runs| !runs.iter().any(|run| run.is_race)));
    view! {
        <div class="demo-figures demo-races" hidden=move || is_empty.get()>
            <h4 class="demo-subtitle">"Races of this visit " <span class="badge badge-live">"live"</span></h4>
            <div class="table-scroll" role="region" aria-label="Races of this visit" tabindex="0">
                {move || runs.with(|runs| summaries(runs))}
            </div>
            <p class="small muted">{move || runs.with(|runs| note(runs))}</p>
            <details class="demo-start">
                <summary>"Each run"</summary>
                <div class="table-scroll" role="region" aria-label="Each run" tabindex="0">
                    {move || runs.with(|runs| each(runs))}
                </div>
            </details>
            <div class="actions">
                <button
                    class="button button-small"
                    type="button"
                    disabled=move || race.demo.is_racing.get()
                    on:click=move |_| race.clear()
                >
                    "Clear"
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn of_side(runs: &[Run], side: Side) -> Summary {
    Summary::of(runs.iter().filter(|run| run.is_race && run.side == side))
}

fn cell(ms: Option<f64>) -> AnyView {
    match ms {
        Some(ms) => view! { <td class="num">{words::time(ms)}</td> }.into_any(),
        None => view! {
            <td class="num">
                <span class="unknown">"unknown"</span>
            </td>
        }
        .into_any(),
    }
}

fn summaries(runs: &[Run]) -> AnyView {
    let rows = Side::ALL.into_iter().filter_map(|side| {
        let summary = of_side(runs, side);
        let count = match (summary.runs, summary.failed) {
            (0, 0) => return None,
            (runs, 0) => runs.to_string(),
            (runs, failed) => format!("{runs}, failed: {failed}"),
        };
        let cells = |spread: &Spread| [50, 95].map(|percent| cell(spread.percentile(percent)));
        Some(view! {
            <tr>
                <th scope="row">{side.name()}</th>
                <td class="num">{count}</td>
                {cells(&summary.first)}
                {cells(&summary.per_token)}
                {cells(&summary.total)}
            </tr>
        })
    });
    view! {
        <table class="data-table data-table-compact">
            <thead>
                <tr>
                    <th scope="col">"Side"</th>
                    <th scope="col" class="num">"Runs"</th>
                    <th scope="col" class="num">"First token, p50"</th>
                    <th scope="col" class="num">"p95"</th>
                    <th scope="col" class="num">"Further token, p50"</th>
                    <th scope="col" class="num">"p95"</th>
                    <th scope="col" class="num">"Whole answer, p50"</th>
                    <th scope="col" class="num">"p95"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

/// How the percentiles are made, and what they are worth.
fn note(runs: &[Run]) -> String {
    let counts = Side::ALL.map(|side| of_side(runs, side).runs);
    let few = if counts.iter().any(|count| (1..FEW).contains(count)) {
        " With fewer than five runs a p95 is of few runs: it is just the slowest one."
    } else {
        ""
    };
    format!(
        "p50 and p95 by nearest rank: the smallest measured value that half, or 95 percent, of the runs do not exceed. The time of a further token is each run’s average. This device is timed in the worker, the API in the page.{few}"
    )
}

fn each(runs: &[Run]) -> AnyView {
    let rows = runs.iter().filter(|run| run.is_race).map(|run| {
        let cells = match run.times {
            Some(times) => view! {
                {cell(Some(times.first_ms))}
                {cell(times.per_token_ms)}
                {cell(Some(times.total_ms))}
            }
            .into_any(),
            None => view! { <td colspan="3">"failed"</td> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{run.task.name()}</th>
                <td>{run.side.name()}</td>
                {cells}
            </tr>
        }
    });
    view! {
        <table class="data-table data-table-compact">
            <thead>
                <tr>
                    <th scope="col">"Prompt"</th>
                    <th scope="col">"Side"</th>
                    <th scope="col" class="num">"First token"</th>
                    <th scope="col" class="num">"Further token"</th>
                    <th scope="col" class="num">"Whole answer"</th>
                </tr>
            </thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}
