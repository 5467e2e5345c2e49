// What one batch of tokens is: the host writes it before a run, `choose` rewrites it for each token of a decode.
struct State {
    // Slot of the batch's first token in the key/value cache.
    position: u32,
    // Tokens in the batch.
    tokens: u32,
    // Slot that the next chosen token takes.
    next: u32,
    // A token that `choose` takes without looking at the scores; NOBODY when it is to look.
    forced: u32,
    // Start of the random generator.
    seed: u32,
    // 0 chooses the most likely token.
    temperature: f32,
    unused_0: u32,
    unused_1: u32,
    // Decode only: cosine and sine for each pair of a head at `position`.
    rotation: array<vec4<f32>, HEAD_WIDTH / 4u>,
    // Prefill only: for each token, the first slot that it sees. A document in a pack begins there, at position 0.
    firsts: array<vec4<u32>, CHUNK / 4u>,
}
const NOBODY: u32 = 0xffffffffu;
