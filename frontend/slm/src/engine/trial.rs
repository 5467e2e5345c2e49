//! One backend, built, tested and timed.

use super::clock::now_ms;
use super::{KnownAnswer, Workshop};
use crate::backend::{Backend, Stop};
use crate::error::Error;
use crate::sampling::Sampling;
use slm_messages::{Hardware, Outcome, Trial};
use std::ops::ControlFlow;

/// Tokens read in the timed run: a short prompt.
const READ: usize = 48;

/// Tokens written in the timed run. More would tell more, but this is time that a visitor waits.
const WRITTEN: u32 = 16;

/// When a backend has taken this long for the timed run, its time so far says enough.
const PATIENCE_MS: f64 = 4_000.0;

/// Further tokens that an answer is assumed to have when backends are compared.
const TYPICAL_ANSWER: f64 = 48.0;

/// What is read where no known answer brings a prompt along: any token will do for a timing.
const ANY_TOKEN: u32 = 1;

/// Builds, tests and times a backend. It is handed out only if it works, empty.
///
/// # Errors
/// [`Error::Stopped`]; whatever else goes wrong is the outcome.
pub(super) async fn hold<W: Workshop>(
    workshop: &W,
    hardware: Hardware,
    known: Option<KnownAnswer>,
    stop: &Stop,
) -> Result<(Trial, Option<W::Backend>), Error> {
    let start = now_ms();
    let built = workshop.build(hardware).await;
    let build_ms = now_ms() - start;
    let trial = |outcome| Trial { backend: hardware, build_ms, outcome };
    let failed = |error: &Error| Outcome::Failed { sentence: error.to_string() };
    let mut backend = match built {
        Ok(backend) => backend,
        Err(error) => return Ok((trial(failed(&error)), None)),
    };
    match test(&mut backend, known, stop).await {
        Ok(outcome @ Outcome::Works { .. }) => {
            backend.rewind(0);
            Ok((trial(outcome), Some(backend)))
        }
        Ok(outcome) => Ok((trial(outcome), None)),
        Err(Error::Stopped) => Err(Error::Stopped),
        Err(error) => Ok((trial(failed(&error)), None)),
    }
}

/// How long a typical answer would take by this trial, in milliseconds; `None` if it does not work.
pub(super) fn cost_ms(trial: &Trial) -> Option<f64> {
    match trial.outcome {
        // A clock that stands still must not make anything infinitely fast.
        Outcome::Works { first_token_ms, token_ms, .. } => {
            Some((first_token_ms + TYPICAL_ANSWER * token_ms).max(f64::MIN_POSITIVE))
        }
        Outcome::Wrong { .. } | Outcome::Failed { .. } => None,
    }
}

async fn test<B: Backend>(
    backend: &mut B,
    known: Option<KnownAnswer>,
    stop: &Stop,
) -> Result<Outcome, Error> {
    if let Some(known) = known {
        let given = answer(backend, known.prompt, known.answer.len(), stop).await?;
        if given != known.answer {
            let sentence = format!("It computes wrong: {:?} instead of {:?}.", given, known.answer);
            return Ok(Outcome::Wrong { sentence });
        }
    }
    let prompt = known.map_or(&[ANY_TOKEN][..], |known| known.prompt);
    let tokens: Vec<u32> = prompt.iter().copied().cycle().take(READ).collect();
    if known.is_none() {
        // The known answer has warmed the others up.
        answer(backend, &tokens, 2, stop).await?;
    }
    backend.rewind(0);
    let start = now_ms();
    let mut arrivals = Vec::new();
    backend.prefill(&tokens, stop).await?;
    let mut receive = |_| {
        arrivals.push(now_ms());
        if now_ms() - start > PATIENCE_MS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    backend.decode(WRITTEN as usize, Sampling::Greedy, stop, &mut receive).await?;
    let (Some(first), Some(last)) = (arrivals.first().copied(), arrivals.last().copied()) else {
        return Ok(Outcome::Wrong { sentence: "It writes nothing.".to_owned() });
    };
    let first_token_ms = first - start;
    let further = u32::try_from(arrivals.len() - 1).unwrap_or(u32::MAX);
    // One that ran out of patience at the first token is at least as slow for the next.
    let token_ms = if further == 0 { first_token_ms } else { (last - first) / f64::from(further) };
    Ok(Outcome::Works { known_answer: known.map(|_| true), first_token_ms, token_ms })
}

/// The most likely tokens after a prompt.
async fn answer<B: Backend>(
    backend: &mut B,
    prompt: &[u32],
    count: usize,
    stop: &Stop,
) -> Result<Vec<u32>, Error> {
    backend.rewind(0);
    backend.prefill(prompt, stop).await?;
    let mut given = Vec::with_capacity(count);
    let mut receive = |token| {
        given.push(token);
        ControlFlow::Continue(())
    };
    backend.decode(count, Sampling::Greedy, stop, &mut receive).await?;
    Ok(given)
}
