//! The inner loops without vector instructions: what the others are held to.

use super::Form;
use crate::cpu::packed::ROWS;
use crate::cpu::quantised::{BLOCK, Row};

pub(in crate::cpu) fn sums<const N: usize>(
    form: Form,
    bytes: &[u8],
    scales: &[f32],
    inputs: [Row<'_>; N],
) -> [[f32; ROWS]; N] {
    let mut sums = [[0.0; ROWS]; N];
    let blocks = bytes.chunks_exact(form.bytes()).zip(scales.chunks_exact(form.scales()));
    for (block, (bytes, scales)) in blocks.enumerate() {
        for (input, sums) in inputs.iter().zip(&mut sums) {
            let integers = &input.integers[block * BLOCK..][..BLOCK];
            for row in 0..ROWS {
                #[allow(clippy::cast_precision_loss)] // At most 32 · 128 · 127.
                let whole = product(form, bytes, row, integers) as f32;
                let minimum = if form == Form::Nibbles { scales[ROWS + row] } else { 0.0 };
                let scaled = whole * (scales[row] * input.scales[block]);
                sums[row] += scaled + minimum * input.sums[block];
            }
        }
    }
    sums
}

/// Σ weight·activation of one row of a block.
fn product(form: Form, bytes: &[u8], row: usize, integers: &[i8]) -> i32 {
    let mut sum = 0;
    for (quarter, four) in bytes.chunks_exact(4).skip(row).step_by(ROWS).enumerate() {
        for (place, byte) in four.iter().enumerate() {
            let number = quarter * 4 + place;
            sum += match form {
                Form::Nibbles => {
                    let (low, high) = (i32::from(byte & 0x0F), i32::from(byte >> 4));
                    low * i32::from(integers[number]) + high * i32::from(integers[BLOCK / 2 + number])
                }
                Form::Bytes => i32::from(i8::from_le_bytes([*byte])) * i32::from(integers[number]),
            };
        }
    }
    sum
}
