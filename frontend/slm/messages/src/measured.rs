//! What was measured.

use crate::choice::{Choice, Hardware};
use crate::model::{Build, ModelFile, WebGpu};
use serde::{Deserialize, Serialize};

/// How long each part of starting took.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct StartTimes {
    /// Getting the bytes: from the network, from this browser's storage, or some from each.
    pub bytes_ms: f64,
    /// How many of them came over the network.
    pub from_network: u64,
    /// Reading the file and its vocabulary.
    pub read_ms: f64,
    /// Building, testing and timing the backends.
    pub test_ms: f64,
}

/// Memory in use, as far as the runtime can see; the browser adds its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MemoryInUse {
    /// Weights, as the backend lays them out.
    pub weights: u64,
    /// Keys and values.
    pub cache: u64,
    /// What else the backend holds.
    pub other: u64,
    /// The whole memory of the worker's WebAssembly module, the model's file included. It never shrinks.
    pub module: u64,
}

/// Why an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// The model had said what it had to say.
    Complete,
    /// As many tokens as were asked for.
    Length,
    /// No more fits.
    Context,
    /// Somebody stopped it.
    Stopped,
}

/// Times of one answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunTimes {
    /// Tokens of the prompt, the template around it included.
    pub prompt_tokens: u32,
    /// From the beginning of the prompt to the first token, and from each token to the next.
    pub token_ms: Vec<f64>,
    /// From the beginning of the prompt to the end.
    pub total_ms: f64,
}

impl RunTimes {
    /// Until the first token, if there was one.
    #[must_use]
    pub fn first_token_ms(&self) -> Option<f64> {
        self.token_ms.first().copied()
    }

    /// From each token to the next.
    #[must_use]
    pub fn further_tokens_ms(&self) -> &[f64] {
        self.token_ms.get(1..).unwrap_or_default()
    }

    /// Further tokens in a second; `None` where there are none, or they took no time that a browser could measure.
    #[must_use]
    pub fn tokens_per_second(&self) -> Option<f64> {
        let further = self.further_tokens_ms();
        let total: f64 = further.iter().sum();
        let count = u32::try_from(further.len()).ok()?;
        (count > 0 && total > 0.0).then(|| f64::from(count) * 1000.0 / total)
    }
}

/// All runs of one case of the benchmark.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkCase {
    /// What it ran on.
    pub backend: Hardware,
    /// Name of the prompt.
    pub prompt: String,
    /// Most tokens of the answer.
    pub tokens: u32,
    /// The runs, in order; the first one is cold.
    pub runs: Vec<RunTimes>,
}

/// What the benchmark measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BenchmarkResult {
    /// The build of the runtime.
    pub build: Build,
    /// The model.
    pub model: ModelFile,
    /// The GPU.
    pub webgpu: WebGpu,
    /// What the model runs on by itself, and why.
    pub choice: Choice,
    /// How long starting took.
    pub start: StartTimes,
    /// The cases.
    pub cases: Vec<BenchmarkCase>,
    /// Memory after the last run of each backend.
    pub memory: Vec<(Hardware, MemoryInUse)>,
    /// Whether somebody stopped it before its end.
    pub is_partial: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_token_does_not_count_as_a_further_one() {
        let times = RunTimes { prompt_tokens: 9, token_ms: vec![200.0, 10.0, 30.0], total_ms: 240.0 };
        assert_eq!(times.first_token_ms(), Some(200.0));
        assert_eq!(times.tokens_per_second(), Some(50.0));
        let one = RunTimes { token_ms: vec![200.0], ..RunTimes::default() };
        assert_eq!(one.tokens_per_second(), None);
    }
}
