// One vector times a matrix: LANES neighbouring threads share a row, each taking every LANES-th block of it, so that
// their loads are neighbours too. ROWS rows at a time, PASSES times.

// The vector, dequantisation's partner: 9 vec4 for each block of 32, so that the lanes of a row read from different
// banks. The ninth holds the block's sum, where the format has a minimum.
var<workgroup> xs: array<vec4<f32>, TILE_BLOCKS * 9u>;
var<workgroup> sums: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    input_begin(me);
    let lane = me % LANES;
    var partial: array<f32, PASSES>;
    for (var pass_index = 0u; pass_index < PASSES; pass_index++) {
        partial[pass_index] = 0.0;
    }
    for (var first_block = 0u; first_block < BLOCKS; first_block += TILE_BLOCKS) {
        let blocks = min(TILE_BLOCKS, BLOCKS - first_block);
        for (var i = me; i < blocks * 8u; i += THREADS) {
            xs[i + i / 8u] = input(first_block * 8u + i);
        }
        workgroupBarrier();
        if BLOCK_SUMS == 1u {
            for (var i = me; i < blocks; i += THREADS) {
                var sum = xs[i * 9u];
                for (var quarter = 1u; quarter < 8u; quarter++) {
                    sum += xs[i * 9u + quarter];
                }
                xs[i * 9u + 8u] = vec4<f32>(sum.x + sum.y + sum.z + sum.w);
            }
            workgroupBarrier();
        }
        for (var pass_index = 0u; pass_index < PASSES; pass_index++) {
            let row = (group.x * PASSES + pass_index) * ROWS + me / LANES;
            if row < OUTPUTS {
                var sum = partial[pass_index];
                for (var block = lane; block < blocks; block += LANES) {
                    sum += block_dot(row * BLOCKS + first_block + block, block * 9u);
                }
                partial[pass_index] = sum;
            }
        }
        workgroupBarrier();
    }
    for (var pass_index = 0u; pass_index < PASSES; pass_index++) {
        sums[me] = partial[pass_index];
        workgroupBarrier();
        let row = (group.x * PASSES + pass_index) * ROWS + me * 2u;
        if me < ROWS / 2u && row < OUTPUTS {
            var even = 0.0;
            var odd = 0.0;
            for (var i = 0u; i < LANES; i++) {
                even += sums[me * 2u * LANES + i];
                odd += sums[(me * 2u + 1u) * LANES + i];
            }
            finish(0u, row, even + side(0u, row), odd + side(0u, row + 1u));
        }
        workgroupBarrier();
    }
    finish_group(group.x, me);
}
