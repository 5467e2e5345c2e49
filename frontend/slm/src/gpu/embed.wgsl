// The vectors of a batch's tokens, one workgroup a token.
@group(0) @binding(1) var<storage, read> entries: array<u32>;
@group(0) @binding(5) var<storage, read_write> hidden: array<vec4<f32>>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let entry = entries[group.x];
    for (var i = me; i < COLUMNS / 4u; i += 64u) {
        hidden[group.x * (COLUMNS / 4u) + i] = block_vec4(entry * BLOCKS + i / 8u, i % 8u);
    }
}
