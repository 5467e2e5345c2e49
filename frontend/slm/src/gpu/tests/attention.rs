//! Attention of one token and of batches.

use super::chance::Chance;
use super::lab::{Lab, assert_close, config, wide};
use super::oracle;
use crate::config::Config;
use crate::gpu::recipe::{self, binding};
use crate::gpu::shape::{SPLITS, Shape};
use crate::gpu::state_head;
use half::f16;

/// A cache with random keys and values.
fn cache(chance: &mut Chance, config: &Config, context: usize) -> Vec<f16> {
    let count = 2 * config.kv_width() * context;
    (0..count).map(|_| f16::from_f32(2.0 * chance.number())).collect()
}

fn bits(halves: &[f16]) -> Vec<u16> {
    halves.iter().map(|half| half.to_bits()).collect()
}

/// What a query head of a token at `slot` finds in the slots from `first` on.
fn attended(
    config: &Config,
    context: usize,
    cache: &[f16],
    head: usize,
    query: &[f32],
    first: usize,
    slot: usize,
) -> Vec<f64> {
    let lines = |part: usize| -> Vec<Vec<f64>> {
        let head = part * config.kv_heads + head / config.group();
        (first..=slot)
            .map(|slot| {
                let from = (head * context + slot) * config.head_width;
                cache[from..from + config.head_width].iter().map(|x| x.to_f64()).collect()
            })
            .collect()
    };
    let (keys, values) = (lines(0), lines(1));
    let keys: Vec<&[f64]> = keys.iter().map(Vec::as_slice).collect();
    let values: Vec<&[f64]> = values.iter().map(Vec::as_slice).collect();
    oracle::attend(&wide(query), &keys, &values)
}

#[test]
fn one_token_attends_to_all_before_it() {
    for (heads, kv_heads, head_width) in [(2, 2, 16), (9, 3, 64), (8, 1, 128), (4, 2, 8)] {
        let config = Config { heads, kv_heads, head_width, context: 1300, ..config() };
        let mut lab = Lab::new(&config);
        let mut chance = Chance::new(heads as u64);
        let cache = cache(&mut chance, &config, 1300);
        let width = heads * head_width;
        let queries = chance.numbers(width);
        let (cached, source) = (lab.buffer(&bits(&cache)), lab.buffer(&queries));
        let (sums, maxima) = (lab.room(SPLITS * width), lab.room(SPLITS * heads * 2));
        let recipe = recipe::attend_decode(&lab.shape);
        // The last has more tiles than splits.
        for position in [0, 1, 62, 63, 64, 500, 1299] {
            let state = lab.state(position, 1);
            let bound = [
                (binding::STATE, &state),
                (binding::SOURCE, &source),
                (binding::BESIDE, &cached),
                (binding::QUANTS, &cached),
                (binding::TARGET, &sums),
                (binding::SECOND, &maxima),
            ];
            let splits = Shape::splits(position);
            lab.run(&recipe, &bound, (kv_heads, 1, splits));
            let sums: Vec<f32> = lab.read(&sums, splits * width);
            let maxima: Vec<[f32; 2]> = lab.read(&maxima, splits * heads);
            for head in 0..heads {
                let most = (0..splits).fold(f32::MIN, |most, s| most.max(maxima[s * heads + head][0]));
                let share = |s: usize| (maxima[s * heads + head][0] - most).exp();
                let total: f32 = (0..splits).map(|s| share(s) * maxima[s * heads + head][1]).sum();
                let found: Vec<f32> = (0..head_width)
                    .map(|i| {
                        (0..splits).map(|s| share(s) * sums[s * width + head * head_width + i]).sum::<f32>()
                            / total
                    })
                    .collect();
                let query = &queries[head * head_width..][..head_width];
                let wanted = attended(&config, 1300, &cache, head, query, 0, position);
                assert_close(
                    &format!("{heads}/{kv_heads} heads of {head_width} at {position}"),
                    &found,
                    &wanted,
                    1e-4,
                );
            }
        }
    }
}

#[test]
fn a_batch_attends_within_its_documents() {
    for (heads, kv_heads, head_width) in [(2, 2, 16), (9, 3, 64), (8, 1, 128), (5, 1, 32)] {
        let config = Config { heads, kv_heads, head_width, context: 300, ..config() };
        let mut lab = Lab::new(&config);
        let mut chance = Chance::new(heads as u64);
        let cache = cache(&mut chance, &config, 300);
        let width = heads * head_width;
        let recipe = recipe::attend_prefill(&lab.shape);
        let together = lab.shape.together();
        for (position, tokens) in [(0, 1), (0, 5), (60, 7), (0, 65), (130, 128)] {
            // Documents of 50 slots, or one document.
            for length in [50, 1000] {
                let firsts: Vec<u32> =
                    (position..position + tokens).map(|slot| (slot / length * length) as u32).collect();
                let queries = chance.numbers(tokens * width);
                let state = lab.state_of(state_head(position, tokens), &firsts);
                let (cached, source, target) =
                    (lab.buffer(&bits(&cache)), lab.buffer(&queries), lab.room(tokens * width));
                let bound = [
                    (binding::STATE, &state),
                    (binding::SOURCE, &source),
                    (binding::BESIDE, &cached),
                    (binding::QUANTS, &cached),
                    (binding::TARGET, &target),
                ];
                lab.run(&recipe, &bound, (kv_heads, tokens.div_ceil(together), 1));
                let found: Vec<f32> = lab.read(&target, tokens * width);
                // Some of the tokens: all would take an unoptimised oracle a minute.
                for token in (0..tokens).filter(|token| token % 9 == 0 || token + 2 > tokens) {
                    for head in 0..heads {
                        let from = token * width + head * head_width;
                        let query = &queries[from..from + head_width];
                        let first = firsts[token] as usize;
                        let wanted = attended(&config, 300, &cache, head, query, first, position + token);
                        let what =
                            format!("{heads}/{kv_heads} heads of {head_width}, token {token} of {tokens}");
                        assert_close(&what, &found[from..from + head_width], &wanted, 1e-4);
                    }
                }
            }
        }
    }
}
