//! The inner loops with WASM's vector instructions, in two builds: with the relaxed ones a product of four bytes is one
//! instruction, where its result does not depend on the machine; without them bytes are widened first.
#![allow(unsafe_code)] // Loads of vectors from slices.

use super::Form;
use crate::cpu::packed::ROWS;
use crate::cpu::quantised::{BLOCK, Row};
use std::arch::wasm32::*;

pub(super) fn sums<const N: usize>(
    form: Form,
    bytes: &[u8],
    scales: &[f32],
    inputs: [Row<'_>; N],
) -> [[f32; ROWS]; N] {
    let sums = match form {
        Form::Nibbles => nibbles(bytes, scales, inputs),
        Form::Bytes => signed_bytes(bytes, scales, inputs),
    };
    sums.map(|sums| {
        [
            f32x4_extract_lane::<0>(sums),
            f32x4_extract_lane::<1>(sums),
            f32x4_extract_lane::<2>(sums),
            f32x4_extract_lane::<3>(sums),
        ]
    })
}

fn nibbles<const N: usize>(bytes: &[u8], scales: &[f32], inputs: [Row<'_>; N]) -> [v128; N] {
    let mut sums = [f32x4_splat(0.0); N];
    let mask = u8x16_splat(0x0F);
    let blocks = bytes.chunks_exact(Form::Nibbles.bytes()).zip(scales.chunks_exact(Form::Nibbles.scales()));
    for (block, (bytes, scales)) in blocks.enumerate() {
        let mut whole = [Whole::ZERO; N];
        for quarter in 0..4 {
            let vector = load(&bytes[16 * quarter..]);
            let (low, high) = (v128_and(vector, mask), u8x16_shr(vector, 4));
            for (input, whole) in inputs.iter().zip(&mut whole) {
                let integers = &input.integers[block * BLOCK..][..BLOCK];
                whole.add_nibbles(low, splat(&integers[4 * quarter..]));
                whole.add_nibbles(high, splat(&integers[BLOCK / 2 + 4 * quarter..]));
            }
        }
        let (row_scales, minima) = (load_floats(scales), load_floats(&scales[ROWS..]));
        for ((input, sums), whole) in inputs.iter().zip(&mut sums).zip(whole) {
            let scale = f32x4_mul(row_scales, f32x4_splat(input.scales[block]));
            let scaled = f32x4_mul(f32x4_convert_i32x4(whole.rows()), scale);
            let minimum = f32x4_mul(minima, f32x4_splat(input.sums[block]));
            *sums = f32x4_add(*sums, f32x4_add(scaled, minimum));
        }
    }
    sums
}

fn signed_bytes<const N: usize>(bytes: &[u8], scales: &[f32], inputs: [Row<'_>; N]) -> [v128; N] {
    let mut sums = [f32x4_splat(0.0); N];
    let blocks = bytes.chunks_exact(Form::Bytes.bytes()).zip(scales.chunks_exact(Form::Bytes.scales()));
    for (block, (bytes, scales)) in blocks.enumerate() {
        let mut whole = [Widened::ZERO; N];
        for quarter in 0..8 {
            let vector = load(&bytes[16 * quarter..]);
            let (first, second) = (i16x8_extend_low_i8x16(vector), i16x8_extend_high_i8x16(vector));
            for (input, whole) in inputs.iter().zip(&mut whole) {
                let integers = &input.integers[block * BLOCK..][..BLOCK];
                whole.add(first, second, splat(&integers[4 * quarter..]));
            }
        }
        let row_scales = load_floats(scales);
        for ((input, sums), whole) in inputs.iter().zip(&mut sums).zip(whole) {
            let scale = f32x4_mul(row_scales, f32x4_splat(input.scales[block]));
            let scaled = f32x4_mul(f32x4_convert_i32x4(whole.rows()), scale);
            // As the other builds have it, whose sums may be −0.
            let minimum = f32x4_mul(f32x4_splat(0.0), f32x4_splat(input.sums[block]));
            *sums = f32x4_add(*sums, f32x4_add(scaled, minimum));
        }
    }
    sums
}

/// Sums of a block of nibbles.
#[cfg(target_feature = "relaxed-simd")]
type Whole = Dotted;
/// Sums of a block of nibbles.
#[cfg(not(target_feature = "relaxed-simd"))]
type Whole = Widened;

/// Sums of four rows. Nibbles fit into seven bits, so machines agree about the product.
#[cfg(target_feature = "relaxed-simd")]
#[derive(Clone, Copy)]
struct Dotted(v128);

#[cfg(target_feature = "relaxed-simd")]
impl Dotted {
    const ZERO: Self = Self(i32x4(0, 0, 0, 0));

    fn add_nibbles(&mut self, nibbles: v128, activations: v128) {
        self.0 = i32x4_relaxed_dot_i8x16_i7x16_add(activations, nibbles, self.0);
    }

    fn rows(self) -> v128 {
        self.0
    }
}

/// Sums of rows 0 and 1, and of rows 2 and 3: two of each, still to be added.
#[derive(Clone, Copy)]
struct Widened(v128, v128);

impl Widened {
    const ZERO: Self = Self(i32x4(0, 0, 0, 0), i32x4(0, 0, 0, 0));

    #[cfg(not(target_feature = "relaxed-simd"))]
    fn add_nibbles(&mut self, nibbles: v128, activations: v128) {
        self.add(u16x8_extend_low_u8x16(nibbles), u16x8_extend_high_u8x16(nibbles), activations);
    }

    fn add(&mut self, first: v128, second: v128, activations: v128) {
        let activations = i16x8_extend_low_i8x16(activations);
        self.0 = i32x4_add(self.0, i32x4_dot_i16x8(first, activations));
        self.1 = i32x4_add(self.1, i32x4_dot_i16x8(second, activations));
    }

    fn rows(self) -> v128 {
        let even = i32x4_shuffle::<0, 2, 4, 6>(self.0, self.1);
        let odd = i32x4_shuffle::<1, 3, 5, 7>(self.0, self.1);
        i32x4_add(even, odd)
    }
}

fn load(bytes: &[u8]) -> v128 {
    let bytes = &bytes[..16];
    // SAFETY: there are 16 bytes.
    unsafe { v128_load(bytes.as_ptr().cast()) }
}

fn load_floats(numbers: &[f32]) -> v128 {
    let numbers = &numbers[..ROWS];
    // SAFETY: there are four numbers.
    unsafe { v128_load(numbers.as_ptr().cast()) }
}

/// The next four activations, for each row.
fn splat(integers: &[i8]) -> v128 {
    let integers = &integers[..4];
    // SAFETY: there are four bytes.
    unsafe { v128_load32_splat(integers.as_ptr().cast()) }
}
