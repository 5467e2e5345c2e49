//! The runs of this visit: what was timed since the page was opened. Nothing of it is kept when the page is closed.

use crate::percentile::Spread;
use crate::prompts::EXAMPLES;
use slm_messages::{Hardware, RunTimes};

/// What answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// The small model, on this device.
    On(Hardware),
    /// The LLM endpoint, through this site's server.
    Api,
}

impl Side {
    /// All, in the order in which they are shown.
    pub(crate) const ALL: [Self; 3] = [Self::On(Hardware::Cpu), Self::On(Hardware::Gpu), Self::Api];

    /// Its name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::On(Hardware::Cpu) => "This device’s CPU",
            Self::On(Hardware::Gpu) => "This device’s GPU",
            Self::Api => "API",
        }
    }

    /// The domain's code for it, also the value of a choice.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::On(Hardware::Cpu) => "cpu",
            Self::On(Hardware::Gpu) => "gpu",
            Self::Api => "api",
        }
    }
}

/// What was to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// One of the examples, by its place.
    Example(usize),
    /// Something of the visitor's own.
    Own,
}

impl Task {
    /// What this prompt is.
    pub(crate) fn of(prompt: &str) -> Self {
        let place = EXAMPLES.iter().position(|example| example.text == prompt.trim());
        place.map_or(Self::Own, Self::Example)
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Example(place) => EXAMPLES.get(place).map_or("Example", |example| example.name),
            Self::Own => "Own prompt",
        }
    }
}

/// Times of an answer that is whole, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Times {
    /// Until the first token, or the first text of an API.
    pub(crate) first_ms: f64,
    /// For each further token, on average; unknown where there is none or nobody counted them.
    pub(crate) per_token_ms: Option<f64>,
    /// Until the end.
    pub(crate) total_ms: f64,
}

impl Times {
    /// Those of the small model; none if it said nothing.
    pub(crate) fn of(times: &RunTimes) -> Option<Self> {
        let per_token_ms = times.tokens_per_second().map(|speed| 1000.0 / speed);
        Some(Self { first_ms: times.first_token_ms()?, per_token_ms, total_ms: times.total_ms })
    }
}

/// An answer that came to an end, or failed to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// What answered.
    pub(crate) side: Side,
    /// The model.
    pub(crate) model: String,
    /// What it answered.
    pub(crate) task: Task,
    /// Whether it was part of a race.
    pub(crate) is_race: bool,
    /// Its times; none if it failed.
    pub(crate) times: Option<Times>,
}

/// Runs of one side together.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Summary {
    /// How many were timed.
    pub(crate) runs: usize,
    /// How many failed, and count nowhere else.
    pub(crate) failed: usize,
    /// Until the first token.
    pub(crate) first: Spread,
    /// For each further token, where it is known.
    pub(crate) per_token: Spread,
    /// Until the end.
    pub(crate) total: Spread,
}

impl Summary {
    /// Of these.
    pub(crate) fn of<'a>(runs: impl Iterator<Item = &'a Run> + Clone) -> Self {
        let times = || runs.clone().filter_map(|run| run.times);
        Self {
            runs: times().count(),
            failed: runs.clone().filter(|run| run.times.is_none()).count(),
            first: times().map(|times| times.first_ms).collect(),
            per_token: times().filter_map(|times| times.per_token_ms).collect(),
            total: times().map(|times| times.total_ms).collect(),
        }
    }
}

/// What was answered in these runs, for whoever reads about them later.
pub(crate) fn prompt_set<'a>(runs: impl Iterator<Item = &'a Run>) -> String {
    let mut examples = [false; EXAMPLES.len()];
    let mut has_own = false;
    for run in runs.filter(|run| run.times.is_some()) {
        match run.task {
            Task::Example(place) => {
                if let Some(seen) = examples.get_mut(place) {
                    *seen = true;
                }
            }
            Task::Own => has_own = true,
        }
    }
    let count = examples.iter().filter(|seen| **seen).count();
    let of_examples = match count {
        0 => return "own prompt".to_owned(),
        count if count == EXAMPLES.len() => "the five examples".to_owned(),
        count => format!("{count} of the five examples"),
    };
    if has_own { format!("{of_examples} and own prompt") } else { of_examples }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(task: Task, total_ms: Option<f64>) -> Run {
        let times = total_ms.map(|total_ms| Times { first_ms: 1.0, per_token_ms: None, total_ms });
        Run { side: Side::Api, model: "m".to_owned(), task, is_race: true, times }
    }

    #[test]
    fn what_failed_is_counted_and_nothing_else() {
        let runs = [run(Task::Own, Some(30.0)), run(Task::Own, None), run(Task::Own, Some(10.0))];
        let summary = Summary::of(runs.iter());
        assert_eq!((summary.runs, summary.failed), (2, 1));
        assert_eq!(summary.total.percentile(50), Some(10.0));
        assert_eq!(summary.total.percentile(95), Some(30.0));
        assert_eq!(summary.per_token.percentile(50), None);
    }

    #[test]
    fn a_set_of_prompts_has_a_name() {
        let set = |tasks: &[Task]| {
            let runs: Vec<Run> = tasks.iter().map(|task| run(*task, Some(1.0))).collect();
            prompt_set(runs.iter())
        };
        let all = [0, 1, 2, 3, 4].map(Task::Example);
        assert_eq!(set(&all), "the five examples");
        assert_eq!(set(&[Task::Example(3), Task::Example(3), Task::Example(0)]), "2 of the five examples");
        assert_eq!(set(&[Task::Own]), "own prompt");
        assert_eq!(set(&[all.as_slice(), &[Task::Own]].concat()), "the five examples and own prompt");
        assert_eq!(Task::of(EXAMPLES[2].text), Task::Example(2));
        assert_eq!(Task::of("Hello"), Task::Own);
    }
}
