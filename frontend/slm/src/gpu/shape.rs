//! What the kernels need to know of a model, and which models they serve.

use crate::config::Config;
use crate::error::Error;

/// Tokens in one batch of a prefill: two tiles of the matrix product.
pub(super) const CHUNK: usize = 128;

/// Most workgroups that share the positions of one key head in decoding. With three key heads, 48 workgroups: enough
/// to fill the small GPUs that need it, few enough to merge for nothing.
pub(super) const SPLITS: usize = 16;

/// Slots in one tile of the attention.
const TILE_SLOTS: usize = 64;

/// Query vectors that one workgroup of the attention keeps in registers.
const LINES: usize = 12;

/// Positions in the cache unless asked otherwise. SmolLM2-135M takes 23 KB a position: 47 MB, half of its weights,
/// where its full context of 8,192 would take twice its weights.
pub(super) const CONTEXT: usize = 2048;

/// How many threads work together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Workgroups {
    /// More than a hundred, several to a row: what the units of a GPU want.
    #[default]
    Wide,
    /// Few, with more to do for each. A CPU that plays the GPU runs the threads of a workgroup by turns and changes
    /// between them at every barrier, which with wide workgroups costs ten times what the products cost.
    Narrow,
}

/// A model's shape, the cache's, and how the kernels share out their work.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) config: Config,
    /// Slots in the cache.
    pub(super) context: usize,
    pub(super) workgroups: Workgroups,
}

impl Shape {
    /// Checks that the kernels serve a model. The cache has `context` slots, at most as many as the model was trained
    /// for.
    ///
    /// # Errors
    /// [`Error::Unsupported`] names the number that does not fit.
    pub(super) fn new(config: &Config, context: Option<usize>) -> Result<Self, Error> {
        let unsupported = |text: String| Err(Error::Unsupported(text));
        let head_width = config.head_width;
        if !head_width.is_power_of_two() || !(8..=128).contains(&head_width) {
            return unsupported(format!("heads of width {head_width}; 8 to 128, in powers of two, are"));
        }
        if config.kv_heads == 0 || !config.heads.is_multiple_of(config.kv_heads) || config.group() > 8 {
            return unsupported(format!(
                "{} query heads for {} key heads; 1 to 8 each are",
                config.heads, config.kv_heads
            ));
        }
        if config.heads > 64 {
            return unsupported(format!("{} query heads; up to 64 are", config.heads));
        }
        for (name, width) in [
            ("the hidden state", config.width),
            ("all query heads", config.heads * head_width),
            ("the feed-forward part", config.feed_forward),
        ] {
            if width == 0 || !width.is_multiple_of(32) {
                return unsupported(format!("{name} of width {width}; multiples of 32 are"));
            }
        }
        if config.vocabulary == 0 || config.context == 0 || config.layers == 0 {
            return unsupported("no vocabulary, no context or no layers".into());
        }
        let context = context.unwrap_or(CONTEXT).clamp(1, config.context);
        Ok(Self { config: config.clone(), context, workgroups: Workgroups::default() })
    }

    /// Width of all query heads together.
    pub(super) fn query_width(&self) -> usize {
        self.config.heads * self.config.head_width
    }

    /// Tokens whose queries one workgroup of the prefill's attention takes together.
    pub(super) fn together(&self) -> usize {
        (LINES / self.config.group()).clamp(1, 4)
    }

    /// Workgroups that share the positions of one key head when the newest token is at `position`; `input_merge.wgsl`
    /// and `attend_decode.wgsl` come to the same number.
    pub(super) fn splits(position: usize) -> usize {
        let tiles = position / TILE_SLOTS + 1;
        tiles.div_ceil(tiles.div_ceil(SPLITS))
    }
}

/// How `matvec.wgsl` shares out rows of a width among threads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lanes {
    /// Threads that share a row.
    pub(super) lanes: usize,
    /// Rows that a workgroup does at once; a multiple of 8.
    pub(super) rows: usize,
    /// How often it does so.
    pub(super) passes: usize,
}

impl Workgroups {
    /// Threads of a tile of `gemm.wgsl`, which has 256 pieces of work.
    pub(super) fn tile_threads(self) -> usize {
        match self {
            Self::Wide => 256,
            Self::Narrow => 64,
        }
    }

    /// Threads that normalise a token of a batch; a power of two.
    pub(super) fn norm_threads(self) -> usize {
        match self {
            Self::Wide => 64,
            Self::Narrow => 8,
        }
    }
}

impl Lanes {
    /// The most threads a row, up to 8, that leave the fewest of them without a block in the last round; in narrow
    /// workgroups one, whose loads have no neighbours to be shared with.
    pub(super) fn of(columns: usize, workgroups: Workgroups) -> Self {
        if workgroups == Workgroups::Narrow {
            return Self { lanes: 1, rows: 16, passes: 4 };
        }
        let blocks = columns / 32;
        let idle = |lanes: usize| blocks.div_ceil(lanes) * lanes - blocks;
        let lanes = (1..=8).rev().min_by_key(|&lanes| (lanes < 4.min(blocks), idle(lanes))).unwrap_or(1);
        Self { lanes, rows: (128 / lanes) / 8 * 8, passes: 1 }
    }

    /// Threads in a workgroup.
    pub(super) fn threads(self) -> usize {
        self.lanes * self.rows
    }
}
