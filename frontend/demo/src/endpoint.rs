//! The administrator's LLM endpoint, as the page reaches it: through this site's server, which has the key.

mod listing;
pub(crate) mod terms;
pub(crate) mod told;

use crate::http::{self, Failure};
use crate::member;
use crate::sse;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use terms::{Known, Terms};
use told::Told;
use web_sys::AbortController;

pub(crate) use listing::{Priced, listed};

/// Where prompts are handed in.
const ADDRESS: &str = "/demo/race";

/// What a member is told whose session ended meanwhile.
const UNAUTHORIZED: u16 = 401;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Miss {
    /// The visitor stopped it.
    Stopped,
    /// Nobody is signed in any more: a sentence.
    SignedOut(String),
    /// The prompt was refused, which the next one would be as well.
    Refused(String),
    /// Something broke; the next prompt may fare better.
    Broke(String),
}

/// Reads the terms, and what is left of the budgets.
pub(crate) async fn read_terms() -> Known {
    if member::is_stranger() {
        // Asking would only be refused.
        return Known::Stranger;
    }
    match http::get::<Terms>(ADDRESS).await {
        Ok(terms) => Known::Terms(Box::new(terms)),
        Err(Failure::Refused(UNAUTHORIZED, _)) => Known::Stranger,
        Err(failure) => Known::Not(failure.to_string()),
    }
}

/// Has a prompt answered; `note` is told of every event, with the milliseconds since before it was sent. Returns when
/// the answer is whole.
///
/// # Errors
/// [`Miss`].
pub(crate) async fn ask(
    prompt: &Value,
    controller: &AbortController,
    note: impl FnMut(Told, f64),
) -> Result<(), Miss> {
    let signal = controller.signal();
    let answered = listen(prompt, controller, note).await;
    // Given up by us, whatever the browser calls it.
    let is_stopped = answered.is_err() && signal.aborted();
    if is_stopped {
        return Err(Miss::Stopped);
    }
    if answered.is_err() {
        // Nobody reads on.
        controller.abort();
    }
    answered
}

async fn listen(
    prompt: &Value,
    controller: &AbortController,
    mut note: impl FnMut(Told, f64),
) -> Result<(), Miss> {
    let asked_at = now();
    let pieces = http::post_for_stream(ADDRESS, prompt, &controller.signal()).await.map_err(refused)?;
    let mut reader = sse::Reader::default();
    loop {
        let bytes = match pieces.next().await {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                return Err(Miss::Broke(broke_off("The connection ended before the answer did.")));
            }
            Err(_) => return Err(Miss::Broke(broke_off("The connection broke."))),
        };
        let at_ms = now() - asked_at;
        for event in reader.read(&bytes) {
            let Some(told) = Told::read(&event) else {
                return Err(Miss::Broke(broke_off("What came next cannot be read.")));
            };
            if let Told::Failed(problem) = told {
                return Err(Miss::Broke(problem.sentence()));
            }
            let is_done = matches!(told, Told::Done(_));
            note(told, at_ms);
            if is_done {
                // What comes after the last word is read, so that the connection can be used again.
                spawn_local(async move { while let Ok(Some(_)) = pieces.next().await {} });
                return Ok(());
            }
        }
    }
}

fn refused(failure: Failure) -> Miss {
    match failure {
        Failure::Refused(UNAUTHORIZED, sentence) => Miss::SignedOut(sentence),
        Failure::Refused(status, sentence) if status < 500 => Miss::Refused(sentence),
        Failure::Unreachable => Miss::Refused(failure.to_string()),
        failure => Miss::Broke(failure.to_string()),
    }
}

fn broke_off(why: &str) -> String {
    format!("The answer broke off. {why} Try again.")
}

/// Milliseconds of a clock that nobody sets.
pub(crate) fn now() -> f64 {
    window().performance().map_or_else(js_sys::Date::now, |performance| performance.now())
}
