//! How long each token took: one row of a histogram for each thing that was timed, all on one axis.
//!
//! Rows, not overlaid curves: two distributions that cover each other are hard to tell apart, and a row can carry its
//! own numbers.

use crate::Figure;
use crate::frame::Frame;
use crate::palette::Role;
use crate::picture::{Anchor, Lettering, Mark, Picture, Stroke};
use crate::read_out::{ReadOut, ReadOutLine};
use crate::scale::LinearScale;
use crate::size::Size;
use crate::table::{ChartTable, UNKNOWN};
use crate::text;

/// What was timed, and how long each token took.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    /// What it is called, such as `CPU`.
    pub label: String,
    /// Milliseconds from each token to the next, in any order.
    pub token_ms: Vec<f64>,
}

/// The distribution of the time a token takes.
#[derive(Debug, Clone, PartialEq)]
pub struct LatencyDistribution {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq)]
struct Row {
    label: String,
    /// Rising.
    sorted: Vec<f64>,
}

impl Row {
    /// The smallest time within which this share of the tokens came; nothing without tokens.
    fn within(&self, share: f64) -> Option<f64> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
        let place = libm::ceil(as_f64(self.sorted.len()) * share) as usize;
        self.sorted.get(place.saturating_sub(1)).copied()
    }

    fn longest(&self) -> f64 {
        self.sorted.last().copied().unwrap_or(0.0)
    }

    fn count(&self, bin: &Bin) -> usize {
        self.sorted.iter().filter(|ms| bin.holds(**ms)).count()
    }
}

/// A bar's range, from (inclusive) and to (exclusive) in milliseconds; the last one holds all that is longer.
struct Bin {
    from: f64,
    to: f64,
    is_last: bool,
}

impl Bin {
    fn holds(&self, ms: f64) -> bool {
        self.from <= ms && (ms < self.to || self.is_last)
    }
}

/// Bars that a row has, about.
const BARS: f64 = 36.0;

/// Tokens that took longer than this many times what 95% took are counted in the last bar: a single pause of the
/// browser would otherwise press all others into the first.
const BEYOND: f64 = 2.0;

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

/// Milliseconds in three digits.
fn short(ms: f64) -> String {
    if ms >= 100.0 {
        format!("{ms:.0}")
    } else if ms >= 10.0 {
        format!("{ms:.1}")
    } else {
        format!("{ms:.2}")
    }
}

struct Layout {
    frame: Frame,
    x: LinearScale,
    bins: Vec<Bin>,
    /// Height of a row with its line of text.
    row: f64,
    /// Height of that line.
    line: f64,
}

impl Layout {
    /// Where a row's bars stand.
    fn foot(&self, place: usize) -> f64 {
        self.frame.top + self.row * (as_f64(place) + 1.0)
    }
}

impl LatencyDistribution {
    /// From what was timed, in the order of the rows. Times that are no numbers or negative do not count.
    #[must_use]
    pub fn new(timed: Vec<Timed>) -> Self {
        let rows = timed.into_iter().map(|Timed { label, token_ms }| {
            let mut sorted: Vec<f64> =
                token_ms.into_iter().filter(|ms| ms.is_finite() && *ms >= 0.0).collect();
            sorted.sort_by(f64::total_cmp);
            Row { label, sorted }
        });
        Self { rows: rows.filter(|row| !row.sorted.is_empty()).collect() }
    }

    fn layout(&self, size: Size) -> Layout {
        let size = size.at_least_legible();
        let shown = |row: &Row| row.longest().min(row.within(0.95).unwrap_or(0.0) * BEYOND);
        let longest = self.rows.iter().map(shown).fold(0.0, f64::max);
        // A clock of whole milliseconds may have counted none at all.
        let longest = if longest > 0.0 { longest } else { 1.0 };
        let edges = LinearScale::covering(longest * 1.001, BARS, (0.0, 1.0)).ticks();
        let last = edges.len().saturating_sub(2);
        let pairs = edges.windows(2).enumerate();
        let bins =
            pairs.map(|(place, pair)| Bin { from: pair[0], to: pair[1], is_last: place == last }).collect();
        let frame = Frame::new(size, 4.0, 8.0, 0.0);
        let to = edges.last().copied().unwrap_or(longest);
        let steps = if size.is_narrow() { 4.0 } else { 8.0 };
        Layout {
            x: LinearScale::exact(to, steps, (frame.left, frame.right)),
            bins,
            row: (frame.bottom - frame.top) / as_f64(self.rows.len().max(1)),
            line: size.label_size() * 1.7,
            frame,
        }
    }

    fn describe(&self, place: usize, bin: usize, layout: &Layout) -> Option<ReadOut> {
        let (row, bin) = (self.rows.get(place)?, layout.bins.get(bin)?);
        let count = row.count(bin);
        let heading = if bin.is_last {
            format!("{}: {} ms and longer", row.label, short(bin.from))
        } else {
            format!("{}: {} to {} ms", row.label, short(bin.from), short(bin.to))
        };
        let value = format!("{count} of {}", row.sorted.len());
        let line = ReadOutLine { label: "Tokens".to_owned(), value, option: None, excluded: false, y: None };
        let x = layout.x.at((bin.from + bin.to) / 2.0);
        Some(ReadOut { heading, lines: vec![line], x, y: None, href: None })
    }
}

impl Figure for LatencyDistribution {
    fn title(&self) -> String {
        let typical = |row: &Row| format!("the {} {} ms", row.label, short(row.within(0.5).unwrap_or(0.0)));
        match &self.rows[..] {
            [] => "No token has been timed yet".to_owned(),
            [row] if row.sorted.len() == 1 => {
                format!("The second token came {} ms after the first", short(row.longest()))
            }
            [row] => format!(
                "Half of the tokens came within {} ms of the one before, 95% within {} ms",
                short(row.within(0.5).unwrap_or(0.0)),
                short(row.within(0.95).unwrap_or(0.0))
            ),
            rows => {
                let all: Vec<String> = rows.iter().map(typical).collect();
                format!("Half of the tokens took at most: {}", all.join(", "))
            }
        }
    }

    fn picture(&self, size: Size) -> Picture {
        let size = size.at_least_legible();
        let layout = self.layout(size);
        let frame = &layout.frame;
        let mut picture = Picture::new(size);
        for (place, row) in self.rows.iter().enumerate() {
            let foot = layout.foot(place);
            let counts: Vec<usize> = layout.bins.iter().map(|bin| row.count(bin)).collect();
            let most = as_f64(counts.iter().copied().max().unwrap_or(1).max(1));
            let room = (layout.row - layout.line - 6.0).max(1.0);
            for (bin, count) in layout.bins.iter().zip(counts).filter(|(_, count)| *count > 0) {
                let (left, right) = (layout.x.at(bin.from) + 0.5, layout.x.at(bin.to) - 0.5);
                let top = foot - (room * as_f64(count) / most).max(1.0);
                let corners = vec![(left, top), (right, top), (right, foot), (left, foot)];
                picture.add(Mark::Area(corners, Role::Accent, 0.75));
            }
            for (share, dash) in [(0.5, &[][..]), (0.95, &[3.0, 3.0][..])] {
                let x = layout.x.at(row.within(share).unwrap_or(0.0)).min(frame.right);
                let stroke = Stroke { role: Role::Ink, width: 1.5, opacity: 1.0, dash };
                picture.add(Mark::Rule((x, foot - room - 2.0), (x, foot), stroke));
            }
            frame.rule_across(&mut picture, foot, Role::Muted);
            let words = format!(
                "{}: half within {} ms, 95% within {} ms",
                row.label,
                short(row.within(0.5).unwrap_or(0.0)),
                short(row.within(0.95).unwrap_or(0.0))
            );
            let words = text::fitted(&words, size.label_size(), false, frame.right - frame.left);
            picture.add(Mark::Text(Lettering {
                text: words,
                at: (frame.left, foot - layout.row + layout.line / 2.0),
                anchor: Anchor::Start,
                size: size.label_size(),
                role: Role::Ink,
                bold: false,
            }));
        }
        let ticks = layout.x.ticks().into_iter().map(|tick| (layout.x.at(tick), tick_text(tick)));
        frame.ticks_below(&mut picture, ticks.collect());
        frame.title_below(&mut picture, "Milliseconds from one token to the next");
        picture
    }

    fn table(&self) -> ChartTable {
        let columns = ["On", "Tokens", "Median, ms", "95% within, ms", "99% within, ms", "Longest, ms"];
        let rows = self.rows.iter().map(|row| {
            let within =
                |share| row.within(share).map_or_else(|| UNKNOWN.to_owned(), |ms| format!("{ms:.2}"));
            let longest = format!("{:.2}", row.longest());
            vec![
                row.label.clone(),
                row.sorted.len().to_string(),
                within(0.5),
                within(0.95),
                within(0.99),
                longest,
            ]
        });
        ChartTable { columns: columns.map(str::to_owned).to_vec(), rows: rows.collect() }
    }

    fn read_out(&self, size: Size, x: f64, y: f64) -> Option<ReadOut> {
        let layout = self.layout(size);
        let frame = &layout.frame;
        if x < frame.left - 5.0 || x > frame.right + 5.0 || y < frame.top - 5.0 || y > frame.bottom + 5.0 {
            return None;
        }
        let place = (0..self.rows.len()).find(|place| y <= layout.foot(*place) + 5.0)?;
        let ms = layout.x.value(x).max(0.0);
        let bin = layout.bins.iter().position(|bin| bin.holds(ms))?;
        self.describe(place, bin, &layout)
    }

    fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        let layout = self.layout(size);
        let rows = self.rows.iter().enumerate();
        rows.flat_map(|(place, row)| {
            let y = layout.foot(place) - 1.0;
            let bins = layout.bins.iter().filter(|bin| row.count(bin) > 0);
            bins.map(|bin| (layout.x.at((bin.from + bin.to) / 2.0), y)).collect::<Vec<_>>()
        })
        .collect()
    }
}

/// A tick of the axis: whole where it is.
fn tick_text(ms: f64) -> String {
    let text = format!("{ms:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn of(token_ms: &[f64]) -> LatencyDistribution {
        LatencyDistribution::new(vec![Timed { label: "CPU".to_owned(), token_ms: token_ms.to_vec() }])
    }

    #[test]
    fn shares_are_times_that_were_measured() {
        let twenty: Vec<f64> = (1..=20).map(f64::from).collect();
        let chart = of(&twenty);
        assert_eq!(chart.rows[0].within(0.5), Some(10.0));
        assert_eq!(chart.rows[0].within(0.95), Some(19.0));
        assert_eq!(chart.table().rows, [["CPU", "20", "10.00", "19.00", "20.00", "20.00"]]);
    }

    #[test]
    fn every_token_is_in_one_bar_even_after_a_long_pause() {
        let mut times = vec![10.0; 40];
        times.push(900.0);
        let chart = of(&times);
        let layout = chart.layout(Size::WIDE);
        let counted: usize = layout.bins.iter().map(|bin| chart.rows[0].count(bin)).sum();
        assert_eq!(counted, 41);
        assert!(layout.bins.last().unwrap().to < 40.0, "the pause does not stretch the axis");
    }

    #[test]
    fn nonsense_is_left_out() {
        assert_eq!(of(&[f64::NAN, -1.0, f64::INFINITY]), LatencyDistribution::new(Vec::new()));
    }
}
