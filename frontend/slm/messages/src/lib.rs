//! What a page and the worker that runs a small language model say to each other, as JSON.
//!
//! A crate of its own, so that a page can speak with the worker without containing the runtime. Times are in
//! milliseconds, sizes in bytes.

mod choice;
mod classify;
mod measured;
mod model;

pub use choice::{Choice, Hardware, Outcome, Reason, Trial, Wanted};
pub use classify::{
    Adapted, AdapterAddress, AdapterFacts, AdapterTimes, Answer, Batch, Classified, Classify, ClassifyEnd,
    Message, Scored, TOP, Verdict, Way,
};
pub use measured::{BenchmarkCase, BenchmarkResult, Ended, MemoryInUse, RunTimes, StartTimes};
pub use model::{Adapter, Build, Found, ModelFile, Progress, WebGpu};

use serde::{Deserialize, Serialize};

/// What a page asks of the worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// Say what there is: the model, how much of it is kept, the GPU. Answered by [`Report::Found`].
    Look,
    /// Fetch what is missing of the model, and start it. Answered by [`Report::Progress`], [`Report::Preparing`] and
    /// in the end [`Report::Ready`].
    Load {
        /// What to run it on.
        backend: Wanted,
    },
    /// Stop fetching; what has arrived of a model is kept. Answered by [`Report::Paused`]; for an adapter by
    /// [`Report::Failed`].
    Pause,
    /// Remove the model and its adapters from this browser, and from memory. Answered by [`Report::Removed`].
    Remove,
    /// Run the model on something else. Answered by [`Report::Ready`].
    Choose {
        /// What to run it on.
        backend: Wanted,
    },
    /// Answer a prompt. Answered by [`Report::Begun`], [`Report::Token`] and in the end [`Report::Written`].
    Write(Prompt),
    /// Answer a prompt on the CPU, then on the GPU; each as [`Ask::Write`]. Then goes back to what was chosen.
    Compare(Prompt),
    /// Fetch an adapter unless it is in memory, and put it beside the weights, which stay where they are; or take away
    /// what stands there. An adapter that was taken away stays in memory. Answered by [`Report::Adapted`].
    Adapt {
        /// Which one; none for the untouched model.
        adapter: Option<AdapterAddress>,
    },
    /// Sort messages into classes. Brings along or takes away the adapter as it is needed; so do [`Ask::Write`],
    /// [`Ask::Compare`] and [`Ask::Benchmark`], which are for the untouched model: one that was trained to sort has
    /// forgotten how to write. Answered by [`Report::Classified`] and in the end [`Report::ClassifyEnded`].
    Classify(Classify),
    /// End whatever is being written, sorted or measured. Answered by its own end.
    Stop,
    /// Run the fixed benchmark on everything there is. Answered by [`Report::Measured`].
    Benchmark,
}

/// A prompt to be answered. The most likely token is taken each time, so the answer is the same every time on the
/// same hardware.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prompt {
    /// Chosen by the page; what is reported about the answer carries it.
    pub run: u32,
    /// What the user says.
    pub text: String,
    /// Most tokens of the answer.
    pub tokens: u32,
}

/// What the worker reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "report", rename_all = "snake_case")]
pub enum Report {
    /// The runtime is there and can be asked.
    Started {
        /// Which of its builds.
        build: Build,
    },
    /// This browser cannot run it; nothing else will be reported.
    Unusable {
        /// Why, for people.
        sentence: String,
    },
    /// What there is.
    Found(Found),
    /// More of the model has arrived.
    Progress(Progress),
    /// Fetching has stopped because somebody asked for it.
    Paused(Progress),
    /// All bytes are there; this is what they are going through.
    Preparing {
        /// What is being done.
        step: Step,
    },
    /// The model runs.
    Ready(Box<Ready>),
    /// The model is gone from this browser.
    Removed(Found),
    /// The hardware failed in the middle of a run, which goes on elsewhere.
    Changed(Choice),
    /// An answer is being written.
    Begun {
        /// Which one.
        run: u32,
        /// On what.
        backend: Hardware,
    },
    /// A token of an answer.
    Token(Token),
    /// An answer has ended.
    Written(Box<Written>),
    /// An adapter stands beside the weights, or none.
    Adapted(Box<Adapted>),
    /// More messages are sorted.
    Classified(Classified),
    /// A run of sorting has ended.
    ClassifyEnded(Box<ClassifyEnd>),
    /// The benchmark has got so far.
    Measuring {
        /// Runs done.
        done: u32,
        /// Runs in all.
        of: u32,
    },
    /// The benchmark has ended.
    Measured(Box<BenchmarkResult>),
    /// What was asked for did not work out.
    Failed {
        /// What it was.
        about: About,
        /// Why, and what can be done, for people.
        sentence: String,
    },
}

/// What a failure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Looking at what there is.
    Looking,
    /// Fetching the model; asking again goes on where it broke off.
    Fetching,
    /// Starting the model.
    Starting,
    /// Writing or measuring.
    Writing,
    /// Fetching or reading an adapter, or putting it beside the weights. What stood there before still does.
    Adapting,
    /// Sorting messages.
    Classifying,
}

/// What the bytes of a model go through before it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The file and the vocabulary are read.
    Reading,
    /// Each backend answers a question whose answer is known, and is timed.
    Testing,
}

/// A model that runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ready {
    /// What it runs on, and why.
    pub choice: Choice,
    /// How long starting took.
    pub times: StartTimes,
    /// Memory it uses.
    pub memory: MemoryInUse,
    /// Whether the file's SHA-256 was computed now; else it was when the file had arrived.
    pub checked_now: bool,
    /// Tokens that prompt and answer may have together.
    pub context: u32,
}

/// A token of an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The answer.
    pub run: u32,
    /// What it was computed on.
    pub backend: Hardware,
    /// What it adds to the text; empty where a character is not complete yet.
    pub text: String,
    /// Since the token before; for the first one, since the prompt began to be read.
    pub ms: f64,
}

/// An answer that has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Written {
    /// The answer.
    pub run: u32,
    /// What it was computed on in the end.
    pub backend: Hardware,
    /// Why it ended.
    pub ended: Ended,
    /// Its times.
    pub times: RunTimes,
    /// Memory in use afterwards.
    pub memory: MemoryInUse,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// The worker's script reports this one by itself, without the runtime.
    #[test]
    fn the_sentence_of_a_browser_that_cannot_is_read_as_the_script_writes_it() {
        let read: Report = serde_json::from_str(r#"{"report":"unusable","sentence":"No SIMD."}"#).unwrap();
        assert_eq!(read, Report::Unusable { sentence: "No SIMD.".to_owned() });
    }

    #[test]
    fn messages_survive_the_way_through_json() {
        let asked = Ask::Write(Prompt { run: 3, text: "Say “hi”".to_owned(), tokens: 8 });
        let text = serde_json::to_string(&asked).unwrap();
        assert!(text.starts_with(r#"{"ask":"write","run":3"#), "{text}");
        assert_eq!(serde_json::from_str::<Ask>(&text).unwrap(), asked);
    }
}
