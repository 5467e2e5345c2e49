//! What is counted and worked out.

use crate::classify::{
    Cascade, Confusion, Judged, Labels, NO_CLASS, Reliability, hybrid, together, unsure_first, wilson,
};
use proptest::prelude::*;

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

#[test]
fn wilsons_interval_is_that_of_the_literature() {
    // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29; to four digits.
    for (right, all, low, high) in
        [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
    {
        let interval = wilson(right, all).unwrap();
        assert!((interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5, "{interval:?}");
    }
    assert_eq!(wilson(0, 0), None);
}

#[test]
fn macro_f1_is_the_mean_over_classes() {
    let mut confusion = Confusion::default();
    // As scikit-learn has it: y_true = [0, 0, 1, 1, 2], y_pred = [0, 1, 1, 1, 0] gives 0.5, 0.8, 0.
    for (right, answered) in [(0, 0), (0, 1), (1, 1), (1, 1), (2, 0)] {
        confusion.add(right, answered);
    }
    assert!(near(confusion.macro_f1().unwrap(), (0.5 + 0.8 + 0.0) / 3.0));
    assert_eq!((confusion.right(), confusion.all()), (3, 5));
    assert_eq!(confusion.mistakes(), [(0, 1, 1), (2, 0, 1)]);
    // Whoever names no class is wrong, and makes no class of it.
    let f1 = confusion.macro_f1();
    confusion.add(NO_CLASS, NO_CLASS);
    assert_eq!((confusion.right(), confusion.all(), confusion.macro_f1()), (3, 6, f1));
    let nothing = Confusion::default();
    assert_eq!((nothing.all(), nothing.macro_f1()), (0, None));
}

#[test]
fn calibration_is_how_far_confidence_and_accuracy_are_apart() {
    let mut reliability = Reliability::default();
    assert_eq!(reliability.error(), None);
    for (confidence, is_right) in [(0.95, true), (0.95, false), (1.0, true), (0.2, false), (f64::NAN, true)] {
        reliability.add(confidence, is_right);
    }
    let (last, third) = (reliability.bins[9], reliability.bins[2]);
    assert_eq!((last.all, last.right, third.all, reliability.bins[1].all), (3, 2, 1, 0));
    assert_eq!(reliability.bins[0].confidence(), None);
    let expected = 0.75 * (2.9 / 3.0 - 2.0 / 3.0) + 0.25 * 0.2;
    assert!(near(reliability.error().unwrap(), expected));
}

#[test]
fn labels_are_found_however_they_are_spelt() {
    let names = ["card_arrival", "Top up", "a-b", "a b"].map(str::to_owned);
    let labels = Labels::new(&names);
    assert_eq!(labels.find(" Card Arrival"), Some(0));
    assert_eq!(labels.find("top_up"), Some(1));
    assert_eq!([labels.find("a b"), labels.find("lost")], [None, None], "one of two, and none");
}

#[test]
fn unsure_rows_come_first_and_empty_ones_last() {
    assert_eq!(unsure_first(&[Some(0.5), None, Some(0.1), Some(0.5), Some(0.0)]), [4, 2, 0, 3, 1]);
}

fn judged(confidence: f64, is_right: bool) -> Judged {
    Judged { confidence, is_right: Some(is_right) }
}

#[test]
fn a_threshold_keeps_what_is_sure_enough() {
    let cascade =
        Cascade::new([judged(0.9, true), judged(0.4, false), judged(0.8, false), judged(0.6, true)]);
    let point = cascade.at(0.6);
    assert_eq!((point.kept, point.escalated, point.errors_caught, point.errors), (3, 1, 1, 2));
    assert!(near(point.share_handled, 0.75));
    assert!(near(point.kept_accuracy.unwrap(), 2.0 / 3.0));
    let curve = cascade.curve(10);
    assert_eq!((curve.len(), curve[0].kept, curve[10].kept), (11, 4, 0));
    let unjudged = Cascade::new([Judged { confidence: 0.9, is_right: None }]).at(0.5);
    assert_eq!((unjudged.kept_accuracy, unjudged.errors), (None, 0));
    let nothing = Cascade::new([]).at(0.5);
    assert_eq!((nothing.kept, nothing.escalated, nothing.kept_accuracy), (0, 0, None));
    let doubtful = Cascade::new([judged(f64::NAN, true)]).at(0.0);
    assert_eq!((doubtful.kept, doubtful.escalated), (0, 1));
}

#[test]
fn what_is_unknown_stays_unknown_and_is_not_asked_for_where_it_does_not_matter() {
    assert!(near(hybrid(Some(0.001), Some(0.01), 0.25).unwrap(), 0.0035));
    assert_eq!([hybrid(Some(0.001), None, 0.25), hybrid(Some(0.001), None, 0.0)], [None, Some(0.001)]);
    assert!(near(together(Some(0.95), 0.8, Some(0.9)).unwrap(), 0.94));
    assert_eq!(together(Some(0.95), 0.8, None), None, "what the API gets right is unknown");
    assert_eq!(together(Some(0.95), 1.0, None), Some(0.95), "and does not matter here");
    assert_eq!(together(None, 0.0, Some(0.9)), Some(0.9));
}

fn answers() -> impl Strategy<Value = Vec<Judged>> {
    let answer = (0.0..=1.0_f64, prop::option::of(any::<bool>()));
    prop::collection::vec(answer.prop_map(|(confidence, is_right)| Judged { confidence, is_right }), 0..60)
}

proptest! {
    #[test]
    fn a_higher_threshold_never_keeps_more(answers in answers(), one in 0.0..1.1_f64, other in 0.0..1.1_f64) {
        let cascade = Cascade::new(answers.iter().copied());
        let at = |threshold| cascade.at(threshold);
        let (low, high) = (at(one.min(other)), at(one.max(other)));
        prop_assert!(high.share_handled <= low.share_handled);
        prop_assert!(high.errors_caught >= low.errors_caught);
    }

    #[test]
    fn kept_and_passed_on_are_all(answers in answers(), threshold in -0.1..1.1_f64) {
        let point = Cascade::new(answers.iter().copied()).at(threshold);
        let kept: Vec<&Judged> = answers.iter().filter(|answer| answer.confidence >= threshold).collect();
        prop_assert_eq!(point.kept + point.escalated, answers.len() as u64);
        prop_assert_eq!(point.kept, kept.len() as u64);
        let wrong = answers.iter().filter(|answer| answer.is_right == Some(false)).count() as u64;
        let wrong_kept = kept.iter().filter(|answer| answer.is_right == Some(false)).count() as u64;
        prop_assert_eq!((point.errors, point.errors_caught), (wrong, wrong - wrong_kept));
        for share in [Some(point.share_handled), point.kept_accuracy].into_iter().flatten() {
            prop_assert!((0.0..=1.0).contains(&share));
        }
    }

    #[test]
    fn shares_and_their_intervals_are_within_nothing_and_all(
        pairs in prop::collection::vec((0_u32..6, 0_u32..6), 1..80),
    ) {
        let mut confusion = Confusion::default();
        for (right, answered) in &pairs {
            confusion.add(*right, *answered);
        }
        let accuracy = confusion.right() as f64 / confusion.all() as f64;
        let f1 = confusion.macro_f1().unwrap();
        prop_assert!((0.0..=1.0).contains(&accuracy) && (0.0..=1.0).contains(&f1));
        prop_assert_eq!(near(f1, 1.0), confusion.mistakes().is_empty());
        let interval = wilson(confusion.right(), confusion.all()).unwrap();
        prop_assert!(0.0 <= interval.low && interval.low <= accuracy && accuracy <= interval.high + 1e-12);
        prop_assert!(interval.high <= 1.0);
    }

    #[test]
    fn calibration_is_a_share(answers in prop::collection::vec((0.0..=1.0_f64, any::<bool>()), 1..60)) {
        let mut reliability = Reliability::default();
        for (confidence, is_right) in &answers {
            reliability.add(*confidence, *is_right);
        }
        prop_assert!((0.0..=1.0).contains(&reliability.error().unwrap()));
        prop_assert_eq!(reliability.bins.iter().map(|bin| bin.all).sum::<u64>(), answers.len() as u64);
    }

    #[test]
    fn every_row_is_shown_once(margins in prop::collection::vec(prop::option::of(0.0..1.0_f64), 0..50)) {
        let order = unsure_first(&margins);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        prop_assert_eq!(sorted, (0..margins.len()).collect::<Vec<_>>());
        let shown: Vec<f64> = order.iter().map(|row| margins[*row].unwrap_or(f64::INFINITY)).collect();
        prop_assert!(shown.is_sorted());
    }
}
