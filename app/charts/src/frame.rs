//! The frame of a chart: its plot area, grid, ticks and axis titles.

use crate::labels::{Extent, overlap};
use crate::palette::Role;
use crate::picture::{Anchor, Lettering, Mark, Picture, Stroke};
use crate::size::Size;
use crate::text;

/// Space between a tick label and the plot area.
const TICK_GAP: f64 = 8.0;
/// Least space between two tick labels.
const BETWEEN_TICKS: f64 = 8.0;

/// The plot area, in px of the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Frame {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    size: Size,
}

impl Frame {
    /// Leaves room for tick labels of a width at the left, for labels of a width at the right, for so
    /// many lines of text above, and for ticks and a title below.
    pub(crate) fn new(size: Size, left_labels: f64, right_labels: f64, lines_above: f64) -> Self {
        let line = size.tick_size() * 1.5;
        Self {
            left: (left_labels + TICK_GAP).ceil() + 1.0,
            right: (f64::from(size.width) - right_labels - 1.0).floor(),
            top: (lines_above * line).ceil() + 4.0,
            bottom: (f64::from(size.height) - 2.0 * line - 6.0).floor(),
            size,
        }
    }

    /// Vertical middle of a line of text above the plot area; line 0 is the topmost.
    pub(crate) fn line_above(&self, line: f64) -> f64 {
        (line + 0.5) * self.size.tick_size() * 1.5
    }

    /// The whole picture.
    pub(crate) fn picture_extent(&self) -> Extent {
        (1.0, 1.0, f64::from(self.size.width) - 1.0, f64::from(self.size.height) - 1.0)
    }

    /// A hairline across the plot area.
    pub(crate) fn rule_across(&self, picture: &mut Picture, y: f64, role: Role) {
        let y = y.round();
        picture.add(Mark::Rule((self.left, y), (self.right, y), Stroke::solid(role, 1.0)));
    }

    /// A hairline down the plot area.
    pub(crate) fn rule_down(&self, picture: &mut Picture, x: f64, stroke: Stroke) {
        let x = x.round();
        picture.add(Mark::Rule((x, self.top), (x, self.bottom), stroke));
    }

    /// A label left of the plot area. One at its foot is lifted clear of the labels below.
    pub(crate) fn tick_left(&self, picture: &mut Picture, y: f64, text: String) {
        let y = y.min(self.bottom - self.size.tick_size() * 0.1);
        picture.letter(text, (self.left - TICK_GAP, y), Anchor::End, self.size.tick_size(), Role::Muted);
    }

    /// Labels below the plot area; every second, third … is left out where they would touch.
    pub(crate) fn ticks_below(&self, picture: &mut Picture, ticks: Vec<(f64, String)>) {
        let y = self.bottom + self.size.tick_size() * 0.75 + 5.0;
        let size = self.size.tick_size();
        let lettering = |(x, text): &(f64, String)| Lettering {
            text: text.clone(),
            at: (self.inside(*x, text), y),
            anchor: Anchor::Middle,
            size,
            role: Role::Muted,
            bold: false,
        };
        let labels: Vec<Lettering> = ticks.iter().map(lettering).collect();
        let stride = (1..=labels.len().max(1)).find(|stride| fits(&labels, *stride)).unwrap_or(1);
        for label in labels.into_iter().step_by(stride) {
            picture.add(Mark::Text(label));
        }
    }

    /// The x nearest to a wish at which a centred tick label stays inside the picture.
    fn inside(&self, x: f64, text: &str) -> f64 {
        let half = text::width(text, self.size.tick_size(), false) / 2.0 + 1.0;
        x.min(f64::from(self.size.width) - half).max(half)
    }

    /// The vertical axis' title: horizontal, above the axis, where it is read without turning the head.
    pub(crate) fn title_left(&self, picture: &mut Picture, text: &str) {
        picture.letter(text, (1.0, self.line_above(0.0)), Anchor::Start, self.size.tick_size(), Role::Muted);
    }

    /// The horizontal axis' title.
    pub(crate) fn title_below(&self, picture: &mut Picture, text: &str) {
        let half = text::width(text, self.size.tick_size(), false) / 2.0;
        let x = ((self.left + self.right) / 2.0).max(half + 1.0);
        let y = f64::from(self.size.height) - self.size.tick_size() * 0.75;
        picture.letter(text, (x, y), Anchor::Middle, self.size.tick_size(), Role::Muted);
    }
}

/// Whether every `stride`-th label keeps clear of the next.
fn fits(labels: &[Lettering], stride: usize) -> bool {
    let extents: Vec<Extent> = labels.iter().step_by(stride).map(Lettering::extent).collect();
    extents.windows(2).all(|pair| {
        let (left, top, right, bottom) = pair[0];
        !overlap((left, top, right + BETWEEN_TICKS, bottom), pair[1])
    })
}

/// Width of the widest of some tick labels.
pub(crate) fn widest<'a>(texts: impl IntoIterator<Item = &'a String>, size: f64) -> f64 {
    texts.into_iter().map(|text| text::width(text, size, false)).fold(0.0, f64::max)
}
