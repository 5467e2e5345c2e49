//! Crossovers: all volumes at which the cheaper of two options changes.
//!
//! Both curves never fall, and each lies between a straight line (fractions of a GPU) and a convex one (one
//! GPU more than the load in every month, or the minimum). An interval in which one curve's highest value
//! lies below the other's lowest is decided without looking inside; what is left is halved until it holds few
//! steps. Between two steps both curves are straight, so their crossing is exact.

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

/// An interval with no more steps than this is cut at every one of them.
const FEW_STEPS: f64 = 24.0;

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
        same_gpus: first.1.gpus == second.1.gpus,
        runs: Vec::new(),
        examined: 0,
    };
    search.decide(&search.at(LOWEST_VOLUME), &search.at(HIGHEST_VOLUME));
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
    same_gpus: bool,
    runs: Vec<Run>,
    examined: usize,
}

/// Both curves at one volume.
struct Place {
    volume: f64,
    first: Height,
    second: Height,
}

/// A curve at one volume.
struct Height {
    total: f64,
    /// The line below the curve.
    below: f64,
    /// The line above the curve.
    above: f64,
    /// GPUs, all months together: a difference counts the steps between two volumes.
    gpus: f64,
}

impl Search<'_> {
    fn at(&self, volume: f64) -> Place {
        Place { volume, first: self.first.at(volume), second: self.second.at(volume) }
    }

    /// Decides an interval and appends what it finds, from low to high volume.
    fn decide(&mut self, from: &Place, to: &Place) {
        self.examined += 1;
        if self.examined > MOST_INTERVALS {
            return self.push(from.volume, to.volume, Cheaper::Unclear);
        }
        if self.same_gpus {
            return self.straight(from.volume, to.volume);
        }
        if let Some(cheaper) = decided_by_bounds(from, to) {
            return self.push(from.volume, to.volume, cheaper);
        }
        let steps = to.first.gpus - from.first.gpus + to.second.gpus - from.second.gpus;
        if steps <= FEW_STEPS {
            return self.step_by_step(from.volume, to.volume);
        }
        if to.volume / from.volume <= STEP_WIDTH {
            // Many steps lie inside; the range above them starts here.
            let cheaper = if to.first.total <= to.second.total { Cheaper::First } else { Cheaper::Second };
            return self.push(from.volume, to.volume, cheaper);
        }
        let middle = self.at(libm::sqrt(from.volume * to.volume));
        self.decide(from, &middle);
        self.decide(&middle, to);
    }

    /// Cuts the interval at every step of both curves.
    fn step_by_step(&mut self, from: f64, to: f64) {
        let mut cuts = vec![from, to];
        self.first.steps(from, to, &mut cuts);
        self.second.steps(from, to, &mut cuts);
        cuts.sort_by(f64::total_cmp);
        cuts.windows(2).filter(|pair| pair[0] < pair[1]).for_each(|pair| self.straight(pair[0], pair[1]));
    }

    /// Both curves are straight inside the interval, or have the same GPUs: at most one crossing, computed
    /// exactly. GPUs are counted in the middle, because a step may sit on either end.
    fn straight(&mut self, from: f64, to: f64) {
        let middle = (from + to) / 2.0;
        let (first_gpus, second_gpus) = (self.first.gpus_at(middle), self.second.gpus_at(middle));
        let difference = |v: f64| (self.first.line(v) + first_gpus) - (self.second.line(v) + second_gpus);
        let (at_from, at_to) = (difference(from), difference(to));
        let sign = |d: f64| if d <= 0.0 { Cheaper::First } else { Cheaper::Second };
        if sign(at_from) == sign(at_to) {
            return self.push(from, to, sign(at_from));
        }
        let crossing = (from + (to - from) * at_from / (at_from - at_to)).clamp(from, to);
        self.push(from, crossing, sign(at_from));
        self.push(crossing, to, sign(at_to));
    }

    fn push(&mut self, from: f64, to: f64, cheaper: Cheaper) {
        append(&mut self.runs, Run { from, to, cheaper });
    }

    /// The runs, with a stretch of many close changes merged into one unclear range. The last run may be
    /// unclear itself, where the search was broken off.
    fn merged(self) -> Vec<Run> {
        let runs = self.runs;
        if runs.len() <= MOST_CHANGES + 1 {
            return runs;
        }
        let last = runs.len() - 1;
        let mut merged = vec![runs[0]];
        append(&mut merged, Run { from: runs[1].from, to: runs[last - 1].to, cheaper: Cheaper::Unclear });
        append(&mut merged, runs[last]);
        merged
    }
}

/// Appends a run, or lengthens the one before it if both say the same.
fn append(runs: &mut Vec<Run>, run: Run) {
    match runs.last_mut() {
        Some(last) if last.cheaper == run.cheaper => last.to = run.to,
        _ => runs.push(run),
    }
}

/// The bounds are a straight line from below and a convex one from above, so their distance is convex and it
/// is enough to look at both ends. Neither curve ever falls, which decides some intervals as well.
fn decided_by_bounds(from: &Place, to: &Place) -> Option<Cheaper> {
    let always_below = |one: (&Height, &Height), other: (&Height, &Height)| {
        (one.0.above < other.0.below && one.1.above < other.1.below) || one.1.total < other.0.total
    };
    let (first, second) = ((&from.first, &to.first), (&from.second, &to.second));
    if always_below(first, second) {
        Some(Cheaper::First)
    } else if always_below(second, first) {
        Some(Cheaper::Second)
    } else {
        None
    }
}

/// A curve with the lines it lies between.
struct Bounded<'a> {
    curve: &'a CostCurve,
    usd_per_gpu: f64,
    usd_per_request_in_gpus: f64,
    spare: f64,
}

/// Given away on both bounds so that they hold in spite of rounding.
const SLACK: f64 = 1e-8;

impl<'a> Bounded<'a> {
    fn new(curve: &'a CostCurve) -> Self {
        let (mut usd_per_gpu, mut usd_per_request_in_gpus) = (0.0, 0.0);
        let mut spare = 0.0;
        if let Some(gpus) = &curve.gpus {
            for month in &gpus.months {
                usd_per_gpu += month.usd_per_gpu;
                usd_per_request_in_gpus += month.usd_per_gpu * month.growth * gpus.gpus_per_request;
            }
            spare = gpus.spare_replicas * usd_per_gpu;
        }
        Self { curve, usd_per_gpu, usd_per_request_in_gpus, spare }
    }

    /// The curve without its GPUs.
    fn line(&self, volume: f64) -> f64 {
        self.curve.fixed + self.curve.per_request * volume
    }

    fn gpus_at(&self, volume: f64) -> f64 {
        self.curve.gpus.as_ref().map_or(0.0, |gpus| gpus.cost(volume))
    }

    fn steps(&self, from: f64, to: f64, into: &mut Vec<f64>) {
        if let Some(gpus) = &self.curve.gpus {
            gpus.steps(from, to, into);
        }
    }

    /// The line below is fractions of a GPU and no minimum. The line above is one GPU more than the load, or
    /// the minimum, month by month: with a growing volume some months run the minimum while others are past it.
    fn at(&self, volume: f64) -> Height {
        let line = self.line(volume);
        let mut height = Height { total: line, below: line, above: line, gpus: 0.0 };
        let Some(gpus) = &self.curve.gpus else { return height };
        let load = self.usd_per_request_in_gpus * volume * (1.0 - SLACK) - SLACK * self.usd_per_gpu;
        height.below += load + self.spare;
        let load = volume * gpus.gpus_per_request * (1.0 + SLACK);
        let more = 1.0 + gpus.spare_replicas;
        for month in &gpus.months {
            let replicas = gpus.replicas(volume, month.growth);
            height.gpus += replicas;
            height.total += replicas * month.usd_per_gpu;
            height.above += (load * month.growth + more).max(gpus.min_replicas) * month.usd_per_gpu;
        }
        height
    }
}
