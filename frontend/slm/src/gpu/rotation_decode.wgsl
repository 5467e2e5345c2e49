// Cosine and sine for one pair: `choose` copied those of this position.
fn rotation_of(token: u32, pair: u32) -> vec2<f32> {
    let two = state.rotation[pair / 2u];
    return select(two.xy, two.zw, (pair & 1u) == 1u);
}
