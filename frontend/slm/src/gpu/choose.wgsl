// Chooses the next token from the candidates and makes its batch: its vector, its slot, its rotation.
@group(0) @binding(0) var<storage, read_write> state: State;
@group(0) @binding(1) var<storage, read> candidates: array<Best>;
@group(0) @binding(2) var<storage, read> rotations: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> hidden: array<vec4<f32>>;
@group(0) @binding(6) var<storage, read_write> chosen: array<u32>;
var<workgroup> bests: array<Best, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) me: u32) {
    var best = Best(-3.4e38, 0u);
    for (var i = me; i < CANDIDATES; i += 256u) {
        best = better(best, candidates[i]);
    }
    bests[me] = best;
    let slot = state.next;
    let forced = state.forced;
    workgroupBarrier();
    for (var step = 128u; step > 0u; step = step / 2u) {
        if me < step {
            bests[me] = better(bests[me], bests[me + step]);
        }
        workgroupBarrier();
    }
    var token = bests[0].entry;
    if forced != NOBODY {
        token = forced;
    }
    for (var i = me; i < COLUMNS / 4u; i += 256u) {
        hidden[i] = block_vec4(token * BLOCKS + i / 8u, i % 8u);
    }
    for (var i = me; i < HEAD_WIDTH / 4u; i += 256u) {
        state.rotation[i] = rotations[slot * (HEAD_WIDTH / 4u) + i];
    }
    if me == 0u {
        state.position = slot;
        state.tokens = 1u;
        state.next = slot + 1u;
        state.forced = NOBODY;
        chosen[0] = token;
    }
}
