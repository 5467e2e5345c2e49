// RMSNorm of the hidden state (Zhang and Sennrich 2019): x / sqrt(mean(x²) + ε) · weight. Every workgroup does it
// again: reading a few KiB from cache is cheaper than one more dispatch.
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
var<workgroup> squares: array<f32, THREADS>;
var<workgroup> eighths: array<f32, 8>;
var<private> inverse_rms: f32;

fn input_begin(me: u32) {
    var sum = 0.0;
    for (var i = me; i < COLUMNS / 4u; i += THREADS) {
        sum += dot(source[i], source[i]);
    }
    squares[me] = sum;
    workgroupBarrier();
    if me < 8u {
        var eighth = 0.0;
        for (var i = me; i < THREADS; i += 8u) {
            eighth += squares[i];
        }
        eighths[me] = eighth;
    }
    workgroupBarrier();
    var total = 0.0;
    for (var i = 0u; i < 8u; i++) {
        total += eighths[i];
    }
    inverse_rms = inverseSqrt(total / f32(COLUMNS) + EPSILON);
}

fn input(i: u32) -> vec4<f32> {
    return source[i] * norm[i] * inverse_rms;
}
