//! Crossovers: all volumes at which the cheaper of two options changes.
//!
//! Both curves never fall, and each lies between two straight lines (its GPUs rounded down and rounded up).
//! An interval in which one curve's highest value lies below the other's lowest is decided without looking
//! inside; what is left is halved until it holds no step, where the crossing of two straight lines is exact.

use crate::curve::CostCurve;
use crate::decision::{CheaperRange, OptionKind, PairCrossovers};

/// Lowest volume looked at, requests/month.
pub const LOWEST_VOLUME: f64 = 1e3;
/// Highest volume looked at, requests/month.
pub const HIGHEST_VOLUME: f64 = 1e9;

/// Intervals narrower than this factor are a step, not a slope.
const STEP_WIDTH: f64 = 1.0 + 1e-9;

/// More changes than this between two options are reported as one range in which steps alternate.
const MOST_CHANGES: usize = 12;

/// Most intervals examined for one pair before the rest is called undecided; pairs whose lines nearly
/// coincide would otherwise be halved down to every single step.
const MOST_INTERVALS: usize = 20_000;

/// Sign of the difference: which of the two curves is the cheaper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cheaper {
    First,
    Second,
    Unclear,
}

/// Crossovers of two options.
#[must_use]
pub fn crossovers(first: (OptionKind, &CostCurve), second: (OptionKind, &CostCurve)) -> PairCrossovers {
    let mut search = Search {
        first: Bounded::new(first.1),
        second: Bounded::new(second.1),
        runs: Vec::new(),
        examined: 0,
    };
    search.decide(LOWEST_VOLUME, HIGHEST_VOLUME);
    let name = |cheaper| match cheaper {
        Cheaper::First => Some(first.0),
        Cheaper::Second => Some(second.0),
        Cheaper::Unclear => None,
    };
    let ranges = search
        .merged()
        .into_iter()
        .map(|run| CheaperRange { from: run.from, to: run.to, cheaper: name(run.cheaper) })
        .collect();
    PairCrossovers { first: first.0, second: second.0, ranges }
}

#[derive(Debug, Clone, Copy)]
struct Run {
    from: f64,
    to: f64,
    cheaper: Cheaper,
}

struct Search<'a> {
    first: Bounded<'a>,
    second: Bounded<'a>,
    runs: Vec<Run>,
    examined: usize,
}

impl Search<'_> {
    /// Decides an interval and appends what it finds, from low to high volume.
    fn decide(&mut self, from: f64, to: f64) {
        self.examined += 1;
        if self.examined > MOST_INTERVALS {
            return self.push(from, to, Cheaper::Unclear);
        }
        let same_gpus = self.first.curve.gpus == self.second.curve.gpus;
        let straight = |curve: &CostCurve| curve.is_straight_between(from, to);
        if same_gpus || (straight(self.first.curve) && straight(self.second.curve)) {
            return self.straight(from, to);
        }
        if let Some(cheaper) = self.decided_by_bounds(from, to) {
            return self.push(from, to, cheaper);
        }
        if to / from <= STEP_WIDTH {
            // A step lies inside; the range above it starts here.
            let cheaper = self.cheaper_at(to);
            return self.push(from, to, cheaper);
        }
        let middle = libm::sqrt(from * to);
        self.decide(from, middle);
        self.decide(middle, to);
    }

    /// The bounds are a line from below and the larger of two lines from above, so their distance is
    /// convex and it is enough to look at both ends.
    fn decided_by_bounds(&self, from: f64, to: f64) -> Option<Cheaper> {
        let always_below = |one: &Bounded<'_>, other: &Bounded<'_>| {
            (one.above_at(from) < other.below_at(from) && one.above_at(to) < other.below_at(to))
                || one.curve.total(to) < other.curve.total(from)
        };
        if always_below(&self.first, &self.second) {
            Some(Cheaper::First)
        } else if always_below(&self.second, &self.first) {
            Some(Cheaper::Second)
        } else {
            None
        }
    }

    /// Both curves are straight inside the interval: at most one crossing, computed exactly. The ends are
    /// taken just inside, because a step may sit on the upper end itself.
    fn straight(&mut self, from: f64, to: f64) {
        let difference = |v: f64| self.first.curve.total(v) - self.second.curve.total(v);
        let (at_from, at_to) = (difference(from), difference(to));
        let sign = |d: f64| if d <= 0.0 { Cheaper::First } else { Cheaper::Second };
        if sign(at_from) == sign(at_to) {
            return self.push(from, to, sign(at_from));
        }
        let crossing = (from + (to - from) * at_from / (at_from - at_to)).clamp(from, to);
        self.push(from, crossing, sign(at_from));
        self.push(crossing, to, sign(at_to));
    }

    fn cheaper_at(&self, volume: f64) -> Cheaper {
        if self.first.curve.total(volume) <= self.second.curve.total(volume) { Cheaper::First } else { Cheaper::Second }
    }

    fn push(&mut self, from: f64, to: f64, cheaper: Cheaper) {
        match self.runs.last_mut() {
            Some(last) if last.cheaper == cheaper => last.to = to,
            _ => self.runs.push(Run { from, to, cheaper }),
        }
    }

    /// The runs, with a stretch of many close changes merged into one unclear range.
    fn merged(self) -> Vec<Run> {
        let mut runs = self.runs;
        if runs.len() > MOST_CHANGES + 1 {
            let last = runs.len() - 1;
            let unclear = Run { from: runs[1].from, to: runs[last - 1].to, cheaper: Cheaper::Unclear };
            runs = vec![runs[0], unclear, runs[last]];
        }
        runs
    }
}

/// A curve with the lines it lies between.
struct Bounded<'a> {
    curve: &'a CostCurve,
    usd_per_gpu: f64,
    usd_per_request_in_gpus: f64,
    floor: f64,
    spare: f64,
}

/// Given away on both bounds so that they hold in spite of rounding.
const SLACK: f64 = 1e-8;

impl<'a> Bounded<'a> {
    fn new(curve: &'a CostCurve) -> Self {
        let (mut usd_per_gpu, mut usd_per_request_in_gpus) = (0.0, 0.0);
        let (mut floor, mut spare) = (0.0, 0.0);
        if let Some(gpus) = &curve.gpus {
            for month in &gpus.months {
                usd_per_gpu += month.usd_per_gpu;
                usd_per_request_in_gpus += month.usd_per_gpu * month.growth * gpus.gpus_per_request;
            }
            floor = gpus.min_replicas * usd_per_gpu;
            spare = gpus.spare_replicas * usd_per_gpu;
        }
        Self { curve, usd_per_gpu, usd_per_request_in_gpus, floor, spare }
    }

    fn line(&self, volume: f64) -> f64 {
        self.curve.fixed + self.curve.per_request * volume
    }

    /// A line below the curve: fractions of a GPU, and no minimum.
    fn below_at(&self, volume: f64) -> f64 {
        let load = self.usd_per_request_in_gpus * volume * (1.0 - SLACK) - SLACK * self.usd_per_gpu;
        self.line(volume) + load + self.spare
    }

    /// The larger of two lines above the curve: one GPU more than the load, or the minimum.
    fn above_at(&self, volume: f64) -> f64 {
        let load = self.usd_per_request_in_gpus * volume * (1.0 + SLACK) + self.usd_per_gpu;
        self.line(volume) + (load + self.spare).max(self.floor)
    }
}
