//! The endpoint's answer, and its times as the page takes them.

use crate::endpoint::told::{Done, Told};
use crate::visit::Times;

/// How far it has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing has come back.
    Asked,
    /// It is being written.
    Begun,
    /// It is whole.
    Done,
    /// The visitor stopped it.
    Stopped,
    /// It failed; what came before is no answer.
    Failed,
}

/// An answer. Times are milliseconds since before the prompt was sent.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    /// The model, as it was set up.
    pub(super) model: String,
    pub(super) text: String,
    pub(super) state: State,
    /// Pieces of text so far.
    pub(super) pieces: u32,
    /// When the first text was here.
    pub(super) first_ms: Option<f64>,
    /// When the last text was here.
    last_ms: Option<f64>,
    /// When it was over.
    total_ms: Option<f64>,
    /// The server's account of it.
    pub(super) done: Option<Box<Done>>,
}

impl Answer {
    /// One that is asked for.
    pub(super) fn of(model: String) -> Self {
        Self {
            model,
            text: String::new(),
            state: State::Asked,
            pieces: 0,
            first_ms: None,
            last_ms: None,
            total_ms: None,
            done: None,
        }
    }

    /// What the server tells, and when.
    pub(super) fn note(&mut self, told: Told, at_ms: f64) {
        match told {
            Told::Begun => self.state = State::Begun,
            // Text that is none is no token.
            Told::Delta(text) if text.is_empty() => {}
            Told::Delta(text) => {
                self.state = State::Begun;
                self.text.push_str(&text);
                self.pieces = self.pieces.saturating_add(1);
                self.first_ms.get_or_insert(at_ms);
                self.last_ms = Some(at_ms);
            }
            Told::Done(done) => {
                self.state = State::Done;
                self.total_ms = Some(at_ms);
                self.done = Some(done);
            }
            Told::Failed(_) => self.state = State::Failed,
        }
    }

    /// Tokens of the answer, where the endpoint counts them.
    pub(super) fn tokens(&self) -> Option<u32> {
        Some(self.done.as_ref()?.usage?.completion_tokens)
    }

    /// From one token to the next, on average. Only tokens that were counted can be divided by: a piece may hold several.
    pub(super) fn per_token_ms(&self) -> Option<f64> {
        let further = self.tokens()?.checked_sub(1).filter(|further| *further > 0)?;
        Some((self.last_ms? - self.first_ms?) / f64::from(further))
    }

    /// All times; none of an answer that is not whole, or has no text.
    pub(super) fn times(&self) -> Option<Times> {
        Some(Times {
            first_ms: self.first_ms?,
            per_token_ms: self.per_token_ms(),
            total_ms: self.total_ms.filter(|_| self.state == State::Done)?,
        })
    }

    /// What of the wait for the first text was the way between this browser and the server: the rest passed on the
    /// server and behind it.
    pub(super) fn way_ms(&self) -> Option<f64> {
        let timing = self.done.as_ref()?.timing;
        Some((self.first_ms? - timing.server_ms - timing.first_token_ms?).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::told::tests::{DONE, told};

    fn noted(events: &[(&str, &str, f64)]) -> Answer {
        let mut answer = Answer::of("m".to_owned());
        for (name, data, at_ms) in events {
            let Some(told) = told(name, data) else { panic!("unread: {data}") };
            answer.note(told, *at_ms);
        }
        answer
    }

    const TEXTS: [(&str, &str, f64); 4] = [
        ("begun", "{}", 100.0),
        ("delta", r#"{"content":""}"#, 105.0),
        ("delta", r#"{"content":"One two"}"#, 110.0),
        ("delta", r#"{"content":" three"}"#, 190.0),
    ];

    #[test]
    fn tokens_that_were_counted_are_divided_by_and_pieces_are_not() {
        let mut events = TEXTS.to_vec();
        events.push(("done", DONE, 195.0));
        let answer = noted(&events);
        assert_eq!((answer.text.as_str(), answer.pieces, answer.tokens()), ("One two three", 2, Some(5)));
        let times = Times { first_ms: 110.0, per_token_ms: Some(20.0), total_ms: 195.0 };
        assert_eq!(answer.times(), Some(times));
        assert_eq!(answer.way_ms(), Some(6.0), "110 seen here, 104 on the server and behind it");
        let uncounted =
            DONE.replace(r#"{"prompt_tokens":20,"cached_tokens":0,"completion_tokens":5}"#, "null");
        *events.last_mut().unwrap_or(&mut TEXTS[0].clone()) = ("done", &uncounted, 195.0);
        assert_eq!(noted(&events).times(), Some(Times { per_token_ms: None, ..times }));
    }

    #[test]
    fn an_answer_that_is_not_whole_has_no_times() {
        let mut answer = noted(&TEXTS);
        assert_eq!((answer.state, answer.times()), (State::Begun, None));
        answer.state = State::Failed;
        assert_eq!((answer.text.as_str(), answer.times(), answer.way_ms()), ("One two three", None, None));
        assert_eq!(noted(&[("done", DONE, 50.0)]).times(), None, "nor has one without text");
    }
}
