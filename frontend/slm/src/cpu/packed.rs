//! Weights laid out for the inner loops: four rows at a time, so that one vector holds four consecutive bytes of each
//! of the four rows and sums come out beside each other.

use super::quantised::BLOCK;
use crate::weights::{Quantisation, Tensor};
use half::f16;

/// Rows that are multiplied together.
pub(super) const ROWS: usize = 4;

/// Bytes of the nibbles of one block of four rows.
pub(super) const NIBBLE_BYTES: usize = ROWS * BLOCK / 2;

/// Bytes of one block of four rows of bytes.
pub(super) const BYTE_BYTES: usize = ROWS * BLOCK;

/// Four rows of weights, block after block.
pub(super) struct Packed {
    /// Rows of the matrix; the last group is filled up with zeros.
    pub(super) rows: usize,
    /// Blocks in a row.
    pub(super) blocks: usize,
    /// For each group of rows and block: for each four bytes of a block, those of row 0, 1, 2, 3. Nibbles stay where
    /// they are in their byte: the low halves are the numbers 0 to 15 of the block, the high ones 16 to 31.
    pub(super) bytes: Vec<u8>,
    /// For each group and block: the scales of the four rows, and behind them for nibbles what is added to each number.
    pub(super) scales: Vec<f32>,
}

impl Packed {
    /// Lays a matrix of four-bit numbers out.
    pub(super) fn of_nibbles(tensor: &Tensor) -> Self {
        Self::pack(
            tensor,
            BLOCK / 2,
            |block| match tensor.quantisation {
                // d·(q − 8) is d·q + (−8·d).
                Quantisation::Q4_0 => (half(block, 0), -8.0 * half(block, 0), &block[2..]),
                _ => (half(block, 0), half(block, 2), &block[4..]),
            },
            true,
        )
    }

    /// Lays a matrix of eight-bit numbers out.
    pub(super) fn of_bytes(tensor: &Tensor) -> Self {
        Self::pack(tensor, BLOCK, |block| (half(block, 0), 0.0, &block[2..]), false)
    }

    fn pack<'a>(
        tensor: &'a Tensor,
        width: usize,
        parts: impl Fn(&'a [u8]) -> (f32, f32, &'a [u8]),
        has_minimum: bool,
    ) -> Self {
        let (_, size) = tensor.quantisation.block();
        let (blocks, row_bytes) = (tensor.columns / BLOCK, tensor.row_bytes());
        let groups = tensor.rows.div_ceil(ROWS);
        let mut bytes = vec![0; groups * blocks * ROWS * width];
        let numbers = if has_minimum { 2 * ROWS } else { ROWS };
        let mut scales = vec![0.0; groups * blocks * numbers];
        for (row, source) in tensor.bytes().chunks_exact(row_bytes).enumerate() {
            let (group, lane) = (row / ROWS, row % ROWS);
            for (block, source) in source.chunks_exact(size).enumerate() {
                let (scale, minimum, quarters) = parts(source);
                let place = group * blocks + block;
                scales[place * numbers + lane] = scale;
                if has_minimum {
                    scales[place * numbers + ROWS + lane] = minimum;
                }
                let target = &mut bytes[place * ROWS * width..][..ROWS * width];
                for (quarter, four) in quarters.chunks_exact(4).enumerate() {
                    target[(quarter * ROWS + lane) * 4..][..4].copy_from_slice(four);
                }
            }
        }
        Self { rows: tensor.rows, blocks, bytes, scales }
    }

    pub(super) fn size(&self) -> usize {
        self.bytes.len() + 4 * self.scales.len()
    }
}

fn half(bytes: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32()
}
