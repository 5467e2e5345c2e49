//! The model as a list of dispatches.

use super::device::Device;
use super::kernel::{Kernel, Kernels, Recipe};
use super::memory::Buffers;
use super::recipe::{self, Finish, Input, Projection, binding};
use super::shape::Shape;
use super::side::{Side, Sides};
use super::weights::{Matrix, Weights};
use crate::error::Error;
use std::sync::Arc;

/// How many workgroups a dispatch has.
#[derive(Debug, Clone, Copy)]
enum Grid {
    /// Always the same number.
    Fixed(u32),
    /// One row of workgroups for each split of the positions.
    Splits(u32),
    /// One for each token.
    Tokens,
    /// One row for so many tokens.
    Rows(u32, u32),
}

/// One dispatch.
struct Step {
    kernel: Arc<Kernel>,
    bound: wgpu::BindGroup,
    grid: Grid,
}

/// All that a model does, with or without an adapter, ready to be recorded.
pub(super) struct Network {
    /// Chooses a token (or takes a forced one) and reads it: no logits yet.
    token: Vec<Step>,
    /// Logits and candidates from the hidden state.
    head: Vec<Step>,
    /// Candidates from the logits.
    scan: Vec<Step>,
    /// Reads a batch.
    batch: Vec<Step>,
}

/// A stretch of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stretch {
    Token,
    Head,
    Scan,
    Batch,
}

/// Tokens of one tile of `gemm.wgsl`, and its rows.
const TILE: usize = 64;

/// What is around while a network is put together.
struct Builder<'a> {
    device: &'a Device,
    kernels: &'a mut Kernels,
    shape: &'a Shape,
    buffers: &'a Buffers,
    sides: Option<&'a Sides>,
}

impl Network {
    /// Makes the pipelines and binds the buffers.
    ///
    /// # Errors
    /// [`Error::Gpu`] when the device refuses a shader.
    pub(super) async fn new(
        device: &Device,
        kernels: &mut Kernels,
        shape: &Shape,
        weights: &Weights,
        buffers: &Buffers,
        sides: Option<&Sides>,
    ) -> Result<Self, Error> {
        let mut builder = Builder { device, kernels, shape, buffers, sides };
        Ok(Self {
            token: builder.token(weights).await?,
            head: vec![builder.head(weights).await?],
            scan: vec![builder.scan(weights).await?],
            batch: builder.batch(weights).await?,
        })
    }

    fn steps(&self, stretch: Stretch) -> &[Step] {
        match stretch {
            Stretch::Token => &self.token,
            Stretch::Head => &self.head,
            Stretch::Scan => &self.scan,
            Stretch::Batch => &self.batch,
        }
    }

    /// Dispatches in a stretch.
    pub(super) fn dispatches(&self, stretch: Stretch) -> usize {
        self.steps(stretch).len()
    }

    /// Records stretches for `tokens` tokens, the first at `position`.
    pub(super) fn record(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        stretches: &[Stretch],
        position: usize,
        tokens: usize,
    ) {
        let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
        for step in stretches.iter().flat_map(|stretch| self.steps(*stretch)) {
            let (x, y, z) = step.grid.size(position, tokens);
            pass.set_pipeline(&step.kernel.pipeline);
            pass.set_bind_group(0, &step.bound, &[]);
            pass.dispatch_workgroups(x, y, z);
        }
    }
}

impl Grid {
    fn size(self, position: usize, tokens: usize) -> (u32, u32, u32) {
        match self {
            Self::Fixed(groups) => (groups, 1, 1),
            Self::Splits(groups) => (groups, 1, small(Shape::splits(position))),
            Self::Tokens => (small(tokens), 1, 1),
            Self::Rows(groups, each) => (groups, small(tokens).div_ceil(each), 1),
        }
    }
}

/// Workgroups are few: the vocabulary is the largest number there is.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

impl Builder<'_> {
    async fn step(
        &mut self,
        recipe: &Recipe,
        buffers: &[(u32, &wgpu::Buffer)],
        grid: Grid,
    ) -> Result<Step, Error> {
        let kernel = self.kernels.get(self.device, recipe).await?;
        let mut all = vec![(binding::STATE, &self.buffers.state)];
        all.extend(buffers);
        let bound = kernel.bind(&self.device.device, &all);
        Ok(Step { kernel, bound, grid })
    }

    async fn token(&mut self, weights: &Weights) -> Result<Vec<Step>, Error> {
        let mut steps = vec![self.choose(weights).await?];
        let buffers = self.buffers;
        for (index, layer) in weights.layers.iter().enumerate() {
            let sides = self.sides.map(|sides| &sides.layers[index]);
            let cache = &buffers.caches[index];
            let hidden = &buffers.hidden;
            let normal = [(binding::SOURCE, hidden), (binding::BESIDE, &layer.attention_norm)];
            self.product(
                &mut steps,
                &layer.query_key_value,
                sides.and_then(|sides| sides.query_key_value.as_ref()),
                3,
                (Input::Norm, &normal),
                (Finish::Rotate, &[(binding::TARGET, &buffers.queries), (binding::SECOND, cache)]),
            )
            .await?;
            steps.push(self.attend_decode(cache).await?);
            let splits = [(binding::SOURCE, &buffers.split_sums), (binding::BESIDE, &buffers.split_maxima)];
            self.product(
                &mut steps,
                &layer.output,
                sides.and_then(|sides| sides.output.as_ref()),
                1,
                (Input::Merge, &splits),
                (Finish::Residual, &[(binding::TARGET, hidden)]),
            )
            .await?;
            let normal = [(binding::SOURCE, hidden), (binding::BESIDE, &layer.feed_forward_norm)];
            self.product(
                &mut steps,
                &layer.gate_up,
                sides.and_then(|sides| sides.gate_up.as_ref()),
                2,
                (Input::Norm, &normal),
                (Finish::Silu, &[(binding::TARGET, &buffers.inner)]),
            )
            .await?;
            self.product(
                &mut steps,
                &layer.down,
                sides.and_then(|sides| sides.down.as_ref()),
                1,
                (Input::Plain, &[(binding::SOURCE, &buffers.inner)]),
                (Finish::Residual, &[(binding::TARGET, hidden)]),
            )
            .await?;
        }
        Ok(steps)
    }

    async fn batch(&mut self, weights: &Weights) -> Result<Vec<Step>, Error> {
        let buffers = self.buffers;
        let mut steps = vec![self.embed(weights).await?];
        for (index, layer) in weights.layers.iter().enumerate() {
            let sides = self.sides.map(|sides| &sides.layers[index]);
            let cache = &buffers.caches[index];
            steps.push(self.norm(&layer.attention_norm).await?);
            self.batch_product(
                &mut steps,
                &layer.query_key_value,
                sides.and_then(|sides| sides.query_key_value.as_ref()),
                3,
                &buffers.normalised,
                (
                    Finish::Rotate,
                    &[
                        (binding::TARGET, &buffers.queries),
                        (binding::SECOND, cache),
                        (binding::ROTATIONS, &buffers.rotations),
                    ],
                ),
            )
            .await?;
            steps.push(self.attend_prefill(cache).await?);
            self.batch_product(
                &mut steps,
                &layer.output,
                sides.and_then(|sides| sides.output.as_ref()),
                1,
                &buffers.attended,
                (Finish::Residual, &[(binding::TARGET, &buffers.batch)]),
            )
            .await?;
            steps.push(self.norm(&layer.feed_forward_norm).await?);
            self.batch_product(
                &mut steps,
                &layer.gate_up,
                sides.and_then(|sides| sides.gate_up.as_ref()),
                2,
                &buffers.normalised,
                (Finish::Silu, &[(binding::TARGET, &buffers.inner)]),
            )
            .await?;
            self.batch_product(
                &mut steps,
                &layer.down,
                sides.and_then(|sides| sides.down.as_ref()),
                1,
                &buffers.inner,
                (Finish::Residual, &[(binding::TARGET, &buffers.batch)]),
            )
            .await?;
        }
        Ok(steps)
    }

    /// A product of one vector: A·x first where there is an adapter, then the product with the rest beside it.
    async fn product(
        &mut self,
        steps: &mut Vec<Step>,
        matrix: &Matrix,
        side: Option<&Side>,
        sections: usize,
        (input, sources): (Input, &[(u32, &wgpu::Buffer)]),
        (finish, targets): (Finish, &[(u32, &wgpu::Buffer)]),
    ) -> Result<(), Error> {
        let side = side.zip(self.sides);
        if let Some((side, sides)) = side {
            let lowering = projection(&side.lowering, 1, None);
            let recipe = recipe::matvec("lower", self.shape, &lowering, input, Finish::Store);
            let bound = bindings(&side.lowering, &[sources, &[(binding::TARGET, &sides.lowered)]]);
            steps.push(
                self.step(&recipe, &bound, Grid::Fixed(small(lowering.groups(self.shape, Finish::Store))))
                    .await?,
            );
        }
        let projection = projection(matrix, sections, side.map(|(_, sides)| sides.rank));
        let recipe = recipe::matvec("product", self.shape, &projection, input, finish);
        let mut bound = bindings(matrix, &[sources, targets]);
        if let Some((side, sides)) = side {
            bound.extend([(binding::LOWERED, &sides.lowered), (binding::RAISING, &side.raising)]);
        }
        steps.push(
            self.step(&recipe, &bound, Grid::Fixed(small(projection.groups(self.shape, finish)))).await?,
        );
        Ok(())
    }

    /// The same for a batch.
    async fn batch_product(
        &mut self,
        steps: &mut Vec<Step>,
        matrix: &Matrix,
        side: Option<&Side>,
        sections: usize,
        source: &wgpu::Buffer,
        (finish, targets): (Finish, &[(u32, &wgpu::Buffer)]),
    ) -> Result<(), Error> {
        let side = side.zip(self.sides);
        let sources = [(binding::SOURCE, source)];
        let tiles = |rows: usize| Grid::Rows(small(rows.div_ceil(TILE)), small(TILE));
        if let Some((side, sides)) = side {
            let lowering = projection(&side.lowering, 1, None);
            let recipe = recipe::gemm("lower batch", self.shape, &lowering, Finish::Store);
            let bound = bindings(&side.lowering, &[&sources, &[(binding::TARGET, &sides.lowered)]]);
            steps.push(self.step(&recipe, &bound, tiles(lowering.outputs)).await?);
        }
        let projection = projection(matrix, sections, side.map(|(_, sides)| sides.rank));
        let recipe = recipe::gemm("batch product", self.shape, &projection, finish);
        let mut bound = bindings(matrix, &[&sources, targets]);
        if let Some((side, sides)) = side {
            bound.extend([(binding::LOWERED, &sides.lowered), (binding::RAISING, &side.raising)]);
        }
        steps.push(self.step(&recipe, &bound, tiles(projection.outputs)).await?);
        Ok(())
    }

    async fn choose(&mut self, weights: &Weights) -> Result<Step, Error> {
        let buffers = self.buffers;
        let recipe = recipe::choose(self.shape, weights.embedding.format, candidates(self.shape, weights));
        let others = [
            (binding::SOURCE, &buffers.candidates),
            (binding::BESIDE, &buffers.rotations),
            (binding::TARGET, &buffers.hidden),
            (binding::SECOND, &buffers.chosen),
        ];
        self.step(&recipe, &bindings(&weights.embedding, &[&others]), Grid::Fixed(1)).await
    }

    async fn head(&mut self, weights: &Weights) -> Result<Step, Error> {
        let buffers = self.buffers;
        let head = projection(weights.head(), 1, None);
        let recipe = recipe::matvec("head", self.shape, &head, Input::Norm, Finish::Logits);
        let others = [
            (binding::SOURCE, &buffers.hidden),
            (binding::BESIDE, &weights.final_norm),
            (binding::TARGET, &buffers.logits),
            (binding::SECOND, &buffers.candidates),
        ];
        let bound = bindings(weights.head(), &[&others]);
        self.step(&recipe, &bound, Grid::Fixed(small(candidates(self.shape, weights)))).await
    }

    async fn scan(&mut self, weights: &Weights) -> Result<Step, Error> {
        let buffers = self.buffers;
        let recipe = recipe::scan(self.shape, candidates(self.shape, weights));
        let bound = [(binding::TARGET, &buffers.logits), (binding::SECOND, &buffers.candidates)];
        self.step(&recipe, &bound, Grid::Fixed(small(candidates(self.shape, weights)))).await
    }

    async fn embed(&mut self, weights: &Weights) -> Result<Step, Error> {
        let buffers = self.buffers;
        let recipe = recipe::embed(self.shape, weights.embedding.format);
        let others = [(binding::SOURCE, &buffers.entries), (binding::TARGET, &buffers.batch)];
        self.step(&recipe, &bindings(&weights.embedding, &[&others]), Grid::Tokens).await
    }

    async fn norm(&mut self, scales: &wgpu::Buffer) -> Result<Step, Error> {
        let buffers = self.buffers;
        let bound = [
            (binding::SOURCE, &buffers.batch),
            (binding::BESIDE, scales),
            (binding::TARGET, &buffers.normalised),
        ];
        self.step(&recipe::norm(self.shape), &bound, Grid::Tokens).await
    }

    async fn attend_decode(&mut self, cache: &wgpu::Buffer) -> Result<Step, Error> {
        let buffers = self.buffers;
        let bound = [
            (binding::SOURCE, &buffers.queries),
            (binding::BESIDE, cache),
            (binding::QUANTS, cache),
            (binding::TARGET, &buffers.split_sums),
            (binding::SECOND, &buffers.split_maxima),
        ];
        let grid = Grid::Splits(small(self.shape.config.kv_heads));
        self.step(&recipe::attend_decode(self.shape), &bound, grid).await
    }

    async fn attend_prefill(&mut self, cache: &wgpu::Buffer) -> Result<Step, Error> {
        let buffers = self.buffers;
        let bound = [
            (binding::SOURCE, &buffers.queries),
            (binding::BESIDE, cache),
            (binding::QUANTS, cache),
            (binding::TARGET, &buffers.attended),
        ];
        let grid = Grid::Rows(small(self.shape.config.kv_heads), small(self.shape.together()));
        self.step(&recipe::attend_prefill(self.shape), &bound, grid).await
    }
}

fn projection(matrix: &Matrix, sections: usize, rank: Option<usize>) -> Projection {
    Projection { format: matrix.format, columns: matrix.columns, outputs: matrix.rows, sections, rank }
}

/// Workgroups of the head, each of which finds one candidate.
pub(super) fn candidates(shape: &Shape, weights: &Weights) -> usize {
    projection(weights.head(), 1, None).groups(shape, Finish::Logits)
}

fn bindings<'b>(matrix: &'b Matrix, others: &[&[(u32, &'b wgpu::Buffer)]]) -> Vec<(u32, &'b wgpu::Buffer)> {
    let mut all = others.concat();
    all.push((binding::QUANTS, &matrix.quants));
    if let Some(scales) = &matrix.scales {
        all.push((binding::SCALES, scales));
    }
    all
}
