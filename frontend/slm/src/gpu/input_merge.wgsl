// Merges the attention's splits over positions: each holds Σ e^(s−m)·v, and (m, Σ e^(s−m)).
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> maxima_and_sums: array<vec2<f32>>;
var<workgroup> shares: array<f32, HEADS * SPLITS>;
var<private> splits: u32;

fn input_begin(me: u32) {
    let tiles = state.position / 64u + 1u;
    let tiles_per_split = (tiles + SPLITS - 1u) / SPLITS;
    splits = (tiles + tiles_per_split - 1u) / tiles_per_split;
    for (var head = me; head < HEADS; head += THREADS) {
        var most = maxima_and_sums[head].x;
        for (var split = 1u; split < splits; split++) {
            most = max(most, maxima_and_sums[split * HEADS + head].x);
        }
        var total = 0.0;
        for (var split = 0u; split < splits; split++) {
            let part = maxima_and_sums[split * HEADS + head];
            let share = exp(part.x - most);
            shares[head * SPLITS + split] = share;
            total += share * part.y;
        }
        for (var split = 0u; split < splits; split++) {
            shares[head * SPLITS + split] /= total;
        }
    }
    workgroupBarrier();
}

fn input(i: u32) -> vec4<f32> {
    let head = i / (HEAD_WIDTH / 4u);
    var sum = vec4<f32>(0.0);
    for (var split = 0u; split < splits; split++) {
        sum += shares[head * SPLITS + split] * source[split * (COLUMNS / 4u) + i];
    }
    return sum;
}
