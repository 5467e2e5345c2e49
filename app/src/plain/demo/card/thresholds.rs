//! What the confidence is good for: handing on, keeping strangers out, and whether it can be believed.

use super::{count, row, section, share};
use crate::components::data_table::{Head, data_table};
use domain::evaluation::words::percent;
use domain::evaluation::{Bin, Evaluation, Kept, OutOfScope};
use domain::field::plain_number;
use leptos::prelude::*;

/// What each threshold handles and catches, and what picking one for an accuracy comes to.
pub(super) fn cascade(evaluation: &Evaluation) -> AnyView {
    let (validation, test) = (&evaluation.cascade.validation, &evaluation.cascade.test);
    let rows = test.iter().map(|on_test| {
        let before = validation.iter().find(|kept| kept.threshold.total_cmp(&on_test.threshold).is_eq());
        row(cascade_cells(before, on_test))
    });
    let picked = evaluation.targets.iter().map(|target| {
        let test = target.test.as_ref();
        let none = || "none reaches it".to_owned();
        row(vec![
            percent(target.target),
            target.threshold.map_or_else(none, plain_number),
            share(test.map(|kept| kept.handled)),
            share(test.and_then(|kept| kept.accuracy)),
            share(test.and_then(|kept| kept.errors_caught)),
        ])
    });
    section(
        "cascade",
        "Handing on what it is unsure of",
        "A message is handled when the probability of its top intent reaches the threshold; the others go to something larger, or to a person. Errors caught: the share of all its errors that are among the messages handed on.",
        view! {
            {data_table(
                "Cascade by threshold",
                &[
                    Head::Words("Threshold"),
                    Head::Numbers("Handled, validation"),
                    Head::Numbers("Right of those"),
                    Head::Numbers("Errors caught"),
                    Head::Numbers("Handled, test"),
                    Head::Numbers("Right of those"),
                    Head::Numbers("Errors caught"),
                ],
                rows.collect_view(),
            )}
            <h3 class="section-title">"Thresholds picked for an accuracy"</h3>
            <p class="section-note">
                "Thresholds show achieved values, not targets: each is the lowest that reached the accuracy on the validation split, and the columns say what it reached on the test set."
            </p>
            {data_table(
                "Picked thresholds",
                &[
                    Head::Words("Wanted on validation"),
                    Head::Numbers("Threshold"),
                    Head::Numbers("Handled, test"),
                    Head::Numbers("Right of those, test"),
                    Head::Numbers("Errors caught, test"),
                ],
                picked.collect_view(),
            )}
        },
    )
}

fn cascade_cells(validation: Option<&Kept>, test: &Kept) -> Vec<String> {
    let mut cells = vec![plain_number(test.threshold)];
    for kept in [validation, Some(test)] {
        cells.push(share(kept.map(|kept| kept.handled)));
        cells.push(share(kept.and_then(|kept| kept.accuracy)));
        cells.push(share(kept.and_then(|kept| kept.errors_caught)));
    }
    cells
}

/// Messages that belong to no intent.
pub(super) fn out_of_scope(evaluation: &Evaluation) -> AnyView {
    let body = match &evaluation.out_of_scope {
        None => view! { <p class="notice">"Not run."</p> }.into_any(),
        Some(outside) => accepted(outside),
    };
    section(
        "out-of-scope",
        "Messages that belong to no intent",
        "Whatever it is asked, the model names an intent, and says nothing when it fails. Only a threshold keeps such messages out, and not all of them.",
        body,
    )
}

fn accepted(outside: &OutOfScope) -> AnyView {
    let rows = outside
        .accepted
        .iter()
        .map(|of| row(vec![plain_number(of.threshold), percent(of.out_of_scope), percent(of.in_scope)]));
    let separated = format!(
        "{} queries of CLINC150 that are about something else. In {} of all pairs, a message in scope has the higher top probability than one out of scope (AUROC).",
        count(outside.messages),
        percent(outside.auroc),
    );
    view! {
        {data_table(
            "Accepted by threshold",
            &[
                Head::Words("Threshold"),
                Head::Numbers("Accepted out of scope"),
                Head::Numbers("Accepted of Banking77’s test messages"),
            ],
            rows.collect_view(),
        )}
        <p class="section-note">{separated}</p>
    }
    .into_any()
}

/// Whether its confidence can be believed.
pub(super) fn reliability(evaluation: &Evaluation) -> AnyView {
    let test = &evaluation.reliability.test;
    let rows = test.bins.iter().map(|bin| row(bin_cells(bin))).collect_view();
    let note = format!(
        "On the test set: where it says 90%, is it right nine times in ten? Expected calibration error {} ({} on the validation split, on which the temperature {} was fitted).",
        percent(test.ece),
        percent(evaluation.reliability.validation.ece),
        plain_number(evaluation.training.temperature),
    );
    section(
        "reliability",
        "Confidence against accuracy",
        note,
        data_table(
            "Reliability",
            &[
                Head::Words("Confidence"),
                Head::Numbers("Messages"),
                Head::Numbers("Mean confidence"),
                Head::Numbers("Right"),
            ],
            rows,
        ),
    )
}

fn bin_cells(bin: &Bin) -> Vec<String> {
    let ends = format!("{:.0}–{:.0}%", 100.0 * bin.from, 100.0 * bin.to);
    vec![ends, count(bin.count), share(bin.confidence), share(bin.accuracy)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_take_a_share_of_is_a_dash_and_no_zero() {
        let kept = Kept { threshold: 0.99, handled: 0.0, accuracy: None, errors_caught: Some(1.0) };
        assert_eq!(cascade_cells(None, &kept), ["0.99", "—", "—", "—", "0.0%", "—", "100.0%"]);
        let bin = Bin { from: 0.1, to: 0.2, count: 0, confidence: None, accuracy: None };
        assert_eq!(bin_cells(&bin), ["10–20%", "0", "—", "—"]);
    }
}
