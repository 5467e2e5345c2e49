//! The inner loops with AVX2, for tests and measurements on a developer's machine.
#![allow(unsafe_code)] // Loads of vectors from slices, and calls of functions for a processor that was asked first.

use super::Form;
use crate::cpu::packed::ROWS;
use crate::cpu::quantised::{BLOCK, Row};
use std::arch::x86_64::*;

/// Whether the processor has the instructions.
pub(super) fn is_there() -> bool {
    is_x86_feature_detected!("avx2")
}

pub(super) fn sums<const N: usize>(
    form: Form,
    bytes: &[u8],
    scales: &[f32],
    inputs: [Row<'_>; N],
) -> [[f32; ROWS]; N] {
    // SAFETY: whoever calls this has asked `is_there`.
    unsafe { sums_avx2(form, bytes, scales, inputs) }
}

#[target_feature(enable = "avx2")]
fn sums_avx2<const N: usize>(
    form: Form,
    bytes: &[u8],
    scales: &[f32],
    inputs: [Row<'_>; N],
) -> [[f32; ROWS]; N] {
    let mut sums = [_mm_setzero_ps(); N];
    let blocks = bytes.chunks_exact(form.bytes()).zip(scales.chunks_exact(form.scales()));
    for (block, (bytes, scales)) in blocks.enumerate() {
        let mut whole = [_mm256_setzero_si256(); N];
        for (pair, vector) in bytes.chunks_exact(32).enumerate() {
            // SAFETY: the chunk has 32 bytes.
            let vector = unsafe { _mm256_loadu_si256(vector.as_ptr().cast()) };
            for (input, whole) in inputs.iter().zip(&mut whole) {
                let integers = &input.integers[block * BLOCK..][..BLOCK];
                *whole = _mm256_add_epi32(*whole, product(form, vector, integers, pair));
            }
        }
        let row_scales = four(scales);
        for ((input, sums), whole) in inputs.iter().zip(&mut sums).zip(whole) {
            let whole = _mm_add_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256::<1>(whole));
            let scale = _mm_mul_ps(row_scales, _mm_set1_ps(input.scales[block]));
            let scaled = _mm_mul_ps(_mm_cvtepi32_ps(whole), scale);
            let minimum = match form {
                Form::Nibbles => _mm_mul_ps(four(&scales[ROWS..]), _mm_set1_ps(input.sums[block])),
                Form::Bytes => _mm_mul_ps(_mm_setzero_ps(), _mm_set1_ps(input.sums[block])),
            };
            *sums = _mm_add_ps(*sums, _mm_add_ps(scaled, minimum));
        }
    }
    sums.map(|sums| {
        let mut out = [0.0; ROWS];
        // SAFETY: the array has four numbers.
        unsafe { _mm_storeu_ps(out.as_mut_ptr(), sums) };
        out
    })
}

#[target_feature(enable = "avx2")]
fn four(numbers: &[f32]) -> __m128 {
    _mm_setr_ps(numbers[0], numbers[1], numbers[2], numbers[3])
}

/// Products of two vectors of weights, 16 bytes each: the sums of the first in the lower half.
#[target_feature(enable = "avx2")]
fn product(form: Form, weights: __m256i, integers: &[i8], pair: usize) -> __m256i {
    let ones = _mm256_set1_epi16(1);
    match form {
        Form::Nibbles => {
            let mask = _mm256_set1_epi8(0x0F);
            let low = _mm256_and_si256(weights, mask);
            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(weights), mask);
            let low = _mm256_maddubs_epi16(low, twice(integers, 8 * pair));
            let high = _mm256_maddubs_epi16(high, twice(integers, BLOCK / 2 + 8 * pair));
            // At most 2 · 2 · 15 · 127: far from saturating.
            _mm256_madd_epi16(_mm256_add_epi16(low, high), ones)
        }
        Form::Bytes => {
            // One factor has to be unsigned; 2 · 128 · 127 does not saturate.
            let activations = _mm256_sign_epi8(twice(integers, 8 * pair), weights);
            _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_abs_epi8(weights), activations), ones)
        }
    }
}

/// Four activations for each row of the lower half, the next four for each row of the upper.
#[target_feature(enable = "avx2")]
fn twice(integers: &[i8], at: usize) -> __m256i {
    let four = |at: usize| {
        let [one, two, three, four] = [0, 1, 2, 3].map(|place| integers[at + place].to_le_bytes()[0]);
        i32::from_le_bytes([one, two, three, four])
    };
    _mm256_set_m128i(_mm_set1_epi32(four(at + 4)), _mm_set1_epi32(four(at)))
}
