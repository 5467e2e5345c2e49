//! What fine-tuning adds to a model: low-rank side paths and a head that scores classes.

mod file;
mod safetensors;

pub use file::AdapterFile;

/// y += scale · B·(A·x) beside one projection.
#[derive(Debug, Clone)]
pub struct SidePath {
    /// rank × input width, row by row.
    pub a: Vec<f32>,
    /// output width × rank, row by row; for `query` and `key` in the row order of the model's file.
    pub b: Vec<f32>,
}

/// Side paths of one block; `None` where the adapter leaves a projection alone.
#[derive(Debug, Clone, Default)]
pub struct AdapterLayer {
    /// Beside `query`.
    pub query: Option<SidePath>,
    /// Beside `key`.
    pub key: Option<SidePath>,
    /// Beside `value`.
    pub value: Option<SidePath>,
    /// Beside `output`.
    pub output: Option<SidePath>,
    /// Beside `gate`.
    pub gate: Option<SidePath>,
    /// Beside `up`.
    pub up: Option<SidePath>,
    /// Beside `down`.
    pub down: Option<SidePath>,
}

/// A low-rank adapter.
#[derive(Debug, Clone)]
pub struct Adapter {
    /// Rank of every side path.
    pub rank: usize,
    /// alpha / rank.
    pub scale: f32,
    /// One for each block of the model.
    pub layers: Vec<AdapterLayer>,
}

impl Adapter {
    /// Bytes of its numbers.
    pub fn bytes(&self) -> usize {
        let paths = self.layers.iter().flat_map(|layer| {
            [&layer.query, &layer.key, &layer.value, &layer.output, &layer.gate, &layer.up, &layer.down]
        });
        paths.flatten().map(|path| 4 * (path.a.len() + path.b.len())).sum()
    }
}

/// Scores classes from the normalised last state of a document.
#[derive(Debug, Clone)]
pub struct ClassHead {
    /// Names of the classes.
    pub labels: Vec<String>,
    /// labels × width, row by row.
    pub weight: Vec<f32>,
    /// One for each label.
    pub bias: Vec<f32>,
}
