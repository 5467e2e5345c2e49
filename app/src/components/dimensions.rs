//! The eight dimensions: which side each speaks for, on which fact, against which threshold.

use crate::components::cited::cited;
use domain::decision::{Decision, Side};
use domain::field::Choice;
use leptos::prelude::*;

fn side(side: Side, text: String) -> AnyView {
    view! { <span class=format!("side side-{}", side.code())>{text}</span> }.into_any()
}

/// The table and how it adds up.
#[must_use]
pub fn dimensions(decision: &Decision) -> AnyView {
    let rows = decision
        .dimensions
        .iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row">{row.dimension.label()}</th>
                    <td>{side(row.side, row.side.label().to_owned())}</td>
                    <td>{cited(&row.fact)}</td>
                    <td>{row.threshold.clone()}</td>
                </tr>
            }
        })
        .collect_view();
    let tally = decision.tally;
    view! {
        <p class="tally">
            {side(Side::Slm, format!("{} for an SLM", tally.slm))} " "
            {side(Side::Llm, format!("{} for an LLM", tally.llm))} " "
            {side(Side::Neutral, format!("{} neutral", tally.neutral))} " "
            {side(Side::Unknown, format!("{} unknown", tally.unknown))}
        </p>
        <table class="dimensions">
            <caption class="visually-hidden">
                "The eight dimensions, each with its fact and threshold"
            </caption>
            <thead>
                <tr>
                    <th scope="col">"Dimension"</th>
                    <th scope="col">"Says"</th>
                    <th scope="col">"Fact"</th>
                    <th scope="col">"Threshold"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
