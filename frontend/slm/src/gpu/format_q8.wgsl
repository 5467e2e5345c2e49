// 8-bit blocks of 32: two vec4<u32> of signed bytes; the f16 scales of two blocks share a u32. value = scale·q.
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;
@group(0) @binding(4) var<storage, read> scales: array<u32>;

fn signed_bytes(word: u32) -> vec4<f32> {
    return vec4<f32>((bitcast<vec4<i32>>(vec4<u32>(word)) << vec4<u32>(24u, 16u, 8u, 0u)) >> vec4<u32>(24u));
}

fn block_scale(block: u32) -> f32 {
    return unpack2x16float(scales[block >> 1u])[block & 1u];
}

// Four neighbouring weights of a block, dequantised; `quarter` is 0..8.
fn block_vec4(block: u32, quarter: u32) -> vec4<f32> {
    return signed_bytes(quants[block * 2u + (quarter >> 2u)][quarter & 3u]) * block_scale(block);
}
