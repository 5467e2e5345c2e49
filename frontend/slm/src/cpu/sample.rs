//! Chooses the next token.

use crate::sampling::Sampling;

/// The token for `slot`, the position it will have.
pub(super) fn choose(logits: &[f32], sampling: Sampling, slot: usize) -> u32 {
    let mut best = (f32::NEG_INFINITY, 0);
    for (entry, logit) in (0_u32..).zip(logits) {
        let score = match sampling {
            Sampling::Greedy => *logit,
            Sampling::Temperature { temperature, .. } if temperature <= 0.0 => *logit,
            // Gumbel-max (Gumbel 1954): the largest of logit/T − ln(−ln u) is a draw from softmax(logit/T).
            Sampling::Temperature { temperature, seed } => {
                logit / temperature - exponential(entry, seed, slot).ln()
            }
        };
        if score > best.0 {
            best = (score, entry);
        }
    }
    best.1
}

/// −ln of a number between 0 and 1 that is drawn from a counter: seed, slot and entry of the vocabulary.
fn exponential(entry: u32, seed: u32, slot: usize) -> f32 {
    #[allow(clippy::cast_possible_truncation)] // A context has far fewer positions.
    let slot = slot as u32;
    let bits = scrambled(entry.wrapping_add(scrambled(slot.wrapping_add(scrambled(seed)))));
    #[allow(clippy::cast_precision_loss)] // 23 bits are exact.
    let rest = ((bits >> 9) as f32 + 0.5) / 8_388_608.0;
    -(-rest).ln_1p()
}

/// Spreads every bit over all: a bijection of 32 bits, with the constants of Wellons' hash prospector (lowbias32).
fn scrambled(value: u32) -> u32 {
    let bits = (value ^ (value >> 16)).wrapping_mul(0x7feb_352d);
    let bits = (bits ^ (bits >> 15)).wrapping_mul(0x846c_a68b);
    bits ^ (bits >> 16)
}
