//! Reading model files: sound ones, unsupported ones, damaged ones.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use slm::weights::Quantisation;
use slm::{Error, Gguf, Model};
use std::sync::Arc;
use support::{Builder, head, tiny, with_tensors};

const ALL: [Quantisation; 5] =
    [Quantisation::F32, Quantisation::F16, Quantisation::Q4_0, Quantisation::Q4_1, Quantisation::Q8_0];

fn load(file: Vec<u8>) -> Result<Model, Error> {
    Model::load(Arc::new(file))
}

#[test]
fn every_supported_quantisation_loads() {
    for quantisation in ALL {
        let model = load(tiny(quantisation).build()).unwrap();
        assert_eq!((model.config.layers, model.config.vocabulary), (2, 48), "{quantisation:?}");
        assert_eq!((model.config.head_width, model.config.group()), (16, 2));
        assert_eq!(model.head.range, model.embedding.range, "tied");
        assert_eq!(model.layers[1].down.quantisation, quantisation);
    }
}

#[test]
fn blocks_mean_what_the_format_says() {
    let half = |number: f32| half::f16::from_f32(number).to_le_bytes();
    let nibbles: Vec<u8> = (0..16_u8).map(|byte| byte | ((15 - byte) << 4)).collect();
    let read = |quantisation: Quantisation, bytes: Vec<u8>| {
        let kind = support::ggml(quantisation);
        let file = Builder::default().tensor("t", &[32, 1], kind, &bytes).build();
        let range = Gguf::read(&file).unwrap().tensors["t"].range.clone();
        let tensor = slm::weights::Tensor { quantisation, columns: 32, rows: 1, file: Arc::new(file), range };
        let mut row = [0.0; 32];
        tensor.row_into(0, &mut row);
        row
    };
    let q4_0 = read(Quantisation::Q4_0, [half(0.5).to_vec(), nibbles.clone()].concat());
    assert_eq!((q4_0[0], q4_0[15], q4_0[16], q4_0[31]), (-4.0, 3.5, 3.5, -4.0));
    let q4_1 = read(Quantisation::Q4_1, [half(0.5).to_vec(), half(-2.0).to_vec(), nibbles].concat());
    assert_eq!((q4_1[0], q4_1[15], q4_1[16], q4_1[31]), (-2.0, 5.5, 5.5, -2.0));
    let signed: Vec<u8> = (0..32_u8).map(|byte| byte.wrapping_sub(16)).collect();
    let q8_0 = read(Quantisation::Q8_0, [half(0.25).to_vec(), signed].concat());
    assert_eq!((q8_0[0], q8_0[16], q8_0[31]), (-4.0, 0.0, 3.75));
}

#[test]
fn what_there_is_no_code_for_is_refused_with_the_reason() {
    let reason = |file: Vec<u8>| match load(file) {
        Err(Error::Unsupported(reason)) => reason,
        other => panic!("{other:?}"),
    };
    let other = Builder::default().text("general.architecture", "mamba");
    assert!(reason(other.build()).contains("mamba"));
    let scaled = with_tensors(head().text("llama.rope.scaling.type", "yarn"), Quantisation::F16);
    assert!(reason(scaled.build()).contains("yarn"));
    let experts = with_tensors(head().u32("llama.expert_count", 8), Quantisation::F16);
    assert!(reason(experts.build()).contains("experts"));
    let partly = with_tensors(head().u32("llama.rope.dimension_count", 8), Quantisation::F16);
    assert!(reason(partly.build()).contains("a part of each head"));
    let k_quant = head().tensor("token_embd.weight", &[256, 48], 12, &[0; 16]);
    assert!(reason(k_quant.build()).contains("ggml type 12"));
    let mut newer = tiny(Quantisation::F16).build();
    newer[4] = 4;
    assert!(reason(newer).contains("version 4"));
}

#[test]
fn parts_that_do_not_fit_are_refused() {
    let broken = |file: Vec<u8>| assert!(matches!(load(file), Err(Error::File(_))));
    broken(b"GGML".to_vec());
    broken(Vec::new());
    broken(head().build());
    broken(with_tensors(Builder::default().text("general.architecture", "llama"), Quantisation::F16).build());
    broken(with_tensors(head().u32("llama.attention.key_length", 3), Quantisation::F16).build());
    broken(with_tensors(head().u32("llama.block_count", 2), Quantisation::F16).build());
    let file = tiny(Quantisation::Q8_0).build();
    broken(file[..file.len() - 1].to_vec());
}

#[test]
fn a_length_that_the_file_does_not_have_allocates_nothing() {
    let mut file = b"GGUF".to_vec();
    file.extend(3_u32.to_le_bytes());
    file.extend(u64::MAX.to_le_bytes());
    file.extend(u64::MAX.to_le_bytes());
    file.extend(u64::MAX.to_le_bytes());
    assert!(matches!(load(file), Err(Error::File(_))));
    let shape = [u64::MAX / 2, u64::MAX / 2];
    assert!(matches!(load(head().tensor("token_embd.weight", &shape, 0, &[]).build()), Err(Error::File(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_damaged_file_is_an_error_or_a_model_and_never_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
        in_head in any::<bool>(),
    ) {
        let mut file = tiny(Quantisation::Q4_1).build();
        // Most of a file is numbers, where nothing can go wrong: aim at the head every other time.
        let reach = if in_head { 1_500 } else { file.len() };
        for (place, byte) in changes {
            let place = place.index(reach);
            file[place] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let length = file.len();
        if let Ok(model) = load(file) {
            for layer in &model.layers {
                prop_assert!(layer.down.range.end <= length);
            }
            prop_assert!(model.config.vocabulary * model.embedding.row_bytes() <= length);
        }
    }

    #[test]
    fn any_bytes_after_the_magic_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend(bytes);
        let _ = load(file);
    }
}
