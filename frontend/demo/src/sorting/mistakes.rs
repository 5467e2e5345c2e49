//! Where the fine-tuned model is wrong, and whether it is as sure as it is right.

use super::Sorting;
use super::rows::spaced;
use super::side::Side;
use crate::classify::{Bin, NO_CLASS, Reliability};
use crate::words;
use leptos::prelude::*;

/// Pairs that are shown.
const MOST: usize = 12;

/// Judged answers below which a diagram would show chance.
const FEW: u64 = 20;

/// Width and height of the diagram, and the room around it for its numbers.
const SIDE: f64 = 240.0;
const MARGIN: f64 = 34.0;

/// Both; nothing before something with a label was sorted.
pub(super) fn panel(sorting: Sorting) -> AnyView {
    let is_judged = Memo::new(move |_| sorting.results.tally(Side::Tuned, |tally| tally.confusion.all() > 0));
    view! {
        <div class="demo-figures demo-stack" hidden=move || !is_judged.get()>
            <h4 class="demo-subtitle">"Where the fine-tuned model is wrong"</h4>
            {move || confused(sorting)}
            <h4 class="demo-subtitle">"Is it as sure as it is right?"</h4>
            {move || {
                sorting.results.tally(Side::Tuned, |tally| reliable(&tally.reliability, tally.confusion.all()))
            }}
        </div>
    }
    .into_any()
}

fn confused(sorting: Sorting) -> AnyView {
    let Some(evaluation) = sorting.known() else { return ().into_any() };
    let mistakes = sorting.results.tally(Side::Tuned, |tally| tally.confusion.mistakes());
    if mistakes.is_empty() {
        return view! { <p class="muted">"Nowhere, in these messages."</p> }.into_any();
    }
    let name = |label: u32| match label {
        NO_CLASS => "out of scope".to_owned(),
        label => {
            let found = usize::try_from(label).ok().and_then(|label| evaluation.labels.get(label));
            found.map_or_else(|| "unknown".to_owned(), |label| spaced(label))
        }
    };
    let left = mistakes.len().saturating_sub(MOST);
    let rows = mistakes.into_iter().take(MOST).map(|(right, answered, count)| {
        view! {
            <tr>
                <th scope="row">{name(right)}</th>
                <td>{name(answered)}</td>
                <td class="num">{count}</td>
            </tr>
        }
    });
    let left = (left > 0).then(|| {
        view! { <p class="small muted">{format!("And {left} other pairs; the file with all results has every row.")}</p> }
    });
    view! {
        <div class="table-scroll" role="region" aria-label="Confused classes" tabindex="0">
            <table class="data-table data-table-compact">
                <thead>
                    <tr>
                        <th scope="col">"Right"</th>
                        <th scope="col">"Taken for"</th>
                        <th scope="col" class="num">"Messages"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
        {left}
    }
    .into_any()
}

fn reliable(reliability: &Reliability, judged: u64) -> AnyView {
    if judged < FEW {
        let sentence = format!("{judged} judged answers are too few to tell; {FEW} at least are needed.");
        return view! { <p class="muted">{sentence}</p> }.into_any();
    }
    let error = reliability.error().map_or_else(|| "unknown".to_owned(), words::percent);
    let title = format!("Confidence and share of right answers are {error} apart on average");
    let rows = reliability.bins.iter().enumerate().filter(|(_, bin)| bin.all > 0).map(|(place, bin)| {
        let cell = |share: Option<f64>| share.map_or_else(|| "unknown".to_owned(), words::percent);
        view! {
            <tr>
                <th scope="row">{format!("{}–{}%", place * 10, place * 10 + 10)}</th>
                <td class="num">{bin.all}</td>
                <td class="num">{cell(bin.confidence())}</td>
                <td class="num">{cell(bin.accuracy())}</td>
            </tr>
        }
    });
    view! {
        <figure class="chart">
            <figcaption class="chart-head">
                <h5 class="chart-title">{title.clone()}</h5>
                <p class="chart-note">"Share of right answers (%) by confidence (%), in tenths; on the dashed line they agree"</p>
            </figcaption>
            {diagram(&reliability.bins, &title)}
            <details class="chart-numbers">
                <summary>"The numbers"</summary>
                <div class="table-scroll" role="region" aria-label="Numbers of the diagram" tabindex="0">
                    <table class="data-table data-table-compact">
                        <thead>
                            <tr>
                                <th scope="col">"Confidence"</th>
                                <th scope="col" class="num">"Answers"</th>
                                <th scope="col" class="num">"Mean confidence"</th>
                                <th scope="col" class="num">"Right"</th>
                            </tr>
                        </thead>
                        <tbody>{rows.collect_view()}</tbody>
                    </table>
                </div>
            </details>
        </figure>
    }
    .into_any()
}

fn diagram(bins: &[Bin; 10], title: &str) -> AnyView {
    let bars = (0_u32..).zip(bins).filter_map(|(place, bin)| {
        let height = bin.accuracy()? * SIDE;
        let x = MARGIN + f64::from(place) * SIDE / 10.0 + 1.0;
        Some(view! {
            <rect class="demo-bar" x=x y=SIDE - height width=SIDE / 10.0 - 2.0 height=height />
        })
    });
    let ticks = [0.0, 0.5, 1.0].map(|share| {
        let percent = format!("{:.0}", share * 100.0);
        view! {
            <text x=MARGIN + share * SIDE y=SIDE + 16.0 text-anchor="middle">{percent.clone()}</text>
            <text x=MARGIN - 6.0 y=SIDE * (1.0 - share) + 4.0 text-anchor="end">{percent}</text>
        }
    });
    let (width, height) = (SIDE + MARGIN + 12.0, SIDE + 24.0);
    view! {
        <svg
            class="demo-diagram"
            role="img"
            aria-label=title.to_owned()
            viewBox=format!("0 -6 {width} {height}")
            width=width
            height=height
        >
            {bars.collect_view()}
            <line class="demo-even" x1=MARGIN y1=SIDE x2=MARGIN + SIDE y2="0" />
            <line class="demo-axis" x1=MARGIN y1=SIDE x2=MARGIN + SIDE y2=SIDE />
            <line class="demo-axis" x1=MARGIN y1="0" x2=MARGIN y2=SIDE />
            {ticks}
        </svg>
    }
    .into_any()
}
