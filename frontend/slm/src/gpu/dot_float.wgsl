// Σ weight·x over 32 weights that have no scale.
fn block_dot(block: u32, at: u32) -> f32 {
    var sum = vec4<f32>(0.0);
    for (var quarter = 0u; quarter < 8u; quarter++) {
        sum += block_vec4(block, quarter) * xs[at + quarter];
    }
    return sum.x + sum.y + sum.z + sum.w;
}
