//! Laws that hold for every use case.
#![allow(clippy::unwrap_used)]

use domain::decision::{Decision, OptionKind};
use domain::field::Draft;
use domain::policy::Policy;
use domain::preset;
use domain::prices::PriceBook;
use domain::use_case::{Field, UseCase};
use proptest::prelude::*;
use std::sync::LazyLock;

static BOOK: LazyLock<PriceBook> = LazyLock::new(|| domain::evidence::price_book().unwrap());

fn decide(draft: &Draft) -> Decision {
    domain::decide(&UseCase::parse(draft).unwrap(), &Policy::article(), &BOOK)
}

prop_compose! {
    /// A use case with everything known, from a preset's assumptions.
    fn drafts()(
        preset in 0..preset::PRESETS.len(),
        volume in 3.0_f64..9.0,
        input in 1_u32..20_000,
        output in 1_u32..4_000,
        growth in -30_i32..80,
        drift in -40_i32..20,
        discount in 0_i32..15,
        peak in 1_u32..8,
        horizon in 1_u32..60,
        minimum in 0_u32..4,
        handled in 0_u32..=100,
        router in any::<bool>(),
    ) -> Draft {
        preset::PRESETS[preset].draft()
            .with(Field::RequestsPerMonth, format!("{}", 10_f64.powf(volume).round()))
            .with(Field::InputTokens, input.to_string())
            .with(Field::OutputTokens, output.to_string())
            .with(Field::CachedTokens, "0")
            .with(Field::YearlyGrowth, growth.to_string())
            .with(Field::ApiPriceDrift, drift.to_string())
            .with(Field::GpuPriceDrift, drift.to_string())
            .with(Field::DiscountRate, discount.to_string())
            .with(Field::PeakToMean, peak.to_string())
            .with(Field::HorizonMonths, horizon.to_string())
            .with(Field::MinReplicas, minimum.to_string())
            .with(Field::LabelledExamples, "5000")
            .with(Field::ShareHandled, handled.to_string())
            .with(Field::HybridKind, if router { "router" } else { "cascade" })
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn more_requests_never_lower_any_bill(draft in drafts(), factor in 1.0_f64..50.0) {
        let decision = decide(&draft);
        for result in &decision.options {
            let curve = &result.cost.as_ref().unwrap().curve;
            let mut volume = 1_000.0;
            while volume < 1e9 {
                prop_assert!(curve.total(volume) <= curve.total(volume * factor) * (1.0 + 1e-12));
                volume *= 3.0;
            }
        }
    }

    #[test]
    fn cost_is_continuous_except_where_a_gpu_is_added(draft in drafts(), exponent in 3.0_f64..9.0) {
        let volume = 10_f64.powf(exponent);
        let near = volume * (1.0 + 1e-9);
        for result in &decide(&draft).options {
            let curve = &result.cost.as_ref().unwrap().curve;
            if curve.is_straight_between(volume, near) {
                let gap = (curve.total(near) - curve.total(volume)).abs();
                prop_assert!(gap <= curve.total(volume) * 1e-8 + 1e-6, "{:?} {gap}", result.option);
            }
        }
    }

    #[test]
    fn the_total_is_the_curve_and_the_sum_of_its_parts(draft in drafts()) {
        let decision = decide(&draft);
        let volume: f64 = draft.text(Field::RequestsPerMonth).parse().unwrap();
        for result in &decision.options {
            let cost = result.cost.as_ref().unwrap();
            let total = cost.total.likely.dollars();
            let tolerance = total.abs() * 1e-9 + 0.11;
            prop_assert!((cost.curve.total(volume) - total).abs() <= tolerance);
            let parts: f64 = cost.parts.iter().map(|part| part.amount.dollars()).sum();
            prop_assert!((parts - total).abs() <= tolerance, "{parts} {total}");
            let last = cost.cumulative.last().unwrap().dollars();
            prop_assert!((last - total).abs() <= tolerance, "{last} {total}");
        }
    }

    #[test]
    fn crossovers_cover_all_volumes_and_tell_the_cheaper_option(draft in drafts(), exponent in 3.0_f64..9.0) {
        let decision = decide(&draft);
        let volume = 10_f64.powf(exponent);
        let curve = |option: OptionKind| &decision.option(option).unwrap().cost.as_ref().unwrap().curve;
        prop_assert_eq!(decision.crossovers.len(), 15);
        for pair in &decision.crossovers {
            prop_assert!(pair.ranges.first().unwrap().from <= 1e3 && pair.ranges.last().unwrap().to >= 1e9);
            for neighbours in pair.ranges.windows(2) {
                prop_assert!(neighbours[0].to.total_cmp(&neighbours[1].from).is_eq());
                prop_assert!(neighbours[0].cheaper != neighbours[1].cheaper);
            }
            let range = pair.ranges.iter().find(|range| volume <= range.to).unwrap();
            let (first, second) = (curve(pair.first).total(volume), curve(pair.second).total(volume));
            let close = (first - second).abs() <= first.max(second) * 1e-6;
            let near_edge = pair.volumes().any(|edge| (edge / volume - 1.0).abs() < 1e-6);
            if let (Some(cheaper), false, false) = (range.cheaper, close, near_edge) {
                let expected = if first < second { pair.first } else { pair.second };
                prop_assert_eq!(cheaper, expected, "{} {} {}", volume, first, second);
            }
        }
    }

    #[test]
    fn a_removed_constraint_never_removes_an_option(draft in drafts(), target in 50_u32..5_000, floor in 50_u32..99) {
        let constrained = draft
            .with(Field::Privacy, "on_premise_required")
            .with(Field::LatencyTargetMs, target.to_string())
            .with(Field::RequiredQuality, floor.to_string())
            .with(Field::LabellingBudget, "1000");
        let before = decide(&constrained);
        for (field, without) in [
            (Field::Privacy, "cloud_acceptable"),
            (Field::LatencyTargetMs, "none"),
            (Field::RequiredQuality, ""),
            (Field::LabellingBudget, ""),
            (Field::Batch, "no"),
        ] {
            let after = decide(&constrained.clone().with(field, without));
            for (before, after) in before.options.iter().zip(&after.options) {
                prop_assert!(!before.excluded.is_empty() || after.excluded.is_empty(), "{field:?}");
            }
        }
    }

    #[test]
    fn unknowns_never_change_into_values(draft in drafts(), index in 0..Field::ALL.len()) {
        let field = Field::ALL[index];
        let use_case = UseCase::parse(&draft.with(field, "")).unwrap();
        prop_assert!(use_case.is_unknown(field));
        let decision = domain::decide(&use_case, &Policy::article(), &BOOK);
        for result in &decision.options {
            prop_assert_eq!(result.cost.is_none(), !result.missing.is_empty());
        }
        let json = serde_json::to_string(&use_case).unwrap();
        prop_assert_eq!(serde_json::from_str::<UseCase>(&json).unwrap(), use_case);
    }

    #[test]
    fn a_decision_survives_storage_byte_for_byte(draft in drafts()) {
        let decision = decide(&draft);
        let json = serde_json::to_string(&decision).unwrap();
        let again: Decision = serde_json::from_str(&json).unwrap();
        prop_assert_eq!(serde_json::to_string(&again).unwrap(), json);
    }

    #[test]
    fn names_and_notes_do_not_change_the_content_hash(draft in drafts(), name in "[a-z ]{0,40}") {
        let before = decide(&draft).provenance;
        prop_assert_eq!(&before, &decide(&draft.clone().with(Field::Name, name)).provenance);
        let material = decide(&draft.with(Field::InputTokens, "20001")).provenance;
        prop_assert_ne!(before.content_hash, material.content_hash);
    }
}

#[test]
fn lines_that_nearly_coincide_end_in_one_unclear_range() {
    // Found by the law above: here the search is broken off, so the last stretch is unclear as well.
    let draft = preset::by_id("strategic-advisory")
        .unwrap()
        .draft()
        .with(Field::RequestsPerMonth, "1000")
        .with(Field::InputTokens, "16423")
        .with(Field::OutputTokens, "2299")
        .with(Field::CachedTokens, "0")
        .with(Field::LabelledExamples, "5000")
        .with(Field::YearlyGrowth, "45")
        .with(Field::PeakToMean, "1")
        .with(Field::ApiPriceDrift, "9")
        .with(Field::GpuPriceDrift, "9")
        .with(Field::MinReplicas, "0")
        .with(Field::ShareHandled, "0")
        .with(Field::HorizonMonths, "18");
    let decision = decide(&draft);
    let pairs = &decision.crossovers;
    assert!(pairs.iter().flat_map(|pair| &pair.ranges).any(|range| range.cheaper.is_none()));
    for pair in pairs {
        assert!(pair.ranges.windows(2).all(|two| two[0].cheaper != two[1].cheaper), "{pair:?}");
        assert!(pair.ranges[0].from <= 1e3 && pair.ranges[pair.ranges.len() - 1].to >= 1e9);
    }
}

#[test]
fn months_at_the_minimum_and_months_past_it_are_told_apart() {
    // Found by the law above: with strong growth the first months run three idle GPUs and the last ones far
    // more, so the curve lies above both "the minimum in every month" and "the load in every month".
    let draft = preset::by_id("strategic-advisory")
        .unwrap()
        .draft()
        .with(Field::InputTokens, "5621")
        .with(Field::OutputTokens, "2643")
        .with(Field::CachedTokens, "0")
        .with(Field::LabelledExamples, "5000")
        .with(Field::YearlyGrowth, "57")
        .with(Field::PeakToMean, "7")
        .with(Field::ApiPriceDrift, "-3")
        .with(Field::GpuPriceDrift, "-3")
        .with(Field::DiscountRate, "2")
        .with(Field::MinReplicas, "3")
        .with(Field::HorizonMonths, "58");
    let decision = decide(&draft);
    let curve = |option: OptionKind| &decision.option(option).unwrap().cost.as_ref().unwrap().curve;
    let (api, slm) = (curve(OptionKind::FrontierApi), curve(OptionKind::SelfHostedSlm));
    let pair = decision
        .crossovers
        .iter()
        .find(|pair| (pair.first, pair.second) == (OptionKind::FrontierApi, OptionKind::SelfHostedSlm))
        .unwrap();
    assert_eq!(pair.volumes().count(), 3);
    for range in &pair.ranges {
        let middle = (range.from * range.to).sqrt();
        let cheaper = if api.total(middle) <= slm.total(middle) { pair.first } else { pair.second };
        assert_eq!(range.cheaper, Some(cheaper), "at {middle} requests/month");
    }
}
