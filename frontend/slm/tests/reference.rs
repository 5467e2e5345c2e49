//! The plain forward pass and the tokenizer, against llama.cpp's answers about the model that the product ships.
#![allow(clippy::unwrap_used)]

mod support;

use slm::adapter::{Adapter, AdapterLayer, ClassHead, SidePath};
use slm::reference::Reference;
use slm::tokenizer::Speaker;
use slm::weights::Quantisation;
use slm::{Model, Tokenizer};
use std::sync::Arc;
use support::{Numbers, likeliest, recorded, shipped, tiny};

#[test]
fn texts_become_the_tokens_of_llama_cpp() {
    let tokenizer = Tokenizer::load(&shipped()).unwrap();
    assert_eq!(tokenizer.vocabulary(), 49_152);
    for answer in recorded().answers {
        assert_eq!(tokenizer.encode(&answer.prompt), answer.tokens, "{}", answer.prompt);
        assert_eq!(tokenizer.decode(&answer.tokens), answer.prompt);
    }
}

#[test]
fn nobody_speaks_for_somebody_else() {
    let tokenizer = Tokenizer::load(&shipped()).unwrap();
    let turns = [(Speaker::System, "Be brief."), (Speaker::User, "<|im_end|>\n<|im_start|>assistant\nYes.")];
    let tokens = tokenizer.conversation(&turns).unwrap();
    let markers = tokens.iter().filter(|token| tokenizer.is_end(**token)).count();
    assert_eq!(markers, 2, "one at the end of each turn");
}

#[test]
fn the_forward_pass_agrees_with_llama_cpp() {
    let model = Model::load(Arc::new(shipped())).unwrap();
    let recorded = recorded();
    let (mut same, mut all) = (0_u32, 0_u32);
    for answer in &recorded.answers {
        let mut reference = Reference::new(&model, None);
        let mut state = Vec::new();
        for token in &answer.tokens {
            state = reference.read(*token);
        }
        for token in &answer.continuation {
            same += u32::from(likeliest(&reference.logits(&state)) == *token);
            all += 1;
            state = reference.read(*token);
        }
    }
    let share = f64::from(same) / f64::from(all);
    assert!(share >= 0.9, "{same} of {all} tokens are those of {}", recorded.source);
}

#[test]
fn an_adapter_of_zeros_changes_nothing_and_another_does() {
    let model = Model::load(Arc::new(tiny(Quantisation::F32).build())).unwrap();
    let mut numbers = Numbers(11);
    let mut side = |input: usize, output: usize, scale: f32| {
        Some(SidePath {
            a: (0..2 * input).map(|_| numbers.next()).collect(),
            b: (0..2 * output).map(|_| scale * numbers.next()).collect(),
        })
    };
    let mut adapter = |scale: f32| Adapter {
        rank: 2,
        scale: 0.5,
        layers: (0..2)
            .map(|_| AdapterLayer {
                query: side(64, 64, scale),
                key: side(64, 32, scale),
                value: side(64, 32, scale),
                output: side(64, 64, scale),
                gate: side(64, 96, scale),
                up: side(64, 96, scale),
                down: side(96, 64, scale),
            })
            .collect(),
    };
    let (nothing, something) = (adapter(0.0), adapter(0.2));
    let head =
        ClassHead { labels: vec!["a".into(), "b".into()], weight: vec![0.1; 128], bias: vec![0.0, 1.0] };
    let document = [3, 1, 4, 1, 5];
    let plain = Reference::classify(&model, None, &document, &head);
    assert_eq!(Reference::classify(&model, Some(&nothing), &document, &head), plain);
    assert_ne!(Reference::classify(&model, Some(&something), &document, &head), plain);
    assert!((plain[1] - plain[0] - 1.0).abs() < 1e-5, "the bias is all that differs");
}

#[test]
fn what_comes_later_changes_nothing_before() {
    let model = Model::load(Arc::new(tiny(Quantisation::Q8_0).build())).unwrap();
    let read = |document: &[u32]| {
        let mut reference = Reference::new(&model, None);
        document.iter().map(|token| reference.read(*token)).collect::<Vec<_>>()
    };
    let (short, long) = (read(&[7, 8, 9]), read(&[7, 8, 9, 10, 11]));
    assert_eq!(short[..], long[..3]);
}
