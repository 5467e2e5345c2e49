//! Sorting on this device: slices of messages to the worker, the next when the last has ended.

use super::evaluation::Evaluation;
use super::side::Side;
use super::{Heard, Sorting};
use leptos::prelude::*;
use slm_messages::{Ask, Batch, Classify, Ended, Message, Way};

/// Messages that are read one after the other, so that there are times of single ones.
const ALONE: usize = 30;

/// Messages of a slice after those. Stopping waits for none.
const SLICE: usize = 512;

impl Sorting {
    /// Sorts all messages on this device.
    pub(super) async fn by_model(self, side: Side, evaluation: &Evaluation) {
        // Bringing it along is part of sorting for the worker; getting its file is not.
        if side == Side::Tuned && !self.has_adapter() && !self.adapted_to(true).await {
            return;
        }
        let by = match side {
            Side::Tuned => Way::Adapter,
            _ => Way::Nearest { labels: evaluation.labels.clone() },
        };
        self.results.begin_side(self.results.len());
        let mut at = 0;
        while at < self.results.len() && !self.is_stopping.get_value() {
            let (end, batch) = if at < ALONE { (ALONE, Batch::Single) } else { (at + SLICE, Batch::Packed) };
            let texts = self.results.texts(at..end);
            let texts: Vec<Message> = (u32::try_from(at).unwrap_or(u32::MAX)..)
                .zip(texts)
                .map(|(id, text)| Message { id, text })
                .collect();
            at += texts.len();
            self.run.update_value(|run| *run += 1);
            let ask = Ask::Classify(Classify { run: self.run.get_value(), by: by.clone(), batch, texts });
            match self.ask(&ask).await {
                Some(Heard::Ended(end)) if end.ended == Ended::Complete => {
                    if batch == Batch::Packed {
                        self.results.add_packed(side, end.done, end.total_ms);
                    }
                }
                Some(Heard::Ended(_)) => return,
                Some(Heard::Failed(sentence)) => {
                    self.problem.set(Some(sentence));
                    return;
                }
                None => return,
            }
        }
    }

    /// Whether the adapter was loaded since the model was.
    pub(super) fn has_adapter(self) -> bool {
        self.adapted
            .with_untracked(|adapted| adapted.as_ref().is_some_and(|adapted| adapted.adapter.is_some()))
    }
}
