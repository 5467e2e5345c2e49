//! The adapter for Banking77 on both backends, against the probabilities that it had where it was trained, in `f32` on
//! the dequantised model.
#![allow(clippy::unwrap_used)]

mod support;

use pollster::block_on;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use slm::adapter::AdapterFile;
use slm::classify::{Document, LONGEST, probabilities};
use slm::cpu::Cpu;
use slm::gpu::Gpu;
use slm::{Backend, Model, Stop, Tokenizer};
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};
use support::shipped;

/// A CPU that plays the GPU takes seconds for a tile of 64 tokens: it gets so many messages, a real GPU all of them.
const MESSAGES_IN_SOFTWARE: usize = 32;

/// `agreement.json`.
#[derive(Deserialize)]
struct Agreement {
    labels: Vec<String>,
    messages: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    /// Of the published test set; for the sentence of a failure.
    row: u32,
    tokens: Vec<u32>,
    label: Label,
    probabilities: Vec<f64>,
}

/// A class by its place or by its name.
#[derive(Deserialize)]
#[serde(untagged)]
enum Label {
    Place(usize),
    Name(String),
}

/// What both tests need: reading the model takes seconds.
struct Trained {
    file: Arc<Vec<u8>>,
    model: Model,
    adapter: AdapterFile,
    agreement: Agreement,
}

static TRAINED: LazyLock<Trained> = LazyLock::new(|| {
    let file = Arc::new(shipped());
    let model = Model::load(Arc::clone(&file)).unwrap();
    let base: String = Sha256::digest(file.as_slice()).iter().map(|byte| format!("{byte:02x}")).collect();
    let adapter = AdapterFile::read(&beside("adapter.safetensors"), &model.config, &base).unwrap();
    let agreement: Agreement = serde_json::from_slice(&beside("agreement.json")).unwrap();
    assert_eq!(agreement.labels, adapter.head.labels);
    assert_eq!((adapter.head.labels.len(), agreement.messages.len()), (77, 200));
    Trained { file, model, adapter, agreement }
});

fn beside(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("adapters/banking77").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

impl Trained {
    /// The probabilities that a backend gives the first `count` messages.
    fn classified(&self, backend: &mut impl Backend, count: usize) -> Vec<Vec<f64>> {
        backend.adapt(Some(&self.adapter.adapter)).unwrap();
        let messages = self.agreement.messages.iter().take(count);
        let documents: Vec<Vec<u32>> = messages.map(|message| message.tokens.clone()).collect();
        let scores = block_on(backend.classify(&documents, &self.adapter.head, &Stop::default())).unwrap();
        scores.iter().map(|scores| probabilities(scores)).collect()
    }

    fn trained_label(&self, message: &Message) -> usize {
        match &message.label {
            Label::Place(place) => *place,
            Label::Name(name) => self.adapter.head.labels.iter().position(|label| label == name).unwrap(),
        }
    }

    /// Checks that classes are the same for 98 of 100 messages, and the probabilities of those classes within 0.02 on
    /// average. (Over all classes the mean difference is always near 0, because nearly all probabilities are.)
    fn check(&self, who: &str, found: &[Vec<f64>]) {
        let (mut same, mut apart, mut everywhere) = (0, 0.0, 0.0);
        for (found, message) in found.iter().zip(&self.agreement.messages) {
            let label = self.trained_label(message);
            if best(found) == label {
                same += 1;
            } else {
                println!("{who}: row {} is {} instead of {label}", message.row, best(found));
            }
            apart += (found[label] - message.probabilities[label]).abs();
            let pairs = found.iter().zip(&message.probabilities);
            everywhere += pairs.map(|(found, trained)| (found - trained).abs()).sum::<f64>();
        }
        let apart = apart / found.len() as f64;
        let everywhere = everywhere / (77 * found.len()) as f64;
        println!(
            "{who}: {same} of {} classes are the same, their probabilities {apart:.4} apart, all {everywhere:.5}",
            found.len()
        );
        assert!(
            found.len() - same <= others(found.len()),
            "{who}: only {same} of {} are the same",
            found.len()
        );
        assert!(apart <= 0.02, "{who}: probabilities are {apart} apart");
    }
}

/// How many of so many messages may have another class: 2 of 100, and one of a few.
fn others(messages: usize) -> usize {
    (messages / 50).max(1)
}

fn best(probabilities: &[f64]) -> usize {
    let best = probabilities.iter().enumerate().max_by(|one, other| one.1.total_cmp(other.1));
    best.unwrap().0
}

#[test]
fn messages_are_the_tokens_that_it_was_trained_on() {
    let tokenizer = Tokenizer::load(&TRAINED.file).unwrap();
    for message in TRAINED.agreement.messages.iter().filter(|message| message.tokens.len() < LONGEST) {
        let text = tokenizer.decode(&message.tokens);
        let document = Document::of(&tokenizer, &text).unwrap();
        assert_eq!(document.tokens, message.tokens, "row {}: {text}", message.row);
    }
}

#[test]
fn the_cpu_agrees_with_the_training() {
    let mut cpu = Cpu::new(&TRAINED.model).unwrap();
    TRAINED.check("CPU", &TRAINED.classified(&mut cpu, usize::MAX));
}

#[test]
fn the_gpu_agrees_with_the_training_and_with_the_cpu() {
    let mut gpu = block_on(Gpu::new(&TRAINED.model, Some(1_024))).unwrap_or_else(|error| {
        panic!("this test needs a Vulkan device (Debian: mesa-vulkan-drivers, libvulkan1): {error}")
    });
    let count = if gpu.info().fallback { MESSAGES_IN_SOFTWARE } else { usize::MAX };
    let on_gpu = TRAINED.classified(&mut gpu, count);
    TRAINED.check("GPU", &on_gpu);
    let on_cpu = TRAINED.classified(&mut Cpu::new(&TRAINED.model).unwrap(), count);
    let same = on_gpu.iter().zip(&on_cpu).filter(|(gpu, cpu)| best(gpu) == best(cpu)).count();
    println!("GPU and CPU: {same} of {} classes are the same", on_gpu.len());
    assert!(on_gpu.len() - same <= others(on_gpu.len()), "only {same} of {} are the same", on_gpu.len());
}
