//! Weights as the kernels read them: quants in whole `vec4<u32>`, scales apart.

use crate::error::Error;
use crate::weights::{Quantisation, Tensor};
use half::f16;

/// How the kernels read a matrix. Blocks are of 32 weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// 16 bytes of nibbles; scale and minimum in 4 bytes.
    Q4,
    /// 32 signed bytes; scale in 2 bytes.
    Q8,
    /// 64 bytes.
    F16,
    /// 128 bytes.
    F32,
}

impl Format {
    /// Whether scales stand in a buffer of their own.
    pub(super) fn has_scales(self) -> bool {
        matches!(self, Self::Q4 | Self::Q8)
    }

    fn of(quantisation: Quantisation) -> Self {
        match quantisation {
            Quantisation::Q4_0 | Quantisation::Q4_1 => Self::Q4,
            Quantisation::Q8_0 => Self::Q8,
            Quantisation::F16 => Self::F16,
            Quantisation::F32 => Self::F32,
        }
    }
}

/// How the rows of several matrices follow each other in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// All rows of the first, then all of the second, …
    Concatenated,
    /// The first row of each, then the second of each, …; all have the same number of rows.
    Interleaved,
}

/// One matrix for the kernels.
pub(super) struct Packed {
    pub(super) format: Format,
    pub(super) rows: usize,
    pub(super) columns: usize,
    pub(super) quants: Vec<u8>,
    /// Empty where the format has none.
    pub(super) scales: Vec<u8>,
}

const BLOCK: usize = 32;

/// Packs matrices of one width into one. Matrices that are stored in different ways become `f32`: exact, if large;
/// no such file is known among those this runtime is made for.
///
/// # Errors
/// [`Error::Unsupported`] when a width is not in whole blocks, or a Q4_0 scale has no Q4_1 minimum in `f16`.
pub(super) fn pack(tensors: &[&Tensor], order: Order) -> Result<Packed, Error> {
    let Some(first) = tensors.first() else {
        return Err(Error::Unsupported("a projection without a matrix".into()));
    };
    let columns = first.columns;
    if columns == 0 || !columns.is_multiple_of(BLOCK) || tensors.iter().any(|t| t.columns != columns) {
        return Err(Error::Unsupported(format!(
            "rows of {columns} weights are not in whole blocks of {BLOCK}"
        )));
    }
    let common = Format::of(first.quantisation);
    let format =
        if tensors.iter().all(|t| Format::of(t.quantisation) == common) { common } else { Format::F32 };
    let rows = tensors.iter().map(|t| t.rows).sum();
    let mut packed = Packed { format, rows, columns, quants: Vec::new(), scales: Vec::new() };
    match order {
        Order::Concatenated => {
            for tensor in tensors {
                for row in 0..tensor.rows {
                    packed.add(tensor, row)?;
                }
            }
        }
        Order::Interleaved => {
            for row in 0..first.rows {
                for tensor in tensors {
                    packed.add(tensor, row)?;
                }
            }
        }
    }
    Ok(packed)
}

impl Packed {
    /// An `f32` matrix that does not come from a file.
    pub(super) fn from_f32(rows: usize, columns: usize, numbers: &[f32]) -> Self {
        let quants = bytemuck::cast_slice(numbers).to_vec();
        Self { format: Format::F32, rows, columns, quants, scales: Vec::new() }
    }

    fn add(&mut self, tensor: &Tensor, row: usize) -> Result<(), Error> {
        let block_bytes = block_bytes(tensor.quantisation);
        let row_bytes = tensor.columns / BLOCK * block_bytes;
        let bytes = tensor
            .bytes()
            .get(row * row_bytes..(row + 1) * row_bytes)
            .ok_or_else(|| Error::File("a tensor is shorter than its shape".into()))?;
        for block in bytes.chunks_exact(block_bytes) {
            match (tensor.quantisation, self.format) {
                (Quantisation::Q4_1, Format::Q4) => {
                    self.scales.extend(&block[..4]);
                    self.quants.extend(&block[4..]);
                }
                (Quantisation::Q4_0, Format::Q4) => {
                    // d·(q − 8) = d·q + (−8d); a power of two keeps every digit unless it overflows.
                    let minimum = f16::from_f32(-8.0 * half_at(block, 0).to_f32());
                    if !minimum.is_finite() {
                        return Err(Error::Unsupported("a 4-bit block with a scale beyond 8,188".into()));
                    }
                    self.scales.extend(&block[..2]);
                    self.scales.extend(minimum.to_le_bytes());
                    self.quants.extend(&block[2..]);
                }
                (Quantisation::Q8_0, Format::Q8) => {
                    self.scales.extend(&block[..2]);
                    self.quants.extend(&block[2..]);
                }
                (Quantisation::F16, Format::F16) | (Quantisation::F32, Format::F32) => {
                    self.quants.extend(block);
                }
                (quantisation, _) => {
                    for number in dequantised(quantisation, block) {
                        self.quants.extend(number.to_le_bytes());
                    }
                }
            }
        }
        Ok(())
    }
}

fn block_bytes(quantisation: Quantisation) -> usize {
    match quantisation {
        Quantisation::F32 => 128,
        Quantisation::F16 => 64,
        Quantisation::Q4_0 => 18,
        Quantisation::Q4_1 => 20,
        Quantisation::Q8_0 => 34,
    }
}

fn half_at(block: &[u8], byte: usize) -> f16 {
    f16::from_le_bytes([block[byte], block[byte + 1]])
}

/// The 32 numbers of a block (see [`Quantisation`]).
pub(super) fn dequantised(quantisation: Quantisation, block: &[u8]) -> [f32; BLOCK] {
    let nibble = |at: usize, i: usize| {
        let byte = block[at + i % 16];
        f32::from(if i < 16 { byte & 15 } else { byte >> 4 })
    };
    std::array::from_fn(|i| match quantisation {
        Quantisation::F32 => {
            f32::from_le_bytes([block[4 * i], block[4 * i + 1], block[4 * i + 2], block[4 * i + 3]])
        }
        Quantisation::F16 => half_at(block, 2 * i).to_f32(),
        Quantisation::Q4_0 => half_at(block, 0).to_f32() * (nibble(2, i) - 8.0),
        Quantisation::Q4_1 => half_at(block, 0).to_f32() * nibble(4, i) + half_at(block, 2).to_f32(),
        Quantisation::Q8_0 => half_at(block, 0).to_f32() * f32::from(i8::from_le_bytes([block[2 + i]])),
    })
}
