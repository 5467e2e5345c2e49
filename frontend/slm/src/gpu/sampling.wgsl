// Gumbel-max (Gumbel 1954): the largest of logit/T − ln(−ln u) is a draw from softmax(logit/T). The uniform numbers
// come from a counter: seed, slot of the token to be, and vocabulary entry.
fn scrambled(value: u32) -> u32 {
    var bits = value;
    bits = (bits ^ (bits >> 16u)) * 0x7feb352du;
    bits = (bits ^ (bits >> 15u)) * 0x846ca68bu;
    return bits ^ (bits >> 16u);
}

fn score(logit: f32, entry: u32, seed: u32, slot: u32, temperature: f32) -> f32 {
    if temperature <= 0.0 {
        return logit;
    }
    // 23 bits and a half are exact in f32, and never 0 or 1.
    let bits = scrambled(entry + scrambled(slot + scrambled(seed)));
    let rest = (f32(bits >> 9u) + 0.5) / 8388608.0;
    // −ln(1 − rest): WGSL's logarithm may be off by 2⁻²¹ near 1, where the largest draws come from; the series isn't.
    var exponential = -log(1.0 - rest);
    if rest < 0.0625 {
        exponential = rest * (1.0 + rest * (0.5 + rest * (1.0 / 3.0 + rest * (0.25 + rest * 0.2))));
    }
    return logit / temperature - log(exponential);
}

struct Best {
    score: f32,
    entry: u32,
}

// The better of two; of equals, the lower entry.
fn better(a: Best, b: Best) -> Best {
    if b.score > a.score || (b.score == a.score && b.entry < a.entry) {
        return b;
    }
    return a;
}
