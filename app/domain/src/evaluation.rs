//! What an adapter was measured at: the evaluation that is committed beside it.
//!
//! `frontend/slm/training/card.py` writes it, and the README there says what each figure means. Here are the parts that
//! pages show and inputs of a use case cite. Shares are between 0 and 1; intents are places in `labels`.

mod learning;
mod made;
#[cfg(test)]
mod tests;
pub mod words;

pub use learning::{Contest, CurveRow, Leader, PerIntent};
pub use made::{Machine, Recipe, Training};

use crate::field::choices;
use serde::Deserialize;

/// Address of the page that shows the evaluation: the adapter's model card.
pub const CARD_PATH: &str = "/demo/adapters/banking77";

/// What `format` must say.
const FORMAT: &str = "parsimony-evaluation-1";

#[cfg(feature = "evidence")]
const BANKING77: &str = include_str!("../../../frontend/slm/adapters/banking77/evaluation.json");

choices! {
    /// A way to sort messages. In the order of tables: the more it takes, the later.
    Method {
        /// Untouched base model, by similarity to the names of the intents.
        NearestLabel = "nearest_label", "Untouched SLM, by nearest label";
        /// Untouched base model, by likelihood of the names of the intents.
        Likelihood = "likelihood", "Untouched SLM, by likelihood";
        /// Logistic regression on states of the untouched base model.
        LinearProbe = "linear_probe", "Untouched SLM, logistic regression on its states";
        /// No language model at all.
        Tfidf = "tfidf", "TF-IDF and logistic regression";
        /// The adapter.
        Lora = "lora", "Fine-tuned SLM (LoRA)";
    }
}

/// Something for the validation split, which choices were made on, and for the test set, which none was made on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Splits<T> {
    /// On the validation split.
    pub validation: T,
    /// On the test set.
    pub test: T,
}

/// How many messages a method got right.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Score {
    /// Messages that were sorted as wanted.
    pub right: u32,
    /// All messages.
    pub of: u32,
    /// Their share.
    pub accuracy: f64,
    /// Its 95% interval (Wilson's): low, high.
    pub interval95: (f64, f64),
    /// Mean F1 over the intents.
    pub macro_f1: f64,
}

/// Two methods on the same messages.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Compared {
    /// Messages that only the fine-tuned SLM got right.
    pub only_this_right: u32,
    /// Messages that only the other method got right.
    pub only_other_right: u32,
    /// How likely two equally good methods differ at least as much (exact McNemar test).
    pub p: f64,
}

/// What one method scored.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MethodScore {
    /// Which one.
    pub name: Method,
    /// On the validation split; none where nothing was chosen by it.
    pub validation: Option<Score>,
    /// On the test set, or on the part of it that was run.
    pub test: Score,
    /// The fine-tuned SLM held against it; none for itself.
    pub lora_against_it: Option<Compared>,
}

/// All methods that were run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "Vec<MethodScore>")]
pub struct Methods {
    /// The adapter's.
    pub fine_tuned: MethodScore,
    /// The others, in the order of the file.
    pub others: Vec<MethodScore>,
}

impl TryFrom<Vec<MethodScore>> for Methods {
    type Error = &'static str;

    fn try_from(all: Vec<MethodScore>) -> Result<Self, Self::Error> {
        let (fine_tuned, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|of| of.name == Method::Lora);
        let fine_tuned = fine_tuned.into_iter().next().ok_or("the fine-tuned model has no score")?;
        Ok(Self { fine_tuned, others })
    }
}

impl Methods {
    /// The score of one method; none where it was not run.
    #[must_use]
    pub fn of(&self, method: Method) -> Option<&MethodScore> {
        std::iter::once(&self.fine_tuned).chain(&self.others).find(|score| score.name == method)
    }
}

/// What happens when only messages with at least this confidence are handled, and the rest handed on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Kept {
    /// Least probability of the top intent.
    pub threshold: f64,
    /// Share of the messages that is handled.
    pub handled: f64,
    /// Accuracy of those; none where nothing is handled.
    pub accuracy: Option<f64>,
    /// Share of all errors that handing on catches; none where there are no errors.
    pub errors_caught: Option<f64>,
}

/// A threshold that was picked for an accuracy on the validation split.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Target {
    /// The accuracy wanted of what is handled.
    pub target: f64,
    /// The lowest threshold that reaches it on the validation split; none where none does.
    pub threshold: Option<f64>,
    /// What it comes to there.
    pub validation: Option<Kept>,
    /// What it comes to on the test set.
    pub test: Option<Kept>,
}

/// Messages that belong to no intent.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OutOfScope {
    /// How many were tried.
    pub messages: u32,
    /// How often the top probability of a message in scope exceeds that of one out of scope.
    pub auroc: f64,
    /// What each threshold lets through.
    pub accepted: Vec<Accepted>,
}

/// Shares that a threshold lets through.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Accepted {
    /// Least probability of the top intent.
    pub threshold: f64,
    /// Of the messages out of scope: each is an error nobody notices.
    pub out_of_scope: f64,
    /// Of the messages in scope.
    pub in_scope: f64,
}

/// How well confidence agrees with accuracy.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Reliability {
    /// Expected calibration error over the bins.
    pub ece: f64,
    /// Bins of equal width.
    pub bins: Vec<Bin>,
}

/// Messages of about the same confidence.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Bin {
    /// Least confidence in it.
    pub from: f64,
    /// Confidence that no longer is.
    pub to: f64,
    /// Messages in it.
    pub count: u32,
    /// Their mean confidence; none where there are none.
    pub confidence: Option<f64>,
    /// Their accuracy; likewise.
    pub accuracy: Option<f64>,
}

/// One intent on the test set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct IntentScore {
    /// Its place among the labels.
    pub label: usize,
    /// Messages that have it.
    pub count: u32,
    /// Share of the messages sorted into it that have it.
    pub precision: f64,
    /// Share of the messages that have it that are sorted into it.
    pub recall: f64,
    /// Harmonic mean of the two.
    pub f1: f64,
}

/// Everything that was measured about an adapter. What was not run is none or empty, and named in `not_run`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Evaluation {
    /// Day, in ISO 8601.
    pub date: String,
    /// On what.
    pub machine: Machine,
    /// Names of the intents.
    pub labels: Vec<String>,
    /// The settings.
    pub recipe: Recipe,
    /// How the training went.
    pub training: Training,
    /// All methods on the same test set.
    pub methods: Methods,
    /// The fine-tuned SLM without the test messages that the training split has too.
    pub test_without_texts_in_training: Score,
    /// How many those are.
    pub test_messages_in_training: u32,
    /// Accuracy by the number of examples.
    pub learning_curve: Vec<CurveRow>,
    /// By rising threshold.
    pub cascade: Splits<Vec<Kept>>,
    /// Thresholds picked on the validation split.
    pub targets: Vec<Target>,
    /// Messages that belong to no intent; none where none were tried.
    pub out_of_scope: Option<OutOfScope>,
    /// Calibration.
    pub reliability: Splits<Reliability>,
    /// Each intent on the test set.
    pub per_intent: Vec<IntentScore>,
    /// Wanted intent, given intent, messages; right ones too.
    pub confusion: Vec<(usize, usize, u32)>,
    /// What was left out.
    pub not_run: Vec<String>,
}

/// An evaluation could not be read.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    /// It is no JSON, or lacks something.
    #[error("the evaluation cannot be read")]
    Unreadable(#[source] serde_json::Error),
    /// It is of another format than this release knows.
    #[error("the evaluation is of the format “{0}”, which is not known here")]
    Format(String),
}

impl Evaluation {
    /// Reads an evaluation.
    ///
    /// # Errors
    /// [`EvaluationError`] when it is of another format, or lacks what every evaluation has.
    pub fn parse(text: &str) -> Result<Self, EvaluationError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
        }
        let Head { format } = serde_json::from_str(text).map_err(EvaluationError::Unreadable)?;
        if format != FORMAT {
            return Err(EvaluationError::Format(format));
        }
        serde_json::from_str(text).map_err(EvaluationError::Unreadable)
    }

    /// The name of an intent as people read it: `card arrival`.
    #[must_use]
    pub fn intent(&self, place: usize) -> String {
        self.labels.get(place).map_or_else(String::new, |label| label.replace('_', " "))
    }
}

/// The evaluation of the adapter that is shipped, trained on Banking77.
///
/// # Errors
/// As [`Evaluation::parse`]; the committed file reads.
#[cfg(feature = "evidence")]
pub fn banking77() -> Result<Evaluation, EvaluationError> {
    Evaluation::parse(BANKING77)
}
