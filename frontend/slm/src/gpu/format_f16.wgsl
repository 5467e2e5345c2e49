// Two f16 in each u32, exactly as in the file; a "block" is 32 of them.
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;

// Four neighbouring weights of a block; `quarter` is 0..8.
fn block_vec4(block: u32, quarter: u32) -> vec4<f32> {
    let words = quants[block * 4u + (quarter >> 1u)];
    let pair = select(words.xy, words.zw, (quarter & 1u) == 1u);
    return vec4<f32>(unpack2x16float(pair.x), unpack2x16float(pair.y));
}
