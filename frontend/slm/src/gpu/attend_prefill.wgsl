// A batch; a workgroup takes all tiles that its tokens see.
@group(0) @binding(5) var<storage, read_write> attended: array<vec2<f32>>;

fn first_seen(token: u32) -> u32 {
    return state.firsts[token / 4u][token % 4u];
}

// First tile, and the tile after the last. Documents follow each other, so the earliest token sees furthest back.
fn run_of(token: u32, last_slot: u32, split: u32) -> vec2<u32> {
    return vec2<u32>(first_seen(token) / 64u, last_slot / 64u + 1u);
}

fn keep(token: u32, head: u32, split: u32, pair: u32, sum: vec2<f32>, maximum: f32, total: f32) {
    attended[(token * HEADS + head) * (HEAD_WIDTH / 2u) + pair] = sum / total;
}
