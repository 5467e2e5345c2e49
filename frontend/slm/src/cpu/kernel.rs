//! The inner loops: four rows of weights times a few rows of activations.
//!
//! For each block the integers are multiplied and added exactly, then
//! `sum += integers · (weight scale · activation scale) + minimum · activation sum`, in `f32` and in this order. No
//! build fuses a product into a sum, so every build gives the same bits.

use super::packed::{BYTE_BYTES, NIBBLE_BYTES, ROWS};
use super::quantised::Row;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) mod scalar;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

/// How the weights are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Four bits, with a minimum.
    Nibbles,
    /// Eight bits, signed.
    Bytes,
}

impl Form {
    /// Bytes of a block of four rows.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Nibbles => NIBBLE_BYTES,
            Self::Bytes => BYTE_BYTES,
        }
    }

    /// Scales, and minima, of a block of four rows.
    pub(super) fn scales(self) -> usize {
        match self {
            Self::Nibbles => 2 * ROWS,
            Self::Bytes => ROWS,
        }
    }
}

/// The name of the instruction set in use.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) fn instructions() -> &'static str {
    if cfg!(target_feature = "relaxed-simd") { "relaxed-simd" } else { "simd128" }
}

/// The name of the instruction set in use.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) fn instructions() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if x86::is_there() {
        return "AVX2";
    }
    "scalar"
}

/// Sums of four rows for each row of activations.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) fn sums<const N: usize>(
    form: Form,
    bytes: &[u8],
    scales: &[f32],
    inputs: [Row<'_>; N],
) -> [[f32; ROWS]; N] {
    wasm::sums(form, bytes, scales, inputs)
}

/// Sums of four rows for each row of activations.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) fn sums<const N: usize>(
    form: Form,
    bytes: &[u8],
    scales: &[f32],
    inputs: [Row<'_>; N],
) -> [[f32; ROWS]; N] {
    #[cfg(target_arch = "x86_64")]
    if x86::is_there() {
        return x86::sums(form, bytes, scales, inputs);
    }
    scalar::sums(form, bytes, scales, inputs)
}
