//! What was measured about the adapter when it was made: `frontend/slm/adapters/banking77/evaluation.json`.

use serde::Deserialize;

/// The part of it that the page needs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Evaluation {
    /// Day it was made, in ISO 8601.
    pub(super) date: String,
    /// The classes, in the order in which the adapter counts them.
    pub(super) labels: Vec<String>,
    methods: Vec<Method>,
    curve: Curves,
    out_of_scope: Option<OutOfScope>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Method {
    name: String,
    validation: Option<Score>,
    test: Score,
}

/// How many of some messages were right.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub(super) struct Score {
    /// Messages.
    pub(super) of: u64,
    /// Right ones, as a share.
    pub(super) accuracy: f64,
    /// Where that share lies, as far as counting tells (95 %, Wilson).
    pub(super) interval95: [f64; 2],
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Curves {
    /// By hundredths of the threshold from 0 to 1: share handled, accuracy of it, share of the errors caught.
    validation: Vec<[Option<f64>; 3]>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct OutOfScope {
    messages: u64,
    /// By hundredths of the threshold: share of messages of no class that are kept all the same.
    curve: Vec<f64>,
}

/// What a threshold came to on the validation split.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Reading {
    /// Share of messages that the small model handles.
    pub(super) handled: f64,
    /// Share of right answers among those.
    pub(super) accuracy: Option<f64>,
    /// Share of all wrong answers that are passed on.
    pub(super) errors_caught: Option<f64>,
}

impl Evaluation {
    /// The adapter's score on the test set.
    pub(super) fn test(&self) -> Option<Score> {
        self.adapter().map(|method| method.test)
    }

    /// Messages of the validation split.
    pub(super) fn validation_messages(&self) -> Option<u64> {
        self.adapter()?.validation.map(|score| score.of)
    }

    fn adapter(&self) -> Option<&Method> {
        self.methods.iter().find(|method| method.name == "lora")
    }

    /// What a threshold in hundredths came to.
    pub(super) fn at(&self, hundredths: usize) -> Option<Reading> {
        let [handled, accuracy, errors_caught] = *self.curve.validation.get(hundredths)?;
        Some(Reading { handled: handled?, accuracy, errors_caught })
    }

    /// Of so many messages without a class, the share that a threshold in hundredths keeps all the same.
    pub(super) fn out_of_scope(&self, hundredths: usize) -> Option<(u64, f64)> {
        let outside = self.out_of_scope.as_ref()?;
        Some((outside.messages, *outside.curve.get(hundredths)?))
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    pub(in crate::sorting) fn made_up() -> Evaluation {
        serde_json::from_str(
            r#"{"date": "2026-12-01", "labels": ["a", "b"], "methods": [
                {"name": "lora", "validation": {"right": 9, "of": 10, "accuracy": 0.9, "interval95": [0.6, 0.98], "macro_f1": 0.9},
                 "test": {"right": 18, "of": 20, "accuracy": 0.9, "interval95": [0.7, 0.97], "macro_f1": 0.9}}],
                "curve": {"validation": [[1.0, 0.9, 0.0], [0.5, 1.0, 1.0], [0.0, null, 1.0]], "test": []},
                "out_of_scope": {"messages": 100, "auroc": 0.9, "curve": [1.0, 0.1, 0.0]}}"#,
        )
        .unwrap()
    }

    #[test]
    fn thresholds_are_looked_up_by_hundredths() {
        let evaluation = made_up();
        let at = |hundredths| evaluation.at(hundredths);
        assert_eq!(at(0), Some(Reading { handled: 1.0, accuracy: Some(0.9), errors_caught: Some(0.0) }));
        assert_eq!(at(2).unwrap().accuracy, None, "of nothing there is no accuracy");
        assert_eq!(at(3), None);
        assert_eq!(evaluation.out_of_scope(1), Some((100, 0.1)));
        assert_eq!((evaluation.test().unwrap().of, evaluation.validation_messages()), (20, Some(10)));
    }

    #[test]
    fn the_evaluation_of_this_release_is_read() {
        let text = include_str!("../../../slm/adapters/banking77/evaluation.json");
        let evaluation: Evaluation = serde_json::from_str(text).unwrap();
        assert_eq!(evaluation.labels.len(), 77);
        assert_eq!(evaluation.at(100).unwrap().handled, 0.0);
        assert!(evaluation.test().unwrap().of > 1_000);
        for (_, label) in super::super::examples::EXAMPLES {
            let is_known = label == super::super::examples::OUT_OF_SCOPE
                || evaluation.labels.iter().any(|known| known == label);
            assert!(is_known, "{label}");
        }
    }
}
