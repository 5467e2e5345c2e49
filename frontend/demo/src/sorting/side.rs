//! Who sorts messages, and what comes of it.

use crate::classify::{Confusion, Interval, Judged, NO_CLASS, Reliability, wilson};
use crate::percentile::Spread;
use slm_messages::Hardware;

/// Who sorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The small model with the adapter beside its weights.
    Tuned,
    /// The small model as it is.
    Untouched,
    /// The administrator's LLM endpoint.
    Api,
}

impl Side {
    /// All, in the order in which they are shown and asked.
    pub(super) const ALL: [Self; 3] = [Self::Untouched, Self::Tuned, Self::Api];

    /// Its name.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Tuned => "Fine-tuned",
            Self::Untouched => "Untouched",
            Self::Api => "API",
        }
    }

    /// Its place in lists of three.
    pub(super) const fn place(self) -> usize {
        match self {
            Self::Untouched => 0,
            Self::Tuned => 1,
            Self::Api => 2,
        }
    }
}

/// What a side made of a message.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Given {
    /// The class; `None` where there was nothing to read, or an API named no class of the list.
    pub(super) label: Option<u32>,
    /// A probability for [`Side::Tuned`], a cosine for [`Side::Untouched`], nothing for [`Side::Api`].
    pub(super) score: Option<f64>,
    /// How far the best class is ahead of the next.
    pub(super) margin: Option<f64>,
    /// Milliseconds, where it was read alone.
    pub(super) ms: Option<f64>,
    /// Whether only its beginning was read.
    pub(super) is_cut: bool,
    /// What an API said instead of a class, or why it said nothing.
    pub(super) said: Option<String>,
    /// Dollars, where the price is known.
    pub(super) cost: Option<f64>,
}

/// All that a side has made of messages so far, added up.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tally {
    /// Messages.
    pub(super) done: u32,
    /// Messages that the API did not answer at all; they count nowhere else.
    pub(super) failed: u32,
    /// Answers by the right class and the one that was given.
    pub(super) confusion: Confusion,
    /// Answers by how sure they are.
    pub(super) reliability: Reliability,
    /// Times of messages that were read alone, in milliseconds.
    alone: Vec<f64>,
    /// Dollars of those whose cost is known, and how many those are.
    cost: (f64, u32),
    /// Messages that were read together, and the milliseconds they took in all.
    pub(super) packed: (u32, f64),
    /// What it was computed on last.
    pub(super) backend: Option<Hardware>,
}

impl Tally {
    /// Counts an answer to a message whose right class is `wanted`, if that is known.
    pub(super) fn add(&mut self, side: Side, given: &Given, wanted: Option<u32>) {
        self.done += 1;
        if given.label.is_none() && given.said.is_none() {
            return;
        }
        self.alone.extend(given.ms);
        if let Some(cost) = given.cost {
            self.cost = (self.cost.0 + cost, self.cost.1 + 1);
        }
        let Some(wanted) = wanted else { return };
        self.confusion.add(wanted, given.label.unwrap_or(NO_CLASS));
        // A cosine is no probability; calibration means nothing for it.
        if let (Side::Tuned, Some(score)) = (side, given.score) {
            self.reliability.add(score, given.label == Some(wanted));
        }
    }

    /// Times of messages that were read alone.
    pub(super) fn alone(&self) -> Spread {
        self.alone.iter().copied().collect()
    }

    /// How many were read alone.
    pub(super) fn alone_count(&self) -> usize {
        self.alone.len()
    }

    /// Mean dollars of a message.
    pub(super) fn cost(&self) -> Option<f64> {
        let (sum, count) = self.cost;
        (count > 0).then(|| sum / f64::from(count))
    }

    /// Right answers and judged ones, and where the share lies. Messages that have no class are told apart: nobody who
    /// has to name one can be right about them.
    pub(super) fn accuracy(&self) -> Option<(u64, u64, Interval)> {
        let (right, all) = (self.confusion.right(), self.confusion.all() - self.confusion.outside());
        Some((right, all, wilson(right, all)?))
    }

    /// Messages a second among those that were read together.
    pub(super) fn packed_per_second(&self) -> Option<f64> {
        let (count, ms) = self.packed;
        (count > 0 && ms > 0.0).then(|| f64::from(count) * 1000.0 / ms)
    }
}

/// An answer of the fine-tuned model, for the cascade.
pub(super) fn judged(given: &Given, wanted: Option<u32>) -> Option<Judged> {
    Some(Judged { confidence: given.score?, is_right: wanted.map(|wanted| given.label == Some(wanted)) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(label: u32, score: f64) -> Given {
        Given { label: Some(label), score: Some(score), ms: Some(10.0), ..Given::default() }
    }

    #[test]
    fn what_names_no_class_is_wrong_and_what_was_never_said_counts_nowhere() {
        let mut tally = Tally::default();
        tally.add(Side::Api, &given(1, 0.9), Some(1));
        let babble = Given { said: Some("Certainly!".to_owned()), ..Given::default() };
        tally.add(Side::Api, &babble, Some(2));
        tally.add(Side::Api, &Given::default(), Some(2));
        tally.add(Side::Api, &given(5, 0.9), None);
        assert_eq!(tally.done, 4);
        assert_eq!(tally.accuracy().map(|(right, all, _)| (right, all)), Some((1, 2)));
        assert_eq!(tally.cost(), None, "nothing is known of what it cost");
    }

    #[test]
    fn an_answer_to_a_message_of_no_class_is_wrong() {
        let mut tally = Tally::default();
        tally.add(Side::Tuned, &given(1, 0.3), Some(NO_CLASS));
        assert_eq!((tally.confusion.right(), tally.confusion.outside()), (0, 1));
        assert_eq!(tally.accuracy(), None, "it is told apart");
        assert_eq!(judged(&given(1, 0.3), Some(NO_CLASS)).and_then(|judged| judged.is_right), Some(false));
    }

    #[test]
    fn only_probabilities_are_held_against_how_often_they_are_right() {
        let mut tally = Tally::default();
        tally.add(Side::Untouched, &given(1, 0.9), Some(1));
        assert_eq!(tally.reliability.error(), None);
        tally.add(Side::Tuned, &given(1, 0.9), Some(1));
        assert!(tally.reliability.error().is_some_and(|error| (error - 0.1).abs() < 1e-9));
    }
}
