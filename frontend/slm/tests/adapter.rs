//! Reading adapter files: sound ones, those for something else, damaged ones.
#![allow(clippy::unwrap_used)]

mod support;

use pollster::block_on;
use proptest::prelude::*;
use safetensors::Dtype;
use slm::adapter::AdapterFile;
use slm::cpu::Cpu;
use slm::reference::Reference;
use slm::weights::Quantisation;
use slm::{Backend, Config, Error, Model, Stop};
use std::sync::Arc;
use support::adapter::{BASE, Parts, Tensor, raw};
use support::tiny;

const LABELS: [&str; 3] = ["card lost", "card stolen", "top up"];

fn model() -> Model {
    Model::load(Arc::new(tiny(Quantisation::F32).build())).unwrap()
}

fn config() -> Config {
    model().config
}

fn sound() -> Parts {
    Parts::sound(&config(), &LABELS)
}

fn read(file: &[u8]) -> Result<AdapterFile, Error> {
    AdapterFile::read(file, &config(), BASE)
}

/// The sentence that a file is refused with.
fn refusal(file: &[u8]) -> String {
    match read(file) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("a file like this must be refused"),
    }
}

/// Checks what a file is refused with.
fn refused(parts: &Parts, sentence: &str) {
    let found = refusal(&parts.written());
    assert!(found.contains(sentence), "{found}");
}

#[test]
fn a_sound_file_is_read_as_it_was_written() {
    let parts = sound();
    let found = read(&parts.written()).unwrap();
    assert_eq!(
        (found.name.as_str(), found.licence.as_str(), found.attribution.as_str()),
        ("A test", "CC0-1.0", "Nobody")
    );
    assert_eq!(found.head.labels, LABELS);
    assert_eq!((found.adapter.rank, found.adapter.layers.len()), (2, 2));
    assert!((found.adapter.scale - 2.0).abs() < f32::EPSILON);
    let (_, bias) = parts.tensors.iter().find(|(name, _)| name == "head.bias").unwrap();
    assert_eq!(found.head.bias, bias.numbers);
    let (_, a) = parts.tensors.iter().find(|(name, _)| name == "layers.1.down.a").unwrap();
    let down = found.adapter.layers[1].down.as_ref().unwrap();
    for (found, written) in down.a.iter().zip(&a.numbers) {
        assert!((found - written).abs() <= written.abs() / 1_024.0, "{found} for {written}");
    }
}

#[test]
fn numbers_may_be_stored_in_any_of_three_ways() {
    for kind in [Dtype::F16, Dtype::BF16, Dtype::F32] {
        let mut parts = sound();
        for name in ["head.weight", "head.bias", "layers.0.gate.b"] {
            parts.tensor(name).kind = kind;
        }
        let found = read(&parts.written()).unwrap();
        let written = &parts.tensor("head.weight").numbers;
        for (found, written) in found.head.weight.iter().zip(written) {
            assert!((found - written).abs() <= written.abs() / 128.0, "{kind:?}: {found} for {written}");
        }
    }
}

#[test]
fn a_projection_may_be_left_alone() {
    let parts = sound().without("layers.1.key.a").without("layers.1.key.b");
    let found = read(&parts.written()).unwrap();
    assert!(found.adapter.layers[1].key.is_none() && found.adapter.layers[0].key.is_some());
}

#[test]
fn what_was_read_classifies_as_the_plain_forward_pass_does() {
    let model = model();
    let found = read(&sound().written()).unwrap();
    let documents = vec![vec![3, 1, 4], vec![1, 5, 9, 2, 6]];
    let mut cpu = Cpu::new(&model).unwrap();
    cpu.adapt(Some(&found.adapter)).unwrap();
    let scores = block_on(cpu.classify(&documents, &found.head, &Stop::default())).unwrap();
    for (document, scores) in documents.iter().zip(scores) {
        let expected = Reference::classify(&model, Some(&found.adapter), document, &found.head);
        for (score, expected) in scores.iter().zip(expected) {
            assert!((score - expected).abs() < 1e-3, "{score} for {expected}");
        }
    }
}

#[test]
fn what_is_no_safetensors_file_is_refused() {
    assert!(refusal(b"").contains("no safetensors file"));
    assert!(refusal(&tiny(Quantisation::F16).build()).contains("no safetensors file"));
    assert!(refusal(&raw("[1, 2]", 0)).contains("no safetensors file"));
    assert!(refusal(&raw("{\"x\": {\"dtype\": 7}}", 0)).contains("no safetensors file"));
}

#[test]
fn a_head_that_is_longer_than_the_file_is_refused_and_allocates_nothing() {
    for length in [u64::MAX, 1 << 40, 100] {
        let mut file = length.to_le_bytes().to_vec();
        file.extend(b"{}");
        assert!(refusal(&file).contains("cut off"), "{length}");
    }
    assert!(refusal(&raw(&format!("{{}}{}", " ".repeat(5 << 20)), 0)).contains("are the most"));
}

#[test]
fn a_file_that_is_cut_off_is_refused_wherever_that_is() {
    let file = sound().written();
    for length in [0, 7, 8, 9, 500, file.len() / 2, file.len() - 1] {
        let sentence = refusal(&file[..length]);
        assert!(
            sentence.contains("cut off") || sentence.contains("fewer than eight"),
            "{length}: {sentence}"
        );
    }
}

#[test]
fn tensors_that_overlap_or_leave_gaps_are_refused() {
    let two = |one: &str, other: &str| {
        let entry =
            |place: &str| format!("{{\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": {place}}}");
        raw(&format!("{{\"one\": {}, \"other\": {}}}", entry(one), entry(other)), 16)
    };
    assert!(refusal(&two("[0, 8]", "[4, 12]")).contains("belongs to the tensor before"));
    assert!(refusal(&two("[0, 8]", "[0, 8]")).contains("belongs to the tensor before"));
    assert!(refusal(&two("[0, 4]", "[8, 16]")).contains("belong to no tensor"));
    assert!(refusal(&two("[0, 8]", "[8, 12]")).contains("last 4 bytes belong to no tensor"));
    assert!(refusal(&two("[0, 8]", "[8, 4]")).contains("ends before it begins"));
    assert!(refusal(&two("[0, 8]", "[8, 24]")).contains("ends at byte 24, and there are 16"));
    assert!(refusal(&two("[0, 8]", "[8, 18446744073709551615]")).contains("ends at byte"));
}

#[test]
fn a_place_of_another_size_than_the_shape_is_refused() {
    let entry = |shape: &str| {
        format!("{{\"x\": {{\"dtype\": \"F32\", \"shape\": {shape}, \"data_offsets\": [0, 16]}}}}")
    };
    assert!(refusal(&raw(&entry("[3]"), 16)).contains("16 bytes for the shape [3]"));
    assert!(refusal(&raw(&entry("[4294967296, 4294967296, 4]"), 16)).contains("for the shape"));
}

#[test]
fn a_tensor_that_comes_twice_is_refused() {
    let entry = "{\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}";
    assert!(refusal(&raw(&format!("{{\"x\": {entry}, \"x\": {entry}}}"), 4)).contains("x comes twice"));
}

#[test]
fn a_kind_of_numbers_there_is_no_code_for_is_refused() {
    let head = "{\"x\": {\"dtype\": \"I8\", \"shape\": [4], \"data_offsets\": [0, 4]}}";
    assert!(refusal(&raw(head, 4)).contains("stored as I8; F16, BF16 and F32 can be read"));
}

#[test]
fn another_format_is_refused() {
    refused(&sound().saying("format", "parsimony-adapter-2"), "its format is parsimony-adapter-2");
    let mut silent = sound();
    silent.metadata.remove("format");
    refused(&silent, "does not say that its format is");
}

#[test]
fn whatever_it_must_say_of_itself_is_missed() {
    for key in ["name", "base_sha256", "rank", "alpha", "labels", "licence", "attribution"] {
        let mut parts = sound();
        parts.metadata.remove(key);
        refused(&parts, &format!("does not say its {key}"));
    }
}

#[test]
fn an_adapter_of_another_model_is_refused() {
    refused(&sound().saying("base_sha256", &"0".repeat(64)), "made for the file with the SHA-256 0000");
    assert!(read(&sound().saying("base_sha256", &BASE.to_uppercase()).written()).is_ok());
}

#[test]
fn wrong_shapes_are_refused() {
    let mut parts = sound();
    parts.tensor("layers.0.query.a").shape = vec![64, 2];
    refused(&parts, "layers.0.query.a has the shape [64, 2] instead of [2, 64]");
    refused(&sound().saying("rank", "4"), "instead of [4, 64]");
    let mut flat = sound();
    flat.tensor("head.weight").shape = vec![3 * 64];
    refused(&flat, "head.weight has the shape [192] instead of [3, 64]");
}

#[test]
fn tensors_without_a_place_are_refused() {
    let stray = Tensor { kind: Dtype::F32, shape: vec![1], numbers: vec![1.0] };
    for name in ["layers.2.query.a", "layers.00.query.a", "layers.0.query.c", "head.scale", ""] {
        let mut parts = sound();
        parts.tensors.push((name.to_owned(), stray.clone()));
        refused(&parts, &format!("it has the tensor {name}, for which the model has no place"));
    }
}

#[test]
fn half_a_side_path_and_a_missing_head_are_refused() {
    refused(&sound().without("layers.0.up.b"), "it has layers.0.up.a without layers.0.up.b");
    refused(&sound().without("layers.1.up.a"), "it has layers.1.up.b without layers.1.up.a");
    refused(&sound().without("head.bias"), "it has no head.bias");
    refused(&sound().without("head.weight"), "it has no head.weight");
}

#[test]
fn numbers_that_are_none_are_refused() {
    for (number, word) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (1e9, "inf")] {
        let mut parts = sound();
        // 10⁹ is beyond the largest number of 16 bits.
        parts.tensor("layers.1.value.b").numbers[5] = number;
        refused(&parts, &format!("number 5 of layers.1.value.b is {word}"));
    }
}

#[test]
fn labels_that_do_not_fit_the_head_are_refused() {
    refused(&sound().saying("labels", "[\"a\", \"b\"]"), "it has 2 labels, and its head scores 3");
    refused(&sound().saying("labels", "[\"a\", \"b\", \"a\"]"), "it has the label a twice");
    refused(&sound().saying("labels", "[\"a\", \"b\", \" \"]"), "one of its labels is empty");
    refused(&sound().saying("labels", "[\"a\"]"), "it has 1 labels");
    refused(&sound().saying("labels", "a, b, c"), "its labels are no list of names");
}

#[test]
fn ranks_and_scales_that_cannot_be_are_refused() {
    refused(&sound().saying("rank", "0"), "its rank is 0");
    refused(&sound().saying("rank", "257"), "its rank is 257");
    refused(&sound().saying("rank", "-2"), "no whole number");
    for alpha in ["0", "-1", "NaN", "inf", "much"] {
        refused(&sound().saying("alpha", alpha), "no number above 0");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_damaged_file_is_an_error_or_an_adapter_and_never_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
        in_head in any::<bool>(),
    ) {
        let mut file = sound().written();
        // Most of a file is numbers, where little can go wrong: aim at the head every other time.
        let reach = if in_head { 3_000 } else { file.len() };
        for (place, byte) in changes {
            let place = place.index(reach);
            file[place] = byte;
        }
        if let Some(cut) = cut {
            file.truncate(cut.index(file.len()));
        }
        let length = file.len();
        if let Ok(found) = read(&file) {
            let held: usize = found.adapter.layers.iter().flat_map(|layer| {
                [&layer.query, &layer.key, &layer.value, &layer.output, &layer.gate, &layer.up, &layer.down]
            }).flatten().map(|side| side.a.len() + side.b.len()).sum();
            prop_assert!(2 * (held + found.head.weight.len()) <= length, "more numbers than the file has");
            prop_assert!(found.head.weight.iter().all(|number| number.is_finite()));
        }
    }

    #[test]
    fn any_bytes_are_no_panic(head in ".{0,300}", data in 0_usize..64, bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = read(&raw(&head, data));
        let _ = read(&bytes);
    }
}
