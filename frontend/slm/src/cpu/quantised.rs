//! Activations, rounded to eight bits block by block.

use super::float::normalise;

/// Numbers that share a scale; as in the weights.
pub(super) const BLOCK: usize = 32;

/// Rows of activations: plain for what is multiplied in `f32`, and rounded for the weights. A number is about its
/// scale times its integer, the scale a 127th of the largest number of its block.
pub(super) struct Input {
    width: usize,
    plain: Vec<f32>,
    integers: Vec<i8>,
    scales: Vec<f32>,
    sums: Vec<f32>,
}

/// One rounded row.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    /// As many as there are columns.
    pub(super) integers: &'a [i8],
    /// One for each block.
    pub(super) scales: &'a [f32],
    /// Scale times the sum of the integers, for each block: what a minimum that is added to every weight comes to.
    pub(super) sums: &'a [f32],
}

impl Input {
    /// Rounds rows of `width` numbers, a multiple of [`BLOCK`].
    pub(super) fn of(plain: Vec<f32>, width: usize) -> Self {
        let mut integers = vec![0; plain.len()];
        let blocks = plain.len() / BLOCK;
        let (mut scales, mut sums) = (Vec::with_capacity(blocks), Vec::with_capacity(blocks));
        for (numbers, integers) in plain.chunks_exact(BLOCK).zip(integers.chunks_exact_mut(BLOCK)) {
            let largest = numbers.iter().fold(0_f32, |largest, number| largest.max(number.abs()));
            let scale = largest / 127.0;
            let inverse = if scale > 0.0 { 1.0 / scale } else { 0.0 };
            let mut sum = 0_i32;
            for (integer, number) in integers.iter_mut().zip(numbers) {
                // Ties away from zero, and never beyond ±127.
                #[allow(clippy::cast_possible_truncation)]
                let rounded = (number * inverse).round() as i8;
                *integer = rounded;
                sum += i32::from(rounded);
            }
            scales.push(scale);
            #[allow(clippy::cast_precision_loss)] // At most 32 · 127.
            sums.push(scale * sum as f32);
        }
        Self { width, plain, integers, scales, sums }
    }

    /// The same of rows that are normalised first.
    pub(super) fn normalised(states: &[f32], scales: &[f32], epsilon: f32) -> Self {
        let mut plain = states.to_vec();
        for state in plain.chunks_exact_mut(scales.len()) {
            normalise(state, scales, epsilon);
        }
        Self::of(plain, scales.len())
    }

    /// The numbers as they were.
    pub(super) fn plain(&self) -> &[f32] {
        &self.plain
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.plain.len() / self.width
    }

    /// A rounded row.
    pub(super) fn row(&self, number: usize) -> Row<'_> {
        let blocks = self.width / BLOCK;
        Row {
            integers: &self.integers[number * self.width..][..self.width],
            scales: &self.scales[number * blocks..][..blocks],
            sums: &self.sums[number * blocks..][..blocks],
        }
    }
}
