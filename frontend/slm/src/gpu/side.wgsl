// The second half of a low-rank side path (Hu et al. 2021): y += s·B·(A·x). `lowered` is A·x for each projection of
// the group; `raising` is s·B in the rows' order.
@group(0) @binding(7) var<storage, read> lowered: array<f32>;
@group(0) @binding(8) var<storage, read> raising: array<f32>;

// Which projection of the group a row belongs to.
fn section(row: u32) -> u32 {
    if SECTIONS == 3u {
        return u32(row >= QUERY_ROWS) + u32(row >= QUERY_ROWS + KEY_ROWS);
    }
    if SECTIONS == 2u {
        return row & 1u;
    }
    return 0u;
}

fn side(token: u32, row: u32) -> f32 {
    let start = (token * SECTIONS + section(row)) * RANK;
    var sum = 0.0;
    for (var i = 0u; i < RANK; i++) {
        sum += raising[row * RANK + i] * lowered[start + i];
    }
    return sum;
}
