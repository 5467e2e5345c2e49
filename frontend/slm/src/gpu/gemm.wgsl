// Many vectors times a matrix: tiles of 64 tokens × 64 rows × 32 columns, in pieces of 4 × 4 products.
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
// 64 lines of 8 vec4 each: with 8 KiB apiece they fill the 16 KiB that every device grants.
var<workgroup> left: array<vec4<f32>, 512>;
var<workgroup> right: array<vec4<f32>, 512>;

// Where a quarter of a line stands. Threads side by side read lines four apart: the exclusive or sends them to
// different banks.
fn spot(line: u32, quarter: u32) -> u32 {
    return line * 8u + (quarter ^ ((line >> 2u) & 7u));
}

// A tile is 256 pieces of work, which THREADS threads share.
const STEPS: u32 = 256u / THREADS;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    var sums: array<vec4<f32>, 4u * STEPS>;
    for (var i = 0u; i < 4u * STEPS; i++) {
        sums[i] = vec4<f32>(0.0);
    }
    for (var block = 0u; block < BLOCKS; block++) {
        for (var step = 0u; step < STEPS; step++) {
            load(group, block, step * THREADS + me);
        }
        workgroupBarrier();
        for (var step = 0u; step < STEPS; step++) {
            let piece = step * THREADS + me;
            let left_line = (piece / 16u) * 4u;
            let right_line = (piece % 16u) * 4u;
            // A short batch leaves most of the tile empty; whole rows of threads then have nothing to multiply.
            if group.y * 64u + left_line < state.tokens {
                var sum_0 = sums[4u * step];
                var sum_1 = sums[4u * step + 1u];
                var sum_2 = sums[4u * step + 2u];
                var sum_3 = sums[4u * step + 3u];
                for (var quarter = 0u; quarter < 8u; quarter++) {
                    let right_0 = right[spot(right_line, quarter)];
                    let right_1 = right[spot(right_line + 1u, quarter)];
                    let right_2 = right[spot(right_line + 2u, quarter)];
                    let right_3 = right[spot(right_line + 3u, quarter)];
                    let left_0 = left[spot(left_line, quarter)];
                    sum_0 += vec4<f32>(dot(left_0, right_0), dot(left_0, right_1), dot(left_0, right_2), dot(left_0, right_3));
                    let left_1 = left[spot(left_line + 1u, quarter)];
                    sum_1 += vec4<f32>(dot(left_1, right_0), dot(left_1, right_1), dot(left_1, right_2), dot(left_1, right_3));
                    let left_2 = left[spot(left_line + 2u, quarter)];
                    sum_2 += vec4<f32>(dot(left_2, right_0), dot(left_2, right_1), dot(left_2, right_2), dot(left_2, right_3));
                    let left_3 = left[spot(left_line + 3u, quarter)];
                    sum_3 += vec4<f32>(dot(left_3, right_0), dot(left_3, right_1), dot(left_3, right_2), dot(left_3, right_3));
                }
                sums[4u * step] = sum_0;
                sums[4u * step + 1u] = sum_1;
                sums[4u * step + 2u] = sum_2;
                sums[4u * step + 3u] = sum_3;
            }
        }
        workgroupBarrier();
    }
    for (var step = 0u; step < STEPS; step++) {
        let piece = step * THREADS + me;
        let token = group.y * 64u + (piece / 16u) * 4u;
        let row = group.x * 64u + (piece % 16u) * 4u;
        for (var i = 0u; i < 4u; i++) {
            finish_row(token + i, row, sums[4u * step + i]);
        }
    }
}

// Brings two quarters of a line of each side into the tile.
fn load(group: vec3<u32>, block: u32, piece: u32) {
    let line = piece / 4u;
    let quarter = piece % 4u;
    let token = group.y * 64u + line;
    let row = group.x * 64u + line;
    var front = vec4<f32>(0.0);
    var back = vec4<f32>(0.0);
    if token < state.tokens {
        let at = (token * BLOCKS + block) * 8u + quarter;
        front = source[at];
        back = source[at + 4u];
    }
    left[spot(line, quarter)] = front;
    left[spot(line, quarter + 4u)] = back;
    if row < OUTPUTS {
        front = block_vec4(row * BLOCKS + block, quarter);
        back = block_vec4(row * BLOCKS + block, quarter + 4u);
    }
    right[spot(line, quarter)] = front;
    right[spot(line, quarter + 4u)] = back;
}

fn finish_row(token: u32, row: u32, sum: vec4<f32>) {
    if token < state.tokens && row < OUTPUTS {
        finish(token, row, sum.x + side(token, row), sum.y + side(token, row + 1u));
    }
    if token < state.tokens && row + 2u < OUTPUTS {
        finish(token, row + 2u, sum.z + side(token, row + 2u), sum.w + side(token, row + 3u));
    }
}
