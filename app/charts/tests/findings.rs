//! What the charts say: titles, tables and read-outs of the article's own scenario.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use charts::{Figure, LatencyDistribution, Size, svg};

#[test]
fn titles_of_every_chart() {
    let titles: Vec<String> =
        common::all().into_iter().map(|(name, chart)| format!("{name}: {}", chart.title())).collect();
    insta::assert_snapshot!(titles.join("\n"));
}

fn latency() -> LatencyDistribution {
    common::latency(&[("CPU", 63, 12.0), ("GPU", 63, 3.4)])
}

fn as_text(table: &charts::ChartTable) -> String {
    let mut lines = vec![table.columns.join(" | ")];
    lines.extend(table.rows.iter().map(|row| row.join(" | ")));
    lines.join("\n")
}

#[test]
fn tables_carry_the_exact_numbers() {
    insta::assert_snapshot!(
        "cost_over_volume_table",
        as_text(&common::cost_over_volume("article-classification").table())
    );
    insta::assert_snapshot!(
        "cumulative_cost_table",
        as_text(&common::cumulative_cost("article-classification").table())
    );
    insta::assert_snapshot!("quadrant_table", as_text(&common::quadrant(common::sample_portfolio()).table()));
    insta::assert_snapshot!("article_series_table", as_text(&common::article_series().table()));
    insta::assert_snapshot!("latency_table", as_text(&latency().table()));
}

#[test]
fn drawings_of_the_article_scenario() {
    let lines = |text: String| text.replace("><", ">\n<");
    for (theme, size) in [("wide", Size::WIDE), ("narrow", Size::NARROW)] {
        for (name, chart) in [
            ("cost_over_volume", common::cost_over_volume("article-classification")),
            ("cumulative_cost", common::cumulative_cost("article-classification")),
            ("quadrant", common::quadrant(common::sample_portfolio())),
            ("article_series", common::article_series()),
        ] {
            insta::assert_snapshot!(format!("{name}_{theme}"), lines(svg(&chart, size).unwrap()));
        }
        insta::assert_snapshot!(format!("latency_{theme}"), lines(svg(&latency(), size).unwrap()));
    }
}

#[test]
fn the_article_scenario_is_found_in_the_table() {
    let table = common::cumulative_cost("article-classification").table();
    let column = |heading: &str| table.columns.iter().position(|column| column.starts_with(heading)).unwrap();
    let last = table.rows.last().unwrap();
    assert_eq!(last[0], "36");
    assert_eq!(last[column("Frontier LLM API")], "$522,000.00");
    assert_eq!(last[column("Self-hosted fine-tuned SLM")], "$76,100.00");
}

#[test]
fn a_read_out_gives_the_costs_at_a_volume_cheapest_first() {
    let chart = common::cost_over_volume("article-classification");
    let entered = chart
        .stops(Size::WIDE)
        .into_iter()
        .filter_map(|(x, y)| chart.read_out(Size::WIDE, x, y))
        .find(|read_out| read_out.heading == "10M requests/month")
        .unwrap();
    let cost = |label: &str| entered.lines.iter().find(|line| line.label == label).unwrap().value.clone();
    assert_eq!(cost("Frontier LLM API"), "$522,000");
    assert_eq!(cost("Self-hosted fine-tuned SLM"), "$76,100");
    let heights: Vec<f64> = entered.lines.iter().filter_map(|line| line.y).collect();
    assert!(heights.windows(2).all(|pair| pair[0] >= pair[1]), "cheapest first is lowest first: {heights:?}");
}

#[test]
fn a_portfolio_is_counted_by_quadrant() {
    let title = common::quadrant(common::sample_portfolio()).title();
    assert!(title.starts_with("Of ") && title.contains("use cases"), "{title}");
}

#[test]
fn a_learning_curve_invents_nothing_where_a_method_was_not_run() {
    let table = common::learning_curve([0.0, 78.8, 0.0, 93.4], [0.0, 73.8, 84.9, 91.4]).table();
    assert_eq!(
        table.rows,
        [
            ["10", "78.8", "76.8–80.8", "73.8", "71.8–75.8"],
            ["30", "—", "—", "84.9", "82.9–86.9"],
            ["all (117)", "93.4", "91.4–95.4", "91.4", "89.4–93.4"],
        ]
    );
}
