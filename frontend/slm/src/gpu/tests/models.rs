//! Whole small models.

use super::chance::Chance;
use super::lab::{assert_close, config};
use super::oracle;
use crate::adapter::{Adapter, ClassHead};
use crate::backend::{Backend, Ended, Stop};
use crate::config::Config;
use crate::error::Error;
use crate::gpu::{Gpu, Workgroups};
use crate::sampling::Sampling;
use crate::weights::{Model, Quantisation};
use pollster::block_on;
use std::ops::ControlFlow;

/// The oracle rounds its cache as the device does, but not always in the same direction.
const TOLERANCE: f64 = 2e-3;

fn gpu(model: &Model) -> Gpu {
    block_on(Gpu::new(model, None)).unwrap_or_else(|error| {
        panic!("these tests need a Vulkan device (Debian: mesa-vulkan-drivers, libvulkan1): {error}")
    })
}

fn small(matrices: Quantisation, embedding: Quantisation) -> Model {
    Chance::new(20).model(&config(), matrices, embedding)
}

fn read(gpu: &mut Gpu, tokens: &[u32]) -> Vec<f32> {
    block_on(gpu.prefill(tokens, &Stop::default())).unwrap();
    block_on(gpu.logits()).unwrap()
}

fn wanted(model: &Model, adapter: Option<&Adapter>, tokens: &[u32]) -> Vec<f64> {
    oracle::logits(model, oracle::states(model, adapter, tokens).last().unwrap())
}

fn greedy(gpu: &mut Gpu, count: usize) -> Vec<u32> {
    let mut tokens = Vec::new();
    let mut receive = |token| {
        tokens.push(token);
        ControlFlow::Continue(())
    };
    let ended = block_on(gpu.decode(count, Sampling::Greedy, &Stop::default(), &mut receive)).unwrap();
    assert_eq!(ended, Ended::Length);
    tokens
}

#[test]
fn prompts_of_every_kind_of_length() {
    let model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let tokens = Chance::new(21).tokens(300, 301);
    let states = oracle::states(&model, None, &tokens);
    for workgroups in [Workgroups::Wide, Workgroups::Narrow] {
        let gpu = block_on(Gpu::with_workgroups(&model, None, workgroups)).unwrap();
        lengths(gpu, &model, &tokens, &states);
    }
}

fn lengths(mut gpu: Gpu, model: &Model, tokens: &[u32], states: &[Vec<f64>]) {
    for length in [1, 2, 3, 17, 63, 64, 65, 127, 128, 129, 131, 257, 300] {
        gpu.rewind(0);
        let found = read(&mut gpu, &tokens[..length]);
        assert_eq!(gpu.position(), length);
        let wanted = oracle::logits(model, &states[length - 1]);
        assert_close(&format!("{length} tokens"), &found, &wanted, TOLERANCE);
    }
    // In pieces, the last of which comes after a rewind.
    gpu.rewind(0);
    read(&mut gpu, &tokens[..70]);
    read(&mut gpu, &tokens[70..72]);
    read(&mut gpu, &tokens[72..200]);
    gpu.rewind(150);
    let found = read(&mut gpu, &tokens[150..180]);
    assert_close("in pieces", &found, &oracle::logits(model, &states[179]), TOLERANCE);
}

#[test]
fn every_format_and_shape() {
    let shapes = [
        (Quantisation::Q4_0, Quantisation::Q4_1, config()),
        (Quantisation::Q8_0, Quantisation::F16, Config { heads: 8, kv_heads: 1, head_width: 16, ..config() }),
        (Quantisation::F16, Quantisation::F32, Config { heads: 1, kv_heads: 1, head_width: 128, ..config() }),
        (
            Quantisation::F32,
            Quantisation::Q4_0,
            Config { heads: 4, kv_heads: 4, head_width: 64, width: 32, ..config() },
        ),
    ];
    for (matrices, embedding, config) in shapes {
        let model = Chance::new(22).model(&config, matrices, embedding);
        let mut gpu = gpu(&model);
        let tokens = Chance::new(23).tokens(12, 301);
        let found = read(&mut gpu, &tokens[..10]);
        assert_close(&format!("{matrices:?}"), &found, &wanted(&model, None, &tokens[..10]), TOLERANCE);
        let found = read(&mut gpu, &tokens[10..]);
        assert_close(&format!("{matrices:?}, decoding"), &found, &wanted(&model, None, &tokens), TOLERANCE);
    }
}

#[test]
fn formats_may_differ_within_a_layer() {
    let mut model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let mut chance = Chance::new(24);
    model.layers[1].value = chance.tensor(Quantisation::Q8_0, 64, 96);
    model.layers[0].down = chance.tensor(Quantisation::F16, 96, 160);
    model.head = chance.tensor(Quantisation::Q4_1, 301, 96);
    let mut gpu = gpu(&model);
    let tokens = chance.tokens(9, 301);
    assert_close("mixed", &read(&mut gpu, &tokens), &wanted(&model, None, &tokens), TOLERANCE);
}

#[test]
fn decoding_is_prefill_token_by_token() {
    let model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let mut gpu = gpu(&model);
    let tokens = Chance::new(25).tokens(60, 301);
    read(&mut gpu, &tokens);
    // Crosses the border between two tiles of the attention.
    let text = greedy(&mut gpu, 12);
    assert_eq!(gpu.position(), 72);
    let found = block_on(gpu.logits()).unwrap();
    let all = [&tokens[..], &text[..]].concat();
    let states = oracle::states(&model, None, &all);
    for (token, state) in text.iter().zip(&states[59..]) {
        let logits = oracle::logits(&model, state);
        let best = logits.iter().copied().fold(f64::MIN, f64::max);
        assert!(best - logits[*token as usize] < 1e-3, "token {token} is not the best");
    }
    assert_close("after decoding", &found, &oracle::logits(&model, &states[71]), TOLERANCE);
    // A run that goes on does what one run would have done.
    gpu.rewind(0);
    read(&mut gpu, &tokens);
    let mut again = greedy(&mut gpu, 5);
    again.extend(greedy(&mut gpu, 7));
    assert_eq!(again, text);
}

#[test]
fn a_run_ends_when_told() {
    let model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let mut gpu = block_on(Gpu::new(&model, Some(20))).unwrap();
    assert_eq!(gpu.context(), 20);
    assert!(block_on(gpu.logits()).is_err(), "nothing was read");
    let tokens = Chance::new(26).tokens(10, 301);
    read(&mut gpu, &tokens);
    let text = greedy(&mut gpu, 4);
    gpu.rewind(0);
    read(&mut gpu, &tokens);

    // The receiver has enough after two; what ran ahead is forgotten.
    let mut left = 2;
    let mut receive = |_| {
        left -= 1;
        if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let ended = block_on(gpu.decode(9, Sampling::Greedy, &Stop::default(), &mut receive));
    assert_eq!((ended, gpu.position()), (Ok(Ended::Received), 12));
    let found = read(&mut gpu, &text[2..3]);
    let all = [&tokens[..], &text[..3]].concat();
    assert_close("after a short run", &found, &wanted(&model, None, &all), TOLERANCE);

    // Somebody stops.
    let stop = Stop::default();
    let mut receive = |_| {
        stop.stop();
        ControlFlow::Continue(())
    };
    let ended = block_on(gpu.decode(5, Sampling::Greedy, &stop, &mut receive));
    assert_eq!((ended, gpu.position()), (Err(Error::Stopped), 14));
    assert_eq!(block_on(gpu.prefill(&tokens[..1], &stop)), Err(Error::Stopped));

    // The cache is full.
    read(&mut gpu, &tokens[..3]);
    let mut count = 0;
    let mut receive = |_| {
        count += 1;
        ControlFlow::Continue(())
    };
    let ended = block_on(gpu.decode(9, Sampling::Greedy, &Stop::default(), &mut receive));
    assert_eq!((ended, gpu.position(), count), (Ok(Ended::Context), 20, 3));
    let refused = block_on(gpu.prefill(&tokens[..1], &Stop::default()));
    assert_eq!(refused, Err(Error::TooLong { needed: 21, available: 20 }));
    assert!(block_on(gpu.prefill(&[301], &Stop::default())).is_err(), "no such token");
}

#[test]
fn a_seed_gives_the_same_text() {
    let model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let mut gpu = gpu(&model);
    let tokens = Chance::new(27).tokens(5, 301);
    let mut texts = Vec::new();
    for seed in [1, 1, 2] {
        gpu.rewind(0);
        read(&mut gpu, &tokens);
        let mut text = Vec::new();
        let mut receive = |token| {
            text.push(token);
            ControlFlow::Continue(())
        };
        let sampling = Sampling::Temperature { temperature: 1.0, seed };
        block_on(gpu.decode(8, sampling, &Stop::default(), &mut receive)).unwrap();
        texts.push(text);
    }
    assert_eq!(texts[0], texts[1]);
    assert_ne!(texts[0], texts[2]);
}

#[test]
fn adapters_come_and_go() {
    let model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let mut gpu = gpu(&model);
    let mut chance = Chance::new(28);
    let tokens = chance.tokens(71, 301);
    let dispatches = gpu.plan().dispatches;
    for adapter in [Some(chance.adapter(&config(), 4)), Some(chance.adapter(&config(), 3)), None] {
        gpu.adapt(adapter.as_ref()).unwrap();
        assert_eq!(gpu.position(), 0);
        let found = read(&mut gpu, &tokens[..70]);
        let adapter = adapter.as_ref();
        assert_close("adapted", &found, &wanted(&model, adapter, &tokens[..70]), TOLERANCE);
        let found = read(&mut gpu, &tokens[70..]);
        assert_close("adapted, decoding", &found, &wanted(&model, adapter, &tokens), TOLERANCE);
        // Seven of eight groups have a side path: the second layer's down has none.
        assert_eq!(gpu.plan().dispatches, dispatches + if adapter.is_some() { 7 } else { 0 });
    }
    let misfit = Adapter { rank: 5, ..chance.adapter(&config(), 4) };
    assert!(matches!(gpu.adapt(Some(&misfit)), Err(Error::Adapter(_))));
}

#[test]
fn documents_are_scored_without_seeing_each_other() {
    let model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let mut gpu = block_on(Gpu::new(&model, Some(140))).unwrap();
    let mut chance = Chance::new(29);
    let lengths = [1, 40, 3, 130, 2, 64];
    let documents: Vec<Vec<u32>> = lengths.map(|length| chance.tokens(length, 301)).to_vec();
    let head = ClassHead {
        labels: vec!["a".into(), "b".into(), "c".into()],
        weight: chance.numbers(3 * 96),
        bias: chance.numbers(3),
    };
    for adapter in [None, Some(chance.adapter(&config(), 4))] {
        gpu.adapt(adapter.as_ref()).unwrap();
        let level = gpu.memory();
        let scores = block_on(gpu.classify(&documents, &head, &Stop::default())).unwrap();
        assert_eq!((gpu.position(), gpu.memory()), (0, level));
        for (document, scores) in documents.iter().zip(&scores) {
            let states = oracle::states(&model, adapter.as_ref(), document);
            let state = oracle::norm(states.last().unwrap(), &model.final_norm, model.config.epsilon);
            let weight: Vec<f64> = head.weight.iter().map(|w| f64::from(*w)).collect();
            let products = oracle::product(&weight, &state);
            let wanted: Vec<f64> = products.iter().zip(&head.bias).map(|(y, b)| y + f64::from(*b)).collect();
            assert_close(&format!("{} tokens", document.len()), scores, &wanted, TOLERANCE);
        }
    }
    let refused = block_on(gpu.classify(&[chance.tokens(141, 301)], &head, &Stop::default()));
    assert_eq!(refused, Err(Error::TooLong { needed: 141, available: 140 }));
    let none: &[Vec<u32>] = &[];
    assert_eq!(block_on(gpu.classify(none, &head, &Stop::default())), Ok(vec![]));
}

#[test]
fn shapes_without_kernels_are_refused() {
    for config in [
        Config { head_width: 48, ..config() },
        Config { width: 100, ..config() },
        Config { heads: 9, kv_heads: 1, ..config() },
        Config { heads: 5, ..config() },
    ] {
        let model = Model { config: config.clone(), ..small(Quantisation::Q4_1, Quantisation::Q8_0) };
        assert!(matches!(block_on(Gpu::new(&model, None)), Err(Error::Unsupported(_))), "{config:?}");
    }
}

#[test]
fn a_token_reads_each_weight_once() {
    let model = small(Quantisation::Q4_1, Quantisation::Q8_0);
    let gpu = gpu(&model);
    let plan = gpu.plan();
    assert_eq!(plan.dispatches, 5 * 2 + 2);
    assert_eq!(plan.weight_bytes, plan.minimum_bytes);
    assert_eq!(plan.cache_bytes_per_position, 2 * 2 * 64 * 2);
    let memory = gpu.memory();
    assert_eq!(memory.cache, plan.cache_bytes_per_position * gpu.context());
}
