//! The race on the page: its terms, its buttons, both answers, and what became of all races.

use super::{Race, Stage, lets_race, sides, table};
use crate::draft::Draft;
use crate::endpoint::terms::{Known, facts};
use crate::member;
use crate::state::{Demo, Phase};
use crate::words;
use domain::access::Action;
use leptos::prelude::*;

/// What can be done at present, without what changes with every prompt.
#[derive(Debug, Clone, PartialEq)]
enum Offer {
    Asking,
    SignIn,
    Unknown(String),
    NoEndpoint,
    Race,
}

impl Offer {
    fn of(known: &Known) -> Self {
        match known {
            Known::NotYet => Self::Asking,
            Known::Stranger => Self::SignIn,
            Known::Not(sentence) => Self::Unknown(sentence.clone()),
            Known::Terms(terms) if terms.model.is_none() => Self::NoEndpoint,
            Known::Terms(_) => Self::Race,
        }
    }
}

/// The panel.
pub(crate) fn panel(demo: Demo, draft: Draft, is_ready: Memo<bool>) -> AnyView {
    let race = Race::open(demo, draft);
    let offer = Memo::new(move |_| race.terms.with(Offer::of));
    view! {
        <section class="demo-part" aria-labelledby="demo-race">
            <h3 class="demo-title" id="demo-race">"Race against an API"</h3>
            {move || match offer.get() {
                Offer::Asking => view! { <p class="loading">"Asking the server for an endpoint…"</p> }.into_any(),
                Offer::SignIn => sign_in(),
                Offer::Unknown(sentence) => unknown(race, sentence),
                Offer::NoEndpoint => no_endpoint(),
                Offer::Race => controls(race, is_ready),
            }}
            {move || {
                race.failure
                    .get()
                    .map(|failure| view! { <p class="notice notice-error" role="alert">{failure}</p> })
            }}
            <div class="demo-answers" aria-busy=move || demo.is_racing.get().to_string()>
                {move || sides::here(race)}
                {move || sides::api(race)}
            </div>
            {table::panel(race)}
        </section>
    }
    .into_any()
}

fn sign_in() -> AnyView {
    view! {
        <p class="notice">
            <a href=member::sign_in_address()>"Sign in"</a>
            " to race against your organisation’s endpoint. What providers publish about theirs is below."
        </p>
    }
    .into_any()
}

fn unknown(race: Race, sentence: String) -> AnyView {
    view! {
        <div class="notice notice-warn" role="alert">
            <p>{sentence}</p>
            <div class="actions">
                <button class="button button-small" type="button" on:click=move |_| race.read_terms()>
                    "Ask again"
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn no_endpoint() -> AnyView {
    view! {
        <p class="notice">
            "This server has no LLM endpoint to race against. Whoever runs it can name one with "
            <span class="mono">"PARSIMONY_LLM_BASE_URL"</span>
            ". Until then there are the published figures below, which were not measured here."
        </p>
    }
    .into_any()
}

fn controls(race: Race, is_ready: Memo<bool>) -> AnyView {
    let terms = move || {
        race.terms.with(|known| match known {
            Known::Terms(terms) => Some(facts(terms)),
            _ => None,
        })
    };
    let controls = match member::refusal(Action::Race, "Racing") {
        Some(refusal) => view! { <p class="notice">{refusal}</p> }.into_any(),
        None => form(race, is_ready),
    };
    view! {
        {terms}
        {controls}
    }
    .into_any()
}

fn form(race: Race, is_ready: Memo<bool>) -> AnyView {
    let demo = race.demo;
    let how = move || {
        if is_ready.get() {
            "Sends the prompt above to the endpoint, through this site’s server. First this device answers, then the API, \
             each in at most as many tokens and with the most likely token each time: at the same time they would share \
             this device’s processor, and spoil each other’s times."
        } else {
            "The model is not loaded, so only the API answers. The prompt goes to the endpoint through this site’s server. \
             Load the model above to race it."
        }
    };
    let is_off = move || demo.is_racing.get() || !demo.phase.with(lets_race);
    view! {
        <p class="demo-choice">{how}</p>
        // With the model, the same fields stand above.
        {move || (!is_ready.get()).then(|| view! { <div class="form demo-form">{race.draft.fields()}</div> })}
        <div class="actions">
            <button
                class="button button-primary"
                type="button"
                disabled=move || is_off() || race.draft.is_blank()
                on:click=move |_| race.start()
            >
                {move || if is_ready.get() { "Race" } else { "Ask the API only" }}
            </button>
            <button class="button" type="button" disabled=is_off on:click=move |_| race.start_all()>
                {move || if is_ready.get() { "Race all examples" } else { "Ask the API all examples" }}
            </button>
            <button class="button" type="button" hidden=move || !demo.is_racing.get() on:click=move |_| race.stop()>
                "Stop"
            </button>
        </div>
        <p class="small" role="status">
            {move || state(race)}
        </p>
    }
    .into_any()
}

fn state(race: Race) -> String {
    let turn = match race.stage.get() {
        Stage::Here => "This device answers.",
        Stage::Api => "The API answers.",
        Stage::Over
            if race.demo.phase.with(|phase| matches!(phase, Phase::Fetching | Phase::Preparing(_))) =>
        {
            "The race waits until the model runs, or its download is paused."
        }
        Stage::Over => return result(race),
    };
    let place = race.series.get().map_or_else(String::new, |(place, all)| format!("{place} of {all}. "));
    format!("{place}{turn}")
}

/// The result of the last race, also for those who cannot see it.
fn result(race: Race) -> String {
    let here = race.demo.raced.with(|answers| {
        let answer = answers.last().filter(|answer| answer.ended.is_some())?;
        Some(format!("{} on this device", words::time(answer.times.first_token_ms()?)))
    });
    let api = race.answer.with(|answer| {
        let times = answer.as_ref()?.times()?;
        Some(format!("{} from the API", words::time(times.first_ms)))
    });
    match (here, api) {
        (None, None) => String::new(),
        (Some(one), None) | (None, Some(one)) => format!("The first token came after {one}."),
        (Some(here), Some(api)) => format!("The first token came after {here}, and after {api}."),
    }
}
