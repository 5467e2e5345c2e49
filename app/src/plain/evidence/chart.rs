//! The article's cost chart beside the engine's: what fits, what does not, and what follows.

use crate::components::chart::ChartFigure;
use crate::evidence::query::PATH;
use crate::evidence::{Comparison, Explanation, Finding};
use charts::{ArticlePoint, ArticleSeries, Chart};
use leptos::prelude::*;

pub(super) fn comparison(comparison: &Comparison) -> AnyView {
    let points = comparison.points.iter().map(|point| ArticlePoint {
        docs_per_month: point.docs_per_month,
        article_api_usd: point.article_api,
        engine_api_usd: point.engine_api,
        article_slm_usd: point.article_slm,
        engine_slm_usd: point.engine_slm,
    });
    let chart = Signal::stored(Some(Chart::ArticleSeries(ArticleSeries::new(points.collect()))));
    view! {
        <section class="section" id="chart" aria-labelledby="chart-title">
            <header class="section-head">
                <h2 class="section-title" id="chart-title">
                    "The article’s chart beside the engine’s"
                </h2>
                <p class="section-note">
                    "The article’s document classification, 500 tokens in and 20 out: GPT-4o against two A10G, at the article’s own prices. "
                    <a href="/?preset=article-classification">"Open it as an assessment"</a>
                </p>
            </header>
            <ChartFigure
                chart=chart
                note="Cost over 36 months at five volumes; a hollow mark is the article’s figure, a filled one the engine’s"
            />
            <div class="prose">
                {findings("What fits.", &comparison.fits)}
                {findings("What does not.", &comparison.misfits)}
                {findings("What follows.", &comparison.consequences)}
            </div>
            {explanations(comparison)}
        </section>
    }
    .into_any()
}

fn findings(heading: &'static str, findings: &[Finding]) -> AnyView {
    let sentences = findings
        .iter()
        .map(|finding| {
            let claims = (!finding.claims.is_empty()).then(|| cited(&finding.claims));
            view! {
                " "
                {finding.text.clone()}
                {claims}
                "."
            }
        })
        .collect_view();
    view! {
        <p>
            <strong>{heading}</strong>
            {sentences}
        </p>
    }
    .into_any()
}

/// The claims behind a sentence, as links into the whole ledger.
fn cited(ids: &[String]) -> AnyView {
    let word = if ids.len() == 1 { "claim" } else { "claims" };
    let links = ids
        .iter()
        .enumerate()
        .map(|(place, id)| {
            let comma = if place == 0 { " " } else { ", " };
            view! {
                {comma}
                <a href=format!("{PATH}#claim-{id}")>
                    {id.clone()}
                </a>
            }
        })
        .collect_view();
    view! { <span class="muted nowrap">" (" {word} {links} ")"</span> }.into_any()
}

fn explanations(comparison: &Comparison) -> AnyView {
    let volumes = comparison
        .volumes
        .iter()
        .map(|volume| {
            view! {
                <th scope="col" class="num">
                    {format!("At {volume}")}
                </th>
            }
        })
        .collect_view();
    let rows = comparison.explanations.iter().map(explanation).collect_view();
    view! {
        <details class="chart-numbers">
            <summary>"Every explanation tried, with its residuals"</summary>
            <p class="section-note">
                "Explanation less article, USD over 36 months. In the formulas, thousands of USD for v million documents a month."
            </p>
            <div class="table-scroll" role="region" aria-label="Residuals of every explanation" tabindex="0">
                <table class="data-table data-table-compact">
                    <thead>
                        <tr>
                            <th scope="col">"Explanation"</th>
                            <th scope="col">"Series"</th>
                            <th scope="col">"Formula"</th>
                            {volumes}
                            <th scope="col" class="num">
                                "Largest"
                            </th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </details>
    }
    .into_any()
}

fn explanation(explanation: &Explanation) -> AnyView {
    let residuals =
        explanation.residuals.iter().map(|residual| view! { <td class="num">{residual.clone()}</td> });
    view! {
        <tr>
            <th scope="row">{explanation.name.clone()}</th>
            <td>{explanation.series.clone()}</td>
            <td class="nowrap">{explanation.formula.clone()}</td>
            {residuals.collect_view()}
            <td class="num">{explanation.largest.clone()}</td>
        </tr>
    }
    .into_any()
}
