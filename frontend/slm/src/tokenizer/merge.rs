//! Joins the bytes of a word, pair by pair.

use super::bytes_of;
use crate::error::Error;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

/// No token, or no neighbour.
const NONE: u32 = u32::MAX;

/// Which pairs of tokens are joined, into what, and which first.
#[derive(Debug, Clone)]
pub(super) struct Merges {
    /// The token of each byte.
    bytes: [u32; 256],
    /// Left and right token; rank (lower is earlier) and the joined token.
    pairs: HashMap<(u32, u32), (u32, u32)>,
}

/// A part of a word, in a list that is linked both ways.
struct Part {
    token: u32,
    before: u32,
    after: u32,
}

impl Merges {
    /// From the file's list: two tokens with a space between, most urgent first.
    ///
    /// # Errors
    /// [`Error::File`] for a merge that is not of two texts.
    pub(super) fn new(list: &[&[u8]], ids: &HashMap<Box<[u8]>, u32>) -> Result<Self, Error> {
        let mut bytes = [NONE; 256];
        for byte in 0..=255u8 {
            bytes[usize::from(byte)] = ids.get(&[byte][..]).copied().unwrap_or(NONE);
        }
        let mut pairs = HashMap::with_capacity(list.len());
        for (rank, merge) in (0u32..).zip(list) {
            let text = super::utf8(merge)?;
            let (left, right) = text
                .split_once(' ')
                .ok_or_else(|| Error::File("a merge that does not name two tokens".into()))?;
            let (left, right) = (bytes_of(left), bytes_of(right));
            let joined = [&left[..], &right].concat();
            // Merges of what is not in the vocabulary can never be reached.
            if let (Some(left), Some(right), Some(joined)) =
                (ids.get(&left), ids.get(&right), ids.get(&joined[..]))
            {
                pairs.entry((*left, *right)).or_insert((rank, *joined));
            }
        }
        Ok(Self { bytes, pairs })
    }

    /// Appends the tokens of a word. Bytes that have no token are left out.
    pub(super) fn encode(&self, word: &[u8], tokens: &mut Vec<u32>) {
        let known = word.iter().map(|byte| self.bytes[usize::from(*byte)]).filter(|token| *token != NONE);
        let mut parts: Vec<Part> = (0u32..)
            .zip(known)
            .map(|(i, token)| Part { token, before: i.wrapping_sub(1), after: i + 1 })
            .collect();
        let Some(last) = parts.last_mut() else { return };
        last.after = NONE;
        // Of equal pairs the leftmost is joined first.
        let mut waiting = BinaryHeap::new();
        let consider = |waiting: &mut BinaryHeap<_>, parts: &[Part], left: u32| {
            let Some(part) = parts.get(left as usize) else { return };
            let Some(after) = parts.get(part.after as usize) else { return };
            let pair = (part.token, after.token);
            if let Some((rank, joined)) = self.pairs.get(&pair) {
                waiting.push(Reverse((*rank, left, pair, *joined)));
            }
        };
        for left in (0u32..).take(parts.len()) {
            consider(&mut waiting, &parts, left);
        }
        while let Some(Reverse((_, left, pair, joined))) = waiting.pop() {
            let (token, right) = (parts[left as usize].token, parts[left as usize].after);
            // One of the two was joined with its other neighbour in the meantime.
            if token != pair.0 || parts.get(right as usize).is_none_or(|right| right.token != pair.1) {
                continue;
            }
            let after = parts[right as usize].after;
            parts[right as usize].token = NONE;
            parts[left as usize].token = joined;
            parts[left as usize].after = after;
            if let Some(after) = parts.get_mut(after as usize) {
                after.before = left;
            }
            consider(&mut waiting, &parts, left);
            let before = parts[left as usize].before;
            consider(&mut waiting, &parts, before);
        }
        tokens.extend(parts.iter().map(|part| part.token).filter(|token| *token != NONE));
    }
}
