//! The filter above the table: a form whose answer is the page in another state.

use super::live::Live;
use crate::functions::portfolio::query::{FIND_LENGTH, ListQuery, OUTCOMES, Sort};
use domain::decision::OptionKind;
use domain::field::Choice as _;
use leptos::prelude::*;

/// The form. Typing is followed after a pause, a choice at once; without JavaScript its button sends it.
#[component]
pub(super) fn Filter(
    /// The state of the page.
    live: Live,
) -> impl IntoView {
    let query = live.shown.with_untracked(|view| view.query.clone());
    let controls = live.controls;
    let (verdict, option) = (query.verdict_code(), query.option_code());
    let verdicts = OUTCOMES.map(|(_, code, label)| choice(code, label, verdict)).collect_view();
    let options = OptionKind::ALL.iter().map(|each| choice(each.code(), each.label(), option)).collect_view();
    let count = move || live.shown.with(|view| format!("{} of {}", view.shown.use_cases, view.all.use_cases));
    view! {
        <form
            class="filter-bar"
            role="search"
            method="get"
            action=format!("/portfolios/{}", live.id())
            autocomplete="off"
            aria-label="Filter the use cases"
            on:submit=move |event| {
                event.prevent_default();
                live.apply();
            }
        >
            <div class="filter">
                <label for="filter-q">"Find"</label>
                <input
                    id="filter-q"
                    type="search"
                    name="q"
                    value=query.find.clone()
                    maxlength=FIND_LENGTH.to_string()
                    placeholder="part of a name"
                    node_ref=controls.find
                    on:input=move |_| live.apply_soon()
                />
            </div>
            <div class="filter">
                <label for="filter-verdict">"Verdict"</label>
                <select
                    id="filter-verdict"
                    name="verdict"
                    node_ref=controls.verdict
                    on:change=move |_| live.apply()
                >
                    {choice("", "Any verdict", verdict)}
                    {verdicts}
                </select>
            </div>
            <div class="filter">
                <label for="filter-option">"Option"</label>
                <select id="filter-option" name="option" node_ref=controls.option on:change=move |_| live.apply()>
                    {choice("", "Any option", option)}
                    {options}
                </select>
            </div>
            {move || live.shown.with(|view| kept(&view.query))}
            <button class="button button-small" type="submit">
                "Apply"
            </button>
            <p class="filter-count" aria-live="polite">
                {count}
            </p>
        </form>
    }
    .into_any()
}

fn choice(code: &'static str, label: &'static str, chosen: &str) -> AnyView {
    view! {
        <option value=code selected=code == chosen>
            {label}
        </option>
    }
    .into_any()
}

/// What a filtered list keeps of the present one: its order, and whether it lists archived use cases.
fn kept(query: &ListQuery) -> AnyView {
    let sort = (query.sort != Sort::default())
        .then(|| view! { <input type="hidden" name="sort" value=query.sort.code() /> });
    let archived = query.archived.then(|| view! { <input type="hidden" name="archived" value="true" /> });
    (sort, archived).into_any()
}
