//! Small language models in the browser.
//!
//! Loads a llama-architecture model from a GGUF file and runs it on one of two backends: WebGPU, with kernels of
//! our own in WGSL, and the CPU, with WASM SIMD. Both implement [`Backend`], both also run natively, and each is
//! checked against the other and against a plain `f32` forward pass ([`reference`]).
//!
//! ```text
//! Gguf ── Model (config + weights) ──┬── cpu::Cpu ──┐
//!     └── Tokenizer                  └── gpu::Gpu ──┴── Backend ── Engine ── worker
//! ```
//!
//! The crate knows nothing of the product around it.

pub mod adapter;
pub mod backend;
pub mod classify;
pub mod config;
pub mod cpu;
mod dequantise;
pub mod engine;
pub mod error;
pub mod gguf;
pub mod gpu;
pub mod hardware;
mod load;
pub mod reference;
pub mod sampling;
pub mod tokenizer;
#[cfg(target_arch = "wasm32")]
mod web;
pub mod weights;

pub use backend::{Backend, BackendKind, Ended, Memory, Stop};
pub use config::Config;
pub use engine::{Engine, KnownAnswer, Workshop};
pub use error::Error;
pub use gguf::Gguf;
pub use tokenizer::Tokenizer;
pub use weights::Model;
