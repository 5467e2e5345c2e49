//! From stored blocks to numbers.

use crate::weights::{Quantisation, Tensor};
use half::f16;

impl Quantisation {
    /// Numbers in a block, and the bytes it takes.
    pub fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 => (1, 2),
            Self::Q4_0 => (32, 18),
            Self::Q4_1 => (32, 20),
            Self::Q8_0 => (32, 34),
        }
    }

    /// The kind that the ggml project numbers like this.
    pub fn of_ggml(kind: u32) -> Option<Self> {
        match kind {
            0 => Some(Self::F32),
            1 => Some(Self::F16),
            2 => Some(Self::Q4_0),
            3 => Some(Self::Q4_1),
            8 => Some(Self::Q8_0),
            _ => None,
        }
    }
}

impl Tensor {
    /// Bytes of one row.
    pub fn row_bytes(&self) -> usize {
        let (numbers, bytes) = self.quantisation.block();
        self.columns / numbers * bytes
    }

    /// Writes the numbers of a row into `out`, which has as many places as there are columns.
    pub fn row_into(&self, row: usize, out: &mut [f32]) {
        let length = self.row_bytes();
        let bytes = &self.bytes()[row * length..][..length];
        let (numbers, size) = self.quantisation.block();
        for (block, out) in bytes.chunks_exact(size).zip(out.chunks_exact_mut(numbers)) {
            write_block(self.quantisation, block, out);
        }
    }
}

fn half(bytes: &[u8], at: usize) -> f32 {
    f16::from_le_bytes([bytes[at], bytes[at + 1]]).to_f32()
}

fn write_block(quantisation: Quantisation, block: &[u8], out: &mut [f32]) {
    match quantisation {
        Quantisation::F32 => out[0] = f32::from_le_bytes([block[0], block[1], block[2], block[3]]),
        Quantisation::F16 => out[0] = half(block, 0),
        Quantisation::Q4_0 => {
            let scale = half(block, 0);
            nibbles(&block[2..], out, |nibble| scale * (f32::from(nibble) - 8.0));
        }
        Quantisation::Q4_1 => {
            let (scale, minimum) = (half(block, 0), half(block, 2));
            nibbles(&block[4..], out, |nibble| scale * f32::from(nibble) + minimum);
        }
        Quantisation::Q8_0 => {
            let scale = half(block, 0);
            for (byte, out) in block[2..].iter().zip(out) {
                *out = scale * f32::from(i8::from_le_bytes([*byte]));
            }
        }
    }
}

fn nibbles(bytes: &[u8], out: &mut [f32], number: impl Fn(u8) -> f32) {
    let (low, high) = out.split_at_mut(16);
    for ((byte, low), high) in bytes.iter().zip(low).zip(high) {
        *low = number(byte & 0x0F);
        *high = number(byte >> 4);
    }
}
