//! Matrix products, what goes in and what becomes of them.

use super::chance::Chance;
use super::lab::{Lab, assert_close, bindings, config, wide};
use super::oracle;
use crate::gpu::pack::{Order, Packed, pack};
use crate::gpu::recipe::{self, Finish, Input, Projection, binding};
use crate::gpu::shape::{SPLITS, Workgroups};
use crate::gpu::state_head;
use crate::gpu::weights::Matrix;
use crate::weights::{Quantisation, Tensor};

const ALL: [Quantisation; 5] =
    [Quantisation::Q4_0, Quantisation::Q4_1, Quantisation::Q8_0, Quantisation::F16, Quantisation::F32];
const TOLERANCE: f64 = 1e-4;
const BOTH: [Workgroups; 2] = [Workgroups::Wide, Workgroups::Narrow];

fn upload(lab: &Lab, tensors: &[&Tensor], order: Order) -> Matrix {
    Matrix::upload(&lab.device, "test", &pack(tensors, order).unwrap())
}

fn shape_of(matrix: &Matrix, sections: usize, rank: Option<usize>) -> Projection {
    Projection { format: matrix.format, columns: matrix.columns, outputs: matrix.rows, sections, rank }
}

#[test]
fn one_vector_times_a_matrix_of_each_format() {
    let mut lab = Lab::new(&config());
    for workgroups in BOTH {
        lab.shape.workgroups = workgroups;
        let mut chance = Chance::new(1);
        for quantisation in ALL {
            // One block, an odd number of rows, a width whose blocks no lane count divides, and several tiles.
            for (rows, columns) in [(1, 32), (33, 96), (70, 352), (9, 2080)] {
                let tensor = chance.tensor(quantisation, rows, columns);
                let x = chance.numbers(columns);
                let matrix = upload(&lab, &[&tensor], Order::Concatenated);
                let projection = shape_of(&matrix, 1, None);
                let recipe = recipe::matvec("test", &lab.shape, &projection, Input::Plain, Finish::Store);
                let (state, source, target) = (lab.state(0, 1), lab.buffer(&x), lab.room(rows));
                let mut bound = bindings(&matrix);
                bound.extend([
                    (binding::STATE, &state),
                    (binding::SOURCE, &source),
                    (binding::TARGET, &target),
                ]);
                lab.run(&recipe, &bound, (projection.groups(&lab.shape, Finish::Store), 1, 1));
                let wanted = oracle::product(&oracle::matrix(&tensor), &wide(&x));
                assert_close(
                    &format!("{quantisation:?} {rows}×{columns}"),
                    &lab.read(&target, rows),
                    &wanted,
                    TOLERANCE,
                );
            }
        }
    }
}

#[test]
fn a_batch_times_a_matrix_of_each_format() {
    let mut lab = Lab::new(&config());
    for workgroups in BOTH {
        lab.shape.workgroups = workgroups;
        let mut chance = Chance::new(2);
        for quantisation in ALL {
            for (tokens, rows, columns) in [(1, 1, 32), (5, 66, 96), (65, 33, 64), (128, 130, 32)] {
                let tensor = chance.tensor(quantisation, rows, columns);
                let x = chance.numbers(tokens * columns);
                let matrix = upload(&lab, &[&tensor], Order::Concatenated);
                let recipe = recipe::gemm("test", &lab.shape, &shape_of(&matrix, 1, None), Finish::Store);
                let (state, source, target) = (lab.state(0, tokens), lab.buffer(&x), lab.room(tokens * rows));
                let mut bound = bindings(&matrix);
                bound.extend([
                    (binding::STATE, &state),
                    (binding::SOURCE, &source),
                    (binding::TARGET, &target),
                ]);
                lab.run(&recipe, &bound, (rows.div_ceil(64), tokens.div_ceil(64), 1));
                let weights = oracle::matrix(&tensor);
                let wanted: Vec<f64> =
                    wide(&x).chunks(columns).flat_map(|x| oracle::product(&weights, x)).collect();
                let found = lab.read(&target, tokens * rows);
                assert_close(
                    &format!("{quantisation:?} {tokens}×{rows}×{columns}"),
                    &found,
                    &wanted,
                    TOLERANCE,
                );
            }
        }
    }
}

#[test]
fn matrices_of_different_formats_in_one_are_exact() {
    let mut chance = Chance::new(3);
    let tensors = [chance.tensor(Quantisation::Q4_1, 3, 64), chance.tensor(Quantisation::Q8_0, 3, 64)];
    let packed = pack(&[&tensors[0], &tensors[1]], Order::Interleaved).unwrap();
    let numbers: Vec<f32> = bytemuck::pod_collect_to_vec(&packed.quants);
    for (row, numbers) in numbers.chunks(64).enumerate() {
        let wanted = &oracle::matrix(&tensors[row % 2])[row / 2 * 64..][..64];
        assert_close("interleaved row", numbers, wanted, 1e-7);
    }
}

#[test]
fn the_hidden_state_is_normalised_on_the_way_in() {
    let mut lab = Lab::new(&config());
    for workgroups in BOTH {
        lab.shape.workgroups = workgroups;
        let mut chance = Chance::new(4);
        let tensor = chance.tensor(Quantisation::Q4_1, 40, 96);
        let (x, scales) = (chance.numbers(96), chance.numbers(96));
        let matrix = upload(&lab, &[&tensor], Order::Concatenated);
        let projection = shape_of(&matrix, 1, None);
        let recipe = recipe::matvec("test", &lab.shape, &projection, Input::Norm, Finish::Residual);
        let before = chance.numbers(40);
        let (state, source, target) = (lab.state(0, 1), lab.buffer(&x), lab.buffer(&before));
        let norm = lab.buffer(&scales);
        let mut bound = bindings(&matrix);
        bound.extend([
            (binding::STATE, &state),
            (binding::SOURCE, &source),
            (binding::BESIDE, &norm),
            (binding::TARGET, &target),
        ]);
        lab.run(&recipe, &bound, (projection.groups(&lab.shape, Finish::Residual), 1, 1));
        let normal = oracle::norm(&wide(&x), &scales, 1e-5);
        let product = oracle::product(&oracle::matrix(&tensor), &normal);
        let wanted: Vec<f64> = product.iter().zip(&before).map(|(y, x)| y + f64::from(*x)).collect();
        assert_close("residual of a normalised product", &lab.read(&target, 40), &wanted, TOLERANCE);

        let batch = chance.numbers(5 * 96);
        let (source, target) = (lab.buffer(&batch), lab.room(5 * 96));
        let bound = [
            (binding::STATE, &state),
            (binding::SOURCE, &source),
            (binding::BESIDE, &norm),
            (binding::TARGET, &target),
        ];
        lab.run(&recipe::norm(&lab.shape), &bound, (5, 1, 1));
        let wanted: Vec<f64> = wide(&batch).chunks(96).flat_map(|x| oracle::norm(x, &scales, 1e-5)).collect();
        assert_close("normalised batch", &lab.read(&target, 5 * 96), &wanted, TOLERANCE);
    }
}

#[test]
fn gate_and_up_meet_in_silu_beside_an_adapter() {
    let mut lab = Lab::new(&config());
    for workgroups in BOTH {
        lab.shape.workgroups = workgroups;
        let (rows, columns, rank, tokens) = (50, 64, 3, 6);
        let mut chance = Chance::new(5);
        let gate = chance.tensor(Quantisation::Q4_1, rows, columns);
        let up = chance.tensor(Quantisation::Q4_1, rows, columns);
        let matrix = upload(&lab, &[&gate, &up], Order::Interleaved);
        let x = chance.numbers(tokens * columns);
        // A·x is given; B alternates like the rows.
        let lowered = chance.numbers(tokens * 2 * rank);
        let raising = chance.numbers(2 * rows * rank);
        let projection = shape_of(&matrix, 2, Some(rank));
        let wanted: Vec<f64> = (0..tokens)
            .flat_map(|token| {
                let x = wide(&x[token * columns..][..columns]);
                let (gates, ups) =
                    (oracle::product(&oracle::matrix(&gate), &x), oracle::product(&oracle::matrix(&up), &x));
                let side = |row: usize| -> f64 {
                    let lowered = &lowered[(token * 2 + row % 2) * rank..][..rank];
                    wide(lowered).iter().zip(wide(&raising[row * rank..][..rank])).map(|(a, b)| a * b).sum()
                };
                (0..rows)
                    .map(|row| oracle::silu(gates[row] + side(2 * row)) * (ups[row] + side(2 * row + 1)))
                    .collect::<Vec<_>>()
            })
            .collect();
        let (state, source, target) = (lab.state(0, tokens), lab.buffer(&x), lab.room(tokens * rows));
        let (lowered, raising) = (lab.buffer(&lowered), lab.buffer(&raising));
        let mut bound = bindings(&matrix);
        bound.extend([
            (binding::STATE, &state),
            (binding::SOURCE, &source),
            (binding::TARGET, &target),
            (binding::LOWERED, &lowered),
            (binding::RAISING, &raising),
        ]);
        let recipe = recipe::matvec("test", &lab.shape, &projection, Input::Plain, Finish::Silu);
        lab.run(&recipe, &bound, (projection.groups(&lab.shape, Finish::Silu), 1, 1));
        assert_close("one vector", &lab.read(&target, rows), &wanted[..rows], TOLERANCE);
        let recipe = recipe::gemm("test", &lab.shape, &projection, Finish::Silu);
        lab.run(&recipe, &bound, ((2 * rows).div_ceil(64), 1, 1));
        assert_close("a batch", &lab.read(&target, tokens * rows), &wanted, TOLERANCE);
    }
}

#[test]
fn queries_and_keys_are_rotated_and_cached() {
    let config = config();
    let mut lab = Lab::new(&config);
    for workgroups in BOTH {
        lab.shape.workgroups = workgroups;
        let mut chance = Chance::new(6);
        let (queries, keys) = (config.heads * config.head_width, config.kv_width());
        let tensors = [queries, keys, keys].map(|rows| chance.tensor(Quantisation::Q8_0, rows, config.width));
        let matrix = upload(&lab, &[&tensors[0], &tensors[1], &tensors[2]], Order::Concatenated);
        let projection = shape_of(&matrix, 3, None);
        let (position, tokens) = (37, 5);
        let x = chance.numbers(tokens * config.width);
        // The last two tokens are a document of their own.
        let firsts = [0, 0, 0, 40, 40];
        let cache = lab.room(2 * config.kv_heads * 700 * config.head_width / 2);
        let (source, target) = (lab.buffer(&x), lab.room(tokens * queries));
        let table: Vec<f32> = (0..config.context)
            .flat_map(|position| {
                let mut ones = [1.0, 0.0].repeat(config.head_width / 2);
                oracle::rotate(&mut ones, config.head_width, config.rope_base, position);
                ones.into_iter().map(|x| x as f32)
            })
            .collect();
        let rotations = lab.buffer(&table);
        for batch in [false, true] {
            let tokens = if batch { tokens } else { 1 };
            let state = lab.state_of(state_head(position, tokens), &firsts);
            let mut bound = bindings(&matrix);
            bound.extend([
                (binding::STATE, &state),
                (binding::SOURCE, &source),
                (binding::TARGET, &target),
                (binding::SECOND, &cache),
            ]);
            if batch {
                bound.push((binding::ROTATIONS, &rotations));
                let recipe = recipe::gemm("test", &lab.shape, &projection, Finish::Rotate);
                lab.run(&recipe, &bound, (matrix.rows.div_ceil(64), 1, 1));
            } else {
                let recipe = recipe::matvec("test", &lab.shape, &projection, Input::Plain, Finish::Rotate);
                lab.run(&recipe, &bound, (projection.groups(&lab.shape, Finish::Rotate), 1, 1));
            }
            let found: Vec<f32> = lab.read(&target, tokens * queries);
            let cached: Vec<half::f16> =
                lab.read::<u16>(&cache, 2 * keys * 700).into_iter().map(half::f16::from_bits).collect();
            for token in 0..tokens {
                let x = wide(&x[token * config.width..][..config.width]);
                let products = tensors.each_ref().map(|tensor| oracle::product(&oracle::matrix(tensor), &x));
                let [mut query, mut key, value] = products;
                let turn = position + token - firsts[token] as usize;
                oracle::rotate(&mut query, config.head_width, config.rope_base, turn);
                oracle::rotate(&mut key, config.head_width, config.rope_base, turn);
                assert_close("queries", &found[token * queries..][..queries], &query, TOLERANCE);
                for (part, wanted) in [key, value].iter().enumerate() {
                    for (head, wanted) in wanted.chunks(config.head_width).enumerate() {
                        let from =
                            ((part * config.kv_heads + head) * 700 + position + token) * config.head_width;
                        let found: Vec<f32> =
                            cached[from..][..config.head_width].iter().map(|x| x.to_f32()).collect();
                        assert_close("cache", &found, wanted, 1e-3);
                    }
                }
            }
        }
    }
}

#[test]
fn splits_of_the_attention_merge_on_the_way_in() {
    let config = config();
    let mut lab = Lab::new(&config);
    for workgroups in BOTH {
        lab.shape.workgroups = workgroups;
        let mut chance = Chance::new(7);
        let width = config.heads * config.head_width;
        let sums = chance.numbers(SPLITS * width);
        let maxima: Vec<f32> =
            (0..SPLITS * config.heads).flat_map(|_| [3.0 * chance.number(), 1.5 + chance.number()]).collect();
        // The identity shows what went in.
        let identity: Vec<f32> =
            (0..width * width).map(|i| f32::from(u8::from(i / width == i % width))).collect();
        let matrix = Matrix::upload(&lab.device, "test", &Packed::from_f32(width, width, &identity));
        let projection = shape_of(&matrix, 1, None);
        let recipe = recipe::matvec("test", &lab.shape, &projection, Input::Merge, Finish::Store);
        for (position, splits) in [(0, 1), (63, 1), (64, 2), (640, 11)] {
            let (state, source, beside) = (lab.state(position, 1), lab.buffer(&sums), lab.buffer(&maxima));
            let target = lab.room(width);
            let mut bound = bindings(&matrix);
            bound.extend([
                (binding::STATE, &state),
                (binding::SOURCE, &source),
                (binding::BESIDE, &beside),
                (binding::TARGET, &target),
            ]);
            lab.run(&recipe, &bound, (projection.groups(&lab.shape, Finish::Store), 1, 1));
            let wanted: Vec<f64> = (0..width)
                .map(|i| {
                    let share = |split: usize| {
                        f64::from(maxima[(split * config.heads + i / config.head_width) * 2]).exp()
                    };
                    let total = |split: usize| {
                        f64::from(maxima[(split * config.heads + i / config.head_width) * 2 + 1])
                    };
                    let above: f64 = (0..splits).map(|s| share(s) * f64::from(sums[s * width + i])).sum();
                    above / (0..splits).map(|s| share(s) * total(s)).sum::<f64>()
                })
                .collect();
            assert_close(&format!("position {position}"), &lab.read(&target, width), &wanted, TOLERANCE);
        }
    }
}
