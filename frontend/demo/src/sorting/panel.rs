//! The tab on the page: the adapter, the messages, who sorts them, and what came of it.

use super::by_api::MOST;
use super::messages::{Messages, Source, Table, cut};
use super::side::Side;
use super::{Read, Sorting, Turn, cascade, figures, mistakes, rows};
use crate::classify::{Columns, Encoding, Look, NO_SEPARATOR};
use crate::endpoint::terms::Known;
use crate::member;
use crate::state::{Demo, Phase};
use crate::tabs::Tab;
use crate::words;
use domain::access::Action;
use leptos::prelude::*;
use leptos::task::spawn_local;
use slm_messages::Adapted;
use wasm_bindgen::JsCast;

/// Columns of a table that are shown before it is read, and rows.
const PREVIEW: (usize, usize) = (6, 4);

/// What a table may be written in.
const ENCODINGS: [(Encoding, &str); 4] = [
    (Encoding::Utf8, "UTF-8"),
    (Encoding::Utf16Le, "UTF-16, low byte first"),
    (Encoding::Utf16Be, "UTF-16, high byte first"),
    (Encoding::Windows1252, "Windows-1252"),
];

/// What cells may be apart by; the last one is in no text.
const SEPARATORS: [(char, &str); 5] = [
    (',', "commas"),
    (';', "semicolons"),
    ('\t', "tabs"),
    ('|', "bars"),
    (NO_SEPARATOR, "nothing: each row is one cell"),
];

/// The panel. Nothing is fetched for it before its tab is opened.
pub(crate) fn panel(demo: Demo, tab: RwSignal<Tab>) -> AnyView {
    let sorting = Sorting::open(demo);
    let has_adapter = sorting.site.with_value(Option::is_some);
    if !has_adapter {
        return view! {
            <section class="demo-part">
                <p class="notice">
                    "This build of the site has no fine-tuned adapter in it, so there is nothing to classify with."
                </p>
            </section>
        }
        .into_any();
    }
    // Once: what is there stays when another tab is looked at.
    let is_open = Memo::new(move |before: Option<&bool>| before == Some(&true) || tab.get() == Tab::Classify);
    Effect::new(move |_| {
        if is_open.get() {
            sorting.read();
        }
    });
    let is_here = Memo::new(move |_| sorting.evaluation.with(|read| matches!(read, Read::Here(_))));
    view! {
        <section class="demo-part" aria-labelledby="demo-sort">
            <h3 class="demo-title" id="demo-sort">"Sort messages into 77 intents"</h3>
            <p class="demo-choice">
                "What does a customer of a bank want? The same small model, untouched and with an adapter that was trained for this one task, beside an API that is given the names of all classes. Messages stay on this device; only those that you send to the API leave it. "
                <a href="/demo/adapters/banking77">"How the adapter was made, and how good it is"</a>
            </p>
            {move || unread(sorting)}
            {adapter(sorting)}
            {form(sorting, is_here)}
            {progress(sorting)}
            {move || {
                sorting
                    .problem
                    .get()
                    .map(|problem| view! { <p class="notice notice-error" role="alert">{problem}</p> })
            }}
            {move || sorting.messages.is_cut.get().then(|| view! { <p class="notice notice-warn">{cut()}</p> })}
            {figures::panel(sorting)}
            {rows::panel(sorting)}
            {mistakes::panel(sorting)}
        </section>
        {move || is_here.get().then(|| cascade::panel(sorting))}
    }
    .into_any()
}

fn unread(sorting: Sorting) -> Option<AnyView> {
    sorting.evaluation.with(|read| match read {
        Read::Here(_) => None,
        Read::NotYet => {
            Some(view! { <p class="loading">"Looking at what is known of the adapter…"</p> }.into_any())
        }
        Read::Not(sentence) => Some(
            view! {
                <div class="notice notice-warn" role="alert">
                    <p>{sentence.clone()}</p>
                    <div class="actions">
                        <button class="button button-small" type="button" on:click=move |_| sorting.read()>
                            "Try again"
                        </button>
                    </div>
                </div>
            }
            .into_any(),
        ),
    })
}

fn adapter(sorting: Sorting) -> AnyView {
    let is_ready = move || sorting.demo.ready.with(Option::is_some);
    let stands = move || {
        sorting.adapted.with(|adapted| adapted.as_ref().is_some_and(|adapted| adapted.adapter.is_some()))
    };
    view! {
        <div class="demo-adapter">
            {move || match is_ready() {
                true => state(&sorting.adapted.get()),
                false => view! {
                    <p class="notice">"The model is not loaded. Start it above to sort messages on this device."</p>
                }
                .into_any(),
            }}
            <div class="actions" hidden=move || !is_ready()>
                <button
                    class="button button-small"
                    type="button"
                    disabled=move || !sorting.is_free()
                    on:click=move |_| sorting.adapt(!stands())
                >
                    {move || if stands() { "Take the adapter away" } else { "Put the adapter beside the weights" }}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// What stands beside the weights, and how long that took.
fn state(adapted: &Option<Adapted>) -> AnyView {
    let Some(adapted) = adapted else {
        return view! {
            <p class="demo-choice" role="status">
                "The adapter is fetched when it is first needed, and kept in this browser with the model."
            </p>
        }
        .into_any();
    };
    let times = adapted.times;
    let took = words::time(times.total_ms());
    let sentence = match &adapted.adapter {
        Some(facts) => {
            let bytes = if times.from_network > 0 { "over the network" } else { "from this browser" };
            format!(
                "The adapter “{}” ({}, rank {}, {}) stands beside the weights, which were not loaded again. That took {took}: its bytes, {bytes}, {}; reading and checking them {}; putting it there until the first answer {}.",
                facts.name,
                words::megabytes(facts.bytes),
                facts.rank,
                facts.licence,
                words::time(times.bytes_ms),
                words::time(times.read_ms),
                words::time(times.swap_ms),
            )
        }
        None => format!("The adapter was taken away in {took}: the model is as it was. It stays in memory."),
    };
    let attribution = adapted.adapter.as_ref().map(|facts| facts.attribution.clone());
    view! {
        <p class="demo-choice" role="status">
            {sentence}
        </p>
        {attribution.map(|words| view! { <p class="small muted">{words}</p> })}
    }
    .into_any()
}

fn form(sorting: Sorting, is_here: Memo<bool>) -> AnyView {
    let messages = sorting.messages;
    let sources = Source::ALL.map(|source| {
        view! {
            <button
                type="button"
                aria-pressed=move || (messages.source.get() == source).to_string()
                on:click=move |_| messages.source.set(source)
            >
                {source.name()}
            </button>
        }
    });
    let is_off = move || {
        let nobody =
            !Side::ALL.iter().any(|side| sorting.asked[side.place()].get() && is_possible(sorting, *side));
        let is_busy = sorting.turn.get() != Turn::Over
            || sorting.demo.is_racing.get()
            || matches!(
                sorting.demo.phase.get(),
                Phase::Fetching | Phase::Preparing(_) | Phase::Writing | Phase::Measuring(..)
            );
        nobody || is_busy || !is_here.get() || messages.is_blank()
    };
    view! {
        <form
            class="form demo-form"
            on:submit=move |event| {
                event.prevent_default();
                if !is_off() {
                    sorting.start();
                }
            }
        >
            <div class="segmented" role="group" aria-label="Messages from">
                {sources}
            </div>
            {move || match messages.source.get() {
                Source::Examples => view! {
                    <p class="small muted">
                        "Sixteen sentences of ours, twelve with an intent and four without any: those a model that has to choose gets wrong, whatever it chooses."
                    </p>
                }
                .into_any(),
                Source::Lines => lines(messages),
                Source::Table => table(messages),
            }}
            {sides(sorting)}
            <div class="actions">
                <button class="button button-primary" type="submit" disabled=is_off>
                    "Sort"
                </button>
                <button
                    class="button"
                    type="button"
                    disabled=move || matches!(sorting.turn.get(), Turn::Over | Turn::Adapting)
                    on:click=move |_| sorting.stop()
                >
                    "Stop sorting"
                </button>
            </div>
        </form>
    }
    .into_any()
}

fn lines(messages: Messages) -> AnyView {
    view! {
        <div class="field field-wide">
            <label class="field-label" for="demo-lines">
                "Messages, one a line"
            </label>
            <div class="field-control">
                <textarea
                    id="demo-lines"
                    rows="6"
                    prop:value=messages.lines
                    on:input=move |event| messages.lines.set(event_target_value(&event))
                ></textarea>
            </div>
        </div>
    }
    .into_any()
}

fn table(messages: Messages) -> AnyView {
    let choose = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let file = input.and_then(|input| input.files()).and_then(|files| files.get(0));
        if let Some(file) = file {
            spawn_local(messages.open(file));
        }
    };
    view! {
        <div class="field field-wide">
            <label class="field-label" for="demo-file">
                "A table with a message in each row: CSV, or cells apart by semicolons or tabs; up to 100,000 rows"
            </label>
            <div class="field-control">
                <input id="demo-file" type="file" accept=".csv,.tsv,.txt,text/csv,text/plain" on:change=choose />
            </div>
        </div>
        <div class="field field-wide">
            <label class="field-label" for="demo-paste">
                "Or paste it"
            </label>
            <div class="field-control">
                <textarea
                    id="demo-paste"
                    class="mono"
                    rows="4"
                    on:input=move |event| messages.take(event_target_value(&event).into_bytes())
                ></textarea>
            </div>
        </div>
        {move || {
            messages.problem.get().map(|problem| view! { <p class="notice notice-error" role="alert">{problem}</p> })
        }}
        {move || messages.table.get().map(|table| looked_at(messages, &table))}
    }
    .into_any()
}

fn looked_at(messages: Messages, table: &Table) -> AnyView {
    match (&table.look, &table.columns) {
        (Err(problem), _) => {
            view! { <p class="notice notice-error" role="alert">{problem.clone()}</p> }.into_any()
        }
        (Ok(look), Some(columns)) => choices(messages, look, columns),
        (Ok(_), None) => ().into_any(),
    }
}

fn choices(messages: Messages, look: &Look, columns: &Columns) -> AnyView {
    let first = look.first.first().cloned().unwrap_or_default();
    let name = |place: usize| match first.get(place).map(|cell| cell.trim()) {
        Some(cell) if columns.has_header && !cell.is_empty() => cell.to_owned(),
        _ => format!("Column {}", place + 1),
    };
    let options = |chosen: Option<usize>| {
        (0..first.len())
            .map(|place| {
                view! {
                    <option value=place.to_string() selected=chosen == Some(place)>
                        {name(place)}
                    </option>
                }
            })
            .collect_view()
    };
    let apart = SEPARATORS.iter().find(|(separator, _)| *separator == look.separator).map(|(_, name)| *name);
    let look_words =
        format!("Read as {}, cells apart by {}.", look.encoding, apart.unwrap_or("something else"));
    view! {
        <p class="small muted">{look_words}</p>
        {otherwise(messages, look)}
        <label class="check">
            <input
                type="checkbox"
                prop:checked=columns.has_header
                on:change=move |event| {
                    let has_header = event_target_checked(&event);
                    messages.choose(|columns| columns.has_header = has_header);
                }
            />
            "The first row has names of columns"
        </label>
        <div class="field">
            <label class="field-label" for="demo-text-column">
                "Messages are in"
            </label>
            <div class="field-control">
                <select
                    id="demo-text-column"
                    on:change=move |event| {
                        if let Ok(chosen) = event_target_value(&event).parse() {
                            messages.choose(|columns| columns.text = chosen);
                        }
                    }
                >
                    {options(Some(columns.text))}
                </select>
            </div>
        </div>
        <div class="field">
            <label class="field-label" for="demo-label-column">
                "Right answers are in"
            </label>
            <div class="field-control">
                <select
                    id="demo-label-column"
                    on:change=move |event| {
                        let chosen = event_target_value(&event).parse().ok();
                        messages.choose(|columns| columns.label = chosen);
                    }
                >
                    <option value="" selected=columns.label.is_none()>
                        "no column"
                    </option>
                    {options(columns.label)}
                </select>
            </div>
        </div>
        {preview(look)}
    }
    .into_any()
}

/// For a table that was guessed wrong.
fn otherwise(messages: Messages, look: &Look) -> AnyView {
    let (encoding, separator) = (look.encoding, look.separator);
    let encodings = ENCODINGS.iter().enumerate().map(|(place, (this, name))| {
        view! {
            <option value=place.to_string() selected=*this == encoding>
                {*name}
            </option>
        }
    });
    let separators = SEPARATORS.iter().enumerate().map(|(place, (this, name))| {
        view! {
            <option value=place.to_string() selected=*this == separator>
                {*name}
            </option>
        }
    });
    let chosen = |event: &web_sys::Event| event_target_value(event).parse::<usize>().ok();
    view! {
        <details class="demo-start">
            <summary>"Not read right?"</summary>
            <div class="field">
                <label class="field-label" for="demo-encoding">
                    "Its encoding"
                </label>
                <div class="field-control">
                    <select
                        id="demo-encoding"
                        on:change=move |event| {
                            if let Some((encoding, _)) = chosen(&event).and_then(|place| ENCODINGS.get(place)) {
                                messages.look_again(Some(*encoding), None);
                            }
                        }
                    >
                        {encodings.collect_view()}
                    </select>
                </div>
            </div>
            <div class="field">
                <label class="field-label" for="demo-separator">
                    "Cells are apart by"
                </label>
                <div class="field-control">
                    <select
                        id="demo-separator"
                        on:change=move |event| {
                            if let Some((separator, _)) = chosen(&event).and_then(|place| SEPARATORS.get(place)) {
                                messages.look_again(Some(encoding), Some(*separator));
                            }
                        }
                    >
                        {separators.collect_view()}
                    </select>
                </div>
            </div>
        </details>
    }
    .into_any()
}

fn preview(look: &Look) -> AnyView {
    let (columns, rows) = PREVIEW;
    let rows = look.first.iter().take(rows).map(|row| {
        let cells = row.iter().take(columns).map(|cell| {
            let short: String = cell.chars().take(80).collect();
            view! { <td>{short}</td> }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <div class="table-scroll" role="region" aria-label="The first rows" tabindex="0">
            <table class="data-table data-table-compact">
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn is_possible(sorting: Sorting, side: Side) -> bool {
    match side {
        Side::Untouched | Side::Tuned => sorting.demo.ready.with(Option::is_some),
        Side::Api => {
            sorting.api_model().is_some() && member::refusal(Action::Race, "Asking the API").is_none()
        }
    }
}

fn sides(sorting: Sorting) -> AnyView {
    let boxes = Side::ALL.map(|side| {
        let asked = sorting.asked[side.place()];
        view! {
            <label class="check">
                <input
                    type="checkbox"
                    prop:checked=move || asked.get() && is_possible(sorting, side)
                    disabled=move || !is_possible(sorting, side)
                    on:change=move |event| asked.set(event_target_checked(&event))
                />
                {move || what(sorting, side)}
            </label>
        }
    });
    view! {
        <fieldset class="demo-sides">
            <legend class="field-label">"Sorted by"</legend>
            {boxes}
        </fieldset>
    }
    .into_any()
}

/// What a side is, or why it cannot be asked.
fn what(sorting: Sorting, side: Side) -> String {
    match side {
        Side::Untouched => "The untouched model: the class whose name it finds most alike".to_owned(),
        Side::Tuned => "The fine-tuned model".to_owned(),
        Side::Api => match sorting.terms.get() {
            Known::NotYet => "An API: asking the server for one…".to_owned(),
            Known::Stranger => "An API: sign in to ask your organisation’s endpoint".to_owned(),
            Known::Not(sentence) => format!("An API: {sentence}"),
            Known::Terms(terms) => match (&terms.model, member::refusal(Action::Race, "Asking the API")) {
                (None, _) => "An API: this server has no endpoint set up".to_owned(),
                (Some(_), Some(refusal)) => refusal,
                (Some(model), None) => format!("{model} (API): sends it the first {MOST} messages"),
            },
        },
    }
}

fn progress(sorting: Sorting) -> AnyView {
    let is_sorting = move || matches!(sorting.turn.get(), Turn::Sorting(_));
    let done = move || f64::from(sorting.results.progress().done);
    let of = move || f64::from(sorting.results.progress().of.max(1));
    view! {
        <div class="demo-progress" hidden=move || !is_sorting()>
            <progress aria-label="Messages sorted" max=of value=done></progress>
            <p class="small" aria-live="off">
                {move || moving(sorting)}
            </p>
        </div>
        // Read out when the kind of work changes, not with every message.
        <p class="visually-hidden" role="status">
            {move || spoken(sorting)}
        </p>
    }
    .into_any()
}

fn moving(sorting: Sorting) -> String {
    let Turn::Sorting(side) = sorting.turn.get() else { return String::new() };
    let progress = sorting.results.progress();
    let amount = format!(
        "{}: {} of {}",
        side.name(),
        words::count(progress.done.into()),
        words::count(progress.of.into())
    );
    match progress.per_second() {
        None => format!("{amount}."),
        Some(speed) => {
            let left = f64::from(progress.of.saturating_sub(progress.done)) / speed;
            format!("{amount}, {} a second, {}.", words::per_second(speed), words::remaining(left))
        }
    }
}

fn spoken(sorting: Sorting) -> String {
    match sorting.turn.get() {
        Turn::Over if sorting.results.is_empty() => String::new(),
        Turn::Over => "The messages are sorted.".to_owned(),
        Turn::Reading => "The messages are read.".to_owned(),
        Turn::Adapting => "The adapter is put beside the weights, or taken away.".to_owned(),
        Turn::Sorting(side) => format!("{}: the messages are being sorted.", side.name()),
    }
}
