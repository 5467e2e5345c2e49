//! What it confuses, and how well it knows each intent.

use super::{count, row, section};
use crate::components::data_table::{Head, data_table};
use domain::evaluation::Evaluation;
use domain::evaluation::words::percent;
use leptos::prelude::*;

/// Pairs that are listed at most.
const MOST: usize = 12;

/// A wrong answer that was given more than once.
#[derive(Debug, PartialEq, Eq)]
struct Confusion {
    wanted: usize,
    given: usize,
    messages: u32,
}

/// The most frequent confusions, most frequent first.
fn frequent(evaluation: &Evaluation) -> Vec<Confusion> {
    let mut confused: Vec<Confusion> = evaluation
        .confusion
        .iter()
        .filter(|(wanted, given, messages)| wanted != given && *messages > 1)
        .map(|(wanted, given, messages)| Confusion { wanted: *wanted, given: *given, messages: *messages })
        .collect();
    confused.sort_by_key(|pair| (std::cmp::Reverse(pair.messages), pair.wanted, pair.given));
    confused.truncate(MOST);
    confused
}

/// The most confused pairs, and all intents to be unfolded.
pub(super) fn confused(evaluation: &Evaluation) -> AnyView {
    let pairs = frequent(evaluation).into_iter().map(|pair| {
        view! {
            <tr>
                <th scope="row">{evaluation.intent(pair.wanted)}</th>
                <td>{evaluation.intent(pair.given)}</td>
                <td class="num">{count(pair.messages)}</td>
            </tr>
        }
    });
    section(
        "confused",
        "What it confuses",
        "The pairs confused most often on the test set. Some intents of Banking77 overlap, and people dispute some of its labels.",
        view! {
            {data_table(
                "Most confused pairs",
                &[Head::Words("Intent"), Head::Words("Taken for"), Head::Numbers("Messages")],
                pairs.collect_view(),
            )}
            {each(evaluation)}
        },
    )
}

/// Every intent, hardest first.
fn each(evaluation: &Evaluation) -> AnyView {
    let mut intents: Vec<_> = evaluation.per_intent.iter().collect();
    intents.sort_by(|one, other| one.f1.total_cmp(&other.f1).then(one.label.cmp(&other.label)));
    let rows = intents.into_iter().map(|of| {
        row(vec![
            evaluation.intent(of.label),
            percent(of.precision),
            percent(of.recall),
            format!("{:.3}", of.f1),
            count(of.count),
        ])
    });
    let summary = format!("Each of the {} intents, hardest first", evaluation.per_intent.len());
    view! {
        <details class="chart-numbers">
            <summary>{summary}</summary>
            {data_table(
                "Each intent",
                &[
                    Head::Words("Intent"),
                    Head::Numbers("Precision"),
                    Head::Numbers("Recall"),
                    Head::Numbers("F1"),
                    Head::Numbers("Messages"),
                ],
                rows.collect_view(),
            )}
        </details>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_what_was_confused_more_than_once_is_listed_most_frequent_first() {
        let mut evaluation = crate::evaluation::evaluation().unwrap().clone();
        evaluation.confusion = vec![(0, 0, 40), (1, 0, 2), (0, 1, 1), (0, 2, 5), (0, 3, 2)];
        let pairs: Vec<_> = frequent(&evaluation).into_iter().map(|of| (of.wanted, of.given)).collect();
        assert_eq!(pairs, [(0, 2), (0, 3), (1, 0)]);
        evaluation.confusion = (1..40).map(|given| (0, given, 2)).collect();
        assert_eq!(frequent(&evaluation).len(), MOST);
    }
}
