//! Every message with what everybody made of it, the ones to look at first on top.

use super::Sorting;
use super::results::{Results, Sorted};
use super::side::{Given, Side};
use crate::words;
use leptos::prelude::*;

/// Rows that are shown at first, and more of at each asking.
const PAGE: usize = 25;

/// Which rows are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    All,
    /// Only those on which a side was wrong.
    Wrong,
    /// Only those on which the small models disagree with each other.
    Apart,
}

impl Filter {
    const ALL: [(Self, &'static str); 3] =
        [(Self::All, "All"), (Self::Wrong, "Fine-tuned is wrong"), (Self::Apart, "Answers differ")];

    fn shows(self, row: &Sorted) -> bool {
        match self {
            Self::All => true,
            Self::Wrong => {
                let given = row.given[Side::Tuned.place()].as_ref();
                row.wanted.zip(given).is_some_and(|(wanted, given)| given.label != Some(wanted))
            }
            Self::Apart => {
                let mut labels = row.given.iter().flatten().map(|given| given.label);
                labels.next().is_some_and(|first| labels.any(|other| other != first))
            }
        }
    }
}

/// The table; nothing before something was sorted.
pub(super) fn panel(sorting: Sorting) -> AnyView {
    let filter = RwSignal::new(Filter::All);
    let shown = RwSignal::new(PAGE);
    let buttons = Filter::ALL.map(|(this, name)| {
        view! {
            <button
                type="button"
                aria-pressed=move || (filter.get() == this).to_string()
                on:click=move |_| {
                    filter.set(this);
                    shown.set(PAGE);
                }
            >
                {name}
            </button>
        }
    });
    view! {
        <div class="demo-figures demo-stack" hidden=move || sorting.results.is_empty()>
            <h4 class="demo-subtitle">"Messages, the least sure first"</h4>
            <div class="segmented" role="group" aria-label="Messages shown">
                {buttons}
            </div>
            {move || table(sorting, filter.get(), shown)}
            <div class="actions">
                <button class="button button-small" type="button" on:click=move |_| super::save::save(sorting)>
                    "Download all results (CSV)"
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn table(sorting: Sorting, filter: Filter, shown: RwSignal<usize>) -> AnyView {
    let Some(evaluation) = sorting.known() else { return ().into_any() };
    let labels = &evaluation.labels;
    let most = shown.get();
    let (rows, all) = sorting.results.with(|rows| {
        let places: Vec<usize> = Results::unsure_first(rows)
            .into_iter()
            .filter(|place| rows.get(*place).is_some_and(|row| filter.shows(row)))
            .collect();
        let shown = places.iter().take(most).filter_map(|place| rows.get(*place));
        (shown.map(|row| line(row, labels)).collect_view(), places.len())
    });
    if all == 0 {
        return view! { <p class="muted">"No message is like that."</p> }.into_any();
    }
    let more = (all > most).then(|| {
        let left = words::count(i64::try_from(all - most).unwrap_or(i64::MAX));
        view! {
            <div class="actions">
                <button class="button button-small" type="button" on:click=move |_| shown.update(|shown| *shown += PAGE)>
                    {format!("Show more; {left} are left")}
                </button>
            </div>
        }
    });
    view! {
        <div class="table-scroll" role="region" aria-label="Messages" tabindex="0">
            <table class="data-table data-table-compact">
                <thead>
                    <tr>
                        <th scope="col" class="num">"Row"</th>
                        <th scope="col">"Message"</th>
                        <th scope="col">"Its label"</th>
                        <th scope="col">"Untouched"</th>
                        <th scope="col">"Fine-tuned"</th>
                        <th scope="col" class="num">"Confidence"</th>
                        <th scope="col">"API"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

fn line(row: &Sorted, labels: &[String]) -> AnyView {
    let tuned = row.given[Side::Tuned.place()].as_ref();
    let confidence = tuned.and_then(|given| given.score).map(words::percent);
    let cut = row.given.iter().flatten().any(|given| given.is_cut);
    let cut = cut.then(|| view! { <span class="small muted demo-note">"only its beginning was read"</span> });
    view! {
        <tr>
            <td class="num">{row.number}</td>
            <td class="demo-message">{row.text.clone()} {cut}</td>
            <td>{row.label.clone().map(|label| spaced(&label))}</td>
            <td>{answer(row, Side::Untouched, labels)}</td>
            <td>{answer(row, Side::Tuned, labels)}</td>
            <td class="num">{confidence}</td>
            <td>{answer(row, Side::Api, labels)}</td>
        </tr>
    }
    .into_any()
}

/// An answer, and in words whether it is right: colour alone would not reach everybody.
fn answer(row: &Sorted, side: Side, labels: &[String]) -> Option<AnyView> {
    let given = row.given[side.place()].as_ref()?;
    let mark = row.wanted.map(|wanted| match given.label == Some(wanted) {
        true => view! { <span class="demo-mark demo-right">"right"</span> }.into_any(),
        false => view! { <span class="demo-mark demo-wrong">"wrong"</span> }.into_any(),
    });
    Some(view! { {name(given, labels)} " " {mark} }.into_any())
}

/// The class that was named, or what was said instead.
pub(super) fn name(given: &Given, labels: &[String]) -> String {
    let label = given.label.and_then(|label| labels.get(usize::try_from(label).ok()?));
    match (label, &given.said) {
        (Some(label), _) => spaced(label),
        (None, Some(said)) if said.trim().is_empty() => "no answer".to_owned(),
        (None, Some(said)) => format!("no class: “{}”", said.trim().chars().take(60).collect::<String>()),
        (None, None) => "nothing to read".to_owned(),
    }
}

/// A name of a class as people read it.
pub(super) fn spaced(label: &str) -> String {
    label.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(wanted: Option<u32>, labels: [Option<u32>; 3]) -> Sorted {
        let given = |label: Option<u32>| label.map(|label| Given { label: Some(label), ..Given::default() });
        Sorted { number: 1, text: String::new(), label: None, wanted, given: labels.map(given) }
    }

    #[test]
    fn rows_are_chosen_by_what_is_wrong_and_by_what_differs() {
        let wrong = row(Some(3), [Some(4), Some(4), None]);
        assert_eq!([Filter::Wrong.shows(&wrong), Filter::Apart.shows(&wrong)], [true, false]);
        let apart = row(None, [Some(1), Some(2), None]);
        assert_eq!([Filter::Wrong.shows(&apart), Filter::Apart.shows(&apart)], [false, true]);
        assert!(!Filter::Apart.shows(&row(None, [None; 3])));
    }

    #[test]
    fn what_is_no_class_is_quoted() {
        let labels = ["card_arrival".to_owned()];
        let given =
            |label, said: Option<&str>| Given { label, said: said.map(str::to_owned), ..Given::default() };
        assert_eq!(name(&given(Some(0), None), &labels), "card arrival");
        assert_eq!(name(&given(None, Some(" Sure! ")), &labels), "no class: “Sure!”");
        assert_eq!(name(&given(None, None), &labels), "nothing to read");
    }
}
