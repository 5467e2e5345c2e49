//! Buffers that hold what is being computed.

use super::device::Device;
use super::shape::{CHUNK, SPLITS, Shape};

/// All that is not weights. Shapes are rows of `f32` unless told otherwise.
pub(super) struct Buffers {
    /// `State` of `state.wgsl`.
    pub(super) state: wgpu::Buffer,
    /// The tokens of a batch, `u32`.
    pub(super) entries: wgpu::Buffer,
    /// Cosine and sine for each pair of a head, at each position.
    pub(super) rotations: wgpu::Buffer,
    /// Hidden state of the token that is decoded, or of the last one read.
    pub(super) hidden: wgpu::Buffer,
    /// Hidden states of a batch; likewise the next four.
    pub(super) batch: wgpu::Buffer,
    pub(super) normalised: wgpu::Buffer,
    pub(super) queries: wgpu::Buffer,
    pub(super) attended: wgpu::Buffer,
    pub(super) inner: wgpu::Buffer,
    /// Attention of one token: sums of each split, and their maxima and totals.
    pub(super) split_sums: wgpu::Buffer,
    pub(super) split_maxima: wgpu::Buffer,
    pub(super) logits: wgpu::Buffer,
    /// Best score and entry of each workgroup of the head, as `f32` and `u32`.
    pub(super) candidates: wgpu::Buffer,
    /// The token chosen last, `u32`.
    pub(super) chosen: wgpu::Buffer,
    /// For each layer, keys then values: [head][slot][pair], two `f16` in a `u32`.
    pub(super) caches: Vec<wgpu::Buffer>,
}

impl Buffers {
    /// Makes them. `candidates` is the number of workgroups of the head.
    pub(super) fn new(device: &Device, shape: &Shape, candidates: usize) -> Self {
        let config = &shape.config;
        let numbers = |name: &str, count: usize| device.storage(name, 4 * count as u64);
        let cache = 2 * config.kv_heads * shape.context * config.head_width / 2;
        Self {
            state: device.device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("state"),
                size: state_bytes(shape),
                usage: wgpu::BufferUsages::STORAGE
                    | wgpu::BufferUsages::UNIFORM
                    | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
            entries: numbers("entries", CHUNK),
            rotations: device.filled("rotations", bytemuck::cast_slice(&rotations(shape))),
            hidden: numbers("hidden", config.width),
            batch: numbers("batch", CHUNK * config.width),
            normalised: numbers("normalised", CHUNK * config.width),
            queries: numbers("queries", CHUNK * shape.query_width()),
            attended: numbers("attended", CHUNK * shape.query_width()),
            inner: numbers("inner", CHUNK * config.feed_forward),
            split_sums: numbers("split sums", SPLITS * shape.query_width()),
            split_maxima: numbers("split maxima", SPLITS * config.heads * 2),
            logits: numbers("logits", config.vocabulary),
            candidates: numbers("candidates", candidates * 2),
            chosen: numbers("chosen", 1),
            caches: (0..config.layers).map(|_| numbers("cache", cache)).collect(),
        }
    }

    /// Bytes of keys and values.
    pub(super) fn cache_bytes(&self) -> u64 {
        self.caches.iter().map(wgpu::Buffer::size).sum()
    }

    /// Bytes of everything else.
    pub(super) fn other_bytes(&self) -> u64 {
        [
            &self.state,
            &self.entries,
            &self.rotations,
            &self.hidden,
            &self.batch,
            &self.normalised,
            &self.queries,
            &self.attended,
            &self.inner,
            &self.split_sums,
            &self.split_maxima,
            &self.logits,
            &self.candidates,
            &self.chosen,
        ]
        .map(wgpu::Buffer::size)
        .iter()
        .sum()
    }
}

/// The beginning of `State`: all that the host writes for a decode.
#[repr(C)]
#[derive(Debug, Clone, Copy, bytemuck::Pod, bytemuck::Zeroable)]
pub(super) struct StateHead {
    pub(super) position: u32,
    pub(super) tokens: u32,
    pub(super) next: u32,
    pub(super) forced: u32,
    pub(super) seed: u32,
    pub(super) temperature: f32,
    pub(super) unused: [u32; 2],
}

/// No token is forced.
pub(super) const NOBODY: u32 = u32::MAX;

/// Where `State::firsts` begins.
pub(super) fn firsts_offset(shape: &Shape) -> u64 {
    (size_of::<StateHead>() + 4 * shape.config.head_width) as u64
}

fn state_bytes(shape: &Shape) -> u64 {
    firsts_offset(shape) + 4 * CHUNK as u64
}

/// angle = position · base^(−2·pair/width) (Su et al. 2021), worked out in `f64`: at position 2,000 an `f32` angle is
/// already off by 10⁻⁴.
fn rotations(shape: &Shape) -> Vec<f32> {
    let width = shape.config.head_width;
    let mut table = Vec::with_capacity(shape.context * width);
    for position in 0..shape.context {
        for pair in 0..width / 2 {
            let frequency = f64::from(shape.config.rope_base).powf(-2.0 * pair as f64 / width as f64);
            let (sine, cosine) = (position as f64 * frequency).sin_cos();
            #[expect(clippy::cast_possible_truncation, reason = "rounding to f32 is meant")]
            table.extend([cosine as f32, sine as f32]);
        }
    }
    table
}
