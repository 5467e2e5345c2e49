//! Which option is the cheapest where: the finding that cost charts state.

use crate::cue;
use domain::curve::CostCurve;
use domain::decision::{OptionKind, PairCrossovers};

/// A range of volumes with one cheapest option.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CheapestRange {
    /// From this volume, requests/month.
    pub(crate) from: f64,
    /// To this volume, requests/month.
    pub(crate) to: f64,
    /// The cheapest option.
    pub(crate) option: OptionKind,
    /// Whether options alternate step by step close to its beginning, so that it begins *about* there.
    pub(crate) about: bool,
}

/// A range narrower than this factor is a step, and is not worth naming.
const SLIVER: f64 = 1.15;

/// The cheapest of some options at every volume, from their exact crossovers.
pub(crate) fn cheapest_by_volume(
    options: &[(OptionKind, &CostCurve)],
    pairs: &[PairCrossovers],
    span: (f64, f64),
) -> Vec<CheapestRange> {
    let among = |option: OptionKind| options.iter().any(|(other, _)| *other == option);
    let mut edges: Vec<f64> = pairs
        .iter()
        .filter(|pair| among(pair.first) && among(pair.second))
        .flat_map(PairCrossovers::volumes)
        .filter(|volume| *volume > span.0 && *volume < span.1)
        .collect();
    edges.push(span.0);
    edges.push(span.1);
    edges.sort_by(f64::total_cmp);

    let mut ranges = Vec::new();
    for pair in edges.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        if to <= from * (1.0 + 1e-9) {
            continue;
        }
        let middle = libm::sqrt(from) * libm::sqrt(to);
        let cheapest = options.iter().min_by(|a, b| a.1.total(middle).total_cmp(&b.1.total(middle)));
        if let Some((option, _)) = cheapest {
            ranges.push(CheapestRange { from, to, option: *option, about: false });
        }
    }
    without_slivers(merged(ranges))
}

fn merged(ranges: Vec<CheapestRange>) -> Vec<CheapestRange> {
    let mut merged: Vec<CheapestRange> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if last.option == range.option => last.to = range.to,
            _ => merged.push(range),
        }
    }
    merged
}

/// Gives each sliver to the range before it (the first to the range after it), so that what remains are
/// ranges a reader can use.
fn without_slivers(mut ranges: Vec<CheapestRange>) -> Vec<CheapestRange> {
    while ranges.len() > 1 {
        let Some(place) = ranges.iter().position(|range| range.to < range.from * SLIVER) else { break };
        let sliver = ranges.remove(place);
        if place == 0 {
            ranges[0].from = sliver.from;
        } else {
            ranges[place - 1].to = sliver.to;
            if let Some(next) = ranges.get_mut(place) {
                next.about = true;
            }
        }
        ranges = merged(ranges);
    }
    ranges
}

/// The option as the first word of a sentence.
pub(crate) fn at_start(option: OptionKind) -> String {
    capitalised(cue::in_sentence(option))
}

/// A sentence with a capital first letter.
pub(crate) fn capitalised(sentence: &str) -> String {
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
