// Rows are all queries, then all keys, then all values. Queries and keys are rotated by their position (RoPE, Su et
// al. 2021; pairs are neighbours); keys and values go to the cache, in f16.
@group(0) @binding(5) var<storage, read_write> queries: array<f32>;
@group(0) @binding(6) var<storage, read_write> cache: array<u32>;

fn rotated(token: u32, within: u32, even: f32, odd: f32) -> vec2<f32> {
    let turn = rotation_of(token, within / 2u);
    return vec2<f32>(even * turn.x - odd * turn.y, even * turn.y + odd * turn.x);
}

fn finish(token: u32, row: u32, even: f32, odd: f32) {
    if row < QUERY_ROWS {
        let pair = rotated(token, row % HEAD_WIDTH, even, odd);
        queries[token * QUERY_ROWS + row] = pair.x;
        queries[token * QUERY_ROWS + row + 1u] = pair.y;
        return;
    }
    var pair = vec2<f32>(even, odd);
    if row < QUERY_ROWS + KEY_ROWS {
        pair = rotated(token, row % HEAD_WIDTH, even, odd);
    }
    // All key heads, then all value heads: [head][slot][pair].
    let head = (row - QUERY_ROWS) / HEAD_WIDTH;
    let slot = state.position + token;
    cache[(head * CONTEXT + slot) * (HEAD_WIDTH / 2u) + (row % HEAD_WIDTH) / 2u] = pack2x16float(pair);
}

fn finish_group(group: u32, me: u32) {}
