//! The use cases that the filter shows on the specificity–volume quadrant.

use super::live::Live;
use crate::components::chart::ChartFigure;
use crate::functions::portfolio::{MOST_POINTS, PortfolioView, UseCasePoint};
use charts::{Chart, QuadrantChart, QuadrantPoint};
use domain::field::plain_number;
use leptos::prelude::*;

/// The chart; nothing while there is nothing to place on it, or archived use cases are listed.
#[component]
pub(super) fn Quadrant(
    /// The state of the page.
    live: Live,
) -> impl IntoView {
    let chart = Memo::new(move |_| live.shown.with(chart));
    let note = Memo::new(move |_| live.shown.with(note));
    let has_chart = Memo::new(move |_| chart.with(Option::is_some));
    move || {
        has_chart.get().then(|| {
            view! {
                <section class="section" aria-labelledby="quadrant-title">
                    <header class="section-head">
                        <h2 class="section-title" id="quadrant-title">
                            "Where they stand"
                        </h2>
                    </header>
                    <div class="reading">
                        <ChartFigure chart=chart note=note />
                    </div>
                </section>
            }
        })
    }
}

fn chart(view: &PortfolioView) -> Option<Chart> {
    if view.points.is_empty() || view.query.archived {
        return None;
    }
    let point = |point: &UseCasePoint| QuadrantPoint {
        label: point.name.clone(),
        specificity: point.specificity,
        requests_per_month: point.requests_per_month,
        option: point.option,
        href: Some(format!("/use-cases/{}", point.id)),
        is_current: false,
    };
    let points = view.points.iter().map(point).collect();
    Some(Chart::Quadrant(QuadrantChart::new(points, view.volume_gate)))
}

/// What the axes show, and which use cases are missing.
fn note(view: &PortfolioView) -> String {
    let axes = "Task structure against requests a month, log axis";
    let number = |count: u32| plain_number(f64::from(count));
    let unplaced = view.shown.use_cases.saturating_sub(view.placed);
    if view.placed > MOST_POINTS {
        format!(
            "{axes}; the {} use cases that would cost most on the frontier API, of {} that can be placed",
            number(MOST_POINTS),
            number(view.placed)
        )
    } else if unplaced > 0 {
        format!("{axes}; {} without a known volume or structure cannot be placed", number(unplaced))
    } else {
        axes.to_owned()
    }
}
