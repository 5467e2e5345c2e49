//! A table in a region of its own that scrolls where it does not fit.

use leptos::prelude::*;

/// The head of a column.
#[derive(Debug, Clone, Copy)]
pub enum Head {
    /// Words.
    Words(&'static str),
    /// Numbers, which are aligned on the right.
    Numbers(&'static str),
    /// A column whose cells explain themselves; its name is for those who do not see it.
    Unseen(&'static str),
}

/// A table with these columns. `label` names its region among the others of the page.
#[must_use]
pub fn data_table(label: &'static str, heads: &[Head], rows: impl IntoView + 'static) -> AnyView {
    let heads = heads.iter().map(|head| match *head {
        Head::Words(name) => view! { <th scope="col">{name}</th> }.into_any(),
        Head::Numbers(name) => view! { <th scope="col" class="num">{name}</th> }.into_any(),
        Head::Unseen(name) => {
            view! { <th scope="col"><span class="visually-hidden">{name}</span></th> }.into_any()
        }
    });
    view! {
        <div class="table-scroll" role="region" aria-label=label tabindex="0">
            <table class="data-table">
                <thead>
                    <tr>{heads.collect::<Vec<_>>()}</tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}
