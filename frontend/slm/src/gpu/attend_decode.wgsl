// One token; its tiles are split over workgroups, and `input_merge` puts the splits together.
@group(0) @binding(5) var<storage, read_write> split_sums: array<vec2<f32>>;
@group(0) @binding(6) var<storage, read_write> maxima_and_sums: array<vec2<f32>>;

fn first_seen(token: u32) -> u32 {
    return 0u;
}

// First tile, and the tile after the last.
fn run_of(token: u32, last_slot: u32, split: u32) -> vec2<u32> {
    let tiles = last_slot / 64u + 1u;
    let tiles_per_split = (tiles + SPLITS - 1u) / SPLITS;
    return vec2<u32>(split * tiles_per_split, min(tiles, (split + 1u) * tiles_per_split));
}

fn keep(token: u32, head: u32, split: u32, pair: u32, sum: vec2<f32>, maximum: f32, total: f32) {
    split_sums[(split * HEADS + head) * (HEAD_WIDTH / 2u) + pair] = sum;
    if pair == 0u {
        maxima_and_sums[split * HEADS + head] = vec2<f32>(maximum, total);
    }
}
