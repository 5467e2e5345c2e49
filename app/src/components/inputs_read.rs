//! The inputs of a stored or shared decision, to be read rather than changed.

use crate::components::cited::cited;
use crate::functions::use_case::InputGroup;
use leptos::prelude::*;

/// All groups, each a list of names and values. Groups whose inputs are all unknown say so in one line.
#[must_use]
pub fn inputs_read(groups: &[InputGroup]) -> AnyView {
    groups.iter().map(group).collect_view().into_any()
}

fn group(group: &InputGroup) -> AnyView {
    let all_unknown = group.rows.iter().all(|row| row.text.is_empty());
    let body = if all_unknown {
        view! { <p class="unknown small">"all unknown"</p> }.into_any()
    } else {
        let rows = group
            .rows
            .iter()
            .map(|row| {
                let value = if row.text.is_empty() {
                    view! { <span class="unknown">"unknown"</span> }.into_any()
                } else {
                    cited(&row.text)
                };
                view! {
                    <div>
                        <dt>{row.label.clone()}</dt>
                        <dd>{value}</dd>
                    </div>
                }
            })
            .collect_view();
        view! { <dl class="inputs-read">{rows}</dl> }.into_any()
    };
    view! {
        <section class="group">
            <h3 class="group-title">{group.label.clone()}</h3>
            {body}
        </section>
    }
    .into_any()
}
