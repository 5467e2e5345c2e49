//! Choosing tokens.

use super::chance::Chance;
use super::lab::{Lab, assert_close, bindings, config};
use super::oracle;
use crate::gpu::memory::StateHead;
use crate::gpu::pack::{Order, pack};
use crate::gpu::recipe::{self, binding};
use crate::gpu::state_head;
use crate::gpu::weights::Matrix;
use crate::weights::Quantisation;

/// Ten workgroups find candidates among all logits; the best of them is what `choose` takes.
const CANDIDATES: usize = 10;

struct Chooser {
    lab: Lab,
    embedding: Matrix,
    candidates: wgpu::Buffer,
    hidden: wgpu::Buffer,
    rotations: wgpu::Buffer,
    chosen: wgpu::Buffer,
}

impl Chooser {
    fn new(quantisation: Quantisation) -> (Self, Vec<f64>) {
        let config = config();
        let lab = Lab::new(&config);
        let table = Chance::new(8).tensor(quantisation, config.vocabulary, config.width);
        let embedding = Matrix::upload(&lab.device, "test", &pack(&[&table], Order::Concatenated).unwrap());
        let chooser = Self {
            candidates: lab.room(2 * CANDIDATES),
            hidden: lab.room(config.width),
            rotations: lab.room(config.context * config.head_width),
            chosen: lab.room(1),
            embedding,
            lab,
        };
        (chooser, oracle::matrix(&table))
    }

    fn choose(&mut self, logits: &wgpu::Buffer, head: StateHead) -> u32 {
        let lab = &mut self.lab;
        let state = lab.state_of(head, &[]);
        let bound =
            [(binding::STATE, &state), (binding::TARGET, logits), (binding::SECOND, &self.candidates)];
        let recipe = recipe::scan(&lab.shape, CANDIDATES);
        lab.run(&recipe, &bound, (CANDIDATES, 1, 1));
        let recipe = recipe::choose(&lab.shape, self.embedding.format, CANDIDATES);
        let mut bound = bindings(&self.embedding);
        bound.extend([
            (binding::STATE, &state),
            (binding::SOURCE, &self.candidates),
            (binding::BESIDE, &self.rotations),
            (binding::TARGET, &self.hidden),
            (binding::SECOND, &self.chosen),
        ]);
        lab.run(&recipe, &bound, (1, 1, 1));
        lab.read(&self.chosen, 1)[0]
    }
}

#[test]
fn the_largest_logit_wins_and_of_equals_the_lowest_entry() {
    for quantisation in [Quantisation::Q4_1, Quantisation::Q8_0, Quantisation::F16, Quantisation::F32] {
        let (mut chooser, table) = Chooser::new(quantisation);
        let mut logits = Chance::new(9).numbers(301);
        for largest in [300, 177, 31, 0] {
            logits[largest] = 2.0;
            let buffer = chooser.lab.buffer(&logits);
            assert_eq!(chooser.choose(&buffer, state_head(7, 1)), largest as u32);
            let vector: Vec<f32> = chooser.lab.read(&chooser.hidden, 96);
            assert_close("its vector", &vector, &table[largest * 96..][..96], 1e-6);
        }
    }
}

#[test]
fn a_forced_token_is_taken_whatever_the_logits() {
    let (mut chooser, _) = Chooser::new(Quantisation::Q8_0);
    let buffer = chooser.lab.buffer(&Chance::new(9).numbers(301));
    assert_eq!(chooser.choose(&buffer, StateHead { forced: 42, ..state_head(7, 1) }), 42);
}

#[test]
fn draws_at_a_temperature_have_the_frequencies_of_softmax() {
    let (mut chooser, _) = Chooser::new(Quantisation::Q8_0);
    let temperature = 0.7;
    let mut logits = vec![-30.0f32; 301];
    let likely = [(3, 1.0), (150, 0.5), (151, 0.0), (299, -0.5)];
    likely.iter().for_each(|(entry, logit)| logits[*entry] = *logit);
    let buffer = chooser.lab.buffer(&logits);
    let draws = 400;
    let mut counts = [0.0; 4];
    for position in 0..draws {
        let head = StateHead { temperature, seed: 5, ..state_head(position, 1) };
        let token = chooser.choose(&buffer, head) as usize;
        assert_eq!(chooser.choose(&buffer, head) as usize, token, "a seed repeats itself");
        counts[likely
            .iter()
            .position(|(entry, _)| *entry == token)
            .unwrap_or_else(|| panic!("token {token} is not likely"))] += 1.0;
    }
    let total: f64 = likely.iter().map(|(_, logit)| (f64::from(*logit) / f64::from(temperature)).exp()).sum();
    for ((_, logit), count) in likely.iter().zip(counts) {
        let probability = (f64::from(*logit) / f64::from(temperature)).exp() / total;
        let deviation = (draws as f64 * probability * (1.0 - probability)).sqrt();
        let off = (count - draws as f64 * probability).abs() / deviation;
        assert!(
            off < 4.0,
            "{count} of {draws} at probability {probability:.3}: {off:.1} standard deviations"
        );
    }
}
