//! How an adapter was made and measured: settings, course of the training, machine.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The settings of the training that pages name.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Recipe {
    /// Rank of the side paths.
    pub rank: u32,
    /// Their scale times the rank.
    pub alpha: f64,
    /// Messages in a step.
    pub batch: u32,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// That of the class head.
    pub head_learning_rate: f64,
    /// Steps over which it rises.
    pub warm_up: u32,
    /// Probability given to the other labels.
    pub label_smoothing: f64,
    /// Share of the narrow states that is left out.
    pub dropout: f64,
    /// Strength of the noise on the embedding (NEFTune).
    pub embedding_noise: f64,
    /// Share of the messages that were varied.
    pub variation: f64,
    /// Seed of all that is random.
    pub seed: u64,
}

/// How the training went.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Training {
    /// Messages trained on.
    pub train_examples: u32,
    /// Messages held back to choose by.
    pub validation_examples: u32,
    /// Times all messages were seen.
    pub epochs_done: f64,
    /// Steps.
    pub steps: u32,
    /// Minutes by the clock, on a machine that did other work too.
    pub wall_minutes: f64,
    /// Minutes of processors.
    pub cpu_minutes: f64,
    /// What the head was divided by, so that probabilities are calibrated.
    pub temperature: f64,
}

/// What it was measured on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Machine {
    /// Name of the processor.
    pub processor: String,
    /// Cores.
    pub cores: u32,
    /// Memory, GiB.
    pub memory_gib: f64,
    /// Version of Python.
    pub python: String,
    /// Versions of its packages, by name.
    pub packages: BTreeMap<String, String>,
}
