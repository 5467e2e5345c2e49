// f32, exactly as in the file; a "block" is 32 of them.
@group(0) @binding(3) var<storage, read> quants: array<vec4<u32>>;

// Four neighbouring weights of a block; `quarter` is 0..8.
fn block_vec4(block: u32, quarter: u32) -> vec4<f32> {
    return bitcast<vec4<f32>>(quants[block * 8u + quarter]);
}
