//! One line per option, named at its end.

use crate::cue;
use crate::frame::Frame;
use crate::labels;
use crate::palette::Role;
use crate::picture::{Anchor, Lettering, Mark, Picture, Point, Stroke};
use crate::size::Size;
use crate::text;
use domain::decision::{OptionKind, Standing};

/// The line of one option.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct OptionLine {
    pub(crate) option: OptionKind,
    pub(crate) standing: Standing,
    pub(crate) points: Vec<Point>,
    /// What its label says below the name.
    pub(crate) detail: Option<String>,
}

/// Space between the plot area and the labels: the marker and a leader fit into it.
const LABEL_GAP: f64 = 17.0;
/// Space between two labels.
const BETWEEN_LABELS: f64 = 3.0;
/// Points closer to a straight line than this, in px, add nothing to it.
const TOLERANCE: f64 = 0.12;

/// What a line's label says.
fn label(option: OptionKind, standing: Standing, detail: Option<&String>, size: Size) -> Vec<Lettering> {
    let name = cue::short_name(option);
    let bold = standing == Standing::Leading;
    let row = |text: String, role, bold| Lettering {
        text,
        at: (0.0, 0.0),
        anchor: Anchor::Start,
        size: size.label_size(),
        role,
        bold,
    };
    let role = Role::Option(option);
    let mut rows: Vec<Lettering> = if size.is_narrow() {
        name.iter().map(|piece| row((*piece).to_owned(), role, bold)).collect()
    } else {
        vec![row(name.join(" "), role, bold)]
    };
    rows.extend(detail.map(|detail| row(detail.clone(), Role::Muted, false)));
    if !standing.is_in_the_running() {
        rows.push(row(standing.label().to_owned(), Role::Muted, false));
    }
    for lettering in rows.iter_mut().skip(1).filter(|row| row.role == Role::Muted) {
        lettering.size = size.tick_size();
    }
    rows
}

fn height(rows: &[Lettering]) -> f64 {
    rows.iter().map(|row| row.size * text::LINE_HEIGHT).sum()
}

/// Room the labels need right of the plot area.
pub(crate) fn label_room<'a>(
    lines: impl Iterator<Item = (OptionKind, Standing, Option<&'a String>)>,
    size: Size,
) -> f64 {
    lines
        .flat_map(|(option, standing, detail)| label(option, standing, detail, size))
        .map(|row| text::width(&row.text, row.size, row.bold))
        .fold(0.0, f64::max)
        + LABEL_GAP
}

/// Draws lines with markers and labels at their ends.
pub(crate) fn draw(picture: &mut Picture, frame: &Frame, lines: &[OptionLine]) {
    let mut order: Vec<&OptionLine> = lines.iter().filter(|line| !line.points.is_empty()).collect();
    order.sort_by_key(|line| line.standing);
    for line in &order {
        let role = Role::Option(line.option);
        let stroke = match line.standing {
            Standing::Leading => Stroke { role, width: 2.8, opacity: 1.0, dash: cue::dash(line.option) },
            Standing::Candidate => Stroke { role, width: 1.7, opacity: 1.0, dash: cue::dash(line.option) },
            Standing::SetAside => Stroke { role, width: 1.0, opacity: 0.75, dash: cue::dash(line.option) },
            Standing::Excluded => Stroke { role, width: 1.0, opacity: 0.75, dash: cue::EXCLUDED_DASH },
        };
        picture.add(Mark::Line(simplified(&line.points), stroke));
    }

    let size = picture.size;
    let mut labels: Vec<Vec<Lettering>> =
        order.iter().map(|line| label(line.option, line.standing, line.detail.as_ref(), size)).collect();
    let (top, bottom) = (0.0, f64::from(size.height) - size.tick_size() * 1.5);
    let needed: f64 = labels.iter().map(|rows| height(rows) + BETWEEN_LABELS).sum();
    if needed > bottom - top {
        // Too little height for everything: the names matter most.
        for rows in &mut labels {
            rows.retain(|row| row.role != Role::Muted);
        }
    }
    let ends: Vec<Point> = order.iter().filter_map(|line| line.points.last().copied()).collect();
    let wishes: Vec<(f64, f64)> =
        ends.iter().zip(&labels).map(|(end, rows)| (end.1, height(rows) + BETWEEN_LABELS)).collect();
    let centres = labels::stack(&wishes, top, bottom);

    for ((line, end), centre) in order.iter().zip(&ends).zip(&centres) {
        if (centre - end.1).abs() > 3.0 {
            let stroke = Stroke { role: Role::Option(line.option), width: 1.0, opacity: 0.5, dash: &[] };
            picture.add(Mark::Line(
                vec![(end.0 + 5.0, end.1), (frame.right + LABEL_GAP - 3.0, *centre)],
                stroke,
            ));
        }
    }
    for ((line, end), (rows, centre)) in order.iter().zip(&ends).zip(labels.into_iter().zip(centres)) {
        let radius = if line.standing == Standing::Leading { 5.0 } else { 4.0 };
        cue::draw_marker(picture, line.option, *end, radius, 1.0);
        let mut y = centre - height(&rows) / 2.0;
        for mut row in rows {
            let line_height = row.size * text::LINE_HEIGHT;
            row.at = (frame.right + LABEL_GAP, y + line_height / 2.0);
            y += line_height;
            picture.add(Mark::Text(row));
        }
    }
}

/// The part of a line above a bottom edge; it enters and leaves exactly at the edge.
pub(crate) fn above(points: &[Point], bottom: f64) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for pair in points.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let crosses = (from.1 > bottom) != (to.1 > bottom);
        if kept.is_empty() && from.1 <= bottom {
            kept.push(from);
        }
        if crosses {
            let share = (bottom - from.1) / (to.1 - from.1);
            kept.push((from.0 + (to.0 - from.0) * share, bottom));
        }
        if to.1 <= bottom {
            kept.push(to);
        }
    }
    if let ([only], true) = (points, kept.is_empty()) {
        kept.push((only.0, only.1.min(bottom)));
    }
    kept
}

/// The line without the points that lie on the way from their neighbours (Douglas and Peucker's method).
fn simplified(points: &[Point]) -> Vec<Point> {
    let mut keep = vec![false; points.len()];
    if let Some(first) = keep.first_mut() {
        *first = true;
    }
    if let Some(last) = keep.last_mut() {
        *last = true;
    }
    let mut open = vec![(0, points.len().saturating_sub(1))];
    while let Some((from, to)) = open.pop() {
        let farthest = (from + 1..to)
            .map(|middle| (distance(points[middle], points[from], points[to]), middle))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((distance, middle)) = farthest.filter(|(distance, _)| *distance > TOLERANCE) {
            debug_assert!(distance.is_finite());
            keep[middle] = true;
            open.push((from, middle));
            open.push((middle, to));
        }
    }
    points.iter().zip(keep).filter(|(_, keep)| *keep).map(|(point, _)| *point).collect()
}

fn distance(point: Point, from: Point, to: Point) -> f64 {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = libm::hypot(dx, dy);
    if length < 1e-9 {
        return libm::hypot(point.0 - from.0, point.1 - from.1);
    }
    ((point.0 - from.0) * dy - (point.1 - from.1) * dx).abs() / length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_on_the_way_are_dropped_and_corners_kept() {
        let points: Vec<Point> = vec![(0.0, 0.0), (5.0, 0.0), (10.0, 0.0), (10.0, 5.0), (10.0, 10.0)];
        assert_eq!(simplified(&points), vec![(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]);
        assert!(simplified(&[]).is_empty());
        assert_eq!(simplified(&[(1.0, 1.0)]), vec![(1.0, 1.0)]);
    }

    #[test]
    fn a_line_from_below_enters_at_the_edge() {
        assert_eq!(above(&[(0.0, 20.0), (10.0, 0.0)], 10.0), vec![(5.0, 10.0), (10.0, 0.0)]);
        assert_eq!(above(&[(0.0, 0.0), (10.0, 20.0)], 10.0), vec![(0.0, 0.0), (5.0, 10.0)]);
        assert!(above(&[(0.0, 20.0), (10.0, 20.0)], 10.0).is_empty());
        assert_eq!(above(&[(3.0, 4.0)], 10.0), vec![(3.0, 4.0)]);
    }
}
