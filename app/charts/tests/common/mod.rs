//! Charts of the presets, for the tests and the gallery.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

use charts::{
    ArticlePoint, ArticleSeries, Chart, CostOverVolume, CumulativeCost, Figure, LatencyDistribution,
    LearningCurve, LearningPoint, MeasuredShare, QuadrantChart, QuadrantPoint, Timed,
};
use domain::decision::Decision;
use domain::policy::Policy;
use domain::preset;
use domain::use_case::UseCase;

pub fn decision(preset: &str) -> Decision {
    let draft = preset::by_id(preset).expect("a preset").draft();
    let use_case = UseCase::parse(&draft).expect("presets are valid");
    domain::decide(
        &use_case,
        &Policy::article(),
        &domain::evidence::price_book().expect("the embedded price book"),
    )
}

pub fn cost_over_volume(preset: &str) -> Chart {
    Chart::CostOverVolume(CostOverVolume::from_decision(&decision(preset)))
}

pub fn cumulative_cost(preset: &str) -> Chart {
    Chart::CumulativeCost(CumulativeCost::from_decision(&decision(preset)))
}

pub fn sample_portfolio() -> Vec<QuadrantPoint> {
    preset::SAMPLE_PORTFOLIO
        .iter()
        .filter_map(|id| {
            let decision = decision(id);
            let position = decision.quadrant.as_ref()?;
            Some(QuadrantPoint {
                label: preset::by_id(id)?.name.to_owned(),
                specificity: position.specificity,
                requests_per_month: position.requests_per_month,
                option: decision.leading_option(),
                href: Some(format!("/use-cases/{id}")),
                is_current: false,
            })
        })
        .collect()
}

/// Points of no particular meaning, the same on every run.
pub fn many_points(count: u32) -> Vec<QuadrantPoint> {
    let options = [
        None,
        Some(domain::decision::OptionKind::SmallApi),
        Some(domain::decision::OptionKind::SelfHostedSlm),
    ];
    (0..count)
        .map(|index| {
            let spread = f64::from(index.wrapping_mul(2_654_435_761) >> 8) / f64::from(1_u32 << 24);
            let other = f64::from(index.wrapping_mul(1_664_525).wrapping_add(1_013_904_223) >> 8)
                / f64::from(1_u32 << 24);
            QuadrantPoint {
                label: format!("Use case {index}"),
                specificity: spread,
                requests_per_month: 5e3 * 10_f64.powf(other * 4.0),
                option: options[index as usize % options.len()],
                href: None,
                is_current: false,
            }
        })
        .collect()
}

pub fn quadrant(points: Vec<QuadrantPoint>) -> Chart {
    Chart::Quadrant(QuadrantChart::new(points, Policy::article().volume_gate))
}

pub fn article_series() -> Chart {
    let api = |millions: f64| millions * 52_200.0;
    let slm = |millions: f64| if millions > 5.0 { 76_100.0 } else { 47_300.0 };
    let points =
        [(0.1, 6.0, 18.0), (0.5, 28.0, 22.0), (1.0, 55.0, 28.0), (5.0, 275.0, 52.0), (10.0, 550.0, 78.0)];
    let points = points.map(|(millions, article_api, article_slm)| ArticlePoint {
        docs_per_month: millions * 1e6,
        article_api_usd: article_api * 1e3,
        engine_api_usd: api(millions),
        article_slm_usd: article_slm * 1e3,
        engine_slm_usd: slm(millions),
    });
    Chart::ArticleSeries(ArticleSeries::new(points.to_vec()))
}

/// Times of tokens, of no particular meaning, the same on every run: mostly around one time, a few much longer.
fn token_times(count: u32, around: f64) -> Vec<f64> {
    let spread = |index: u32| f64::from(index.wrapping_mul(2_654_435_761) >> 16) / f64::from(1_u32 << 16);
    (1..=count)
        .map(|index| around * (0.9 + 0.3 * spread(index)) * if index % 29 == 0 { 4.0 } else { 1.0 })
        .collect()
}

pub fn latency(timed: &[(&str, u32, f64)]) -> LatencyDistribution {
    let timed = timed.iter().map(|(label, count, around)| Timed {
        label: (*label).to_owned(),
        token_ms: token_times(*count, *around),
    });
    LatencyDistribution::new(timed.collect())
}

/// Shares at 5, 10, 30 and all examples, zero for what was not run.
pub fn learning_curve(slm: [f64; 4], classical: [f64; 4]) -> LearningCurve {
    let measured = |percent: f64| {
        let (low, high) = ((percent - 2.0).max(0.0), (percent + 2.0).min(100.0));
        (percent > 0.0).then_some(MeasuredShare { percent, low, high })
    };
    let numbers = [("5", 5.0), ("10", 10.0), ("30", 30.0), ("all (117)", 116.9)];
    let points = numbers.into_iter().zip(slm.into_iter().zip(classical));
    let points = points.map(|((label, examples), (slm, classical))| LearningPoint {
        label: label.to_owned(),
        examples,
        slm: measured(slm),
        classical: measured(classical),
    });
    LearningCurve::new(points.collect())
}

/// Every kind of chart, on data of every kind, by name.
pub fn all() -> Vec<(String, Box<dyn Figure>)> {
    let mut charts: Vec<(String, Box<dyn Figure>)> = Vec::new();
    let mut add = |name: String, chart: Chart| charts.push((name, Box::new(chart)));
    for preset in preset::PRESETS {
        add(format!("cost_over_volume-{}", preset.id), cost_over_volume(preset.id));
        add(format!("cumulative_cost-{}", preset.id), cumulative_cost(preset.id));
    }
    add("quadrant-sample-portfolio".to_owned(), quadrant(sample_portfolio()));
    let mut current = sample_portfolio();
    current[2].is_current = true;
    add("quadrant-current".to_owned(), quadrant(current));
    add("quadrant-many".to_owned(), quadrant(many_points(150)));
    add("quadrant-thousands".to_owned(), quadrant(many_points(5_000)));
    add("quadrant-empty".to_owned(), quadrant(Vec::new()));
    add("article_series".to_owned(), article_series());
    for (name, timed) in [
        ("latency-one", &[("CPU", 63, 12.0)][..]),
        ("latency-both", &[("CPU", 63, 12.0), ("GPU", 63, 3.4)][..]),
        ("latency-one-token", &[("GPU", 1, 840.0)][..]),
        ("latency-empty", &[][..]),
    ] {
        charts.push((name.to_owned(), Box::new(latency(timed))));
    }
    for (name, slm, classical) in [
        ("learning_curve", [61.0, 78.8, 88.5, 93.4], [62.0, 73.8, 84.9, 91.4]),
        ("learning_curve-level", [100.0, 50.0, 90.02, 100.0], [99.0, 50.0, 90.0, 100.0]),
        ("learning_curve-not-run", [0.0, 0.0, 0.0, 93.4], [0.5, 73.8, 0.0, 92.4]),
        ("learning_curve-one-only", [0.0; 4], [62.0, 73.8, 84.9, 91.4]),
        ("learning_curve-empty", [0.0; 4], [0.0; 4]),
    ] {
        charts.push((name.to_owned(), Box::new(learning_curve(slm, classical))));
    }
    charts
}
