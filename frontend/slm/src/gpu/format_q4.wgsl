// 4-bit blocks of 32: one vec4<u32> of nibbles; scale and minimum as two f16 in one u32. value = scale·q + minimum.
// Nibble i < 16 is the low half of byte i, else the high half of byte i − 16.
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> scales: array<u32>;

fn nibbles(word: u32) -> vec4<f32> {
    return vec4<f32>((vec4<u32>(word) >> vec4<u32>(0u, 8u, 16u, 24u)) & vec4<u32>(15u));
}

// Four neighbouring weights of a block, dequantised; `quarter` is 0..8.
fn block_vec4(block: u32, quarter: u32) -> vec4<f32> {
    let scale = unpack2x16float(scales[block]);
    let word = quants[block][quarter & 3u] >> ((quarter >> 2u) * 4u);
    return nibbles(word) * scale.x + scale.y;
}
