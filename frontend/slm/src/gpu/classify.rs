//! Scoring classes: many documents in one pass, none of which sees another.

use super::shape::CHUNK;
use super::{Gpu, numbers};
use crate::adapter::ClassHead;
use crate::backend::{Backend, Stop};
use crate::error::Error;
use std::ops::Range;

impl Gpu {
    /// Packs documents into the cache one behind the other, reads them in batches that do not heed where one ends, and
    /// scores the last state of each. The head is worked out here: a few thousand products for a document are not
    /// worth a shader.
    pub(super) async fn classify_packed(
        &mut self,
        documents: &[Vec<u32>],
        head: &ClassHead,
        stop: &Stop,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let width = self.shape.config.width;
        if head.weight.len() != head.labels.len() * width || head.bias.len() != head.labels.len() {
            return Err(Error::Adapter(format!(
                "a head of {} weights and {} biases for {} classes of width {width}",
                head.weight.len(),
                head.bias.len(),
                head.labels.len()
            )));
        }
        for document in documents {
            if document.is_empty() {
                return Err(Error::Unsupported("a document without tokens".into()));
            }
            if document.len() > self.shape.context {
                let (needed, available) = (document.len(), self.shape.context);
                return Err(Error::TooLong { needed, available });
            }
            self.check_tokens(document)?;
        }
        self.prepare().await?;
        self.rewind(0);
        let mut scores = Vec::with_capacity(documents.len());
        for pack in packs(documents, self.shape.context) {
            let states = self.last_states(&documents[pack], stop).await?;
            scores.extend(states.chunks_exact(width).map(|state| self.score(state, head)));
        }
        Ok(scores)
    }

    /// The hidden state of each document's last token, before the last normalisation. The documents fit the cache.
    async fn last_states(&mut self, documents: &[Vec<u32>], stop: &Stop) -> Result<Vec<f32>, Error> {
        let tokens = documents.concat();
        let mut firsts = Vec::with_capacity(tokens.len());
        let mut ends = Vec::with_capacity(documents.len());
        for document in documents {
            // Slots are far below 2³².
            let first = u32::try_from(firsts.len()).unwrap_or(u32::MAX);
            firsts.resize(firsts.len() + document.len(), first);
            ends.push(firsts.len() - 1);
        }
        let row = 4 * self.shape.config.width;
        let kept_bytes = (row * documents.len()) as u64;
        let kept = self.device.storage("last states", kept_bytes);
        let mut under_way = None;
        for start in (0..tokens.len()).step_by(CHUNK) {
            stop.check()?;
            let end = tokens.len().min(start + CHUNK);
            let mut encoder = self.read_batch(start, &tokens[start..end], &firsts[start..end]);
            for (index, slot) in ends.iter().enumerate().filter(|(_, slot)| (start..end).contains(slot)) {
                let (from, to) = ((row * (slot - start)) as u64, (row * index) as u64);
                encoder.copy_buffer_to_buffer(&self.buffers.batch, from, &kept, to, row as u64);
            }
            let submitted = self.device.submit(encoder);
            if let Some(earlier) = under_way.replace(submitted) {
                self.device.finish(earlier).await?;
            }
        }
        let pending = self.device.submit_and_read(self.encoder(), &kept, kept_bytes);
        let states = numbers(&self.device.read(pending).await?);
        // A browser frees what nobody holds any more whenever it likes.
        kept.destroy();
        Ok(states)
    }

    /// Logits of the classes: RMSNorm, then weight·state + bias.
    fn score(&self, state: &[f32], head: &ClassHead) -> Vec<f32> {
        let mean_square = state.iter().map(|x| x * x).sum::<f32>() / state.len() as f32;
        let scale = 1.0 / (mean_square + self.shape.config.epsilon).sqrt();
        let normalised: Vec<f32> =
            state.iter().zip(&self.final_norm).map(|(x, norm)| x * scale * norm).collect();
        let rows = head.weight.chunks_exact(state.len());
        let product = |row: &[f32]| row.iter().zip(&normalised).map(|(w, x)| w * x).sum::<f32>();
        rows.zip(&head.bias).map(|(row, bias)| product(row) + bias).collect()
    }
}

/// Runs of neighbouring documents that fit into so many slots.
fn packs(documents: &[Vec<u32>], slots: usize) -> Vec<Range<usize>> {
    let mut packs = Vec::new();
    let mut pack = 0..0;
    let mut used = 0;
    for (index, document) in documents.iter().enumerate() {
        if used + document.len() > slots && !pack.is_empty() {
            packs.push(pack.clone());
            pack = index..index;
            used = 0;
        }
        used += document.len();
        pack.end = index + 1;
    }
    if !pack.is_empty() {
        packs.push(pack);
    }
    packs
}
