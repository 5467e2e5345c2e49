// Keeps the logits, and the best of those that this workgroup made.
@group(0) @binding(5) var<storage, read_write> logits: array<f32>;
@group(0) @binding(6) var<storage, read_write> candidates: array<Best>;
var<workgroup> bests: array<Best, ROWS / 2u>;
var<private> best: Best = Best(-3.4e38, 0u);

fn finish(token: u32, row: u32, even: f32, odd: f32) {
    logits[row] = even;
    best = better(best, Best(score(even, row, state.seed, state.next, state.temperature), row));
    if row + 1u < OUTPUTS {
        logits[row + 1u] = odd;
        best = better(best, Best(score(odd, row + 1u, state.seed, state.next, state.temperature), row + 1u));
    }
}

fn finish_group(group: u32, me: u32) {
    if me < ROWS / 2u {
        bests[me] = best;
    }
    workgroupBarrier();
    if me == 0u {
        for (var i = 1u; i < ROWS / 2u; i++) {
            best = better(best, bests[i]);
        }
        candidates[group] = best;
    }
}
