//! Runs with backends that fail on demand.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::adapter::Adapter;
use crate::engine::fakes::{Counters, Fate, started};
use pollster::block_on;
use proptest::prelude::*;
use slm_messages::{Message, Wanted, Way};
use std::rc::Rc;

/// Each word is a token.
fn document(text: &str) -> Option<Document> {
    let tokens: Vec<u32> = text.split_whitespace().map(|_| 7).collect();
    (!tokens.is_empty()).then_some(Document { tokens, is_cut: false })
}

fn head() -> ClassHead {
    let labels = ["none", "one", "two", "three"].map(str::to_owned).to_vec();
    ClassHead { labels, weight: vec![0.0; 4], bias: vec![0.0; 4] }
}

fn ask(batch: Batch, texts: &[&str]) -> Classify {
    let texts = (10..).zip(texts).map(|(id, text)| Message { id, text: (*text).to_owned() }).collect();
    Classify { run: 3, by: Way::Adapter, batch, texts }
}

/// An engine with an adapter.
fn engine(fate: &Rc<Fate>, wanted: Wanted) -> Engine<Counters> {
    let mut engine = started(fate, wanted);
    let adapter = Rc::new(Adapter { rank: 1, scale: 2.0, layers: Vec::new() });
    block_on(engine.adapt(Some(&adapter), &Stop::default())).unwrap();
    fate.packs.borrow_mut().clear();
    engine
}

fn ran(engine: &mut Engine<Counters>, ask: &Classify, stop: &Stop) -> (Done, Vec<Classified>) {
    let mut told = Vec::new();
    let head = head();
    let scorer = Scorer::Head(&head);
    let done = block_on(run(engine, scorer, &document, ask, stop, &mut |more| told.push(more))).unwrap();
    (done, told)
}

fn labels(told: &[Classified]) -> Vec<(u32, Option<u32>)> {
    let answers = told.iter().flat_map(|told| &told.answers);
    let label = |answer: &Answer| answer.verdict.as_ref().and_then(Verdict::best).map(|best| best.label);
    answers.map(|answer| (answer.id, label(answer))).collect()
}

#[test]
fn every_message_is_answered_in_order_whatever_is_read_at_once() {
    let texts = ["a", "a b", "", "a b c", "a b", " \n", "a"];
    let expected =
        [(10, Some(1)), (11, Some(2)), (12, None), (13, Some(3)), (14, Some(2)), (15, None), (16, Some(1))];
    for (batch, packs) in [
        (Batch::Single, vec![1, 1, 1, 1, 1]),
        (Batch::Tokens { most: 4 }, vec![2, 1, 2]),
        (Batch::Tokens { most: 0 }, vec![1, 1, 1, 1, 1]),
        (Batch::Packed, vec![5]),
    ] {
        let fate = Rc::new(Fate::default());
        let (done, told) = ran(&mut engine(&fate, Wanted::Cpu), &ask(batch, &texts), &Stop::default());
        assert_eq!(labels(&told), expected, "{batch:?}");
        assert_eq!(*fate.packs.borrow(), packs, "{batch:?}");
        assert_eq!((done.ended, done.done, done.tokens), (Ended::Complete, 7, 9));
        assert_eq!(told.last().map(|last| (last.done, last.of, last.run)), Some((7, 7, 3)));
        for answer in told.iter().flat_map(|told| &told.answers) {
            assert_eq!(answer.together > 0, answer.verdict.is_some());
        }
    }
}

#[test]
fn nothing_to_sort_is_an_end_at_once() {
    let fate = Rc::new(Fate::default());
    let (done, told) = ran(&mut engine(&fate, Wanted::Cpu), &ask(Batch::Packed, &[]), &Stop::default());
    assert_eq!((done.ended, done.done, told.len()), (Ended::Complete, 0, 0));
}

#[test]
fn stopping_keeps_what_was_handed_out() {
    let fate = Rc::new(Fate::default());
    let mut engine = engine(&fate, Wanted::Cpu);
    let (stop, head, mut told) = (Stop::default(), head(), Vec::new());
    let ask = ask(Batch::Single, &["a", "a", "a"]);
    let mut tell = |more| {
        told.push(more);
        if told.len() == 2 {
            stop.stop();
        }
    };
    let done = block_on(run(&mut engine, Scorer::Head(&head), &document, &ask, &stop, &mut tell)).unwrap();
    assert_eq!((done.ended, done.done, told.len()), (Ended::Stopped, 2, 2));
}

#[test]
fn a_gpu_that_is_lost_on_the_way_loses_no_message_and_answers_none_twice() {
    let fate = Rc::new(Fate::default());
    let mut engine = engine(&fate, Wanted::Gpu);
    *fate.losses.borrow_mut() = vec![1, 1];
    let texts = ["a", "a b", "a b c", "a", "a b"];
    let (done, told) = ran(&mut engine, &ask(Batch::Tokens { most: 3 }, &texts), &Stop::default());
    let expected = [(10, Some(1)), (11, Some(2)), (12, Some(3)), (13, Some(1)), (14, Some(2))];
    assert_eq!(labels(&told), expected);
    assert_eq!((done.ended, done.done), (Ended::Complete, 5));
    assert_eq!(told.last().map(|last| last.backend), Some(Hardware::Cpu));
}

#[test]
fn a_verdict_names_the_best_first_and_of_equals_the_one_that_comes_first() {
    let of = |scores: &[f64]| {
        let verdict = verdict(scores);
        let labels: Vec<u32> = verdict.top.iter().map(|scored| scored.label).collect();
        (labels, verdict.margin)
    };
    assert_eq!(of(&[0.25, 0.5, 0.0, 0.25]), (vec![1, 0, 3], 0.25));
    assert_eq!(of(&[0.5, 0.5]), (vec![0, 1], 0.0));
    assert_eq!(of(&[1.0]), (vec![0], 0.0));
}

#[test]
fn names_that_are_alike_are_near() {
    let names = [vec![1.0, 0.0, 9.0], vec![0.0, 1.0, 9.0], vec![-1.0, -1.0, 9.0]];
    // All texts have this in common.
    let neutral = vec![vec![0.0, 0.0, 9.0]; 12];
    let nearest = Nearest::new(&[names.to_vec(), neutral].concat());
    let cosines = nearest.cosines(&[0.9, 0.2, 9.0]);
    assert_eq!((cosines.len(), verdict(&cosines).best().map(|best| best.label)), (3, Some(0)));
    assert!(cosines.iter().all(|cosine| cosine.abs() <= 1.0));
    assert!((nearest.cosines(&names[1])[1] - 1.0).abs() < 1e-6);
    assert_eq!(nearest.cosines(&[0.0, 0.0, 9.0]), [0.0; 3], "it is like none");
    assert_eq!(Nearest::states(2).weight, [1.0, 0.0, 0.0, 1.0]);
}

proptest! {
    #[test]
    fn probabilities_are_shares_of_one(logits in prop::collection::vec(-1e30_f32..1e30, 1..80)) {
        let shares = probabilities(&logits);
        prop_assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        prop_assert!(shares.iter().all(|share| (0.0..=1.0).contains(share)));
        let verdict = verdict(&shares);
        prop_assert!(verdict.top.windows(2).all(|pair| pair[0].score >= pair[1].score));
        prop_assert!((0.0..=1.0).contains(&verdict.margin));
    }
}
