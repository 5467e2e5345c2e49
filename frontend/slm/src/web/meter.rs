//! Counts what arrives, and how fast.

use super::post::post;
use crate::engine::now_ms;
use slm_messages::{Progress, Report};
use std::collections::VecDeque;

/// The page hears of progress at most this often, in milliseconds.
const REPORT_EVERY: f64 = 100.0;

/// The speed is that of the last so many milliseconds.
const SPEED_OVER: f64 = 3_000.0;

/// Counts bytes.
pub(super) struct Meter {
    received: u64,
    total: u64,
    reported: f64,
    /// When how much had arrived, over the last seconds.
    history: VecDeque<(f64, u64)>,
}

impl Meter {
    pub(super) fn new(total: u64) -> Self {
        Self { received: 0, total, reported: f64::NEG_INFINITY, history: VecDeque::new() }
    }

    /// Bytes that are here.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// More has arrived.
    pub(super) fn add(&mut self, bytes: u64) {
        self.received += bytes;
        let now = now_ms();
        self.history.push_back((now, self.received));
        while self.history.front().is_some_and(|(then, _)| now - then > SPEED_OVER) {
            self.history.pop_front();
        }
        if now - self.reported >= REPORT_EVERY {
            self.reported = now;
            self.report();
        }
    }

    /// What had arrived of a piece that broke off does not count.
    pub(super) fn set_back(&mut self, received: u64) {
        self.received = received;
        self.history.clear();
    }

    /// Tells the page.
    pub(super) fn report(&self) {
        post(&Report::Progress(self.progress()));
    }

    /// How far it has got.
    #[expect(clippy::cast_precision_loss, reason = "a speed that is shown in two digits")]
    pub(super) fn progress(&self) -> Progress {
        let ends = self.history.front().zip(self.history.back());
        let speed = ends
            .filter(|(first, last)| last.0 > first.0)
            .map_or(0.0, |(first, last)| (last.1 - first.1) as f64 * 1000.0 / (last.0 - first.0));
        Progress { received: self.received, total: self.total, bytes_per_second: speed }
    }
}
