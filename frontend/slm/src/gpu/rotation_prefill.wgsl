// Cosine and sine for one pair, from the table over all positions: WGSL's own sine promises nothing for large angles.
@group(0) @binding(9) var<storage, read> rotations: array<vec2<f32>>;

fn rotation_of(token: u32, pair: u32) -> vec2<f32> {
    let first = state.firsts[token / 4u][token % 4u];
    return rotations[(state.position + token - first) * (HEAD_WIDTH / 2u) + pair];
}
