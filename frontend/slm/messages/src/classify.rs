//! Sorting messages into classes: by an adapter that was trained for it, or by the untouched model.

use crate::choice::Hardware;
use crate::measured::{Ended, MemoryInUse};
use serde::{Deserialize, Serialize};

/// Classes that each answer names: the best and what came next.
pub const TOP: usize = 3;

/// Where an adapter is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterAddress {
    /// Where its file is.
    pub url: String,
    /// SHA-256 of its file, in hexadecimal. With it, what this browser keeps is used without asking the site; without
    /// it the site is asked first, because the file at an address may have changed.
    pub sha256: Option<String>,
}

/// What an adapter says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterFacts {
    /// Where it came from.
    pub address: AdapterAddress,
    /// What it is called.
    pub name: String,
    /// Its classes; elsewhere they are known by their places here.
    pub labels: Vec<String>,
    /// Rank of its side paths.
    pub rank: u32,
    /// Size of its file.
    pub bytes: u64,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// Whom to name, in the words that they ask for.
    pub attribution: String,
}

/// How long putting an adapter beside the weights took. The weights themselves are not loaded again.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct AdapterTimes {
    /// Getting its bytes; 0 where they were in memory already.
    pub bytes_ms: f64,
    /// How many of them came over the network.
    pub from_network: u64,
    /// Reading and checking them; 0 where that was done before.
    pub read_ms: f64,
    /// Putting it beside the weights, or taking it away, until the model has answered once.
    pub swap_ms: f64,
}

impl AdapterTimes {
    /// All of it.
    #[must_use]
    pub fn total_ms(&self) -> f64 {
        self.bytes_ms + self.read_ms + self.swap_ms
    }
}

/// What stands beside the weights now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adapted {
    /// The adapter; `None` where the model is untouched.
    pub adapter: Option<AdapterFacts>,
    /// How long it took.
    pub times: AdapterTimes,
    /// Memory in use afterwards.
    pub memory: MemoryInUse,
}

/// Messages to be sorted into classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classify {
    /// Chosen by the page; what is reported about the answers carries it.
    pub run: u32,
    /// How.
    pub by: Way,
    /// How many at once.
    pub batch: Batch,
    /// The messages. A page that has a hundred thousand sends them in slices, the next when the last has ended:
    /// [`crate::Ask::Stop`] ends the slice under way and none that waits.
    pub texts: Vec<Message>,
}

/// A message to be sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Chosen by the page; its answer carries it.
    pub id: u32,
    /// What it says.
    pub text: String,
}

/// How messages are sorted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
pub enum Way {
    /// By the adapter that was loaded last and its head. Scores are probabilities.
    Adapter,
    /// By the untouched model: the class whose name it finds most alike. Scores are cosines, from −1 to 1. Asking it
    /// how likely each name is as an answer would read a few hundred tokens a message instead of a few dozen, and
    /// score the whole vocabulary after each.
    Nearest {
        /// Names of the classes. Underscores count as spaces.
        labels: Vec<String>,
    },
}

/// How many messages are read at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "batch", rename_all = "snake_case")]
pub enum Batch {
    /// One after the other: each time is what a single message takes.
    Single,
    /// As many as fit into so many tokens, at least one.
    Tokens {
        /// The tokens.
        most: u32,
    },
    /// As many as suit the hardware.
    #[default]
    Packed,
}

/// Messages that have been sorted, in the order in which they were asked about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classified {
    /// The run.
    pub run: u32,
    /// What they were computed on.
    pub backend: Hardware,
    /// Their answers.
    pub answers: Vec<Answer>,
    /// Messages done so far, these included.
    pub done: u32,
    /// Messages in all.
    pub of: u32,
    /// Since the run began.
    pub elapsed_ms: f64,
}

impl Classified {
    /// Messages in a second so far; `None` where they took no time that a browser could measure.
    #[must_use]
    pub fn per_second(&self) -> Option<f64> {
        per_second(self.done, self.elapsed_ms)
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The message.
    pub id: u32,
    /// Where it belongs; `None` for a message without any text.
    pub verdict: Option<Verdict>,
    /// Tokens that were read.
    pub tokens: u32,
    /// Whether the message was longer, and only its beginning was read.
    pub is_cut: bool,
    /// From handing it to the model to its scores. Those that were read at once have the same time.
    pub ms: f64,
    /// How many were read at once.
    pub together: u32,
}

/// Where a message belongs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The best classes, best first: at most [`TOP`], at least one.
    pub top: Vec<Scored>,
    /// The best score less the second best; 0 where two are as good.
    pub margin: f64,
}

impl Verdict {
    /// The best class.
    #[must_use]
    pub fn best(&self) -> Option<Scored> {
        self.top.first().copied()
    }
}

/// A class and its score.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scored {
    /// Place of the class among the labels.
    pub label: u32,
    /// See [`Way`].
    pub score: f64,
}

/// A run that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClassifyEnd {
    /// The run.
    pub run: u32,
    /// What it was computed on in the end.
    pub backend: Hardware,
    /// [`Ended::Complete`], or [`Ended::Stopped`].
    pub ended: Ended,
    /// Messages done.
    pub done: u32,
    /// Tokens read for them.
    pub tokens: u64,
    /// Putting the adapter beside the weights first, or taking it away; for [`Way::Nearest`] also reading the names of
    /// the classes. 0 where nothing was to be done.
    pub prepare_ms: f64,
    /// From the first message to the end.
    pub total_ms: f64,
    /// Memory in use afterwards.
    pub memory: MemoryInUse,
}

impl ClassifyEnd {
    /// Messages in a second; `None` where they took no time that a browser could measure.
    #[must_use]
    pub fn per_second(&self) -> Option<f64> {
        per_second(self.done, self.total_ms)
    }
}

fn per_second(count: u32, ms: f64) -> Option<f64> {
    (count > 0 && ms > 0.0).then(|| f64::from(count) * 1000.0 / ms)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::{Ask, Report};

    #[test]
    fn asks_survive_the_way_through_json() {
        let texts = vec![Message { id: 7, text: "Where is “my” card?\n".to_owned() }];
        let labels = vec!["card_arrival".to_owned()];
        for (by, batch) in [
            (Way::Adapter, Batch::Single),
            (Way::Nearest { labels }, Batch::Packed),
            (Way::Adapter, Batch::Tokens { most: 64 }),
        ] {
            let asked = Ask::Classify(Classify { run: 1, by, batch, texts: texts.clone() });
            let text = serde_json::to_string(&asked).unwrap();
            assert_eq!(serde_json::from_str::<Ask>(&text).unwrap(), asked, "{text}");
        }
        let address = AdapterAddress { url: "/adapters/banking77".to_owned(), sha256: None };
        for adapter in [Some(address), None] {
            let asked = Ask::Adapt { adapter };
            let text = serde_json::to_string(&asked).unwrap();
            assert_eq!(serde_json::from_str::<Ask>(&text).unwrap(), asked, "{text}");
        }
    }

    #[test]
    fn reports_survive_the_way_through_json() {
        let verdict = Verdict { top: vec![Scored { label: 3, score: 0.75 }], margin: 0.5 };
        let answer =
            Answer { id: 7, verdict: Some(verdict), tokens: 9, is_cut: false, ms: 12.5, together: 4 };
        let empty = Answer { verdict: None, ..answer.clone() };
        let report = Report::Classified(Classified {
            run: 1,
            backend: Hardware::Gpu,
            answers: vec![answer, empty],
            done: 2,
            of: 5,
            elapsed_ms: 25.0,
        });
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report, "{text}");
    }

    #[test]
    fn nothing_and_no_time_have_no_speed() {
        assert_eq!([per_second(0, 5.0), per_second(5, 0.0)], [None, None]);
        assert_eq!(per_second(5, 50.0), Some(100.0));
    }
}
