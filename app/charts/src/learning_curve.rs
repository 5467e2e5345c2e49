//! Accuracy against the number of examples: the fine-tuned small model beside something far smaller.

use crate::Figure;
use crate::cue;
use crate::frame::{Frame, widest};
use crate::labels;
use crate::palette::Role;
use crate::picture::{Anchor, Lettering, Mark, Picture, Point, Stroke};
use crate::read_out::{ReadOut, ReadOutLine};
use crate::scale::{LinearScale, LogScale};
use crate::size::Size;
use crate::table::{ChartTable, UNKNOWN};
use crate::text;
use domain::decision::OptionKind;
use domain::field::plain_number;

/// An accuracy with its 95% interval, in percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasuredShare {
    /// Share of the messages that were right.
    pub percent: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
}

/// Both methods with one number of examples.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningPoint {
    /// The number as the axis and sentences after “with” have it, such as `10` or `all`.
    pub label: String,
    /// Examples of each class, on average; places the point.
    pub examples: f64,
    /// The fine-tuned small model; `None` where it was not run.
    pub slm: Option<MeasuredShare>,
    /// The classical model; likewise.
    pub classical: Option<MeasuredShare>,
}

/// Accuracy of the two methods against examples per class.
#[derive(Debug, Clone, PartialEq)]
pub struct LearningCurve {
    points: Vec<LearningPoint>,
}

/// Picks one method's share out of a point.
type Share = fn(&LearningPoint) -> Option<MeasuredShare>;

/// One method: the option whose colour and marker it has, its name, its shares.
struct Method {
    option: OptionKind,
    name: &'static str,
    share: Share,
    /// Moves its intervals aside, px, so that both can be seen.
    aside: f64,
}

static METHODS: [Method; 2] = [
    Method {
        option: OptionKind::SelfHostedSlm,
        name: "Fine-tuned SLM",
        share: |point| point.slm,
        aside: -2.0,
    },
    Method { option: OptionKind::CpuEncoder, name: "TF-IDF", share: |point| point.classical, aside: 2.0 },
];

/// Space between the plot area and the labels.
const LABEL_GAP: f64 = 15.0;

struct Layout {
    frame: Frame,
    x: LogScale,
    y: LinearScale,
}

impl LearningCurve {
    /// From points, which are drawn by rising number. Points that have no place or nothing to show are left out.
    #[must_use]
    pub fn new(mut points: Vec<LearningPoint>) -> Self {
        points.retain(|point| {
            let shows = point.slm.is_some() || point.classical.is_some();
            shows && point.examples.is_finite() && point.examples > 0.0
        });
        points.sort_by(|one, other| one.examples.total_cmp(&other.examples));
        Self { points }
    }

    fn layout(&self, size: Size) -> Layout {
        let percents: Vec<String> = (0..=5).map(|step| format!("{}%", 20 * step)).collect();
        let names = METHODS.iter().map(|method| text::width(method.name, size.label_size(), true));
        let room = names.fold(0.0, f64::max) + LABEL_GAP;
        let frame = Frame::new(size, widest(&percents, size.tick_size()), room, 1.4);
        let first = self.points.first().map_or(1.0, |point| point.examples);
        let last = self.points.last().map_or(100.0, |point| point.examples);
        Layout {
            x: LogScale::new(first * 0.8, last * 1.1, (frame.left, frame.right)),
            y: LinearScale::with_step(100.0, 20.0, (frame.bottom, frame.top)),
            frame,
        }
    }

    /// Points that have both methods, with the lead of the small model in points.
    fn leads(&self) -> Vec<(&LearningPoint, f64)> {
        let lead = |point: &LearningPoint| Some(point.slm?.percent - point.classical?.percent);
        self.points.iter().filter_map(|point| Some((point, lead(point)?))).collect()
    }
}

/// One decimal, without a trailing zero.
fn rounded(percent: f64) -> String {
    plain_number(libm::round(percent * 10.0) / 10.0)
}

fn points(lead: f64) -> String {
    match &*rounded(libm::fabs(lead)) {
        "1" => "1 point".to_owned(),
        text => format!("{text} points"),
    }
}

/// Who leads by how much, as a clause.
fn lead_in_words(lead: f64) -> String {
    match lead {
        lead if rounded(lead) == "0" || rounded(lead) == "-0" => {
            "the fine-tuned SLM and TF-IDF are level".to_owned()
        }
        lead if lead > 0.0 => format!("the fine-tuned SLM leads TF-IDF by {}", points(lead)),
        lead => format!("TF-IDF leads the fine-tuned SLM by {}", points(lead)),
    }
}

fn draw_method(picture: &mut Picture, layout: &Layout, points: &[LearningPoint], method: &Method) {
    let role = Role::Option(method.option);
    let at = |point: &LearningPoint, percent: f64| (layout.x.at(point.examples), layout.y.at(percent));
    let measured: Vec<(&LearningPoint, MeasuredShare)> =
        points.iter().filter_map(|point| Some((point, (method.share)(point)?))).collect();
    let line: Vec<Point> = measured.iter().map(|(point, share)| at(point, share.percent)).collect();
    for (point, share) in &measured {
        let ((x, low), (_, high)) = (at(point, share.low), at(point, share.high));
        let stroke = Stroke { role, width: 1.5, opacity: 0.7, dash: &[] };
        picture.add(Mark::Rule((x + method.aside, low), (x + method.aside, high), stroke));
    }
    if line.len() > 1 {
        let stroke = Stroke { role, width: 2.0, opacity: 1.0, dash: cue::dash(method.option) };
        picture.add(Mark::Line(line.clone(), stroke));
    }
    for place in line {
        cue::draw_marker(picture, method.option, place, 4.0, 1.0);
    }
}

/// Names the lines at their ends, clear of each other.
fn draw_labels(picture: &mut Picture, layout: &Layout, points: &[LearningPoint]) {
    let size = picture.size.label_size();
    let ends: Vec<(&Method, f64)> = METHODS
        .iter()
        .filter_map(|method| {
            let share = points.iter().rev().find_map(method.share)?;
            Some((method, layout.y.at(share.percent)))
        })
        .collect();
    let wishes: Vec<(f64, f64)> = ends.iter().map(|(_, y)| (*y, size * text::LINE_HEIGHT + 2.0)).collect();
    let centres = labels::stack(&wishes, layout.frame.top, layout.frame.bottom - size);
    for ((method, _), centre) in ends.into_iter().zip(centres) {
        picture.add(Mark::Text(Lettering {
            text: method.name.to_owned(),
            at: (layout.frame.right + LABEL_GAP - 4.0, centre),
            anchor: Anchor::Start,
            size,
            role: Role::Option(method.option),
            bold: false,
        }));
    }
}

impl Figure for LearningCurve {
    fn title(&self) -> String {
        let leads = self.leads();
        let widest = leads.iter().max_by(|one, other| libm::fabs(one.1).total_cmp(&libm::fabs(other.1)));
        let (Some((point, lead)), Some((last, last_lead))) = (widest, leads.last()) else {
            return "The two methods have not been run on the same examples yet".to_owned();
        };
        let widest = format!("{} with {} examples per intent", lead_in_words(*lead), point.label);
        let sentence = if point == last {
            widest
        } else {
            format!("{widest}; with {} {}", last.label, lead_in_words(*last_lead))
        };
        crate::finding::capitalised(&sentence)
    }

    fn picture(&self, size: Size) -> Picture {
        let size = size.at_least_legible();
        let layout = self.layout(size);
        let frame = &layout.frame;
        let mut picture = Picture::new(size);
        for (place, tick) in layout.y.ticks().into_iter().enumerate() {
            let y = layout.y.at(tick);
            frame.rule_across(&mut picture, y, if place == 0 { Role::Muted } else { Role::Line });
            frame.tick_left(&mut picture, y, format!("{tick:.0}%"));
        }
        for point in &self.points {
            let x = layout.x.at(point.examples).round();
            let stroke = Stroke::solid(Role::Muted, 1.0);
            picture.add(Mark::Rule((x, frame.bottom), (x, frame.bottom + 4.0), stroke));
        }
        let ticks = self.points.iter().map(|point| (layout.x.at(point.examples), point.label.clone()));
        frame.ticks_below(&mut picture, ticks.collect());
        frame.title_below(&mut picture, "Examples per intent, log axis");
        frame.title_left(&mut picture, "Messages right");
        for method in METHODS.iter().rev() {
            draw_method(&mut picture, &layout, &self.points, method);
        }
        draw_labels(&mut picture, &layout, &self.points);
        picture
    }

    fn table(&self) -> ChartTable {
        let mut columns = vec!["Examples per intent".to_owned()];
        for method in &METHODS {
            columns.push(format!("{}, %", method.name));
            columns.push("95% interval".to_owned());
        }
        let rows = self.points.iter().map(|point| {
            let mut row = vec![point.label.clone()];
            for method in &METHODS {
                let share = (method.share)(point);
                let unknown = || UNKNOWN.to_owned();
                row.push(share.map_or_else(unknown, |share| format!("{:.1}", share.percent)));
                row.push(share.map_or_else(unknown, |share| format!("{:.1}–{:.1}", share.low, share.high)));
            }
            row
        });
        let rows = rows.collect();
        ChartTable { columns, rows }
    }

    fn read_out(&self, size: Size, x: f64, _: f64) -> Option<ReadOut> {
        let layout = self.layout(size.at_least_legible());
        let frame = &layout.frame;
        if x < frame.left - 5.0 || x > frame.right + 5.0 {
            return None;
        }
        let away = |point: &&LearningPoint| libm::fabs(layout.x.at(point.examples) - x);
        let point = self.points.iter().min_by(|one, other| away(one).total_cmp(&away(other)))?;
        let lines = METHODS.iter().filter_map(|method| {
            let share = (method.share)(point)?;
            Some(ReadOutLine {
                label: method.name.to_owned(),
                value: format!("{}%", rounded(share.percent)),
                option: Some(method.option),
                excluded: false,
                y: Some(layout.y.at(share.percent)),
            })
        });
        let heading = format!("With {} examples per intent", point.label);
        Some(ReadOut { heading, lines: lines.collect(), x: layout.x.at(point.examples), y: None, href: None })
    }

    fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        let layout = self.layout(size.at_least_legible());
        let middle = (layout.frame.top + layout.frame.bottom) / 2.0;
        self.points.iter().map(|point| (layout.x.at(point.examples), middle)).collect()
    }
}
