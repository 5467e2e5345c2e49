//! Whole models on the CPU, against the plain forward pass.
#![allow(clippy::unwrap_used)]

mod support;

use pollster::block_on;
use slm::adapter::{Adapter, AdapterLayer, ClassHead, SidePath};
use slm::classify::{Nearest, verdict};
use slm::cpu::Cpu;
use slm::reference::Reference;
use slm::sampling::Sampling;
use slm::weights::Quantisation;
use slm::{Backend, Ended, Error, Model, Stop};
use std::ops::ControlFlow;
use std::sync::Arc;
use support::{Numbers, agreement_on_long_texts, divergence, likeliest, shipped, tiny};

const ALL: [Quantisation; 5] =
    [Quantisation::F32, Quantisation::F16, Quantisation::Q4_0, Quantisation::Q4_1, Quantisation::Q8_0];

fn model(quantisation: Quantisation) -> Model {
    Model::load(Arc::new(tiny(quantisation).build())).unwrap()
}

/// Tokens that look like none in particular.
fn text(length: usize) -> Vec<u32> {
    let mut numbers = Numbers(5);
    (0..length).map(|_| numbers.next_u32() % 48).collect()
}

fn expected(model: &Model, adapter: Option<&Adapter>, tokens: &[u32]) -> Vec<f32> {
    let mut reference = Reference::new(model, adapter);
    let states: Vec<Vec<f32>> = tokens.iter().map(|token| reference.read(*token)).collect();
    reference.logits(states.last().unwrap())
}

fn adapter(scale: f32) -> Adapter {
    let mut numbers = Numbers(11);
    let mut side = |input: usize, output: usize| {
        Some(SidePath {
            a: (0..2 * input).map(|_| 0.3 * numbers.next()).collect(),
            b: (0..2 * output).map(|_| scale * numbers.next()).collect(),
        })
    };
    let layers = (0..2).map(|_| AdapterLayer {
        query: side(64, 64),
        key: side(64, 32),
        value: side(64, 32),
        output: side(64, 64),
        gate: side(64, 96),
        up: side(64, 96),
        down: side(96, 64),
    });
    Adapter { rank: 2, scale: 0.5, layers: layers.collect() }
}

#[test]
fn every_quantisation_agrees_with_the_plain_forward_pass() {
    for quantisation in ALL {
        let model = model(quantisation);
        for length in [1, 2, 31, 32, 33, 64, 100] {
            let mut cpu = Cpu::new(&model).unwrap();
            block_on(cpu.prefill(&text(length), &Stop::default())).unwrap();
            assert_eq!(cpu.position(), length);
            let found = block_on(cpu.logits()).unwrap();
            let kl = divergence(&expected(&model, None, &text(length)), &found);
            // Plain numbers differ by the order of sums only; the others by the rounding of activations.
            let most =
                if matches!(quantisation, Quantisation::F32 | Quantisation::F16) { 1e-6 } else { 0.02 };
            assert!(kl < most, "{quantisation:?}, {length} tokens: {kl}");
        }
    }
}

#[test]
fn reading_at_once_in_parts_and_one_by_one_is_the_same() {
    let model = model(Quantisation::Q4_1);
    let read = |parts: &[&[u32]]| {
        let mut cpu = Cpu::new(&model).unwrap();
        for part in parts {
            block_on(cpu.prefill(part, &Stop::default())).unwrap();
        }
        block_on(cpu.logits()).unwrap()
    };
    let all = text(70);
    let at_once = read(&[&all]);
    assert_eq!(read(&[&all[..13], &all[13..50], &all[50..]]), at_once);
    assert_eq!(read(&all.chunks(1).collect::<Vec<_>>()), at_once);
}

#[test]
fn decoding_chooses_what_reading_would() {
    let model = model(Quantisation::Q8_0);
    let mut cpu = Cpu::new(&model).unwrap();
    block_on(cpu.prefill(&text(9), &Stop::default())).unwrap();
    let mut written = Vec::new();
    let mut receive = |token| {
        written.push(token);
        ControlFlow::Continue(())
    };
    let ended = block_on(cpu.decode(6, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    assert_eq!((ended, cpu.position()), (Ended::Length, 15));
    let mut read = text(9);
    for token in &written {
        let mut other = Cpu::new(&model).unwrap();
        block_on(other.prefill(&read, &Stop::default())).unwrap();
        let logits = block_on(other.logits()).unwrap();
        assert_eq!(likeliest(&logits), *token);
        read.push(*token);
    }
    // Back to the prompt, and once more.
    cpu.rewind(8);
    assert!(block_on(cpu.logits()).is_err(), "nothing is known of the position before");
    block_on(cpu.prefill(&text(9)[8..], &Stop::default())).unwrap();
    let mut again = Vec::new();
    let mut receive = |token| {
        again.push(token);
        if again.len() == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ended = block_on(cpu.decode(6, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    assert_eq!((ended, &again[..]), (Ended::Received, &written[..3]));
}

#[test]
fn a_context_is_not_exceeded() {
    let model = model(Quantisation::F16);
    let mut cpu = Cpu::new(&model).unwrap();
    let too_long = block_on(cpu.prefill(&text(129), &Stop::default()));
    assert_eq!(too_long, Err(Error::TooLong { needed: 129, available: 128 }));
    block_on(cpu.prefill(&text(126), &Stop::default())).unwrap();
    let mut receive = |_| ControlFlow::Continue(());
    let ended = block_on(cpu.decode(9, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    assert_eq!((ended, cpu.position()), (Ended::Context, 128));
}

#[test]
fn who_asks_to_stop_is_heard_and_can_go_on() {
    let model = model(Quantisation::Q4_0);
    let mut cpu = Cpu::new(&model).unwrap();
    let stop = Stop::default();
    block_on(cpu.prefill(&text(5), &stop)).unwrap();
    let stopper = stop.clone();
    let mut written = Vec::new();
    let mut receive = |token| {
        written.push(token);
        if written.len() == 2 {
            stopper.stop();
        }
        ControlFlow::Continue(())
    };
    assert_eq!(block_on(cpu.decode(9, Sampling::Greedy, &stop, &mut receive)), Err(Error::Stopped));
    assert_eq!((written.len(), cpu.position()), (2, 7), "what was handed out is in the cache");
    let mut receive = |_| ControlFlow::Continue(());
    let ended = block_on(cpu.decode(2, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    assert_eq!((ended, cpu.position()), (Ended::Length, 9));
}

#[test]
fn adapters_come_and_go() {
    let model = model(Quantisation::F32);
    let mut cpu = Cpu::new(&model).unwrap();
    let read = |cpu: &mut Cpu| {
        block_on(cpu.prefill(&text(20), &Stop::default())).unwrap();
        block_on(cpu.logits()).unwrap()
    };
    let plain = read(&mut cpu);
    let tuned = adapter(0.5);
    cpu.adapt(Some(&tuned)).unwrap();
    assert_eq!(cpu.position(), 0);
    let found = read(&mut cpu);
    assert!(divergence(&expected(&model, Some(&tuned), &text(20)), &found) < 1e-6);
    assert!(divergence(&plain, &found) > 1e-4, "it makes a difference");
    cpu.adapt(None).unwrap();
    assert_eq!(read(&mut cpu), plain);
    let narrow = Adapter { layers: tuned.layers[..1].to_vec(), ..tuned };
    assert!(matches!(cpu.adapt(Some(&narrow)), Err(Error::Adapter(_))));
}

#[test]
fn documents_are_classified_as_if_each_were_alone() {
    let model = model(Quantisation::F32);
    let mut numbers = Numbers(3);
    let head = ClassHead {
        labels: ["one", "two", "three"].map(str::to_owned).to_vec(),
        weight: (0..3 * 64).map(|_| numbers.next()).collect(),
        bias: vec![0.1, 0.0, -0.1],
    };
    let documents: Vec<Vec<u32>> = [3, 1, 40, 40, 40, 128, 7].map(text).to_vec();
    let mut cpu = Cpu::new(&model).unwrap();
    block_on(cpu.prefill(&text(4), &Stop::default())).unwrap();
    let found = block_on(cpu.classify(&documents, &head, &Stop::default())).unwrap();
    assert_eq!(cpu.position(), 0);
    for (document, found) in documents.iter().zip(&found) {
        let expected = Reference::classify(&model, None, document, &head);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-3, "{found} for {expected}");
        }
    }
    let empty = block_on(cpu.classify(&[vec![]], &head, &Stop::default()));
    assert!(empty.is_err());
    let long = block_on(cpu.classify(&[text(129)], &head, &Stop::default()));
    assert_eq!(long, Err(Error::TooLong { needed: 129, available: 128 }));
}

#[test]
fn memory_returns_to_its_level() {
    let model = model(Quantisation::Q4_1);
    let mut cpu = Cpu::new(&model).unwrap();
    let mut level = None;
    for _ in 0..100 {
        cpu.rewind(0);
        block_on(cpu.prefill(&text(60), &Stop::default())).unwrap();
        let memory = cpu.memory();
        assert_eq!(*level.get_or_insert(memory), memory);
    }
}

#[test]
fn memory_returns_to_its_level_after_classifying() {
    let model = model(Quantisation::Q4_1);
    let mut cpu = Cpu::new(&model).unwrap();
    let head = ClassHead { labels: vec!["a".into(), "b".into()], weight: vec![0.1; 128], bias: vec![0.0; 2] };
    let before = cpu.memory();
    for length in [1, 128, 7] {
        block_on(cpu.classify(&vec![text(length); 5], &head, &Stop::default())).unwrap();
        assert_eq!(cpu.memory(), before);
    }
    let stop = Stop::default();
    stop.stop();
    assert_eq!(block_on(cpu.classify(&[text(100)], &head, &stop)), Err(Error::Stopped));
    assert_eq!(cpu.memory(), before);
    let tuned = adapter(0.5);
    cpu.adapt(Some(&tuned)).unwrap();
    assert_eq!(cpu.memory().other, before.other + tuned.bytes());
    block_on(cpu.classify(&[text(100)], &head, &Stop::default())).unwrap();
    cpu.adapt(None).unwrap();
    assert_eq!(cpu.memory(), before);
}

#[test]
fn the_shipped_model_agrees_with_the_plain_forward_pass() {
    let file = Arc::new(shipped());
    let model = Model::load(Arc::clone(&file)).unwrap();
    let tokenizer = slm::tokenizer::Tokenizer::load(&file).unwrap();
    let prompt =
        "A parcel that was promised for Monday arrived on Thursday, and the box was open. The customer wants";
    let tokens = tokenizer.encode(prompt);
    let mut reference = Reference::new(&model, None);
    let mut cpu = Cpu::new(&model).unwrap();
    let (mut same, mut kl) = (0, 0.0);
    for token in &tokens {
        let state = reference.read(*token);
        let expected = reference.logits(&state);
        block_on(cpu.prefill(&[*token], &Stop::default())).unwrap();
        let found = block_on(cpu.logits()).unwrap();
        same += usize::from(likeliest(&expected) == likeliest(&found));
        kl += divergence(&expected, &found) / tokens.len() as f64;
    }
    assert!(same * 10 >= tokens.len() * 9, "{same} of {}", tokens.len());
    assert!(kl < 0.1, "{kl}");
}

#[test]
fn texts_of_one_to_two_thousand_tokens_go_on_as_with_llama_cpp() {
    let model = Model::load(Arc::new(shipped())).unwrap();
    let mut cpu = Cpu::new(&model).unwrap();
    let (same, all) = agreement_on_long_texts(&mut cpu, 2_000);
    assert!(same * 10 >= all * 9, "{same} of {all}");
}

#[test]
fn the_shipped_model_finds_names_alike_without_any_training() {
    let file = Arc::new(shipped());
    let model = Model::load(Arc::clone(&file)).unwrap();
    let tokenizer = slm::tokenizer::Tokenizer::load(&file).unwrap();
    let labels = ["lost_or_stolen_card", "exchange_rate", "change_pin"].map(str::to_owned);
    let mut cpu = Cpu::new(&model).unwrap();
    let head = Nearest::states(model.config.width);
    let mut states =
        |documents: &[Vec<u32>]| block_on(cpu.classify(documents, &head, &Stop::default())).unwrap();
    let nearest = Nearest::new(&states(&Nearest::preparation(&tokenizer, &labels).unwrap()));
    for (text, label) in [
        ("Somebody took my wallet with my bank card in it!", 0),
        ("How many dollars do I get for a euro today?", 1),
        ("Change pin", 2),
    ] {
        let document = Nearest::document(&tokenizer, text).unwrap();
        assert!(!document.is_cut);
        let cosines = nearest.cosines(&states(&[document.tokens])[0]);
        assert_eq!(verdict(&cosines).top[0].label, label, "{text}: {cosines:?}");
    }
    assert_eq!(Nearest::preparation(&tokenizer, &["a".to_owned(), "_".to_owned()]), None);
    assert!(Nearest::document(&tokenizer, &"word ".repeat(200)).unwrap().is_cut);
}
