//! Links to the pages of a long table.

use crate::functions::portfolio::PortfolioView;
use leptos::prelude::*;

/// Pages shown on either side of the current one.
const AROUND: u32 = 2;

/// The links; nothing when all use cases fit on one page.
pub(super) fn pagination(view: &PortfolioView) -> Option<AnyView> {
    if view.pages <= 1 {
        return None;
    }
    let current = view.query.page;
    let address = |page: u32| view.query.at_page(page).address(&view.id);
    let previous = (current > 1).then(|| {
        view! {
            <a rel="prev" href=address(current - 1)>
                "Previous"
            </a>
        }
    });
    let next = (current < view.pages).then(|| {
        view! {
            <a rel="next" href=address(current + 1)>
                "Next"
            </a>
        }
    });
    let links = numbers(current, view.pages)
        .into_iter()
        .map(|page| match page {
            Some(page) => view! {
                <li>
                    <a
                        href=address(page)
                        aria-label=format!("Page {page}")
                        aria-current=(page == current).then_some("page")
                    >
                        {page}
                    </a>
                </li>
            }
            .into_any(),
            None => view! { <li aria-hidden="true">"…"</li> }.into_any(),
        })
        .collect_view();
    Some(
        view! {
            <nav class="pagination" aria-label="Pages">
                {previous}
                <ol>{links}</ol>
                {next}
            </nav>
        }
        .into_any(),
    )
}

/// The first and the last page and those around the current one; `None` stands for pages left out.
fn numbers(current: u32, count: u32) -> Vec<Option<u32>> {
    let from = current.saturating_sub(AROUND).max(1);
    let to = current.saturating_add(AROUND).min(count);
    let mut numbers = Vec::new();
    if from > 1 {
        numbers.push(Some(1));
    }
    match from {
        3 => numbers.push(Some(2)),
        4.. => numbers.push(None),
        _ => {}
    }
    numbers.extend((from..=to).map(Some));
    match count.saturating_sub(to) {
        2 => numbers.push(Some(count - 1)),
        3.. => numbers.push(None),
        _ => {}
    }
    if to < count {
        numbers.push(Some(count));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(current: u32, count: u32) -> String {
        let numbers = numbers(current, count).into_iter();
        numbers.map(|page| page.map_or("…".to_owned(), |page| page.to_string())).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_ends_and_the_neighbours_of_the_current_page_are_linked() {
        for (current, count, shown) in [
            (1, 1, "1"),
            (1, 3, "1 2 3"),
            (1, 9, "1 2 3 … 9"),
            (4, 9, "1 2 3 4 5 6 … 9"),
            (5, 9, "1 2 3 4 5 6 7 8 9"),
            (6, 11, "1 … 4 5 6 7 8 … 11"),
            (9, 9, "1 … 7 8 9"),
        ] {
            assert_eq!(text(current, count), shown, "page {current} of {count}");
        }
    }
}
