//! The article's table of eight dimensions, each with the fact, the threshold and the side it favours.

use crate::decision::{DimensionKind, DimensionResult, Side, Tally};
use crate::field::{Choice, Need, plain_number};
use crate::format;
use crate::policy::Policy;
use crate::units::Quantity;
use crate::use_case::{Field, MlCapacity, Privacy, Stability, UseCase};
use std::cmp::Ordering;

/// All eight dimensions in the order of the table.
#[must_use]
pub fn judge(use_case: &UseCase, policy: &Policy) -> Vec<DimensionResult> {
    vec![
        volume(use_case, policy),
        structure(use_case, policy),
        training_data(use_case, policy),
        latency(use_case, policy),
        privacy(use_case),
        ml_capacity(use_case),
        stability(use_case),
        performance_gap(use_case, policy),
    ]
}

/// How many dimensions speak for each side.
#[must_use]
pub fn tally(dimensions: &[DimensionResult]) -> Tally {
    dimensions.iter().fold(Tally::default(), |mut tally, dimension| {
        match dimension.side {
            Side::Slm => tally.slm += 1,
            Side::Llm => tally.llm += 1,
            Side::Neutral => tally.neutral += 1,
            Side::Unknown => tally.unknown += 1,
        }
        tally
    })
}

/// The side that more dimensions favour; neutral when they balance.
#[must_use]
pub fn table_side(tally: Tally) -> Side {
    match tally.slm.cmp(&tally.llm) {
        Ordering::Greater => Side::Slm,
        Ordering::Less => Side::Llm,
        Ordering::Equal if tally.slm == 0 => Side::Unknown,
        Ordering::Equal => Side::Neutral,
    }
}

fn row(
    dimension: DimensionKind,
    field: Field,
    fact: Option<(String, Side)>,
    threshold: String,
) -> DimensionResult {
    let (fact, side) = fact.unwrap_or_else(|| ("unknown".to_owned(), Side::Unknown));
    DimensionResult { dimension, side, fact, threshold, field }
}

/// A number held against two thresholds: above one favours the SLM, below the other the LLM.
fn above_below(value: f64, slm_above: f64, llm_below: f64) -> Side {
    if value > slm_above {
        Side::Slm
    } else if value < llm_below {
        Side::Llm
    } else {
        Side::Neutral
    }
}

fn volume(use_case: &UseCase, policy: &Policy) -> DimensionResult {
    let fact = use_case.requests_per_month.likely().map(|requests| {
        let side = above_below(requests.get(), policy.volume_favours_slm, policy.volume_favours_llm);
        (format!("{} requests/month", plain_number(requests.get())), side)
    });
    let threshold = format!(
        "SLM above {}, LLM below {}",
        format::volume(policy.volume_favours_slm),
        format::volume(policy.volume_favours_llm)
    );
    row(DimensionKind::Volume, Field::RequestsPerMonth, fact, threshold)
}

fn structure(use_case: &UseCase, policy: &Policy) -> DimensionResult {
    let fact = use_case.specificity.likely().map(|specificity| {
        let value = specificity.get();
        let (word, side) = if value >= policy.bounded_from {
            ("bounded", Side::Slm)
        } else if value < policy.open_ended_below {
            ("open-ended", Side::Llm)
        } else {
            ("mixed", Side::Neutral)
        };
        (format!("{} of 1: {word}", plain_number(value)), side)
    });
    let threshold = format!(
        "SLM if bounded (from {}), LLM if open-ended (below {})",
        plain_number(policy.bounded_from),
        plain_number(policy.open_ended_below)
    );
    row(DimensionKind::Structure, Field::Specificity, fact, threshold)
}

fn training_data(use_case: &UseCase, policy: &Policy) -> DimensionResult {
    let fact = use_case.labelled_examples.likely().map(|examples| {
        let side = above_below(examples.get(), policy.examples_favour_slm, policy.examples_favour_llm);
        (format!("{} labelled examples", plain_number(examples.get())), side)
    });
    let threshold = format!(
        "SLM above {}, LLM below {}",
        format::volume(policy.examples_favour_slm),
        format::volume(policy.examples_favour_llm)
    );
    row(DimensionKind::TrainingData, Field::LabelledExamples, fact, threshold)
}

fn latency(use_case: &UseCase, policy: &Policy) -> DimensionResult {
    let measured = use_case.slm_latency_ms.likely().map(Quantity::get);
    let cited = |fact: String| match measured {
        Some(measured) => format!("{fact}; {}", measured_in_words(measured, use_case)),
        None => fact,
    };
    let fact = match use_case.latency_target_ms {
        Need::Unknown => None,
        Need::None => Some((cited("no target".to_owned()), Side::Llm)),
        Need::Known(target) => {
            let target = target.likely.get();
            let side = if target < policy.latency_favours_slm_ms {
                Side::Slm
            } else if target >= policy.latency_favours_llm_ms {
                Side::Llm
            } else {
                Side::Neutral
            };
            // A measurement beats a rule: a small model that misses the target is not favoured by it.
            let misses = measured.is_some_and(|measured| measured > target);
            let side = if side == Side::Slm && misses { Side::Neutral } else { side };
            Some((cited(format!("p95 within {}", format::milliseconds(target))), side))
        }
    };
    let threshold = format!(
        "SLM below {}, LLM from {} or without a target",
        format::milliseconds(policy.latency_favours_slm_ms),
        format::milliseconds(policy.latency_favours_llm_ms)
    );
    row(DimensionKind::Latency, Field::LatencyTargetMs, fact, threshold)
}

/// A measurement with its source: `a small model measured 84 ms p95 (SmolLM2 on one device, 2026-11-28)`.
fn measured_in_words(measured: f64, use_case: &UseCase) -> String {
    let measured = format!("a small model measured {} p95", format::milliseconds(measured));
    match use_case.slm_latency_source.as_str() {
        "" => measured,
        source => format!("{measured} ({source})"),
    }
}

fn privacy(use_case: &UseCase) -> DimensionResult {
    let fact = use_case.privacy.map(|privacy| {
        let side = match privacy {
            Privacy::OnPremiseRequired => Side::Slm,
            Privacy::CloudAcceptable => Side::Llm,
        };
        (privacy.label().to_owned(), side)
    });
    row(
        DimensionKind::Privacy,
        Field::Privacy,
        fact,
        "SLM if on-premise, LLM if cloud is acceptable".to_owned(),
    )
}

fn ml_capacity(use_case: &UseCase) -> DimensionResult {
    let fact = use_case.ml_capacity.map(|capacity| {
        let side = match capacity {
            MlCapacity::InternalTeam => Side::Slm,
            MlCapacity::VendorManaged => Side::Neutral,
            MlCapacity::None => Side::Llm,
        };
        (capacity.label().to_owned(), side)
    });
    row(DimensionKind::MlCapacity, Field::MlCapacity, fact, "SLM with a team, LLM with none".to_owned())
}

fn stability(use_case: &UseCase) -> DimensionResult {
    let fact = use_case.stability.map(|stability| {
        let side = match stability {
            Stability::Stable => Side::Slm,
            Stability::Evolving => Side::Neutral,
            Stability::Volatile => Side::Llm,
        };
        (stability.label().to_owned(), side)
    });
    row(DimensionKind::Stability, Field::Stability, fact, "SLM if stable, LLM if volatile".to_owned())
}

fn performance_gap(use_case: &UseCase, policy: &Policy) -> DimensionResult {
    let measured = use_case.llm_quality.likely().zip(use_case.slm_quality.likely());
    let fact = measured.map(|(llm, slm)| {
        let gap = llm.get() - slm.get();
        let side = if gap <= 0.0 {
            Side::Slm
        } else if gap > policy.gap_favours_llm_points {
            Side::Llm
        } else {
            Side::Neutral
        };
        let gap = gap_in_words(llm.get(), slm.get());
        let fact = match use_case.slm_quality_source.as_str() {
            "" => gap,
            source => format!("{gap}; the SLM’s is from {source}"),
        };
        (fact, side)
    });
    let threshold = format!(
        "SLM if it is no worse, LLM if it leads by more than {} points",
        plain_number(policy.gap_favours_llm_points)
    );
    let field = if use_case.slm_quality.is_known() { Field::LlmQuality } else { Field::SlmQuality };
    row(DimensionKind::PerformanceGap, field, fact, threshold)
}

fn gap_in_words(llm: f64, slm: f64) -> String {
    let lead = format::significant(libm::fabs(llm - slm), 3);
    let points = if lead.total_cmp(&1.0).is_eq() {
        "1 point".to_owned()
    } else {
        format!("{} points", plain_number(lead))
    };
    let (llm_score, slm_score) = (format::percent(llm), format::percent(slm));
    match llm.total_cmp(&slm) {
        Ordering::Greater => format!("LLM leads by {points} ({llm_score} against {slm_score})"),
        Ordering::Less => format!("SLM leads by {points} ({slm_score} against {llm_score})"),
        Ordering::Equal => format!("level at {llm_score}"),
    }
}
