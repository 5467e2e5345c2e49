//! An answer, while it is written and afterwards.

use slm_messages::{Ended, Hardware, MemoryInUse, RunTimes, Token, Written};

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// What it is computed on.
    pub(crate) backend: Hardware,
    /// Its text so far.
    pub(crate) text: String,
    /// Its times so far; complete once it has ended.
    pub(crate) times: RunTimes,
    /// Why it ended, once it has.
    pub(crate) ended: Option<Ended>,
    /// Memory afterwards.
    pub(crate) memory: Option<MemoryInUse>,
}

impl Answer {
    /// One that begins.
    pub(crate) fn on(backend: Hardware) -> Self {
        Self { backend, text: String::new(), times: RunTimes::default(), ended: None, memory: None }
    }

    /// One more token.
    pub(crate) fn add(&mut self, token: &Token) {
        self.text.push_str(&token.text);
        self.times.token_ms.push(token.ms);
    }

    /// Its end.
    pub(crate) fn end(&mut self, written: Written) {
        self.backend = written.backend;
        self.times = written.times;
        self.ended = Some(written.ended);
        self.memory = Some(written.memory);
    }

    /// Tokens so far.
    pub(crate) fn tokens(&self) -> usize {
        self.times.token_ms.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_add_text_and_times() {
        let mut answer = Answer::on(Hardware::Cpu);
        for (text, ms) in [("Thank", 120.0), (" you", 10.0)] {
            answer.add(&Token { run: 1, backend: Hardware::Cpu, text: text.to_owned(), ms });
        }
        assert_eq!((answer.text.as_str(), answer.tokens()), ("Thank you", 2));
        assert_eq!(answer.times.first_token_ms(), Some(120.0));
    }
}
