//! A laid-out chart: marks in CSS pixels with colour roles, and how plotters draws them.

use crate::palette::{Palette, Rgb, Role};
use crate::size::Size;
use crate::{ChartError, text};
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters::element::{Drawable, PointCollection};
use plotters_backend::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontFamily,
    FontStyle,
};
use std::convert::Infallible;

/// A point in CSS pixels from the top left corner.
pub type Point = (f64, f64);

/// Which part of a text stands at its x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its beginning.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// One line of lettering. Its vertical middle stands at `y`.
#[derive(Debug, Clone, PartialEq)]
pub struct Lettering {
    /// What it says.
    pub text: String,
    /// Where, by its anchor.
    pub at: Point,
    /// Which part of it stands there.
    pub anchor: Anchor,
    /// Font size in px.
    pub size: f64,
    /// Colour.
    pub role: Role,
    /// Whether it is set in bold.
    pub bold: bool,
}

impl Lettering {
    /// The box it fills: left, top, right, bottom.
    #[must_use]
    pub fn extent(&self) -> (f64, f64, f64, f64) {
        let width = text::width(&self.text, self.size, self.bold);
        let left = match self.anchor {
            Anchor::Start => self.at.0,
            Anchor::Middle => self.at.0 - width / 2.0,
            Anchor::End => self.at.0 - width,
        };
        let half = self.size * text::LINE_HEIGHT / 2.0;
        (left, self.at.1 - half, left + width, self.at.1 + half)
    }
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Colour.
    pub role: Role,
    /// Width in px.
    pub width: f64,
    /// Opacity from 0 to 1.
    pub opacity: f64,
    /// Lengths of dashes and gaps in px; empty for a solid line.
    pub dash: &'static [f64],
}

impl Stroke {
    /// A solid, opaque line.
    #[must_use]
    pub const fn solid(role: Role, width: f64) -> Self {
        Self { role, width, opacity: 1.0, dash: &[] }
    }
}

/// One mark of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Mark {
    /// A horizontal or vertical line, aligned to device pixels.
    Rule(Point, Point, Stroke),
    /// A line through points.
    Line(Vec<Point>, Stroke),
    /// A filled polygon: its corners, colour and opacity.
    Area(Vec<Point>, Role, f64),
    /// A filled circle: centre, radius, colour and opacity.
    Dot(Point, f64, Role, f64),
    /// A circle's outline: centre, radius and stroke.
    Ring(Point, f64, Stroke),
    /// A line of text.
    Text(Lettering),
}

/// A chart laid out for a size.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// The size it was laid out for.
    pub size: Size,
    /// Its marks, from back to front.
    pub marks: Vec<Mark>,
}

impl Picture {
    /// An empty picture.
    #[must_use]
    pub const fn new(size: Size) -> Self {
        Self { size, marks: Vec::new() }
    }

    /// Adds a mark in front of the others.
    pub fn add(&mut self, mark: Mark) {
        self.marks.push(mark);
    }

    /// Adds a line of text in front of everything.
    pub fn letter(&mut self, text: impl Into<String>, at: Point, anchor: Anchor, size: f64, role: Role) {
        self.add(Mark::Text(Lettering { text: text.into(), at, anchor, size, role, bold: false }));
    }

    /// All lettering, back to front.
    pub fn lettering(&self) -> impl Iterator<Item = &Lettering> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Text(lettering) => Some(lettering),
            _ => None,
        })
    }

    /// Draws the picture over the whole area, scaled to the area's width.
    ///
    /// # Errors
    /// [`ChartError::Drawing`] when the backend refuses.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        palette: &Palette,
    ) -> Result<(), ChartError>
    where
        DB::ErrorType: 'static,
    {
        let scale = f64::from(area.dim_in_pixel().0) / f64::from(self.size.width.max(1));
        area.draw(&Placed { picture: self, palette, scale })
            .map_err(|error| ChartError::Drawing(Box::new(error)))
    }
}

/// A picture as a plotters element: anchored at the area's top left corner.
struct Placed<'a> {
    picture: &'a Picture,
    palette: &'a Palette,
    scale: f64,
}

impl<'a> PointCollection<'a, BackendCoord> for &'a Placed<'_> {
    type Point = BackendCoord;
    type IntoIter = std::iter::Once<BackendCoord>;

    fn point_iter(self) -> Self::IntoIter {
        std::iter::once((0, 0))
    }
}

impl<DB: DrawingBackend> Drawable<DB> for Placed<'_> {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        mut corner: I,
        backend: &mut DB,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let origin = corner.next().unwrap_or((0, 0));
        self.picture.marks.iter().try_for_each(|mark| self.draw_mark(mark, origin, backend))
    }
}

impl Placed<'_> {
    fn draw_mark<DB: DrawingBackend>(
        &self,
        mark: &Mark,
        origin: BackendCoord,
        backend: &mut DB,
    ) -> Result<(), DrawingErrorKind<DB::ErrorType>> {
        let place = |(x, y): Point| (origin.0 + self.pixels(x), origin.1 + self.pixels(y));
        match mark {
            Mark::Rule(from, to, stroke) if stroke.dash.is_empty() => {
                backend.draw_line(place(*from), place(*to), &self.ink(stroke))
            }
            Mark::Rule(from, to, stroke) => dashes(&[*from, *to], stroke.dash)
                .into_iter()
                .filter_map(|piece| Some((*piece.first()?, *piece.last()?)))
                .try_for_each(|(from, to)| backend.draw_line(place(from), place(to), &self.ink(stroke))),
            Mark::Line(points, stroke) if stroke.dash.is_empty() => {
                backend.draw_path(points.iter().map(|point| place(*point)), &self.ink(stroke))
            }
            Mark::Line(points, stroke) => dashes(points, stroke.dash)
                .into_iter()
                .try_for_each(|piece| backend.draw_path(piece.into_iter().map(place), &self.ink(stroke))),
            Mark::Area(corners, role, opacity) => {
                backend.fill_polygon(corners.iter().map(|corner| place(*corner)), &self.fill(*role, *opacity))
            }
            Mark::Dot(centre, radius, role, opacity) => {
                backend.draw_circle(place(*centre), self.length(*radius), &self.fill(*role, *opacity), true)
            }
            Mark::Ring(centre, radius, stroke) => {
                backend.draw_circle(place(*centre), self.length(*radius), &self.ink(stroke), false)
            }
            Mark::Text(lettering) => {
                let style = TextInk { lettering, palette: self.palette, scale: self.scale };
                backend.draw_text(&lettering.text, &style, place(lettering.at))
            }
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "pictures are at most 8,000 px wide, and a cast saturates"
    )]
    fn pixels(&self, length: f64) -> i32 {
        libm::round(length * self.scale) as i32
    }

    /// A length of at least one device pixel.
    fn length(&self, length: f64) -> u32 {
        u32::try_from(self.pixels(length)).unwrap_or(0).max(1)
    }

    fn ink(&self, stroke: &Stroke) -> Ink {
        Ink {
            colour: colour(self.palette.colour(stroke.role), stroke.opacity),
            width: self.length(stroke.width),
        }
    }

    fn fill(&self, role: Role, opacity: f64) -> Ink {
        Ink { colour: colour(self.palette.colour(role), opacity), width: 0 }
    }
}

const fn colour(rgb: Rgb, alpha: f64) -> BackendColor {
    BackendColor { alpha, rgb }
}

struct Ink {
    colour: BackendColor,
    width: u32,
}

impl BackendStyle for Ink {
    fn color(&self) -> BackendColor {
        self.colour
    }

    fn stroke_width(&self) -> u32 {
        self.width
    }
}

struct TextInk<'a> {
    lettering: &'a Lettering,
    palette: &'a Palette,
    scale: f64,
}

impl BackendTextStyle for TextInk<'_> {
    type FontError = Infallible;

    fn color(&self) -> BackendColor {
        colour(self.palette.colour(self.lettering.role), 1.0)
    }

    fn size(&self) -> f64 {
        self.lettering.size * self.scale
    }

    fn style(&self) -> FontStyle {
        if self.lettering.bold { FontStyle::Bold } else { FontStyle::Normal }
    }

    fn anchor(&self) -> Pos {
        let horizontal = match self.lettering.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        Pos::new(horizontal, VPos::Center)
    }

    fn family(&self) -> FontFamily<'_> {
        FontFamily::Name(self.palette.font_family())
    }

    fn layout_box(&self, _: &str) -> Result<((i32, i32), (i32, i32)), Infallible> {
        let (left, top, right, bottom) = self.lettering.extent();
        let pixels = |length: f64| {
            #[expect(clippy::cast_possible_truncation, reason = "a cast saturates")]
            let pixels = libm::round(length * self.scale) as i32;
            pixels
        };
        Ok(((0, 0), (pixels(right - left), pixels(bottom - top))))
    }

    /// Bitmap backends rasterise glyphs through this. Ours (SVG and canvas) have lettering of their own,
    /// and there is no font to rasterise from.
    fn draw<E, DrawFunc: FnMut(i32, i32, BackendColor) -> Result<(), E>>(
        &self,
        _: &str,
        _: BackendCoord,
        _: DrawFunc,
    ) -> Result<Result<(), E>, Infallible> {
        Ok(Ok(()))
    }
}

/// Cuts a line into dashes: a backend draws solid lines only.
fn dashes(points: &[Point], pattern: &[f64]) -> Vec<Vec<Point>> {
    let mut pieces = Vec::new();
    let (Some(first), true) = (points.first(), pattern.iter().sum::<f64>() > 0.5) else { return pieces };
    let mut piece = vec![*first];
    let mut place = 0;
    let mut left = pattern[0];
    for pair in points.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        let mut length = libm::hypot(to.0 - from.0, to.1 - from.1);
        while length > left {
            let share = left / length;
            let cut = (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share);
            if place % 2 == 0 {
                piece.push(cut);
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![cut];
            }
            length -= left;
            from = cut;
            place = (place + 1) % pattern.len();
            left = pattern[place];
        }
        left -= length;
        if place % 2 == 0 {
            piece.push(to);
        }
    }
    if place % 2 == 0 && piece.len() > 1 {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn dashes_follow_the_line_round_its_corners() {
        let pieces = dashes(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)], &[6.0, 2.0]);
        assert_eq!(
            pieces,
            vec![
                vec![(0.0, 0.0), (6.0, 0.0)],
                vec![(8.0, 0.0), (10.0, 0.0), (10.0, 4.0)],
                vec![(10.0, 6.0), (10.0, 10.0)],
            ]
        );
        assert!(dashes(&[], &[6.0, 2.0]).is_empty());
        assert!(dashes(&[(0.0, 0.0), (1e3, 0.0)], &[0.0, 0.0]).is_empty());
    }
}
