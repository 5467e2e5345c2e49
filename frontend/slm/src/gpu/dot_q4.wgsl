// Σ weight·x over a block, with Σ (scale·q + minimum)·x taken apart as scale·Σ q·x + minimum·Σ x.
fn block_dot(block: u32, at: u32) -> f32 {
    let scale = unpack2x16float(scales[block]);
    let words = quants[block];
    var sum = nibbles(words.x) * xs[at] + nibbles(words.x >> 4u) * xs[at + 4u];
    sum += nibbles(words.y) * xs[at + 1u] + nibbles(words.y >> 4u) * xs[at + 5u];
    sum += nibbles(words.z) * xs[at + 2u] + nibbles(words.z >> 4u) * xs[at + 6u];
    sum += nibbles(words.w) * xs[at + 3u] + nibbles(words.w >> 4u) * xs[at + 7u];
    return scale.x * (sum.x + sum.y + sum.z + sum.w) + scale.y * xs[at + 8u].x;
}
