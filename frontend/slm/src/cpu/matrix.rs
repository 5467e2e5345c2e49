//! A matrix of weights, and its product with rows of activations.

use super::float::dot;
use super::kernel::{self, Form};
use super::packed::{Packed, ROWS};
use super::quantised::{Input, Row};
use crate::weights::{Quantisation, Tensor};

/// Rows of activations that share each weight that is fetched.
const TOGETHER: usize = 4;

/// A matrix of weights.
pub(super) enum Matrix {
    /// Four-bit numbers.
    Nibbles(Packed),
    /// Eight-bit numbers.
    Bytes(Packed),
    /// Numbers that are no integers.
    Floats {
        /// Width of an input row.
        columns: usize,
        /// Row by row.
        numbers: Vec<f32>,
    },
}

impl Matrix {
    pub(super) fn new(tensor: &Tensor) -> Self {
        match tensor.quantisation {
            Quantisation::Q4_0 | Quantisation::Q4_1 => Self::Nibbles(Packed::of_nibbles(tensor)),
            Quantisation::Q8_0 => Self::Bytes(Packed::of_bytes(tensor)),
            Quantisation::F16 | Quantisation::F32 => {
                let mut numbers = vec![0.0; tensor.rows * tensor.columns];
                for (row, out) in numbers.chunks_exact_mut(tensor.columns).enumerate() {
                    tensor.row_into(row, out);
                }
                Self::Floats { columns: tensor.columns, numbers }
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Nibbles(packed) | Self::Bytes(packed) => packed.size(),
            Self::Floats { numbers, .. } => 4 * numbers.len(),
        }
    }

    /// The product with each row: rows of the input × rows of the matrix.
    pub(super) fn times(&self, input: &Input) -> Vec<f32> {
        match self {
            Self::Nibbles(packed) => times(packed, Form::Nibbles, input),
            Self::Bytes(packed) => times(packed, Form::Bytes, input),
            Self::Floats { columns, numbers } => {
                let rows = input.plain().chunks_exact(*columns);
                rows.flat_map(|row| numbers.chunks_exact(*columns).map(move |weights| dot(weights, row)))
                    .collect()
            }
        }
    }
}

fn times(packed: &Packed, form: Form, input: &Input) -> Vec<f32> {
    let rows = input.rows();
    let mut product = vec![0.0; rows * packed.rows];
    let inputs: Vec<Row<'_>> = (0..rows).map(|row| input.row(row)).collect();
    let (bytes, scales) = (form.bytes() * packed.blocks, form.scales() * packed.blocks);
    let groups = packed.bytes.chunks_exact(bytes).zip(packed.scales.chunks_exact(scales));
    for (group, (bytes, scales)) in groups.enumerate() {
        let first = group * ROWS;
        let kept = ROWS.min(packed.rows - first);
        let mut write = |row: usize, sums: [f32; ROWS]| {
            product[row * packed.rows + first..][..kept].copy_from_slice(&sums[..kept]);
        };
        let mut chunks = inputs.chunks_exact(TOGETHER);
        for (number, chunk) in chunks.by_ref().enumerate() {
            let together: [Row<'_>; TOGETHER] = [chunk[0], chunk[1], chunk[2], chunk[3]];
            let sums = kernel::sums(form, bytes, scales, together);
            for (row, sums) in sums.into_iter().enumerate() {
                write(number * TOGETHER + row, sums);
            }
        }
        let done = rows - chunks.remainder().len();
        for (row, input) in chunks.remainder().iter().enumerate() {
            let [sums] = kernel::sums(form, bytes, scales, [*input]);
            write(done + row, sums);
        }
    }
    product
}
