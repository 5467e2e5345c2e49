//! The inner loops against each other and against `f64`.
#![allow(clippy::unwrap_used)]

use super::kernel::{self, Form};
use super::packed::Packed;
use super::quantised::{BLOCK, Input};
use super::*;
use crate::weights::Quantisation;
use proptest::prelude::*;
use std::sync::Arc;

const ALL: [Quantisation; 5] =
    [Quantisation::F32, Quantisation::F16, Quantisation::Q4_0, Quantisation::Q4_1, Quantisation::Q8_0];

/// A matrix with the bytes given, its scales made harmless.
fn tensor(quantisation: Quantisation, rows: usize, columns: usize, bytes: &[u8]) -> Tensor {
    let (numbers, size) = quantisation.block();
    let mut file: Vec<u8> = bytes.iter().copied().cycle().take(rows * columns / numbers * size).collect();
    for (place, block) in file.chunks_exact_mut(size).enumerate() {
        let small = half::f16::from_f32(0.01 + 0.001 * (place % 7) as f32).to_le_bytes();
        match quantisation {
            Quantisation::F32 => {
                block.copy_from_slice(&(f32::from(block[0]) / 300.0 - 0.4).to_le_bytes());
            }
            Quantisation::F16 => {
                block.copy_from_slice(&half::f16::from_f32(f32::from(block[0]) / 300.0 - 0.4).to_le_bytes());
            }
            Quantisation::Q4_1 => {
                block[..2].copy_from_slice(&small);
                block[2..4].copy_from_slice(&half::f16::from_f32(-0.08).to_le_bytes());
            }
            Quantisation::Q4_0 | Quantisation::Q8_0 => block[..2].copy_from_slice(&small),
        }
    }
    let range = 0..file.len();
    Tensor { quantisation, columns, rows, file: Arc::new(file), range }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_build_gives_the_same_bits(
        bytes in prop::collection::vec(any::<u8>(), 40..400),
        numbers in prop::collection::vec(-3_f32..3.0, 64..65),
        blocks in 1_usize..5,
    ) {
        for (quantisation, form) in [
            (Quantisation::Q4_0, Form::Nibbles),
            (Quantisation::Q4_1, Form::Nibbles),
            (Quantisation::Q8_0, Form::Bytes),
        ] {
            let columns = blocks * BLOCK;
            let weights = tensor(quantisation, 4, columns, &bytes);
            let packed = match form {
                Form::Nibbles => Packed::of_nibbles(&weights),
                Form::Bytes => Packed::of_bytes(&weights),
            };
            let plain: Vec<f32> = numbers.iter().copied().cycle().take(3 * columns).collect();
            let input = Input::of(plain, columns);
            let rows = [input.row(0), input.row(1), input.row(2)];
            let expected = kernel::scalar::sums(form, &packed.bytes, &packed.scales, rows);
            let found = kernel::sums(form, &packed.bytes, &packed.scales, rows);
            prop_assert_eq!(found, expected, "{:?} with {}", quantisation, kernel::instructions());
        }
    }

    #[test]
    fn a_product_is_what_it_is_in_f64(
        bytes in prop::collection::vec(any::<u8>(), 40..400),
        rows in 1_usize..11,
        inputs in 1_usize..7,
    ) {
        let columns = 3 * BLOCK;
        for quantisation in ALL {
            let weights = tensor(quantisation, rows, columns, &bytes);
            let plain: Vec<f32> = (0..inputs * columns).map(|place| ((place * 37 % 101) as f32 - 50.0) / 40.0).collect();
            let input = Input::of(plain, columns);
            let product = Matrix::new(&weights).times(&input);
            prop_assert_eq!(product.len(), inputs * rows);
            let mut row = vec![0.0; columns];
            for (place, found) in product.iter().enumerate() {
                weights.row_into(place % rows, &mut row);
                let number = place / rows;
                let rounded = input.row(number);
                let is_rounded = !matches!(quantisation, Quantisation::F32 | Quantisation::F16);
                let (mut sum, mut size) = (0_f64, 0_f64);
                for (column, weight) in row.iter().enumerate() {
                    let activation = if is_rounded {
                        f64::from(rounded.integers[column]) * f64::from(rounded.scales[column / BLOCK])
                    } else {
                        f64::from(input.plain()[number * columns + column])
                    };
                    sum += f64::from(*weight) * activation;
                    size += (f64::from(*weight) * activation).abs();
                }
                prop_assert!((f64::from(*found) - sum).abs() <= 1e-4 * size.max(1e-3), "{found} for {sum}");
            }
        }
    }
}

#[test]
fn rounding_keeps_numbers_within_half_a_step() {
    let plain: Vec<f32> = (0..64).map(|place| (place as f32 - 20.0) * 0.31).collect();
    let input = Input::of(plain.clone(), 64);
    let row = input.row(0);
    for (place, number) in plain.iter().enumerate() {
        let scale = row.scales[place / BLOCK];
        assert!((f32::from(row.integers[place]) * scale - number).abs() <= scale * 0.5001);
    }
    let nothing = Input::of(vec![0.0; 32], 32);
    assert!(nothing.row(0).integers.iter().all(|integer| *integer == 0));
    assert_eq!(nothing.row(0).scales, [0.0]);
}

#[test]
fn the_likeliest_is_chosen_and_a_seed_draws_the_same_again() {
    let logits = [0.5, 2.0, 2.0, -1.0];
    assert_eq!(sample::choose(&logits, Sampling::Greedy, 0), 1, "of equals, the lowest");
    let draw = |seed, slot| sample::choose(&logits, Sampling::Temperature { temperature: 1.0, seed }, slot);
    assert_eq!(draw(7, 3), draw(7, 3));
    let count = |entry| (0..4_000).filter(|slot| draw(9, *slot) == entry).count() as f64 / 4_000.0;
    let sum: f64 = logits.iter().map(|logit: &f32| f64::from(logit.exp())).sum();
    for (entry, logit) in (0_u32..).zip(logits) {
        let expected = f64::from(logit.exp()) / sum;
        // Four standard deviations of a share among 4,000.
        let margin = 4.0 * (expected * (1.0 - expected) / 4_000.0).sqrt();
        assert!((count(entry) - expected).abs() < margin, "{entry}: {} for {expected}", count(entry));
    }
}
