//! Which parts make which kernel.

use super::kernel::{Access, Recipe};
use super::pack::Format;
use super::shape::{CHUNK, Lanes, SPLITS, Shape};

/// Numbers of the bindings; those that only two kernels share keep the number of what they stand beside.
pub(super) mod binding {
    pub(in super::super) const STATE: u32 = 0;
    pub(in super::super) const SOURCE: u32 = 1;
    /// Scales of a normalisation; for merging, the splits' maxima and sums.
    pub(in super::super) const BESIDE: u32 = 2;
    pub(in super::super) const QUANTS: u32 = 3;
    pub(in super::super) const SCALES: u32 = 4;
    pub(in super::super) const TARGET: u32 = 5;
    /// What is written besides the target: the cache, candidates, maxima and sums, the chosen token.
    pub(in super::super) const SECOND: u32 = 6;
    pub(in super::super) const LOWERED: u32 = 7;
    pub(in super::super) const RAISING: u32 = 8;
    pub(in super::super) const ROTATIONS: u32 = 9;
}

const STATE: &str = include_str!("state.wgsl");
const STATE_UNIFORM: &str = include_str!("state_uniform.wgsl");

/// What is multiplied with a matrix in decoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    /// A vector as it is.
    Plain,
    /// The hidden state, normalised.
    Norm,
    /// The attention's splits, merged.
    Merge,
}

/// What becomes of a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    /// It is kept.
    Store,
    /// It is added to the hidden state.
    Residual,
    /// silu(even row) · odd row is kept.
    Silu,
    /// Queries and keys are rotated; keys and values go to the cache.
    Rotate,
    /// It is kept, with the best of each workgroup.
    Logits,
}

/// The shape of a matrix product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Projection {
    pub(super) format: Format,
    pub(super) columns: usize,
    pub(super) outputs: usize,
    /// Projections that were put together in it.
    pub(super) sections: usize,
    /// Rank of the adapter beside it.
    pub(super) rank: Option<usize>,
}

/// How often a wide workgroup of the head repeats its rows: one normalisation then serves this many times more of them.
const HEAD_PASSES: usize = 4;

impl Projection {
    /// Workgroups of the decode kernel.
    pub(super) fn groups(&self, shape: &Shape, finish: Finish) -> usize {
        let lanes = self.lanes(shape, finish);
        self.outputs.div_ceil(lanes.rows * lanes.passes)
    }

    fn lanes(&self, shape: &Shape, finish: Finish) -> Lanes {
        let lanes = Lanes::of(self.columns, shape.workgroups);
        let least = if finish == Finish::Logits { HEAD_PASSES } else { 1 };
        Lanes { passes: lanes.passes.max(least), ..lanes }
    }
}

/// One vector times a matrix.
pub(super) fn matvec(
    name: &'static str,
    shape: &Shape,
    projection: &Projection,
    input: Input,
    finish: Finish,
) -> Recipe {
    let lanes = projection.lanes(shape, finish);
    let mut recipe = start(name, shape);
    product_constants(&mut recipe, projection);
    number(&mut recipe, "LANES", lanes.lanes);
    number(&mut recipe, "ROWS", lanes.rows);
    number(&mut recipe, "THREADS", lanes.threads());
    number(&mut recipe, "PASSES", lanes.passes);
    number(&mut recipe, "BLOCK_SUMS", usize::from(projection.format == Format::Q4));
    // 48 blocks keep the workgroup's memory under 16 KiB; longer vectors come in several tiles.
    number(&mut recipe, "TILE_BLOCKS", (projection.columns / 32).min(48));
    recipe.bindings.push((binding::SOURCE, Access::Read));
    recipe.parts.push(match input {
        Input::Plain => include_str!("input_plain.wgsl"),
        Input::Norm => include_str!("input_norm.wgsl"),
        Input::Merge => include_str!("input_merge.wgsl"),
    });
    if input != Input::Plain {
        recipe.bindings.push((binding::BESIDE, Access::Read));
    }
    format(&mut recipe, projection.format);
    recipe.parts.push(match projection.format {
        Format::Q4 => include_str!("dot_q4.wgsl"),
        Format::Q8 => include_str!("dot_q8.wgsl"),
        Format::F16 | Format::F32 => include_str!("dot_float.wgsl"),
    });
    side(&mut recipe, projection);
    ending(&mut recipe, finish);
    if finish == Finish::Rotate {
        recipe.parts.push(include_str!("rotation_decode.wgsl"));
    }
    recipe.parts.push(include_str!("matvec.wgsl"));
    recipe
}

/// A batch of vectors times a matrix.
pub(super) fn gemm(name: &'static str, shape: &Shape, projection: &Projection, finish: Finish) -> Recipe {
    let mut recipe = start(name, shape);
    product_constants(&mut recipe, projection);
    number(&mut recipe, "THREADS", shape.workgroups.tile_threads());
    recipe.bindings.push((binding::SOURCE, Access::Read));
    format(&mut recipe, projection.format);
    side(&mut recipe, projection);
    ending(&mut recipe, finish);
    if finish == Finish::Rotate {
        recipe.parts.push(include_str!("rotation_prefill.wgsl"));
        recipe.bindings.push((binding::ROTATIONS, Access::Read));
    }
    recipe.parts.push(include_str!("gemm.wgsl"));
    recipe
}

/// Attention of one token over all slots, split over workgroups.
pub(super) fn attend_decode(shape: &Shape) -> Recipe {
    let mut recipe = attend("attend", shape, 1, include_str!("attend_decode.wgsl"));
    recipe.bindings.push((binding::SECOND, Access::Write));
    recipe
}

/// Attention of a batch.
pub(super) fn attend_prefill(shape: &Shape) -> Recipe {
    attend("attend batch", shape, shape.together(), include_str!("attend_prefill.wgsl"))
}

fn attend(name: &'static str, shape: &Shape, together: usize, part: &'static str) -> Recipe {
    let mut recipe = start(name, shape);
    number(&mut recipe, "TOGETHER", together);
    recipe.parts.extend([part, include_str!("attend.wgsl")]);
    // Keys and values are one buffer, bound twice: its words are read in fours and singly.
    let read = [binding::SOURCE, binding::BESIDE, binding::QUANTS].map(|number| (number, Access::Read));
    recipe.bindings.extend(read);
    recipe.bindings.push((binding::TARGET, Access::Write));
    recipe
}

/// The vectors of a batch's tokens.
pub(super) fn embed(shape: &Shape, embedding: Format) -> Recipe {
    let mut recipe = start("embed", shape);
    width(&mut recipe, shape);
    format(&mut recipe, embedding);
    recipe.parts.push(include_str!("embed.wgsl"));
    recipe.bindings.extend([(binding::SOURCE, Access::Read), (binding::TARGET, Access::Write)]);
    recipe
}

/// Normalises a batch.
pub(super) fn norm(shape: &Shape) -> Recipe {
    let mut recipe = start("norm", shape);
    width(&mut recipe, shape);
    number(&mut recipe, "THREADS", shape.workgroups.norm_threads());
    recipe.parts.push(include_str!("norm.wgsl"));
    recipe.bindings.extend([
        (binding::SOURCE, Access::Read),
        (binding::BESIDE, Access::Read),
        (binding::TARGET, Access::Write),
    ]);
    recipe
}

/// Finds `candidates` candidates in logits that are there already.
pub(super) fn scan(shape: &Shape, candidates: usize) -> Recipe {
    let mut recipe = start("scan", shape);
    number(&mut recipe, "VOCABULARY", shape.config.vocabulary);
    number(&mut recipe, "SPAN", shape.config.vocabulary.div_ceil(candidates));
    recipe.parts.extend([include_str!("sampling.wgsl"), include_str!("scan.wgsl")]);
    recipe.bindings.extend([(binding::TARGET, Access::Read), (binding::SECOND, Access::Write)]);
    recipe
}

/// Chooses among `candidates` candidates.
pub(super) fn choose(shape: &Shape, embedding: Format, candidates: usize) -> Recipe {
    let mut recipe = start("choose", shape);
    width(&mut recipe, shape);
    number(&mut recipe, "CANDIDATES", candidates);
    format(&mut recipe, embedding);
    recipe.parts.extend([include_str!("sampling.wgsl"), include_str!("choose.wgsl")]);
    // It is the only kernel that writes the state.
    recipe.parts.retain(|part| *part != STATE_UNIFORM);
    recipe.bindings.retain(|(number, _)| *number != binding::STATE);
    recipe.bindings.extend([
        (binding::STATE, Access::Write),
        (binding::SOURCE, Access::Read),
        (binding::BESIDE, Access::Read),
        (binding::TARGET, Access::Write),
        (binding::SECOND, Access::Write),
    ]);
    recipe
}

fn start(name: &'static str, shape: &Shape) -> Recipe {
    let config = &shape.config;
    let mut recipe = Recipe {
        name,
        constants: vec![("EPSILON", format!("{:e}f", config.epsilon))],
        parts: vec![STATE, STATE_UNIFORM],
        bindings: vec![(binding::STATE, Access::Uniform)],
    };
    for (name, value) in [
        ("HEADS", config.heads),
        ("KV_HEADS", config.kv_heads),
        ("GROUP", config.group()),
        ("HEAD_WIDTH", config.head_width),
        ("QUERY_ROWS", shape.query_width()),
        ("KEY_ROWS", config.kv_width()),
        ("CONTEXT", shape.context),
        ("CHUNK", CHUNK),
        ("SPLITS", SPLITS),
    ] {
        number(&mut recipe, name, value);
    }
    recipe
}

fn number(recipe: &mut Recipe, name: &'static str, value: usize) {
    recipe.constants.push((name, format!("{value}u")));
}

fn width(recipe: &mut Recipe, shape: &Shape) {
    number(recipe, "COLUMNS", shape.config.width);
    number(recipe, "BLOCKS", shape.config.width / 32);
}

fn product_constants(recipe: &mut Recipe, projection: &Projection) {
    number(recipe, "COLUMNS", projection.columns);
    number(recipe, "BLOCKS", projection.columns / 32);
    number(recipe, "OUTPUTS", projection.outputs);
    number(recipe, "SECTIONS", projection.sections);
}

fn format(recipe: &mut Recipe, format: Format) {
    recipe.parts.push(match format {
        Format::Q4 => include_str!("format_q4.wgsl"),
        Format::Q8 => include_str!("format_q8.wgsl"),
        Format::F16 => include_str!("format_f16.wgsl"),
        Format::F32 => include_str!("format_f32.wgsl"),
    });
    recipe.bindings.push((binding::QUANTS, Access::Read));
    if format.has_scales() {
        recipe.bindings.push((binding::SCALES, Access::Read));
    }
}

fn side(recipe: &mut Recipe, projection: &Projection) {
    match projection.rank {
        None => recipe.parts.push(include_str!("side_none.wgsl")),
        Some(rank) => {
            number(recipe, "RANK", rank);
            recipe.parts.push(include_str!("side.wgsl"));
            recipe.bindings.extend([(binding::LOWERED, Access::Read), (binding::RAISING, Access::Read)]);
        }
    }
}

fn ending(recipe: &mut Recipe, finish: Finish) {
    recipe.bindings.push((binding::TARGET, Access::Write));
    if matches!(finish, Finish::Rotate | Finish::Logits) {
        recipe.bindings.push((binding::SECOND, Access::Write));
    }
    match finish {
        Finish::Store => recipe.parts.push(include_str!("finish_store.wgsl")),
        Finish::Residual => recipe.parts.push(include_str!("finish_residual.wgsl")),
        Finish::Silu => recipe.parts.push(include_str!("finish_silu.wgsl")),
        Finish::Rotate => recipe.parts.push(include_str!("finish_rotate.wgsl")),
        Finish::Logits => {
            recipe.parts.extend([include_str!("sampling.wgsl"), include_str!("finish_logits.wgsl")]);
        }
    }
}
