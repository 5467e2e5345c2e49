//! How often each method is right, with all examples and with few.

use super::super::evaluation::{NOT_RUN, interval, or_not_run};
use super::{count, row, section};
use crate::components::data_table::{Head, data_table};
use charts::{Figure as _, LearningCurve, LearningPoint, MeasuredShare, Size};
use domain::evaluation::words::{percent, probability};
use domain::evaluation::{CurveRow, Evaluation, Method, PerIntent, Score};
use domain::field::{Choice as _, plain_number};
use leptos::prelude::*;

/// All methods on the test set.
pub(super) fn methods(evaluation: &Evaluation) -> AnyView {
    let rows = Method::ALL.iter().map(|method| row(method_cells(evaluation, *method))).collect_view();
    let validation = evaluation.methods.fine_tuned.validation.as_ref();
    let validation = or_not_run(validation.map(|score| {
        format!("{} of {} right ({})", percent(score.accuracy), count(score.of), interval(score))
    }));
    let repeated = format!(
        "On the validation split, by which all choices were made, the fine-tuned SLM got {validation}. {} of the test messages also occur in the training split; without them it is {}.",
        count(evaluation.test_messages_in_training),
        percent(evaluation.test_without_texts_in_training.accuracy),
    );
    section(
        "methods",
        "Accuracy beside other methods",
        view! {
            "On the test set: a stratified half of the published one, which was read only after every choice had been made. Intervals are Wilson’s. p is of McNemar’s exact test against the fine-tuned SLM: how likely two equally good methods differ at least as much on the same messages. "
            <span class="badge badge-recorded">"recorded"</span>
        },
        view! {
            {data_table(
                "Methods",
                &[
                    Head::Words("Method"),
                    Head::Numbers("Right"),
                    Head::Numbers("95% interval"),
                    Head::Numbers("Macro-F1"),
                    Head::Numbers("Messages"),
                    Head::Numbers("p"),
                ],
                rows,
            )}
            <div class="prose">
                <p>{evaluation.finding()}</p>
                <p>{repeated}</p>
            </div>
        },
    )
}

fn method_cells(evaluation: &Evaluation, method: Method) -> Vec<String> {
    let Some(of) = evaluation.methods.of(method) else {
        let mut cells = vec![NOT_RUN.to_owned(); 6];
        cells[0] = method.label().to_owned();
        return cells;
    };
    let p = match (&of.lora_against_it, method) {
        (Some(compared), _) => p_cell(compared.p),
        (None, Method::Lora) => "—".to_owned(),
        (None, _) => NOT_RUN.to_owned(),
    };
    vec![
        method.label().to_owned(),
        percent(of.test.accuracy),
        interval(&of.test),
        format!("{:.3}", of.test.macro_f1),
        count(of.test.of),
        p,
    ]
}

/// A probability under a head that names it: `0.012`, `< 0.0001`.
fn p_cell(p: f64) -> String {
    probability(p).trim_start_matches("p ").trim_start_matches("= ").to_owned()
}

/// Accuracy by the number of examples, as a drawing and as a table.
pub(super) fn learning_curve(evaluation: &Evaluation) -> AnyView {
    let points = evaluation.learning_curve.iter().map(|row| LearningPoint {
        label: label(evaluation, row.per_intent),
        examples: examples(evaluation, row.per_intent),
        slm: row.lora.as_ref().map(measured),
        classical: row.tfidf.as_ref().map(measured),
    });
    let chart = LearningCurve::new(points.collect());
    let rows = evaluation.learning_curve.iter().map(|of| row(curve_cells(evaluation, of))).collect_view();
    section(
        "examples",
        "With fewer examples",
        "The same recipe and the same baseline, trained on some of the messages only, in smaller batches; judged on the whole test set.",
        view! {
            <figure class="chart">
                <figcaption class="chart-head">
                    <h3 class="chart-title">{chart.title()}</h3>
                    <p class="chart-note">
                        "Share of the test messages sorted right, against examples per intent on a log axis; bars are 95% intervals"
                    </p>
                </figcaption>
                <div class="chart-frame">
                    <div class="chart-wide" inner_html=drawing(&chart, Size::WIDE)></div>
                    <div class="chart-narrow" inner_html=drawing(&chart, Size::NARROW)></div>
                </div>
            </figure>
            {data_table(
                "Learning curve",
                &[
                    Head::Words("Examples per intent"),
                    Head::Numbers("Fine-tuned SLM"),
                    Head::Numbers("95% interval"),
                    Head::Numbers("TF-IDF"),
                    Head::Numbers("95% interval"),
                    Head::Numbers("p"),
                ],
                rows,
            )}
        },
    )
}

fn drawing(chart: &LearningCurve, size: Size) -> String {
    charts::svg(chart, size).unwrap_or_else(|error| {
        tracing::error!(error = &error as &dyn std::error::Error, "a chart could not be drawn");
        String::new()
    })
}

fn measured(score: &Score) -> MeasuredShare {
    let (low, high) = score.interval95;
    MeasuredShare { percent: 100.0 * score.accuracy, low: 100.0 * low, high: 100.0 * high }
}

/// Examples per intent; on average where all are used, because intents differ.
fn examples(evaluation: &Evaluation, per_intent: PerIntent) -> f64 {
    match per_intent {
        PerIntent::Few(number) => f64::from(number),
        PerIntent::All => {
            let intents = u32::try_from(evaluation.labels.len()).map_or(1.0, f64::from).max(1.0);
            f64::from(evaluation.training.train_examples) / intents
        }
    }
}

fn label(evaluation: &Evaluation, per_intent: PerIntent) -> String {
    let number = plain_number(examples(evaluation, per_intent).round());
    match per_intent {
        PerIntent::Few(_) => number,
        PerIntent::All => format!("all ({number})"),
    }
}

fn curve_cells(evaluation: &Evaluation, of: &CurveRow) -> Vec<String> {
    let contest = evaluation.contests().into_iter().find(|contest| contest.per_intent == of.per_intent);
    let mut cells = vec![label(evaluation, of.per_intent)];
    for score in [&of.lora, &of.tfidf] {
        cells.push(or_not_run(score.as_ref().map(|score| percent(score.accuracy))));
        cells.push(or_not_run(score.as_ref().map(interval)));
    }
    cells.push(or_not_run(contest.and_then(|contest| contest.p).map(p_cell)));
    cells
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::evaluation::evaluation;

    #[test]
    fn a_row_has_as_many_cells_as_the_table_has_heads() {
        let mut evaluation = evaluation().unwrap().clone();
        for _ in 0..2 {
            for method in Method::ALL {
                assert_eq!(method_cells(&evaluation, *method).len(), 6, "{method:?}");
            }
            for of in &evaluation.learning_curve {
                assert_eq!(curve_cells(&evaluation, of).len(), 6, "{of:?}");
            }
            evaluation.methods.others.clear();
            evaluation.learning_curve.iter_mut().for_each(|of| of.lora = None);
        }
        assert!(evaluation.learning_curve.iter().all(|of| curve_cells(&evaluation, of)[1] == NOT_RUN));
    }
}
