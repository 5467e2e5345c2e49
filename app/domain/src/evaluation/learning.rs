//! Accuracy by the number of examples: where the fine-tuned SLM earns its keep, and where something far smaller does.

use super::{Compared, Evaluation, Method, Score};
use serde::Deserialize;

/// A difference that is likelier than this between two equally good methods is not called one.
const CHANCE_FROM: f64 = 0.05;

/// How many examples of each intent there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub enum PerIntent {
    /// So many.
    Few(u32),
    /// All of the training split.
    All,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Number(u32),
    Word(String),
}

impl TryFrom<Written> for PerIntent {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        match written {
            Written::Number(number) => Ok(Self::Few(number)),
            Written::Word(word) if word == "all" => Ok(Self::All),
            Written::Word(word) => Err(format!("“{word}” is no number of examples")),
        }
    }
}

impl PerIntent {
    /// As a sentence goes on after “with”: `10 examples per intent`.
    #[must_use]
    pub fn in_words(self) -> String {
        match self {
            Self::Few(number) => format!("{number} examples per intent"),
            Self::All => "all examples".to_owned(),
        }
    }
}

/// Both methods with one number of examples.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CurveRow {
    /// The number.
    pub per_intent: PerIntent,
    /// The fine-tuned SLM; none where it was not run.
    pub lora: Option<Score>,
    /// TF-IDF and logistic regression; likewise.
    pub tfidf: Option<Score>,
    /// The one against the other, with few examples.
    pub lora_against_tfidf: Option<Compared>,
}

/// Who is ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leader {
    /// The fine-tuned SLM, by more than chance.
    Slm,
    /// TF-IDF and logistic regression, by more than chance.
    Classical,
    /// Nobody: the difference may be chance, or was not tested.
    Neither,
}

/// The two methods where both were run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contest {
    /// With so many examples.
    pub per_intent: PerIntent,
    /// Accuracy of the fine-tuned SLM.
    pub slm: f64,
    /// Accuracy of TF-IDF and logistic regression.
    pub classical: f64,
    /// How likely two equally good methods differ at least as much; none where it was not tested.
    pub p: Option<f64>,
}

impl Contest {
    /// By how much the fine-tuned SLM leads; negative where it trails.
    #[must_use]
    pub fn lead(&self) -> f64 {
        self.slm - self.classical
    }

    /// Who is ahead.
    #[must_use]
    pub fn leader(&self) -> Leader {
        if self.p.is_none_or(|p| p >= CHANCE_FROM) {
            Leader::Neither
        } else if self.lead() > 0.0 {
            Leader::Slm
        } else {
            Leader::Classical
        }
    }
}

impl Evaluation {
    /// The two methods at each number of examples where both were run, in the order of the curve.
    #[must_use]
    pub fn contests(&self) -> Vec<Contest> {
        let with_all = self.methods.of(Method::Tfidf).and_then(|tfidf| tfidf.lora_against_it.as_ref());
        let contest = |row: &CurveRow| {
            let compared = match row.per_intent {
                PerIntent::Few(_) => row.lora_against_tfidf.as_ref(),
                PerIntent::All => with_all,
            };
            Some(Contest {
                per_intent: row.per_intent,
                slm: row.lora.as_ref()?.accuracy,
                classical: row.tfidf.as_ref()?.accuracy,
                p: compared.map(|compared| compared.p),
            })
        };
        self.learning_curve.iter().filter_map(contest).collect()
    }
}
