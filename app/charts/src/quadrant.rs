//! Use cases by specificity and volume, in the four quadrants of the framework.

use crate::frame::{Frame, widest};
use crate::labels::Places;
use crate::palette::Role;
use crate::picture::{Anchor, Lettering, Mark, Picture, Point, Stroke};
use crate::read_out::{ReadOut, ReadOutLine};
use crate::scale::{LinearScale, LogScale};
use crate::size::Size;
use crate::table::{ChartTable, UNKNOWN};
use crate::{Figure, cue, text};
use domain::decision::{Decision, OptionKind, Quadrant};
use domain::field::{Choice, plain_number};
use domain::format;
use domain::quadrant::{AXIS_FROM, AXIS_TO, SPECIFICITY_SPLIT};
use std::collections::BTreeSet;

/// Up to so many points carry their name; beyond, names would hide the pattern.
const MOST_LABELS: usize = 12;
/// A read-out reaches this far from a point, px.
const REACH: f64 = 24.0;
/// From so many points on, those on the same pixel are drawn once.
const CROWD: usize = 300;

/// A use case on the quadrant chart.
#[derive(Debug, Clone, PartialEq)]
pub struct QuadrantPoint {
    /// Name of the use case.
    pub label: String,
    /// 0 open-ended to 1 bounded.
    pub specificity: f64,
    /// Requests per month.
    pub requests_per_month: f64,
    /// The option one would take today, if any.
    pub option: Option<OptionKind>,
    /// Page of the use case.
    pub href: Option<String>,
    /// Whether it is the one the page is about; the others step back then.
    pub is_current: bool,
}

/// Use cases by specificity (x, 0 to 1) and volume (y, log scale).
#[derive(Debug, Clone, PartialEq)]
pub struct QuadrantChart {
    points: Vec<QuadrantPoint>,
    gate: f64,
}

impl QuadrantChart {
    /// From points and the policy's volume gate in requests/month. Points without finite coordinates or
    /// with a volume of zero cannot be placed and are left out.
    #[must_use]
    pub fn new(points: Vec<QuadrantPoint>, volume_gate: f64) -> Self {
        let placeable = |point: &QuadrantPoint| {
            point.specificity.is_finite()
                && point.requests_per_month.is_finite()
                && point.requests_per_month > 0.0
        };
        let mut points = points;
        points.retain(placeable);
        for point in &mut points {
            point.specificity = point.specificity.clamp(0.0, 1.0);
        }
        Self { points, gate: volume_gate }
    }

    /// The one point of a decision, under the name of its use case.
    #[must_use]
    pub fn from_decision(decision: &Decision, label: &str, volume_gate: f64) -> Self {
        let point = decision.quadrant.as_ref().map(|position| QuadrantPoint {
            label: label.to_owned(),
            specificity: position.specificity,
            requests_per_month: position.requests_per_month,
            option: decision.leading_option(),
            href: None,
            is_current: true,
        });
        Self::new(point.into_iter().collect(), volume_gate)
    }

    fn quadrant(&self, point: &QuadrantPoint) -> Quadrant {
        match (point.specificity >= SPECIFICITY_SPLIT, point.requests_per_month > self.gate) {
            (true, true) => Quadrant::SlmStronglyPreferred,
            (false, true) => Quadrant::SlmWithCaveats,
            (false, false) => Quadrant::LlmPreferred,
            (true, false) => Quadrant::CaseByCase,
        }
    }

    fn layout(&self, size: Size) -> Layout {
        let volumes = self.points.iter().map(|point| point.requests_per_month);
        let (from, to) = volumes.fold((AXIS_FROM, AXIS_TO), |(from, to), volume| {
            (if volume < from { volume / 1.6 } else { from }, if volume > to { volume * 1.6 } else { to })
        });
        let ticks = LogScale::new(from, to, (0.0, 1.0)).decades();
        let texts: Vec<String> = ticks.iter().map(|tick| format::volume(*tick)).collect();
        let gate = text::width(&format::volume(self.gate), size.tick_size(), true);
        let frame = Frame::new(size, widest(&texts, size.tick_size()).max(gate), 8.0, 1.4);
        Layout {
            x: LinearScale::exact(1.0, 2.0, (frame.left, frame.right)),
            y: LogScale::new(from, to, (frame.bottom, frame.top)),
            frame,
        }
    }

    fn draw_ground(&self, picture: &mut Picture, layout: &Layout, places: &mut Places) {
        let frame = &layout.frame;
        let (left, right, top, bottom) = (frame.left, frame.right, frame.top, frame.bottom);
        let (x, gate) = (layout.x.at(SPECIFICITY_SPLIT), layout.y.at(self.gate).clamp(top, bottom));
        let area = |from: Point, to: Point| vec![from, (to.0, from.1), to, (from.0, to.1)];
        let slm = Role::Option(OptionKind::SelfHostedSlm);
        picture.add(Mark::Area(area((x, top), (right, gate)), slm, 0.07));
        picture.add(Mark::Area(area((left, gate), (x, bottom)), Role::Option(OptionKind::FrontierApi), 0.06));
        for tick in layout.y.decades() {
            let y = layout.y.at(tick);
            frame.rule_across(picture, y, Role::Line);
            // The gate's own label is the more useful one.
            if (y - gate).abs() > picture.size.tick_size() * 1.25 {
                frame.tick_left(picture, y, format::volume(tick));
            }
        }
        frame.rule_across(picture, bottom, Role::Muted);
        frame.rule_across(picture, gate, Role::Muted);
        frame.rule_down(picture, x, Stroke::solid(Role::Muted, 1.0));
        picture.add(Mark::Text(Lettering {
            text: format::volume(self.gate),
            at: (left - 8.0, gate),
            anchor: Anchor::End,
            size: picture.size.tick_size(),
            role: Role::Ink,
            bold: true,
        }));
        let ends = [
            (0.0, "0 open-ended", Anchor::Start),
            (0.5, "0.5", Anchor::Middle),
            (1.0, "1 bounded", Anchor::End),
        ];
        let y = bottom + picture.size.tick_size() * 0.75 + 5.0;
        for (value, text, anchor) in ends {
            picture.letter(text, (layout.x.at(value), y), anchor, picture.size.tick_size(), Role::Muted);
        }
        frame.title_below(picture, "Specificity of the task");
        frame.title_left(picture, "Requests per month, log scale");

        let size = picture.size.label_size();
        for (quadrant, corner, anchor) in [
            (Quadrant::SlmWithCaveats, (left + 8.0, top + size), Anchor::Start),
            (Quadrant::SlmStronglyPreferred, (right - 8.0, top + size), Anchor::End),
            (Quadrant::LlmPreferred, (left + 8.0, bottom - size), Anchor::Start),
            (Quadrant::CaseByCase, (right - 8.0, bottom - size), Anchor::End),
        ] {
            let name = Lettering {
                text: quadrant.label().to_owned(),
                at: corner,
                anchor,
                size: picture.size.tick_size(),
                role: Role::Muted,
                bold: true,
            };
            places.take(name.extent());
            picture.add(Mark::Text(name));
        }
    }

    fn place(&self, point: &QuadrantPoint, layout: &Layout) -> Point {
        (layout.x.at(point.specificity), layout.y.at(point.requests_per_month))
    }

    fn radius(&self) -> f64 {
        match self.points.len() {
            0..=MOST_LABELS => 5.5,
            13..=100 => 4.0,
            101..=1_000 => 3.0,
            _ => 2.0,
        }
    }

    fn draw_points(&self, picture: &mut Picture, layout: &Layout, places: &mut Places) {
        let has_current = self.points.iter().any(|point| point.is_current);
        let radius = self.radius();
        let mut drawn = BTreeSet::new();
        // The current point comes last, in front of the others.
        let (current, others): (Vec<&QuadrantPoint>, Vec<&QuadrantPoint>) =
            self.points.iter().partition(|point| point.is_current);
        for point in others.iter().chain(&current) {
            let at = self.place(point, layout);
            #[expect(clippy::cast_possible_truncation, reason = "pixels of a picture at most 8,000 px wide")]
            let pixel = (at.0.round() as i32, at.1.round() as i32, point.option);
            if self.points.len() > CROWD && !point.is_current && !drawn.insert(pixel) {
                continue;
            }
            let opacity = if has_current && !point.is_current { 0.65 } else { 1.0 };
            let radius = if point.is_current { radius + 1.5 } else { radius };
            if point.is_current {
                picture.add(Mark::Ring(at, radius + 5.0, Stroke::solid(Role::Accent, 1.5)));
            }
            match point.option {
                Some(option) => cue::draw_marker(picture, option, at, radius, opacity),
                None => {
                    picture.add(Mark::Dot(at, radius, Role::Surface, 1.0));
                    picture.add(Mark::Ring(at, radius - 0.5, Stroke::solid(Role::Muted, 1.5)));
                }
            }
            let reach = if point.is_current { radius + 6.0 } else { radius + 1.5 };
            places.take((at.0 - reach, at.1 - reach, at.0 + reach, at.1 + reach));
        }
        self.draw_names(picture, layout, places);
    }

    fn draw_names(&self, picture: &mut Picture, layout: &Layout, places: &mut Places) {
        let few = self.points.len() <= MOST_LABELS;
        let size = picture.size.tick_size();
        let room = if picture.size.is_narrow() { 104.0 } else { 170.0 };
        let mut named: Vec<&QuadrantPoint> =
            self.points.iter().filter(|point| few || point.is_current).collect();
        named.sort_by_key(|point| !point.is_current);
        for point in named {
            let bold = point.is_current;
            let text = text::fitted(&point.label, size, bold, room);
            let (width, height) = (text::width(&text, size, bold), size * text::LINE_HEIGHT);
            let gap = if bold { self.radius() + 9.0 } else { self.radius() + 3.5 };
            if let Some((left, top, right, bottom)) =
                places.beside(self.place(point, layout), width, height, gap)
            {
                let at = ((left + right) / 2.0, (top + bottom) / 2.0);
                let role = if bold { Role::Accent } else { Role::Ink };
                picture.add(Mark::Text(Lettering { text, at, anchor: Anchor::Middle, size, role, bold }));
            }
        }
    }

    fn describe(&self, point: &QuadrantPoint, at: Point) -> ReadOut {
        let line = |label: &str, value: String, option| ReadOutLine {
            label: label.to_owned(),
            value,
            option,
            excluded: false,
            y: None,
        };
        ReadOut {
            heading: point.label.clone(),
            lines: vec![
                line("Requests per month", format::volume(point.requests_per_month), None),
                line("Specificity", plain_number(format::significant(point.specificity, 2)), None),
                line("Quadrant", self.quadrant(point).label().to_owned(), None),
                line("Option", option_name(point), point.option),
            ],
            x: at.0,
            y: Some(at.1),
            href: point.href.clone(),
        }
    }
}

struct Layout {
    frame: Frame,
    x: LinearScale,
    y: LogScale,
}

fn option_name(point: &QuadrantPoint) -> String {
    point.option.map_or(UNKNOWN, Choice::label).to_owned()
}

impl Figure for QuadrantChart {
    fn title(&self) -> String {
        let current = self.points.iter().find(|point| point.is_current);
        let alone = if let [only] = &self.points[..] { Some(only) } else { None };
        if let Some(point) = current.or(alone) {
            return format!(
                "{} lies in “{}”: {} requests/month at specificity {}",
                point.label,
                self.quadrant(point).label(),
                format::volume(point.requests_per_month),
                plain_number(format::significant(point.specificity, 2))
            );
        }
        let mut counts: Vec<(usize, Quadrant)> = Quadrant::ALL
            .iter()
            .map(|quadrant| {
                (self.points.iter().filter(|point| self.quadrant(point) == *quadrant).count(), *quadrant)
            })
            .filter(|(count, _)| *count > 0)
            .collect();
        counts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        let clauses: Vec<String> = counts
            .iter()
            .enumerate()
            .map(|(place, (count, quadrant))| {
                let verb = match (place, count) {
                    (0, 1) => "lies ",
                    (0, _) => "lie ",
                    _ => "",
                };
                format!("{} {verb}in “{}”", plain_count(*count), quadrant.label())
            })
            .collect();
        match &clauses[..] {
            [] => "No use case has both a specificity and a volume yet".to_owned(),
            clauses => {
                format!("Of {} use cases, {}", plain_count(self.points.len()), format::listed(clauses))
            }
        }
    }

    fn picture(&self, size: Size) -> Picture {
        let layout = self.layout(size);
        let frame = &layout.frame;
        let mut picture = Picture::new(size);
        let mut places =
            Places::within((frame.left + 2.0, frame.top + 1.0, frame.right - 2.0, frame.bottom - 1.0));
        // Names should rather not sit on the lines that divide the quadrants.
        let (x, y): (f64, f64) = (layout.x.at(SPECIFICITY_SPLIT), layout.y.at(self.gate));
        let mut along: Vec<Point> = Vec::new();
        let mut step = 0.0;
        while step <= 1.0 {
            along.push((frame.left + (frame.right - frame.left) * step, y));
            along.push((x, frame.top + (frame.bottom - frame.top) * step));
            step += 0.02;
        }
        places.avoid(along);
        self.draw_ground(&mut picture, &layout, &mut places);
        self.draw_points(&mut picture, &layout, &mut places);
        picture
    }

    fn table(&self) -> ChartTable {
        let columns = ["Use case", "Specificity", "Requests per month", "Quadrant", "Option"];
        let rows = self
            .points
            .iter()
            .map(|point| {
                vec![
                    point.label.clone(),
                    plain_number(point.specificity),
                    plain_number(point.requests_per_month),
                    self.quadrant(point).label().to_owned(),
                    option_name(point),
                ]
            })
            .collect();
        ChartTable { columns: columns.map(str::to_owned).to_vec(), rows }
    }

    fn read_out(&self, size: Size, x: f64, y: f64) -> Option<ReadOut> {
        let layout = self.layout(size);
        let distance = |at: Point| libm::hypot(at.0 - x, at.1 - y);
        let (at, point) = self
            .points
            .iter()
            .map(|point| (self.place(point, &layout), point))
            .min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)))?;
        (distance(at) <= REACH).then(|| self.describe(point, at))
    }

    fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        let layout = self.layout(size);
        let mut stops: Vec<Point> = self.points.iter().map(|point| self.place(point, &layout)).collect();
        stops.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        stops
    }
}

fn plain_count(count: usize) -> String {
    u32::try_from(count).map_or_else(|_| count.to_string(), |count| plain_number(f64::from(count)))
}
