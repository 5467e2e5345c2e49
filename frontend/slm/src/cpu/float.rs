//! Arithmetic in `f32`. Sums run in eight lanes, which compilers turn into vector instructions; the order of a sum is
//! fixed, so it is the same on every machine of one build.

const LANES: usize = 8;

/// Σ one·other.
pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    let mut sums = [0.0; LANES];
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest: f32 = ones.remainder().iter().zip(others.remainder()).map(|(one, other)| one * other).sum();
    for (one, other) in ones.zip(others) {
        for lane in 0..LANES {
            sums[lane] += one[lane] * other[lane];
        }
    }
    sums.iter().sum::<f32>() + rest
}

/// state += more.
pub(super) fn add(state: &mut [f32], more: &[f32]) {
    for (state, more) in state.iter_mut().zip(more) {
        *state += more;
    }
}

/// out += factor·row.
pub(super) fn add_scaled(out: &mut [f32], factor: f32, row: &[f32]) {
    for (out, row) in out.iter_mut().zip(row) {
        *out += factor * row;
    }
}

/// Divides by the root of the mean square and multiplies with the scales.
pub(super) fn normalise(state: &mut [f32], scales: &[f32], epsilon: f32) {
    #[allow(clippy::cast_precision_loss)] // A state is a few thousand wide.
    let mean = dot(state, state) / state.len() as f32;
    let factor = (mean + epsilon).sqrt().recip();
    for (number, scale) in state.iter_mut().zip(scales) {
        *number *= factor * scale;
    }
}

/// gate = silu(gate)·up.
pub(super) fn silu_times(gate: &mut [f32], up: &[f32]) {
    for (gate, up) in gate.iter_mut().zip(up) {
        *gate = *gate / (1.0 + (-*gate).exp()) * up;
    }
}
