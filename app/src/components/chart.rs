//! A chart: SVG from the server, live on a canvas once the page is hydrated, its numbers in a table.
//!
//! The browser never sees the SVG as text: hydration leaves it where it is, and the canvas covers it. A page
//! that the browser renders itself gets an empty drawing of the same proportions to hold the place.

#[cfg(feature = "hydrate")]
mod browser;

use crate::components::class_code;
use charts::{Chart, ReadOut, Size};
use domain::field::Choice;
use leptos::html;
use leptos::prelude::*;

/// What is being read out, and whether it lies in the right half, where the box opens to the left.
#[cfg_attr(not(feature = "hydrate"), allow(dead_code, reason = "only a live chart reads anything out"))]
#[derive(Debug, Clone)]
struct Shown {
    read_out: ReadOut,
    is_flipped: bool,
}

/// A chart with its title, read-out and numbers.
#[component]
pub fn ChartFigure(
    /// What to draw; nothing is shown while there is none.
    #[prop(into)]
    chart: Signal<Option<Chart>>,
    /// What the axes show, in a few words.
    #[prop(into)]
    note: Signal<String>,
) -> impl IntoView {
    // A chart without data (an unknown volume, say) leaves no gap.
    let shown = Memo::new(move |_| chart.with(Option::is_some));
    move || shown.get().then(|| figure(chart, note))
}

fn figure(chart: Signal<Option<Chart>>, note: Signal<String>) -> AnyView {
    let frame = NodeRef::<html::Div>::new();
    let canvas = NodeRef::<html::Canvas>::new();
    let live = RwSignal::new(false);
    let read_out = RwSignal::new(None::<Shown>);
    #[cfg(feature = "hydrate")]
    browser::bring_to_life(browser::Parts { chart, frame, canvas, live, read_out });
    let title = move || chart.with(|chart| chart.as_ref().map(Chart::title)).unwrap_or_default();
    let label = move || format!("{}. Use the arrow keys to read values.", title());
    let numbers_label = move || format!("Numbers of: {}", note.get());
    view! {
        <figure class="chart">
            <figcaption class="chart-head">
                <h3 class="chart-title">{title}</h3>
                <p class="chart-note">{note}</p>
            </figcaption>
            <div
                class="chart-frame"
                class:is-live=live
                node_ref=frame
                role="group"
                aria-label=label
                tabindex=move || live.get().then_some("0")
            >
                <div class="chart-wide" inner_html=chart.with_untracked(|chart| drawing(chart.as_ref(), Size::WIDE))></div>
                <div
                    class="chart-narrow"
                    inner_html=chart.with_untracked(|chart| drawing(chart.as_ref(), Size::NARROW))
                ></div>
                <canvas class="chart-canvas" aria-hidden="true" node_ref=canvas></canvas>
                {move || read_out.get().map(|shown| cursor(&shown.read_out))}
                {move || read_out.get().map(read_out_view)}
            </div>
            <details class="chart-numbers">
                <summary>"The numbers"</summary>
                <div class="table-scroll" role="region" aria-label=numbers_label tabindex="0">
                    {move || chart.with(|chart| chart.as_ref().map(numbers))}
                </div>
            </details>
        </figure>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
fn drawing(chart: Option<&Chart>, size: Size) -> String {
    let Some(chart) = chart else { return String::new() };
    charts::svg(chart, size).unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a chart could not be drawn");
        String::new()
    })
}

#[cfg(not(feature = "ssr"))]
fn drawing(_: Option<&Chart>, size: Size) -> String {
    format!(
        r#"<svg class="chart-svg" viewBox="0 0 {} {}" aria-hidden="true"></svg>"#,
        size.width, size.height
    )
}

/// A hairline at what is read out, or a ring around it where it is a point.
fn cursor(read_out: &ReadOut) -> AnyView {
    let mark = match read_out.y {
        Some(y) => view! { <circle cx=read_out.x cy=y r="9" /> }.into_any(),
        None => view! { <line x1=read_out.x x2=read_out.x y1="0" y2="100%" /> }.into_any(),
    };
    view! {
        <div class="chart-cursor" aria-hidden="true">
            <svg width="100%" height="100%">
                {mark}
            </svg>
        </div>
    }
    .into_any()
}

fn read_out_view(Shown { read_out, is_flipped }: Shown) -> AnyView {
    let lines = read_out
        .lines
        .into_iter()
        .map(|line| {
            let class = line.option.map(|option| format!("option-{}", class_code(option.code())));
            let label = if line.excluded { format!("{} (excluded)", line.label) } else { line.label };
            view! {
                <div class=class>
                    <dt>{label}</dt>
                    <dd class="num">{line.value}</dd>
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="read-out" class:is-flipped=is_flipped aria-live="polite">
            <p class="read-out-heading">{read_out.heading}</p>
            <dl>{lines}</dl>
        </div>
    }
    .into_any()
}

fn numbers(chart: &Chart) -> AnyView {
    let table = chart.table();
    let head = table
        .columns
        .into_iter()
        .enumerate()
        .map(|(index, column)| {
            view! {
                <th scope="col" class=(index > 0).then_some("num")>
                    {column}
                </th>
            }
        })
        .collect_view();
    let rows = table
        .rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .enumerate()
                .map(|(index, cell)| {
                    if index == 0 {
                        view! { <th scope="row">{cell}</th> }.into_any()
                    } else {
                        view! { <td class="num">{cell}</td> }.into_any()
                    }
                })
                .collect_view();
            view! { <tr>{cells}</tr> }
        })
        .collect_view();
    view! {
        <table class="data-table data-table-compact">
            <thead>
                <tr>{head}</tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
