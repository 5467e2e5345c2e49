//! The model's file, and what the browser brings along.

use serde::{Deserialize, Serialize};

/// Which build of the runtime a browser got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Build {
    /// For browsers with WebAssembly SIMD.
    Simd128,
    /// For browsers whose SIMD may also use the processor's own integer dot product.
    RelaxedSimd,
}

/// A model that the site offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelFile {
    /// What it is called.
    pub name: String,
    /// Size of its file.
    pub bytes: u64,
    /// SHA-256 of its file, in hexadecimal.
    pub sha256: String,
    /// Where its file is.
    pub url: String,
    /// SPDX expression; unknown where nobody has said.
    pub licence: Option<String>,
}

/// What there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Found {
    /// The model; `None` where the site offers none.
    pub model: Option<ModelFile>,
    /// How much of it this browser keeps.
    pub kept: u64,
    /// Whether this browser keeps files at all.
    pub keeps: bool,
    /// The GPU.
    pub webgpu: WebGpu,
}

/// What a browser says about its GPU.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum WebGpu {
    /// It knows nothing of WebGPU.
    Absent,
    /// It knows WebGPU, but has nothing to run it on.
    NoAdapter,
    /// It has one.
    Present(Adapter),
}

/// A GPU as WebGPU names it. Browsers keep back whatever could tell one device from another.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Adapter {
    /// Who makes it; empty where the browser says nothing.
    pub vendor: String,
    /// Its family; likewise.
    pub architecture: String,
    /// A description; likewise.
    pub description: String,
    /// Whether it is software that stands in for a GPU.
    pub is_fallback: bool,
}

impl Adapter {
    /// What is known of it in a few words; empty if nothing is.
    #[must_use]
    pub fn words(&self) -> String {
        let known = [&self.vendor, &self.architecture, &self.description];
        let mut words: Vec<&str> =
            known.into_iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        if self.is_fallback {
            words.push("software");
        }
        words.join(" ")
    }
}

/// How far fetching has got.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Bytes that are here.
    pub received: u64,
    /// Bytes in all.
    pub total: u64,
    /// Bytes a second over the last seconds; 0 where nothing has moved.
    pub bytes_per_second: f64,
}
