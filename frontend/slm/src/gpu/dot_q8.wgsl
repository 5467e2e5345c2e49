// Σ weight·x over a block.
fn block_dot(block: u32, at: u32) -> f32 {
    let front = quants[block * 2u];
    let back = quants[block * 2u + 1u];
    var sum = signed_bytes(front.x) * xs[at] + signed_bytes(front.y) * xs[at + 1u];
    sum += signed_bytes(front.z) * xs[at + 2u] + signed_bytes(front.w) * xs[at + 3u];
    sum += signed_bytes(back.x) * xs[at + 4u] + signed_bytes(back.y) * xs[at + 5u];
    sum += signed_bytes(back.z) * xs[at + 6u] + signed_bytes(back.w) * xs[at + 7u];
    return block_scale(block) * (sum.x + sum.y + sum.z + sum.w);
}
