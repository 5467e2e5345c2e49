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
const WRITTEN: usize = 16;

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
        let (given, times) = answer(backend, known.prompt, known.answer.len(), None, stop).await?;
        if given != known.answer {
            let sentence = format!("It computes wrong: {:?} instead of {:?}.", given, known.answer);
            return Ok(Outcome::Wrong { sentence });
        }
        // One that is this slow would not be faster when it is warm, and somebody waits.
        if let Some(times) = times.filter(Times::says_enough) {
            return Ok(times.outcome(Some(true)));
        }
    }
    let prompt = known.map_or(&[ANY_TOKEN][..], |known| known.prompt);
    let tokens: Vec<u32> = prompt.iter().copied().cycle().take(READ).collect();
    if known.is_none() {
        // The known answer has warmed the others up.
        answer(backend, &tokens, 2, None, stop).await?;
    }
    let (_, times) = answer(backend, &tokens, WRITTEN, Some(PATIENCE_MS), stop).await?;
    Ok(match times {
        Some(times) => times.outcome(known.map(|_| true)),
        None => Outcome::Wrong { sentence: "It writes nothing.".to_owned() },
    })
}

/// When the tokens of an answer came, in milliseconds.
struct Times {
    first: f64,
    /// From the first to the last.
    further: f64,
    /// Tokens after the first.
    count: u32,
}

impl Times {
    fn says_enough(&self) -> bool {
        self.first + self.further > PATIENCE_MS
    }

    fn outcome(&self, known_answer: Option<bool>) -> Outcome {
        // One that ran out of patience at the first token is at least as slow for the next.
        let token_ms = if self.count == 0 { self.first } else { self.further / f64::from(self.count) };
        Outcome::Works { known_answer, first_token_ms: self.first, token_ms }
    }
}

/// The most likely tokens after a prompt, at most `count`, fewer after `patience` milliseconds; and when they came, if
/// there were any.
async fn answer<B: Backend>(
    backend: &mut B,
    prompt: &[u32],
    count: usize,
    patience: Option<f64>,
    stop: &Stop,
) -> Result<(Vec<u32>, Option<Times>), Error> {
    backend.rewind(0);
    let start = now_ms();
    backend.prefill(prompt, stop).await?;
    let mut given = Vec::with_capacity(count);
    let mut arrivals = Vec::with_capacity(count);
    let mut receive = |token| {
        given.push(token);
        arrivals.push(now_ms());
        let is_late = patience.is_some_and(|patience| now_ms() - start > patience);
        if is_late { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    backend.decode(count, Sampling::Greedy, stop, &mut receive).await?;
    let times = arrivals.first().zip(arrivals.last()).map(|(first, last)| Times {
        first: first - start,
        further: last - first,
        count: u32::try_from(arrivals.len() - 1).unwrap_or(u32::MAX),
    });
    Ok((given, times))
}
