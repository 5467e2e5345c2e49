//! The article's cost chart against the engine: the same scenario, costed at the article's five volumes.

use super::{ComparedPoint, Comparison, Explanation, Finding};
use domain::curve::CostCurve;
use domain::decision::{Decision, OptionKind, Part};
use domain::evidence::ChartFit;
use domain::format::{percent, significant, usd, volume};
use domain::policy::Policy;
use domain::preset;
use domain::prices::PriceBook;
use domain::units::Usd;
use domain::use_case::UseCase;

/// The article's worked example, on two GPUs.
const SCENARIO: &str = "article-classification";
/// The same on one GPU.
const SCENARIO_ON_ONE_GPU: &str = "article-classification-one-gpu";

/// Compares the article's chart with the engine; `None` if the article's scenario cannot be costed.
pub(super) fn compare(chart: &[ChartFit], book: &PriceBook) -> Option<Comparison> {
    let two = decide(SCENARIO, book)?;
    let one = decide(SCENARIO_ON_ONE_GPU, book)?;
    let points = chart
        .iter()
        .map(|at| point(at, curve(&two, OptionKind::FrontierApi)?, curve(&two, OptionKind::SelfHostedSlm)?))
        .collect::<Option<Vec<_>>>()?;
    let (first, last) = (points.first()?, points.last()?);
    Some(Comparison {
        fits: fits(chart, last)?,
        misfits: misfits(chart, first, &one, &two)?,
        consequences: vec![break_even(&points, &one, &two)?],
        volumes: points.iter().map(|point| volume(point.docs_per_month)).collect(),
        explanations: explanations(chart),
        points,
    })
}

fn decide(scenario: &str, book: &PriceBook) -> Option<Decision> {
    let use_case = UseCase::parse(&preset::by_id(scenario)?.draft()).ok()?;
    Some(domain::decide(&use_case, &Policy::article(), book))
}

fn curve(decision: &Decision, option: OptionKind) -> Option<&CostCurve> {
    Some(&decision.option(option)?.cost.as_ref()?.curve)
}

fn point(at: &ChartFit, api: &CostCurve, slm: &CostCurve) -> Option<ComparedPoint> {
    let docs_per_month = at.m_docs_per_month * 1e6;
    let engine = |curve: &CostCurve| Usd::from_result(curve.total(docs_per_month)).dollars();
    (docs_per_month > 0.0).then(|| ComparedPoint {
        docs_per_month,
        article_api: at.article_api_kusd * 1e3,
        engine_api: engine(api),
        article_slm: at.article_slm_kusd * 1e3,
        engine_slm: engine(slm),
    })
}

fn amount(dollars: f64) -> String {
    usd(Usd::from_result(dollars))
}

fn finding(text: String, claims: &[&str]) -> Finding {
    Finding { text, claims: claims.iter().map(|id| (*id).to_owned()).collect() }
}

fn fits(chart: &[ChartFit], last: &ComparedPoint) -> Option<Vec<Finding>> {
    let line = chart.last()?;
    let line_per_million = line.api_line / line.m_docs_per_month * 1e3;
    let at = volume(last.docs_per_month);
    Some(vec![
        finding(
            format!(
                "The API series is a straight line: {} for each million documents a month gives all five of its \
                 points, once rounded to thousands",
                amount(line_per_million)
            ),
            &["X3"],
        ),
        finding(
            format!(
                "That line lies {} above GPT-4o’s list price, at which the engine counts: at {at} a month the \
                 article draws {} and the engine computes {}",
                percent((line.api_line * 1e3 / last.engine_api - 1.0) * 100.0),
                amount(last.article_api),
                amount(last.engine_api),
            ),
            &["X1e"],
        ),
        finding(
            format!(
                "At {at} the SLM series fits as well: two GPUs, evaluation and one fine-tuning run come to {}, and \
                 the article draws {}",
                amount(last.engine_slm),
                amount(last.article_slm),
            ),
            &["X2e"],
        ),
    ])
}

fn misfits(
    chart: &[ChartFit],
    first: &ComparedPoint,
    one: &Decision,
    two: &Decision,
) -> Option<Vec<Finding>> {
    let on_one_gpu = one.total(OptionKind::SelfHostedSlm)?;
    let on_two_gpus = two.total(OptionKind::SelfHostedSlm)?;
    let evaluation = two.option(OptionKind::SelfHostedSlm)?.cost.as_ref()?.amount(Part::Evaluation);
    let article = |at: &ChartFit| at.article_slm_kusd;
    Some(vec![
        finding(
            format!(
                "Below that, the article’s SLM series falls where the engine’s cannot. Two GPUs that always run \
                 make it {} at any of these volumes, and even one makes it {}; at {} a month the article draws {}",
                usd(on_two_gpus),
                usd(on_one_gpu),
                volume(first.docs_per_month),
                amount(first.article_slm),
            ),
            &["X2a", "X2b", "X2c", "X2d"],
        ),
        finding(
            format!("Evaluation alone costs {}, so that first point pays for no GPU", usd(evaluation)),
            &["X4"],
        ),
        finding(
            format!(
                "Smooth curves follow the SLM series closely: a power of the volume to within {}, GPUs billed only \
                 while they work to within {}. The article’s own unit costs give neither",
                amount(largest(chart, article, |at| at.slm_power) * 1e3),
                amount(largest(chart, article, |at| at.slm_autoscaled) * 1e3),
            ),
            &[],
        ),
    ])
}

/// Where the two paths cost the same: by the article's chart, and by the engine.
fn break_even(points: &[ComparedPoint], one: &Decision, two: &Decision) -> Option<Finding> {
    let drawn = drawn_crossing(points)?;
    let (on_one, on_two) = (engine_crossing(one)?, engine_crossing(two)?);
    let times = |crossing: f64| domain::field::plain_number(significant(crossing / drawn, 2));
    let text = format!(
        "The two paths of the article’s chart cross at about {} documents a month. The engine’s cross at {} with \
         one GPU that always runs and at {} with two: {} and {} times as many",
        volume(drawn),
        volume(on_one),
        volume(on_two),
        times(on_one),
        times(on_two),
    );
    Some(finding(text, &["X5", "X6"]))
}

/// Documents a month at which the article's two series cross, between its points along straight lines.
fn drawn_crossing(points: &[ComparedPoint]) -> Option<f64> {
    let lead = |point: &ComparedPoint| point.article_api - point.article_slm;
    points.iter().zip(points.iter().skip(1)).find(|(a, b)| lead(a) < 0.0 && lead(b) >= 0.0).map(|(a, b)| {
        let share = lead(a) / (lead(a) - lead(b));
        a.docs_per_month + share * (b.docs_per_month - a.docs_per_month)
    })
}

fn engine_crossing(decision: &Decision) -> Option<f64> {
    let pair = (OptionKind::FrontierApi, OptionKind::SelfHostedSlm);
    let crossovers = decision.crossovers.iter().find(|known| (known.first, known.second) == pair)?;
    crossovers.ranges.get(1).map(|range| range.from)
}

/// The largest residual of an explanation, in its unit.
fn largest(
    chart: &[ChartFit],
    article: impl Fn(&ChartFit) -> f64,
    explained: impl Fn(&ChartFit) -> f64,
) -> f64 {
    chart.iter().map(|at| (explained(at) - article(at)).abs()).fold(0.0, f64::max)
}

/// Reads one series of the chart, in thousands of USD.
type Series = fn(&ChartFit) -> f64;

/// Name and formula of each explanation that the ledger tried, and where it stands.
const API_EXPLANATIONS: [(&str, &str, Series); 2] =
    [("A straight line", "55 v", |at| at.api_line), ("GPT-4o at its list price", "52.2 v", |at| at.api_list)];
const SLM_EXPLANATIONS: [(&str, &str, Series); 5] = [
    ("A power of the volume", "16.25 + 10.69 v^0.76", |at| at.slm_power),
    ("Two straight lines", "16.5 + 6.5 min(v, 1) + 5.55 v", |at| at.slm_two_slope),
    ("One straight line", "19.84 + 5.95 v", |at| at.slm_affine),
    ("GPUs billed only while they work", "18.2 + 28.8 v / 4.8", |at| at.slm_autoscaled),
    ("Whole GPUs that always run, the article’s unit costs", "18.5 + 28.8 × GPUs", |at| at.slm_whole_gpus),
];

fn explanations(chart: &[ChartFit]) -> Vec<Explanation> {
    let explain = |series: &str, article: Series, (name, formula, explained): (&str, &str, Series)| {
        let residuals = chart.iter().map(|at| amount((explained(at) - article(at)) * 1e3));
        Explanation {
            series: series.to_owned(),
            name: name.to_owned(),
            formula: formula.to_owned(),
            residuals: residuals.collect(),
            largest: amount(largest(chart, article, explained) * 1e3),
        }
    };
    let api = API_EXPLANATIONS.map(|explanation| explain("API", |at| at.article_api_kusd, explanation));
    let slm = SLM_EXPLANATIONS.map(|explanation| explain("SLM", |at| at.article_slm_kusd, explanation));
    api.into_iter().chain(slm).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use domain::evidence::{chart_fit, claims, price_book};

    fn comparison() -> Comparison {
        compare(&chart_fit().unwrap(), &price_book().unwrap()).unwrap()
    }

    #[test]
    fn the_article_and_the_engine_stand_side_by_side_at_five_volumes() {
        let points = comparison().points;
        let of = |read: fn(&ComparedPoint) -> f64| points.iter().map(read).collect::<Vec<_>>();
        assert_eq!(of(|p| p.docs_per_month), [1e5, 5e5, 1e6, 5e6, 1e7]);
        assert_eq!(of(|p| p.article_api), [6_000.0, 28_000.0, 55_000.0, 275_000.0, 550_000.0]);
        assert_eq!(of(|p| p.article_slm), [18_000.0, 22_000.0, 28_000.0, 52_000.0, 78_000.0]);
        assert_eq!(of(|p| p.engine_api), [5_220.0, 26_100.0, 52_200.0, 261_000.0, 522_000.0]);
        assert_eq!(of(|p| p.engine_slm), [76_100.0; 5]);
    }

    #[test]
    fn the_straight_line_rounds_to_every_point_of_the_api_series() {
        for at in chart_fit().unwrap() {
            assert!(((at.api_line + 0.5).floor() - at.article_api_kusd).abs() < 1e-9, "{at:?}");
        }
    }

    #[test]
    fn the_findings_state_the_numbers_of_the_ledger() {
        let Comparison { fits, misfits, consequences, .. } = comparison();
        let text = |findings: &[Finding]| {
            findings.iter().map(|finding| finding.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        for number in ["$55,000", "5.4%", "$550,000", "$522,000", "$76,100", "$78,000"] {
            assert!(text(&fits).contains(number), "{number}: {}", text(&fits));
        }
        for number in ["$47,300", "$76,100", "$18,000, so", "$1,060", "$3,800"] {
            assert!(text(&misfits).contains(number), "{number}: {}", text(&misfits));
        }
        for number in ["367K", "906K", "1.46M", "2.5 and 4 times"] {
            assert!(text(&consequences).contains(number), "{number}: {}", text(&consequences));
        }
    }

    #[test]
    fn findings_rest_on_claims_of_the_ledger() {
        let Comparison { fits, misfits, consequences, .. } = comparison();
        let known = claims().unwrap();
        for id in fits.iter().chain(&misfits).chain(&consequences).flat_map(|finding| &finding.claims) {
            assert!(known.iter().any(|claim| claim.id == *id), "{id}");
        }
    }

    #[test]
    fn every_explanation_has_a_residual_for_each_volume() {
        let Comparison { volumes, explanations, .. } = comparison();
        assert_eq!(volumes, ["100K", "500K", "1M", "5M", "10M"]);
        assert_eq!(explanations.len(), 7);
        assert!(explanations.iter().all(|explanation| explanation.residuals.len() == volumes.len()));
        let list_price = &explanations[1];
        assert_eq!(list_price.residuals, ["−$780", "−$1,900", "−$2,800", "−$14,000", "−$28,000"]);
        assert_eq!(list_price.largest, "$28,000");
    }
}
