#![allow(clippy::unwrap_used)]
use super::words::{percent, points, probability};
use super::*;
use crate::fact::Fact;
use crate::field::{Choice as _, Draft, FieldValue as _};
use crate::units::{Percent, Quantity as _};
use crate::use_case::{Citation, Field, UseCase};

/// A small evaluation in the shape that `card.py` writes, in which not everything was run. Its figures are invented.
const SMALL: &str = r#"{
 "format": "parsimony-evaluation-1", "date": "2026-12-01",
 "machine": {"processor": "Xeon", "cores": 2, "memory_gib": 16, "shared": "yes", "python": "3.11", "packages": {"torch": "2.9"}},
 "labels": ["card_arrival", "card_linking"],
 "recipe": {"rank": 16, "alpha": 32.0, "epochs": 6, "batch": 32, "learning_rate": 0.001, "head_learning_rate": 0.002,
  "weight_decay": 0.01, "warm_up": 30, "label_smoothing": 0.1, "dropout": 0.1, "embedding_noise": 5.0, "variation": 0.3,
  "averaging": 0.995, "precision": "bfloat16", "longest": 64, "per_intent": 0, "seed": 7},
 "training": {"train_examples": 9003, "validation_examples": 1000, "epochs_done": 6, "epochs_planned_from_step": [[6, 0]],
  "steps": 1692, "wall_minutes": 80.5, "cpu_minutes": 120.1, "parameters_taken": "average", "temperature": 0.81},
 "methods": [
  {"description": "d", "name": "lora", "validation": {"right": 94, "of": 100, "accuracy": 0.94, "interval95": [0.8752, 0.9722], "macro_f1": 0.93},
   "test": {"right": 187, "of": 200, "accuracy": 0.935, "interval95": [0.8919, 0.9616], "macro_f1": 0.934}},
  {"description": "d", "name": "tfidf", "validation": null,
   "test": {"right": 183, "of": 200, "accuracy": 0.915, "interval95": [0.8681, 0.9463], "macro_f1": 0.914},
   "lora_against_it": {"only_this_right": 10, "only_other_right": 6, "p": 0.00021}},
  {"description": "d", "name": "likelihood", "validation": null, "test_rows": [3, 5],
   "test": {"right": 1, "of": 2, "accuracy": 0.5, "interval95": [0.0945, 0.9055], "macro_f1": 0.5},
   "lora_against_it": {"only_this_right": 1, "only_other_right": 0, "p": 1.0}}],
 "test_without_texts_in_training": {"right": 180, "of": 193, "accuracy": 0.93264, "interval95": [0.888, 0.96], "macro_f1": 0.93},
 "test_messages_in_training": 7,
 "learning_curve": [
  {"per_intent": 5, "lora": null, "lora_training": null, "tfidf": {"right": 120, "of": 200, "accuracy": 0.6, "interval95": [0.53, 0.67], "macro_f1": 0.6}},
  {"per_intent": 10, "lora": {"right": 158, "of": 200, "accuracy": 0.79, "interval95": [0.728, 0.841], "macro_f1": 0.79}, "lora_training": {},
   "tfidf": {"right": 148, "of": 200, "accuracy": 0.74, "interval95": [0.675, 0.796], "macro_f1": 0.74},
   "lora_against_tfidf": {"only_this_right": 18, "only_other_right": 8, "p": 0.01}},
  {"per_intent": "all", "lora": {"right": 187, "of": 200, "accuracy": 0.935, "interval95": [0.8919, 0.9616], "macro_f1": 0.934},
   "tfidf": {"right": 183, "of": 200, "accuracy": 0.915, "interval95": [0.8681, 0.9463], "macro_f1": 0.914}}],
 "cascade": {"validation": [{"threshold": 0.7, "handled": 0.9, "accuracy": 0.97, "errors_caught": 0.6}],
  "test": [{"threshold": 0.7, "handled": 0.0, "accuracy": null, "errors_caught": null}]},
 "targets": [{"target": 0.99, "threshold": null}],
 "out_of_scope": null,
 "reliability": {"validation": {"ece": 0.02, "bins": []},
  "test": {"ece": 0.03, "bins": [{"from": 0.0, "to": 0.1, "count": 0, "confidence": null, "accuracy": null}]}},
 "per_intent": [{"label": 1, "count": 20, "precision": 0.9, "recall": 0.8, "f1": 0.85}],
 "confusion": [[0, 0, 20], [0, 1, 3]],
 "tried": [{"name": "other"}],
 "not_run": ["LoRA with 5 examples per intent"]
}"#;

fn small() -> Evaluation {
    Evaluation::parse(SMALL).unwrap()
}

/// The small evaluation with accuracies and p at 10 and at all examples.
fn contested(ten: (f64, f64, f64), all: (f64, f64, f64)) -> Evaluation {
    let mut evaluation = small();
    for (at, (lora, tfidf, p)) in [(1, ten), (2, all)] {
        let row = &mut evaluation.learning_curve[at];
        row.lora.as_mut().unwrap().accuracy = lora;
        row.tfidf.as_mut().unwrap().accuracy = tfidf;
        if let Some(compared) = &mut row.lora_against_tfidf {
            compared.p = p;
        }
    }
    evaluation.methods.others[0].lora_against_it.as_mut().unwrap().p = all.2;
    evaluation
}

#[test]
fn what_was_not_run_is_none_and_not_nothing() {
    let evaluation = small();
    assert_eq!(evaluation.methods.of(Method::Likelihood).unwrap().test.of, 2);
    assert_eq!(evaluation.methods.of(Method::NearestLabel), None);
    assert_eq!(evaluation.learning_curve[0].lora, None);
    assert_eq!(evaluation.learning_curve[2].per_intent, PerIntent::All);
    assert_eq!(evaluation.cascade.test[0].accuracy, None);
    assert_eq!((evaluation.targets[0].threshold, &evaluation.targets[0].test), (None, &None));
    assert_eq!(evaluation.out_of_scope, None);
    assert_eq!((evaluation.intent(0), evaluation.intent(9)), ("card arrival".to_owned(), String::new()));
}

#[test]
fn another_format_and_an_evaluation_of_nothing_are_refused() {
    let other = SMALL.replace("parsimony-evaluation-1", "parsimony-evaluation-2");
    assert!(
        matches!(Evaluation::parse(&other), Err(EvaluationError::Format(format)) if format.ends_with('2'))
    );
    let without = SMALL.replace(r#""name": "lora""#, r#""name": "linear_probe""#);
    let strange = SMALL.replace(r#""per_intent": "all""#, r#""per_intent": "most""#);
    for text in ["", "{}", "[]", &*without, &*strange] {
        assert!(matches!(Evaluation::parse(text), Err(EvaluationError::Unreadable(_))), "{text:.40}");
    }
}

#[test]
fn the_measured_quality_becomes_inputs_that_a_use_case_takes() {
    let evaluation = small();
    let source = "Banking77 test half: 93.5% (89.2–96.2) of 200 messages right, SmolLM2-135M with a rank-16 adapter, \
                  2026-12-01; card at /demo/adapters/banking77";
    assert_eq!(evaluation.citation(), source);
    assert_eq!(evaluation.quality(), "89.2..93.5..96.2");
    holds(&evaluation);
}

/// Citation and range read as the fields that they are for.
fn holds(evaluation: &Evaluation) {
    assert_eq!(Citation::parse_text(&evaluation.citation()).unwrap().as_str(), evaluation.citation());
    let quality = Fact::<Percent>::parse_text(&evaluation.quality()).unwrap();
    let likely = quality.likely().unwrap().get();
    assert!((likely - evaluation.methods.fine_tuned.test.accuracy * 100.0).abs() <= 0.05 + 1e-9);
    assert!(quality.is_range());
    let draft = Draft::default()
        .with(Field::SlmQuality, evaluation.quality())
        .with(Field::SlmQualitySource, evaluation.citation());
    let use_case = UseCase::parse(&draft).unwrap();
    assert!(use_case.slm_quality_source.as_str().ends_with(CARD_PATH));
}

#[test]
fn the_finding_says_where_each_of_the_two_does() {
    let few = "With 10 examples per intent the fine-tuned SLM earns its keep: 79.0% right where TF-IDF with logistic \
               regression gets 74.0%";
    let nearly = "with all examples it leads by no more than 2 points (93.5% against 91.5%), and something far smaller does \
                  nearly as well";
    assert_eq!(small().finding(), format!("{few}; {nearly}."));
    for (all, end) in [
        ((0.97, 0.915, 0.0), "with all examples it leads by 5.5 points (97.0% against 91.5%)"),
        (
            (0.92, 0.915, 0.7),
            "with all examples the difference may be chance (92.0% against 91.5%), and something far smaller does as well",
        ),
        (
            (0.90, 0.915, 0.01),
            "with all examples TF-IDF leads by 1.5 points (91.5% against 90.0%), and something far smaller does better",
        ),
    ] {
        let finding = contested((0.79, 0.73, 0.01), all).finding();
        assert!(finding.ends_with(&format!("; {end}.")), "{finding}");
    }
}

#[test]
fn the_finding_claims_no_lead_that_there_is_not() {
    let finding = contested((0.75, 0.74, 0.6), (0.92, 0.915, 0.7)).finding();
    assert!(
        finding.starts_with("With no number of examples tried is the fine-tuned SLM clearly ahead"),
        "{finding}"
    );
    let finding = contested((0.6, 0.74, 0.001), (0.935, 0.915, 0.001)).finding();
    assert!(finding.starts_with("With all examples the fine-tuned SLM earns its keep"), "{finding}");
    assert!(
        finding.contains("; with 10 examples per intent TF-IDF leads by 14 points (74.0% against 60.0%)"),
        "{finding}"
    );
    let mut evaluation = small();
    evaluation.learning_curve.clear();
    assert!(evaluation.finding().contains("was not run"));
}

#[test]
fn the_baseline_stands_beside_the_fine_tuned_model_or_is_left_out() {
    let mut evaluation = small();
    assert_eq!(
        evaluation.baseline().unwrap(),
        "A TF-IDF model with logistic regression got 91.5% of Banking77 right where the fine-tuned SLM got 93.5% (p = 0.0002)."
    );
    evaluation.methods.others.clear();
    assert_eq!(evaluation.baseline(), None);
}

#[test]
fn numbers_are_rounded_to_what_is_known() {
    assert_eq!([percent(0.93377), percent(1.0)], ["93.4%", "100.0%"]);
    assert_eq!([points(0.0104), points(-0.021), points(0.0)], ["1 point", "2.1 points", "0 points"]);
    assert_eq!(
        [probability(1.0), probability(0.0123), probability(0.00021), probability(1e-30)],
        ["p = 1", "p = 0.012", "p = 0.0002", "p < 0.0001"]
    );
}

#[cfg(feature = "evidence")]
#[test]
fn the_committed_evaluation_reads_and_agrees_with_itself() {
    let evaluation = banking77().unwrap();
    let methods = Method::ALL.iter().filter_map(|method| evaluation.methods.of(*method));
    let mut scores: Vec<&Score> = methods.flat_map(|of| of.validation.iter().chain([&of.test])).collect();
    scores.extend(evaluation.learning_curve.iter().flat_map(|row| row.lora.iter().chain(&row.tfidf)));
    scores.push(&evaluation.test_without_texts_in_training);
    for score in scores {
        // The file has five decimals.
        let share = f64::from(score.right) / f64::from(score.of);
        assert!((share - score.accuracy).abs() < 1e-5, "{score:?}");
        let (low, high) = score.interval95;
        assert!(0.0 <= low && low <= score.accuracy && score.accuracy <= high && high <= 1.0, "{score:?}");
        assert!((0.0..=1.0).contains(&score.macro_f1), "{score:?}");
    }
    let is_share = |share: f64| (0.0..=1.0).contains(&share);
    for cascade in [&evaluation.cascade.validation, &evaluation.cascade.test] {
        assert!(cascade.windows(2).all(|pair| pair[0].threshold < pair[1].threshold));
        assert!(cascade.windows(2).all(|pair| pair[0].handled >= pair[1].handled));
        for kept in cascade {
            let shares = [Some(kept.handled), kept.accuracy, kept.errors_caught];
            assert!(shares.into_iter().flatten().all(is_share), "{kept:?}");
        }
    }
    assert!(evaluation.targets.windows(2).all(|pair| pair[0].target < pair[1].target));
    if let Some(outside) = &evaluation.out_of_scope {
        assert!(is_share(outside.auroc) && outside.messages > 0);
        assert!(outside.accepted.windows(2).all(|pair| pair[0].threshold < pair[1].threshold));
        assert!(outside.accepted.iter().all(|of| is_share(of.out_of_scope) && is_share(of.in_scope)));
    }
    // A stand-in to develop with repeats the validation split under the name of the test set: it must not be shipped.
    assert_ne!(evaluation.cascade.validation, evaluation.cascade.test, "the test set was not read");
    let test = &evaluation.methods.fine_tuned.test;
    for reliability in [&evaluation.reliability.validation, &evaluation.reliability.test] {
        assert!(is_share(reliability.ece));
        let shares = reliability.bins.iter().flat_map(|bin| [bin.confidence, bin.accuracy]);
        assert!(shares.flatten().all(is_share));
    }
    assert_eq!(evaluation.reliability.test.bins.iter().map(|bin| bin.count).sum::<u32>(), test.of);
    let (mut all, mut right) = (0, 0);
    for (wanted, given, count) in &evaluation.confusion {
        assert!(*wanted < evaluation.labels.len() && *given < evaluation.labels.len());
        all += count;
        right += if wanted == given { *count } else { 0 };
    }
    assert_eq!((right, all), (test.right, test.of));
    assert_eq!(evaluation.per_intent.iter().map(|of| of.count).sum::<u32>(), test.of);
    assert!(evaluation.per_intent.iter().all(|of| of.label < evaluation.labels.len()));
    holds(&evaluation);
}
