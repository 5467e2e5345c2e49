//! What became of the messages of the last run.

use super::examples::OUT_OF_SCOPE;
use super::side::{Given, Side, Tally, judged};
use crate::classify::{Cascade, Labels, NO_CLASS, Row, unsure_first};
use crate::endpoint;
use leptos::prelude::*;
use slm_messages::Classified;
use std::ops::Range;

/// Milliseconds between two looks at the results while they come in.
const PAUSE_MS: f64 = 250.0;

/// Messages above which the rows are looked at only when the run is over: putting a hundred thousand in order takes the
/// page longer than it may stand still.
const MANY: usize = 1_000;

/// A message and what everybody made of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sorted {
    /// Its row as a spreadsheet counts them.
    pub(super) number: u64,
    pub(super) text: String,
    /// The right class in the words of the file.
    pub(super) label: Option<String>,
    /// The right class; [`NO_CLASS`] for a message that has none, nothing where that is not known.
    pub(super) wanted: Option<u32>,
    /// By [`Side::place`].
    pub(super) given: [Option<Given>; 3],
}

/// How far the run has got.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Progress {
    pub(super) done: u32,
    pub(super) of: u32,
    /// When the side began, by [`endpoint::now`].
    began_ms: f64,
    /// When the last message was done.
    last_ms: f64,
}

impl Progress {
    /// Messages a second.
    pub(super) fn per_second(&self) -> Option<f64> {
        let ms = self.last_ms - self.began_ms;
        (self.done > 0 && ms > 0.0).then(|| f64::from(self.done) * 1000.0 / ms)
    }
}

/// Everything about the last run. Cheap to copy.
#[derive(Clone, Copy)]
pub(super) struct Results {
    all: StoredValue<Vec<Sorted>>,
    tallies: StoredValue<[Tally; 3]>,
    /// The tallies as they are shown.
    shown: RwSignal<[Tally; 3]>,
    progress: RwSignal<Progress>,
    /// Counts looks at the rows.
    version: RwSignal<u32>,
    looked_ms: StoredValue<f64>,
    /// Rows whose label is none that is known.
    strange: RwSignal<usize>,
}

impl Results {
    pub(super) fn new() -> Self {
        Self {
            all: StoredValue::new(Vec::new()),
            tallies: StoredValue::new(Default::default()),
            shown: RwSignal::new(Default::default()),
            progress: RwSignal::new(Progress::default()),
            version: RwSignal::new(0),
            looked_ms: StoredValue::new(0.0),
            strange: RwSignal::new(0),
        }
    }

    /// Begins with these messages, and forgets those before.
    pub(super) fn begin(self, rows: Vec<Row>, labels: &Labels) {
        let outside = Labels::new(&[OUT_OF_SCOPE.to_owned(), "oos".to_owned()]);
        let sorted: Vec<Sorted> = rows.into_iter().map(|row| sorted(row, labels, &outside)).collect();
        self.strange.set(sorted.iter().filter(|row| row.label.is_some() && row.wanted.is_none()).count());
        self.all.set_value(sorted);
        self.tallies.set_value(Default::default());
        self.progress.set(Progress::default());
        self.end();
    }

    /// Shows everything that has come in.
    pub(super) fn end(self) {
        self.look();
        self.version.update(|version| *version = version.wrapping_add(1));
    }

    /// How many messages there are.
    pub(super) fn len(self) -> usize {
        self.all.with_value(Vec::len)
    }

    /// The texts of some of them; fewer where there are fewer.
    pub(super) fn texts(self, range: Range<usize>) -> Vec<String> {
        self.all.with_value(|all| {
            let rows = all.iter().skip(range.start).take(range.len());
            rows.map(|row| row.text.clone()).collect()
        })
    }

    /// Begins to count a side's progress over so many messages.
    pub(super) fn begin_side(self, of: usize) {
        let now = endpoint::now();
        let of = u32::try_from(of).unwrap_or(u32::MAX);
        self.progress.set(Progress { done: 0, of, began_ms: now, last_ms: now });
    }

    /// What the worker made of some messages.
    pub(super) fn add_classified(self, side: Side, more: &Classified) {
        self.tallies.update_value(|tallies| tallies[side.place()].backend = Some(more.backend));
        for answer in &more.answers {
            let best = answer.verdict.as_ref().and_then(|verdict| verdict.best());
            let given = Given {
                label: best.map(|best| best.label),
                score: best.map(|best| best.score),
                margin: answer.verdict.as_ref().map(|verdict| verdict.margin),
                ms: (answer.together == 1).then_some(answer.ms),
                is_cut: answer.is_cut,
                ..Given::default()
            };
            self.put(side, usize::try_from(answer.id).unwrap_or(usize::MAX), given);
        }
        self.look_now_and_then();
    }

    /// What a side made of a message.
    pub(super) fn add(self, side: Side, place: usize, given: Given) {
        self.put(side, place, given);
        self.look_now_and_then();
    }

    fn put(self, side: Side, place: usize, given: Given) {
        let wanted = self.all.try_update_value(|all| {
            let row = all.get_mut(place)?;
            row.given[side.place()] = Some(given.clone());
            Some(row.wanted)
        });
        let Some(Some(wanted)) = wanted else { return };
        self.tallies.update_value(|tallies| tallies[side.place()].add(side, &given, wanted));
        self.step();
    }

    /// A message that a side failed on.
    pub(super) fn fail(self, side: Side) {
        self.tallies.update_value(|tallies| tallies[side.place()].failed += 1);
        self.step();
        self.look_now_and_then();
    }

    /// So many messages were read together, in so many milliseconds in all.
    pub(super) fn add_packed(self, side: Side, count: u32, ms: f64) {
        self.tallies.update_value(|tallies| {
            let (messages, time) = tallies[side.place()].packed;
            tallies[side.place()].packed = (messages + count, time + ms);
        });
    }

    fn step(self) {
        let now = endpoint::now();
        self.progress.update(|progress| {
            progress.done += 1;
            progress.last_ms = now;
        });
    }

    fn look_now_and_then(self) {
        if endpoint::now() - self.looked_ms.get_value() <= PAUSE_MS {
            return;
        }
        match self.len() {
            0..=MANY => self.end(),
            _ => self.look(),
        }
    }

    fn look(self) {
        self.looked_ms.set_value(endpoint::now());
        self.shown.set(self.tallies.get_value());
    }

    /// How far the side under way has got.
    pub(super) fn progress(self) -> Progress {
        self.progress.get()
    }

    /// What a side has done.
    pub(super) fn tally<R>(self, side: Side, read: impl FnOnce(&Tally) -> R) -> R {
        self.shown.with(|tallies| read(&tallies[side.place()]))
    }

    /// Whether anything was sorted.
    pub(super) fn is_empty(self) -> bool {
        self.shown.with(|tallies| tallies.iter().all(|tally| tally.done == 0 && tally.failed == 0))
    }

    /// Rows whose label is none of the classes.
    pub(super) fn strange(self) -> usize {
        self.strange.get()
    }

    /// Reads all messages, whenever more is known of them.
    pub(super) fn with<R>(self, read: impl FnOnce(&[Sorted]) -> R) -> R {
        self.version.track();
        self.all.with_value(|all| read(all))
    }

    /// Reads all messages once.
    pub(super) fn with_untracked<R>(self, read: impl FnOnce(&[Sorted]) -> R) -> R {
        self.all.with_value(|all| read(all))
    }

    /// The places of the messages, the one that the fine-tuned model is least sure of first; without it the untouched one.
    pub(super) fn unsure_first(rows: &[Sorted]) -> Vec<usize> {
        let place = |side: Side| side.place();
        let by = match rows.iter().any(|row| row.given[place(Side::Tuned)].is_some()) {
            true => Side::Tuned,
            false => Side::Untouched,
        };
        let margin = |row: &Sorted| row.given[place(by)].as_ref().and_then(|given| given.margin);
        unsure_first(&rows.iter().map(margin).collect::<Vec<_>>())
    }

    /// The fine-tuned model's answers, for what thresholds come to; with how many of them could be judged.
    pub(super) fn cascade(self) -> (Cascade, usize) {
        self.with(|rows| {
            let answers: Vec<_> = rows
                .iter()
                .filter_map(|row| judged(row.given[Side::Tuned.place()].as_ref()?, row.wanted))
                .collect();
            let count = answers.iter().filter(|answer| answer.is_right.is_some()).count();
            (Cascade::new(answers), count)
        })
    }
}

fn sorted(row: Row, labels: &Labels, outside: &Labels) -> Sorted {
    let wanted = row.label.as_deref().and_then(|label| wanted(label, labels, outside));
    Sorted { number: row.number, text: row.text, label: row.label, wanted, given: Default::default() }
}

/// The class that a label means; `outside` has the names for that there is none.
fn wanted(label: &str, labels: &Labels, outside: &Labels) -> Option<u32> {
    labels.find(label).or_else(|| outside.find(label).map(|_| NO_CLASS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_means_a_class_or_that_there_is_none_or_nothing() {
        let labels = Labels::new(&["card_arrival".to_owned()]);
        let outside = Labels::new(&[OUT_OF_SCOPE.to_owned()]);
        let means = |label| wanted(label, &labels, &outside);
        assert_eq!(means("Card arrival"), Some(0));
        assert_eq!([means("out_of_scope"), means("Out-of-scope")], [Some(NO_CLASS); 2]);
        assert_eq!(means("refund"), None);
    }
}
