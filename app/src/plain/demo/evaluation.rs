//! The fine-tuned model in figures on `/demo`: every method on the same messages, and what follows from that.

use crate::AppError;
use crate::components::data_table::{Head, data_table};
use crate::evaluation::evaluation;
use domain::evaluation::words::percent;
use domain::evaluation::{CARD_PATH, Evaluation, Method, Score};
use domain::field::{Choice as _, plain_number};
use leptos::prelude::*;

/// What stands where something was not measured.
pub(super) const NOT_RUN: &str = "not run";

/// The section.
///
/// # Errors
/// [`AppError::Internal`] when the embedded evaluation cannot be read.
pub(super) fn section() -> Result<AnyView, AppError> {
    let evaluation = evaluation()?;
    let note = format!(
        "SmolLM2-135M with an adapter trained on {} messages of a bank’s customers, beside methods that need no training or no language model. Measured by us on {} in PyTorch and scikit-learn, all on the same {} test messages unless a row says fewer.",
        plain_number(f64::from(evaluation.training.train_examples)),
        evaluation.date,
        plain_number(f64::from(evaluation.methods.fine_tuned.test.of)),
    );
    let rows = rows(evaluation).into_iter().map(|row| {
        view! {
            <tr>
                <th scope="row">{row.method}</th>
                <td class="num">{row.right}</td>
                <td class="num">{row.interval}</td>
                <td class="num">{row.messages}</td>
            </tr>
        }
    });
    Ok(view! {
        <section class="section" aria-labelledby="fine-tuned">
            <header class="section-head">
                <h2 class="section-title" id="fine-tuned">
                    "Fine-tuned for one task " <span class="badge badge-recorded">"recorded"</span>
                </h2>
                <p class="section-note">{note}</p>
            </header>
            {data_table(
                "Methods on Banking77",
                &[Head::Words("Method"), Head::Numbers("Right"), Head::Numbers("95% interval"), Head::Numbers("Messages")],
                rows.collect_view(),
            )}
            <div class="prose">
                <p>{evaluation.finding()}</p>
                <p>
                    <a href=CARD_PATH>"The adapter’s card"</a>
                    " has the data and its licence, thresholds, what is confused with what, limits, and how each number is recomputed."
                </p>
            </div>
        </section>
    }
    .into_any())
}

/// One method as a row.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    method: &'static str,
    right: String,
    interval: String,
    messages: String,
}

fn rows(evaluation: &Evaluation) -> Vec<Row> {
    Method::ALL
        .iter()
        .map(|method| {
            let score = evaluation.methods.of(*method).map(|of| &of.test);
            Row {
                method: method.label(),
                right: or_not_run(score.map(|score| percent(score.accuracy))),
                interval: or_not_run(score.map(interval)),
                messages: or_not_run(score.map(|score| plain_number(f64::from(score.of)))),
            }
        })
        .collect()
}

/// The 95% interval of a score: `92.1–94.5%`.
pub(super) fn interval(score: &Score) -> String {
    let (low, high) = score.interval95;
    format!("{}–{}", percent(low).trim_end_matches('%'), percent(high))
}

/// A figure, or that there is none.
pub(super) fn or_not_run(figure: Option<String>) -> String {
    figure.unwrap_or_else(|| NOT_RUN.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_method_has_a_row_and_what_was_not_run_says_so() {
        let mut evaluation = evaluation().unwrap().clone();
        evaluation.methods.others.clear();
        let rows = rows(&evaluation);
        assert_eq!(rows.len(), Method::ALL.len());
        let (fine_tuned, others) = rows.split_last().unwrap();
        assert!(fine_tuned.method.starts_with("Fine-tuned") && fine_tuned.right.ends_with('%'));
        assert!(others.iter().all(|row| [&row.right, &row.interval, &row.messages] == [NOT_RUN; 3]));
    }

    #[test]
    fn an_interval_has_one_sign() {
        let score = Score { right: 9, of: 10, accuracy: 0.9, interval95: (0.596, 0.9821), macro_f1: 0.9 };
        assert_eq!(interval(&score), "59.6–98.2%");
    }
}
