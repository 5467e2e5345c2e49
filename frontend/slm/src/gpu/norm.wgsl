// RMSNorm of a batch (see input_norm), one workgroup a token.
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read> norm: array<vec4<f32>>;
@group(0) @binding(5) var<storage, read_write> normalised: array<vec4<f32>>;
var<workgroup> squares: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) me: u32) {
    let start = group.x * (COLUMNS / 4u);
    var sum = 0.0;
    for (var i = me; i < COLUMNS / 4u; i += THREADS) {
        sum += dot(source[start + i], source[start + i]);
    }
    squares[me] = sum;
    workgroupBarrier();
    for (var step = THREADS / 2u; step > 0u; step = step / 2u) {
        if me < step {
            squares[me] += squares[me + step];
        }
        workgroupBarrier();
    }
    let inverse_rms = inverseSqrt(squares[0] / f32(COLUMNS) + EPSILON);
    for (var i = me; i < COLUMNS / 4u; i += THREADS) {
        normalised[start + i] = source[start + i] * norm[i] * inverse_rms;
    }
}
