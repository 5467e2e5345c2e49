// SwiGLU (Shazeer 2020): silu(gate)·up; the rows of gate and up alternate.
@group(0) @binding(5) var<storage, read_write> inner: array<f32>;

fn finish(token: u32, row: u32, even: f32, odd: f32) {
    inner[token * (OUTPUTS / 2u) + row / 2u] = even / (1.0 + exp(-even)) * odd;
}

fn finish_group(group: u32, me: u32) {}
