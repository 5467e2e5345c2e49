// Many vectors times a matrix: tiles of 64 tokens × 64 rows × 32 columns, 256 threads, 4 × 4 products a thread.
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
// 64 lines of 8 vec4 each: with 8 KiB apiece they fill the 16 KiB that every device grants.
var<workgroup> left: array<vec4<f32>, 512>;
var<workgroup> right: array<vec4<f32>, 512>;

// Where a quarter of a line stands. Threads side by side read lines four apart: the exclusive or sends them to
// different banks.
fn spot(line: u32, quarter: u32) -> u32 {
    return line * 8u + (quarter ^ ((line >> 2u) & 7u));
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let token = group.y * 64u + (me / 16u) * 4u;
    let row = group.x * 64u + (me % 16u) * 4u;
    let left_line = (me / 16u) * 4u;
    let right_line = (me % 16u) * 4u;
    // A short batch leaves most of the tile empty; whole rows of threads then have nothing to multiply.
    let busy = token < state.tokens;
    let loaded_line = me / 4u;
    let loaded_quarter = me % 4u;
    let loaded_token = group.y * 64u + loaded_line;
    let loaded_row = group.x * 64u + loaded_line;
    var sum_0 = vec4<f32>(0.0);
    var sum_1 = vec4<f32>(0.0);
    var sum_2 = vec4<f32>(0.0);
    var sum_3 = vec4<f32>(0.0);
    for (var block = 0u; block < BLOCKS; block++) {
        var front = vec4<f32>(0.0);
        var back = vec4<f32>(0.0);
        if loaded_token < state.tokens {
            let at = (loaded_token * BLOCKS + block) * 8u + loaded_quarter;
            front = source[at];
            back = source[at + 4u];
        }
        left[spot(loaded_line, loaded_quarter)] = front;
        left[spot(loaded_line, loaded_quarter + 4u)] = back;
        if loaded_row < OUTPUTS {
            front = block_vec4(loaded_row * BLOCKS + block, loaded_quarter);
            back = block_vec4(loaded_row * BLOCKS + block, loaded_quarter + 4u);
        }
        right[spot(loaded_line, loaded_quarter)] = front;
        right[spot(loaded_line, loaded_quarter + 4u)] = back;
        workgroupBarrier();
        if busy {
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
        }
        workgroupBarrier();
    }
    finish_row(token, row, sum_0);
    finish_row(token + 1u, row, sum_1);
    finish_row(token + 2u, row, sum_2);
    finish_row(token + 3u, row, sum_3);
}

fn finish_row(token: u32, row: u32, sum: vec4<f32>) {
    if token < state.tokens && row < OUTPUTS {
        finish(token, row, sum.x + side(token, row), sum.y + side(token, row + 1u));
    }
    if token < state.tokens && row + 2u < OUTPUTS {
        finish(token, row + 2u, sum.z + side(token, row + 2u), sum.w + side(token, row + 3u));
    }
}
