//! Writes adapter files for the tests.

use super::Numbers;
use half::{bf16, f16};
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::json;
use slm::Config;
use std::collections::HashMap;

/// The SHA-256 that the files of these tests say their model has.
pub const BASE: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// Projections with the width of what goes in and of what comes out.
pub fn projections(config: &Config) -> [(&'static str, usize, usize); 7] {
    let queries = config.heads * config.head_width;
    [
        ("query", config.width, queries),
        ("key", config.width, config.kv_width()),
        ("value", config.width, config.kv_width()),
        ("output", queries, config.width),
        ("gate", config.width, config.feed_forward),
        ("up", config.width, config.feed_forward),
        ("down", config.feed_forward, config.width),
    ]
}

/// A tensor to be written.
#[derive(Clone)]
pub struct Tensor {
    pub kind: Dtype,
    pub shape: Vec<usize>,
    pub numbers: Vec<f32>,
}

impl Tensor {
    fn bytes(&self) -> Vec<u8> {
        let numbers = self.numbers.iter();
        match self.kind {
            Dtype::F16 => numbers.flat_map(|number| f16::from_f32(*number).to_le_bytes()).collect(),
            Dtype::BF16 => numbers.flat_map(|number| bf16::from_f32(*number).to_le_bytes()).collect(),
            _ => numbers.flat_map(|number| number.to_le_bytes()).collect(),
        }
    }
}

/// An adapter file in its parts, to be changed before it is written.
#[derive(Clone)]
pub struct Parts {
    pub metadata: HashMap<String, String>,
    pub tensors: Vec<(String, Tensor)>,
}

impl Parts {
    /// A sound file for a model of this shape: side paths of rank 2 everywhere, and a head for these labels.
    pub fn sound(config: &Config, labels: &[&str]) -> Self {
        let mut numbers = Numbers(17);
        let mut tensor = |kind: Dtype, shape: &[usize], scale: f32| {
            let count = shape.iter().product();
            let numbers = (0..count).map(|_| scale * numbers.next()).collect();
            Tensor { kind, shape: shape.to_vec(), numbers }
        };
        let mut tensors = vec![
            ("head.weight".to_owned(), tensor(Dtype::F32, &[labels.len(), config.width], 1.0)),
            ("head.bias".to_owned(), tensor(Dtype::F32, &[labels.len()], 1.0)),
        ];
        for layer in 0..config.layers {
            for (name, input, output) in projections(config) {
                tensors.push((format!("layers.{layer}.{name}.a"), tensor(Dtype::F16, &[2, input], 0.3)));
                tensors.push((format!("layers.{layer}.{name}.b"), tensor(Dtype::F16, &[output, 2], 0.3)));
            }
        }
        let metadata = [
            ("format", "parsimony-adapter-1"),
            ("name", "A test"),
            ("base_sha256", BASE),
            ("rank", "2"),
            ("alpha", "4"),
            ("labels", &json!(labels).to_string()),
            ("licence", "CC0-1.0"),
            ("attribution", "Nobody"),
        ];
        let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        Self { metadata, tensors }
    }

    /// The same with another word about itself.
    pub fn saying(mut self, key: &str, value: &str) -> Self {
        self.metadata.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The tensor of this name.
    pub fn tensor(&mut self, name: &str) -> &mut Tensor {
        &mut self.tensors.iter_mut().find(|(found, _)| found == name).unwrap().1
    }

    /// Without the tensor of this name.
    pub fn without(mut self, name: &str) -> Self {
        self.tensors.retain(|(found, _)| found != name);
        self
    }

    /// As the `safetensors` crate writes it.
    pub fn written(&self) -> Vec<u8> {
        let bytes: Vec<Vec<u8>> = self.tensors.iter().map(|(_, tensor)| tensor.bytes()).collect();
        let views = self.tensors.iter().zip(&bytes).map(|((name, tensor), bytes)| {
            (name, TensorView::new(tensor.kind, tensor.shape.clone(), bytes).unwrap())
        });
        let metadata = self.metadata.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        safetensors::serialize(views, Some(metadata)).unwrap()
    }
}

/// A file with this head, byte for byte, and so many bytes after it.
pub fn raw(head: &str, data: usize) -> Vec<u8> {
    let mut file = (head.len() as u64).to_le_bytes().to_vec();
    file.extend(head.as_bytes());
    file.resize(file.len() + data, 0);
    file
}
