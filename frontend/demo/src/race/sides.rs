//! Both answers of a race, each with its times and what it costs.

use super::answer::{Answer, State};
use super::{Race, Stage};
use crate::answer::Answer as Local;
use crate::endpoint::told::Timing;
use crate::measures::figure_list;
use crate::words;
use leptos::prelude::*;

/// How many requests a cost is about.
const REQUESTS: f64 = 1000.0;

/// The small model's answer; nothing before it has begun.
pub(super) fn here(race: Race) -> Option<AnyView> {
    let is_writing = race.stage.get() == Stage::Here;
    race.demo.raced.with(|answers| answers.last().map(|answer| local(answer, is_writing)))
}

fn local(answer: &Local, is_writing: bool) -> AnyView {
    let state = if answer.ended.is_none() && !is_writing {
        "The answer broke off and is incomplete; it counts as failed.".to_owned()
    } else {
        words::progress(answer)
    };
    let waiting = || if is_writing { "…" } else { "unknown" }.to_owned();
    let first = answer.times.first_token_ms().map_or_else(waiting, words::time);
    let each = answer.times.tokens_per_second().map_or_else(waiting, |speed| words::time(1000.0 / speed));
    let total = answer.ended.map_or_else(waiting, |_| words::time(answer.times.total_ms));
    let rows = [
        ("Time to first token", first, "since the prompt began to be read".to_owned()),
        ("Each further token", each, format!("over {} tokens", answer.tokens())),
        ("Whole answer", total, "in the worker".to_owned()),
        (
            "Cost of 1,000 such requests",
            "no API bill".to_owned(),
            "the visitor’s own device and electricity, which a browser cannot measure".to_owned(),
        ),
    ];
    view! {
        <article class="demo-answer">
            <h4 class="demo-answer-title">{format!("Answer, computed on the {}", answer.backend)}</h4>
            <p class="prewrap">{answer.text.clone()}</p>
            <p class="small muted">{state}</p>
            {figure_list(rows)}
        </article>
    }
    .into_any()
}

/// The endpoint's answer; nothing before it was asked.
pub(super) fn api(race: Race) -> Option<AnyView> {
    let has_price = race.terms.with(|known| known.price().is_some());
    race.answer.with(|answer| answer.as_ref().map(|answer| of_endpoint(answer, has_price)))
}

fn of_endpoint(answer: &Answer, has_price: bool) -> AnyView {
    let waiting = || if is_open(answer) { "…" } else { "unknown" }.to_owned();
    let first = answer.first_ms.map_or_else(waiting, words::time);
    let total = answer.times().map_or_else(waiting, |times| words::time(times.total_ms));
    let (each, each_note) = per_token(answer);
    let (cost, cost_note) = cost(answer, has_price);
    let rows = [
        ("Time to first token", first, "since before the prompt was sent".to_owned()),
        ("Each further token", each.unwrap_or_else(waiting), each_note),
        ("Whole answer", total, "in this browser".to_owned()),
        ("Cost of 1,000 such requests", cost.unwrap_or_else(waiting), cost_note),
    ];
    let way = answer.done.as_ref().map(|done| way(answer, &done.timing));
    view! {
        <article class="demo-answer">
            <h4 class="demo-answer-title">{format!("Answer of {} (API)", answer.model)}</h4>
            <p class="prewrap">{answer.text.clone()}</p>
            <p class="small muted">{state(answer)}</p>
            {figure_list(rows)}
            {way}
        </article>
    }
    .into_any()
}

fn is_open(answer: &Answer) -> bool {
    matches!(answer.state, State::Asked | State::Begun)
}

fn state(answer: &Answer) -> String {
    let is_empty = answer.text.is_empty();
    match answer.state {
        State::Asked | State::Begun if is_empty => "Waiting for the first text…".to_owned(),
        State::Asked | State::Begun => "Writing…".to_owned(),
        State::Stopped => "You stopped it; the answer is incomplete and counts nowhere.".to_owned(),
        State::Failed if is_empty => "There is no answer; it counts as failed.".to_owned(),
        State::Failed => "The answer broke off and is incomplete; it counts as failed.".to_owned(),
        State::Done => whole(answer),
    }
}

fn whole(answer: &Answer) -> String {
    let tokens = answer.tokens().map_or_else(
        || format!("Tokens unknown, {} pieces", answer.pieces),
        |tokens| format!("{tokens} tokens in {} pieces", answer.pieces),
    );
    let Some(done) = &answer.done else { return format!("{tokens}.") };
    let end = match done.finish_reason.as_deref() {
        None => "; the answer is over".to_owned(),
        Some("stop") => "; the answer is complete".to_owned(),
        Some("length") => "; the answer reached the length that you asked for".to_owned(),
        Some(reason) => format!("; the answer ended with “{reason}”"),
    };
    let name = if done.model == answer.model {
        String::new()
    } else {
        format!(" The endpoint calls its model {}.", done.model)
    };
    format!("{tokens}{end}.{name}")
}

/// The time of each further token and what to know about it.
fn per_token(answer: &Answer) -> (Option<String>, String) {
    match (answer.per_token_ms(), answer.tokens()) {
        (Some(ms), Some(tokens)) => {
            (Some(words::time(ms)), format!("over {tokens} tokens, as the endpoint counts them"))
        }
        (_, Some(_)) => (None, "there is only one token".to_owned()),
        (_, None) if is_open(answer) => (None, "known at the end".to_owned()),
        (_, None) => (
            None,
            format!("tokens were not counted; {} pieces came, and a piece may hold several", answer.pieces),
        ),
    }
}

/// What 1,000 requests like this one cost and what to know about it.
fn cost(answer: &Answer, has_price: bool) -> (Option<String>, String) {
    let Some(done) = &answer.done else {
        return (
            None,
            if is_open(answer) { "known at the end" } else { "the answer is not whole" }.to_owned(),
        );
    };
    match (done.cost_usd, done.usage) {
        (Some(cost), Some(usage)) => {
            let cached = match usage.cached_tokens {
                0 => String::new(),
                cached => format!(", {cached} of them cached,"),
            };
            let note = format!(
                "{} tokens in{cached} and {} out each, at the price above",
                usage.prompt_tokens, usage.completion_tokens
            );
            (Some(words::dollars(cost * REQUESTS)), note)
        }
        (_, None) => (None, "the endpoint did not count its tokens".to_owned()),
        (None, _) if has_price => (None, "the server did not say".to_owned()),
        (None, _) => (None, "the price book has no price for this model".to_owned()),
    }
}

/// Where the time went: the way to this site's server, which a browser that called the endpoint itself would not have,
/// and what was seen from there.
fn way(answer: &Answer, timing: &Timing) -> AnyView {
    let unknown = || "unknown".to_owned();
    let known = |ms: Option<f64>| ms.map_or_else(unknown, words::time);
    let connecting = timing
        .connect_ms
        .map_or_else(|| "0, it was warm".to_owned(), |ms| format!("{}, it was cold", words::time(ms)));
    let rows = [
        ("Between this browser and the server, both ways", known(answer.way_ms())),
        ("In the server, before it asked the endpoint", words::time(timing.server_ms)),
        ("Connecting to the endpoint", connecting),
        ("Endpoint’s headers, since it was asked", words::time(timing.headers_ms)),
        ("Its first text, since it was asked", known(timing.first_token_ms)),
        ("Its whole answer, since it was asked", known(timing.total_ms)),
    ];
    let rows = rows.map(|(name, value)| {
        view! {
            <div>
                <dt>{name}</dt>
                <dd class="num">{value}</dd>
            </div>
        }
    });
    view! {
        <details class="demo-start" open>
            <summary>"Where the time went"</summary>
            <dl class="demo-way">{rows}</dl>
        </details>
    }
    .into_any()
}
