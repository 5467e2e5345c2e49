//! All sides beside each other: how often they are right, how long they take, what they cost.

use super::Sorting;
use super::by_api::MOST;
use super::side::{Side, Tally};
use crate::classify::{Interval, NO_CLASS};
use crate::words;
use leptos::prelude::*;

/// Messages that a cost is about.
const THOUSAND: f64 = 1000.0;

/// A cell: the value, and what to know about it.
type Cell = (Option<String>, String);

/// Reads a cell of a side.
type Of = fn(Sorting, Side) -> Cell;

/// What is shown of each side, in the order of the rows.
const ROWS: [(&str, Of); 8] = [
    ("Computed on", computed_on),
    ("Messages", messages),
    ("Right, of those with a label", right),
    ("Macro-F1", macro_f1),
    ("Given a class, of those that have none", outside),
    ("One message, p50 and p95", latency),
    ("Messages a second, read together", throughput),
    ("Cost of 1,000", cost),
];

/// The table; nothing before something was sorted.
pub(super) fn panel(sorting: Sorting) -> AnyView {
    view! {
        <div class="demo-figures demo-stack" hidden=move || sorting.results.is_empty()>
            <h4 class="demo-subtitle">"Side by side " <span class="badge badge-live">"live"</span></h4>
            <div class="table-scroll" role="region" aria-label="Side by side" tabindex="0">
                {move || table(sorting)}
            </div>
            <p class="small muted">{move || note(sorting)}</p>
        </div>
    }
    .into_any()
}

fn table(sorting: Sorting) -> AnyView {
    let took_part = |side: &Side| sorting.results.tally(*side, |tally| tally.done > 0 || tally.failed > 0);
    let sides: Vec<Side> = Side::ALL.into_iter().filter(took_part).collect();
    let monthly = format!("Cost of {} a month", words::whole(sorting.volume.get()));
    let cells = |of: &dyn Fn(Side) -> Cell| sides.iter().map(|side| cell(of(*side))).collect_view();
    let body = ROWS.iter().map(|(name, of)| {
        view! {
            <tr>
                <th scope="row">{*name}</th>
                {cells(&|side| of(sorting, side))}
            </tr>
        }
    });
    let body = body.collect_view();
    let a_month = view! {
        <tr>
            <th scope="row">{monthly}</th>
            {cells(&|side| per_month(sorting, side))}
        </tr>
    };
    let heads = sides.iter().map(|side| {
        view! {
            <th scope="col" class="num">
                {side.name()}
            </th>
        }
    });
    view! {
        <table class="data-table data-table-compact">
            <thead>
                <tr>
                    <th scope="col">"Measured just now"</th>
                    {heads.collect_view()}
                </tr>
            </thead>
            <tbody>
                {body}
                {a_month}
            </tbody>
        </table>
    }
    .into_any()
}

fn cell((value, note): Cell) -> AnyView {
    let value = match value {
        Some(value) => value.into_any(),
        None => view! { <span class="unknown">"unknown"</span> }.into_any(),
    };
    let note = (!note.is_empty()).then(|| view! { <span class="small muted demo-note">{note}</span> });
    view! { <td class="num">{value} {note}</td> }.into_any()
}

fn computed_on(sorting: Sorting, side: Side) -> Cell {
    let name = match side {
        Side::Api => sorting.api_model(),
        Side::Untouched | Side::Tuned => sorting
            .results
            .tally(side, |tally| tally.backend)
            .map(|backend| format!("this device’s {backend}")),
    };
    (name, String::new())
}

fn messages(sorting: Sorting, side: Side) -> Cell {
    sorting.results.tally(side, |tally| {
        let failed = match tally.failed {
            0 => String::new(),
            failed => format!("{failed} more failed"),
        };
        (Some(words::count(tally.done.into())), failed)
    })
}

fn right(sorting: Sorting, side: Side) -> Cell {
    match sorting.results.tally(side, Tally::accuracy) {
        None => (None, "no message has a label".to_owned()),
        Some((right, all, Interval { low, high })) => {
            let share = words::share(right, all);
            (
                Some(share),
                format!("{right} of {all}; 95% interval {}–{}", words::percent(low), words::percent(high)),
            )
        }
    }
}

fn macro_f1(sorting: Sorting, side: Side) -> Cell {
    let f1 = sorting.results.tally(side, |tally| tally.confusion.macro_f1());
    (f1.map(|f1| format!("{f1:.3}")), String::new())
}

fn outside(sorting: Sorting, side: Side) -> Cell {
    sorting.results.tally(side, |tally| match tally.confusion.outside() {
        0 => (None, "no message is labelled as out of scope".to_owned()),
        all => {
            let named = all - tally.confusion.count(NO_CLASS, NO_CLASS);
            (Some(format!("{named} of {all}")), "a threshold may catch them".to_owned())
        }
    })
}

fn latency(sorting: Sorting, side: Side) -> Cell {
    sorting.results.tally(side, |tally| {
        let alone = tally.alone();
        let both = alone.percentile(50).zip(alone.percentile(95));
        let both = both.map(|(p50, p95)| format!("{} and {}", words::time(p50), words::time(p95)));
        let note = match tally.alone_count() {
            0 => String::new(),
            count => format!("of {count} read alone"),
        };
        (both, note)
    })
}

fn throughput(sorting: Sorting, side: Side) -> Cell {
    if side == Side::Api {
        return (None, "asked one by one".to_owned());
    }
    match sorting.results.tally(side, Tally::packed_per_second) {
        Some(speed) => (Some(words::per_second(speed)), String::new()),
        None => (None, "only the messages after the first 30 are".to_owned()),
    }
}

/// Dollars of one message on a side.
fn dollars(sorting: Sorting, side: Side) -> (Option<f64>, String) {
    match side {
        Side::Api => match sorting.api_cost() {
            Some(cost) => (Some(cost.dollars), cost.basis),
            None => (None, "no price is known for it".to_owned()),
        },
        Side::Untouched | Side::Tuned => {
            let own = sorting.own_cost.get();
            let note = if own > 0.0 { "as you said below" } else { "no bill; its energy is unknown" };
            (Some(own / THOUSAND), note.to_owned())
        }
    }
}

fn cost(sorting: Sorting, side: Side) -> Cell {
    let (dollars, note) = dollars(sorting, side);
    (dollars.map(|dollars| words::dollars(dollars * THOUSAND)), note)
}

fn per_month(sorting: Sorting, side: Side) -> Cell {
    let (dollars, _) = dollars(sorting, side);
    (dollars.map(|dollars| words::dollars(dollars * sorting.volume.get())), String::new())
}

fn note(sorting: Sorting) -> String {
    let mut text = "A handful of messages says little: look at the intervals. ".to_owned();
    if sorting.results.tally(Side::Api, |tally| tally.done > 0) {
        text.push_str(&format!(
            "The API was sent at most {MOST} messages, one by one, each with all names of classes; an answer that is not exactly one of them counts as wrong. "
        ));
    }
    match sorting.results.strange() {
        0 => {}
        1 => text.push_str("One row has a label that is none of the classes; it is not judged. "),
        rows => text.push_str(&format!(
            "{} rows have a label that is none of the classes; they are not judged. ",
            words::count(i64::try_from(rows).unwrap_or(i64::MAX))
        )),
    }
    text.push_str(
        "These messages are short, 13 tokens on average in Banking77; a document of 500 tokens costs and takes many times as much, here and at the API.",
    );
    text
}
