// Attention with an online softmax (Milakov and Gimelshein 2018): one workgroup takes one key head, TOGETHER tokens
// with all their query heads (so that these share the loads of keys and values) and a run of tiles of 64 slots.
@group(0) @binding(1) var<storage, read> queries: array<vec2<f32>>;
@group(0) @binding(2) var<storage, read> keys: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read> values: array<u32>;

const PAIRS: u32 = HEAD_WIDTH / 2u;
// Query vectors of the workgroup: [token][head of the group].
const LINES: u32 = TOGETHER * GROUP;
// Threads side by side take neighbouring pairs of a value; this many slots are read at once.
const SLOT_LANES: u32 = 64u / PAIRS;
const MASKED: f32 = -1.0e30;
var<workgroup> query: array<vec2<f32>, LINES * PAIRS>;
var<workgroup> weights: array<f32, LINES * 64u>;
var<workgroup> part_maxima: array<f32, LINES * 8u>;
var<workgroup> maxima: array<f32, LINES>;
var<workgroup> rescale: array<f32, LINES>;
// The sums go through the memory of the queries when they are done with.

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let first_token = group.y * TOGETHER;
    let tokens = min(TOGETHER, state.tokens - first_token);
    let last_slot = state.position + first_token + tokens - 1u;
    // Where the earliest of them begins to see.
    let run = run_of(first_token, last_slot, group.z);
    for (var i = me; i < LINES * PAIRS; i += 64u) {
        let token = first_token + i / (GROUP * PAIRS);
        if token < state.tokens {
            query[i] = queries[(token * KV_HEADS + group.x) * GROUP * PAIRS + i % (GROUP * PAIRS)];
        }
    }
    if me < LINES {
        maxima[me] = MASKED;
    }
    workgroupBarrier();
    var sums: array<vec2<f32>, LINES>;
    var totals: array<f32, LINES>;
    for (var line = 0u; line < LINES; line++) {
        sums[line] = vec2<f32>(0.0);
        totals[line] = 0.0;
    }
    let pair = me % PAIRS;
    let slot_lane = me / PAIRS;
    for (var tile = run.x; tile < run.y; tile++) {
        score_tile(group.x, first_token, tile * 64u + me, last_slot, me);
        workgroupBarrier();
        for (var i = me; i < LINES * 8u; i += 64u) {
            var most = MASKED;
            for (var j = 0u; j < 8u; j++) {
                most = max(most, weights[i * 8u + j]);
            }
            part_maxima[i] = most;
        }
        workgroupBarrier();
        if me < LINES {
            var most = maxima[me];
            for (var j = 0u; j < 8u; j++) {
                most = max(most, part_maxima[me * 8u + j]);
            }
            rescale[me] = exp(maxima[me] - most);
            maxima[me] = most;
        }
        workgroupBarrier();
        for (var line = 0u; line < LINES; line++) {
            let logit = weights[line * 64u + me];
            weights[line * 64u + me] = select(exp(logit - maxima[line]), 0.0, logit <= MASKED);
            sums[line] *= rescale[line];
            totals[line] *= rescale[line];
        }
        workgroupBarrier();
        let slots = min(64u, last_slot + 1u - tile * 64u);
        for (var slot = slot_lane; slot < slots; slot += SLOT_LANES) {
            let value = unpack2x16float(values[((KV_HEADS + group.x) * CONTEXT + tile * 64u + slot) * PAIRS + pair]);
            for (var line = 0u; line < LINES; line++) {
                let weight = weights[line * 64u + slot];
                sums[line] += weight * value;
                totals[line] += weight;
            }
        }
        workgroupBarrier();
    }
    // The lanes over slots add up, one after the other.
    for (var lane = 1u; lane < SLOT_LANES; lane++) {
        if slot_lane == lane {
            for (var line = 0u; line < LINES; line++) {
                query[line * PAIRS + pair] = sums[line];
                weights[line * 64u + pair] = totals[line];
            }
        }
        workgroupBarrier();
        if slot_lane == 0u {
            for (var line = 0u; line < LINES; line++) {
                sums[line] += query[line * PAIRS + pair];
                totals[line] += weights[line * 64u + pair];
            }
        }
        workgroupBarrier();
    }
    if slot_lane == 0u {
        for (var line = 0u; line < LINES; line++) {
            let token = first_token + line / GROUP;
            if token < state.tokens {
                let head = group.x * GROUP + line % GROUP;
                keep(token, head, group.z, pair, sums[line], maxima[line], totals[line]);
            }
        }
    }
}

// Scaled products of one slot's key with all queries; MASKED where a token does not see the slot.
fn score_tile(key_head: u32, first_token: u32, slot: u32, last_slot: u32, me: u32) {
    var products: array<f32, LINES>;
    for (var line = 0u; line < LINES; line++) {
        products[line] = 0.0;
    }
    if slot <= last_slot {
        let start = (key_head * CONTEXT + slot) * (PAIRS / 4u);
        for (var i = 0u; i < PAIRS / 4u; i++) {
            let words = keys[start + i];
            let key_0 = unpack2x16float(words.x);
            let key_1 = unpack2x16float(words.y);
            let key_2 = unpack2x16float(words.z);
            let key_3 = unpack2x16float(words.w);
            for (var line = 0u; line < LINES; line++) {
                let at = line * PAIRS + i * 4u;
                products[line] += dot(query[at], key_0) + dot(query[at + 1u], key_1)
                    + dot(query[at + 2u], key_2) + dot(query[at + 3u], key_3);
            }
        }
    }
    for (var line = 0u; line < LINES; line++) {
        let token = first_token + line / GROUP;
        let seen = token < state.tokens && slot >= first_seen(token) && slot <= state.position + token;
        weights[line * 64u + me] = select(MASKED, products[line] * inverseSqrt(f32(HEAD_WIDTH)), seen);
    }
}
