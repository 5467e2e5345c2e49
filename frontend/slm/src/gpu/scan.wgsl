// Candidates of a run's first token: its way of sampling was not known when the logits were made.
@group(0) @binding(5) var<storage, read> logits: array<f32>;
@group(0) @binding(6) var<storage, read_write> candidates: array<Best>;
var<workgroup> bests: array<Best, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    var best = Best(-3.4e38, 0u);
    for (var i = me; i < SPAN; i += 64u) {
        let entry = group.x * SPAN + i;
        if entry < VOCABULARY {
            let value = score(logits[entry], entry, state.seed, state.next, state.temperature);
            best = better(best, Best(value, entry));
        }
    }
    bests[me] = best;
    workgroupBarrier();
    if me == 0u {
        for (var i = 1u; i < 64u; i++) {
            best = better(best, bests[i]);
        }
        candidates[group.x] = best;
    }
}
