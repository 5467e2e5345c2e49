//! Cost over the horizon against requests per month, both on log axes.
//!
//! Costs span six decades or more over the volumes shown; on a linear axis every crossover would lie
//! within a pixel of the corner.

use crate::finding::{CheapestRange, at_start, capitalised, cheapest_by_volume};
use crate::frame::{Frame, widest};
use crate::labels::Places;
use crate::lines::{self, OptionLine};
use crate::palette::Role;
use crate::picture::{Anchor, Mark, Picture, Point, Stroke};
use crate::read_out::{ReadOut, ReadOutLine};
use crate::scale::LogScale;
use crate::size::Size;
use crate::table::{ChartTable, UNKNOWN};
use crate::{Figure, cue, text};
use domain::crossover::{HIGHEST_VOLUME, LOWEST_VOLUME};
use domain::curve::CostCurve;
use domain::decision::{Decision, OptionKind, PairCrossovers, Standing};
use domain::field::{Choice, plain_number};
use domain::format;
use domain::units::Usd;

/// Most characters of a title.
const LONGEST_TITLE: usize = 160;

/// Samples along each curve; steps of GPUs get points of their own.
const SAMPLES: u32 = 160;
/// Costs below this are not told apart by anybody, so the axis starts here at the lowest, USD.
const LOWEST_COST: f64 = 1.0;
/// A read-out this near to a crossover or to the entered volume snaps to it, px.
const SNAP: f64 = 5.0;

/// Cost over the horizon as a function of the volume, for every option that can be costed.
#[derive(Debug, Clone, PartialEq)]
pub struct CostOverVolume {
    horizon_months: Option<u64>,
    volume: Option<f64>,
    series: Vec<Series>,
    pairs: Vec<PairCrossovers>,
    cheapest: Vec<CheapestRange>,
}

#[derive(Debug, Clone, PartialEq)]
struct Series {
    option: OptionKind,
    standing: Standing,
    curve: CostCurve,
}

/// A volume at which the cheaper option changes.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Crossing {
    volume: f64,
    cost: f64,
}

impl CostOverVolume {
    /// From a decision. The entered volume is marked where the decision knows it.
    #[must_use]
    pub fn from_decision(decision: &Decision) -> Self {
        let series: Vec<Series> = decision
            .options
            .iter()
            .filter_map(|result| {
                let standing = decision.standing(result);
                let curve = result.cost.as_ref()?.curve.clone();
                Some(Series { option: result.option, standing, curve })
            })
            .collect();
        let running: Vec<(OptionKind, &CostCurve)> = series
            .iter()
            .filter(|series| series.standing.is_in_the_running())
            .map(|series| (series.option, &series.curve))
            .collect();
        let cheapest = cheapest_by_volume(&running, &decision.crossovers, (LOWEST_VOLUME, HIGHEST_VOLUME));
        Self {
            horizon_months: decision.horizon_months,
            volume: decision.quadrant.as_ref().map(|position| position.requests_per_month),
            pairs: decision.crossovers.clone(),
            cheapest,
            series,
        }
    }

    /// Marks an entered volume, requests/month: a decision does not carry it where the specificity is unknown.
    #[must_use]
    pub fn with_volume(mut self, requests_per_month: Option<f64>) -> Self {
        self.volume = requests_per_month.filter(|volume| volume.is_finite() && *volume > 0.0);
        self
    }

    /// The volumes shown: the engine's range, extended to the entered volume.
    fn span(&self) -> (f64, f64) {
        let decade = |volume: f64, round: fn(f64) -> f64| libm::pow(10.0, round(libm::log10(volume)));
        let volume = self.volume.unwrap_or(LOWEST_VOLUME);
        (LOWEST_VOLUME.min(decade(volume, libm::floor)), HIGHEST_VOLUME.max(decade(volume, libm::ceil)))
    }

    fn is_in_the_running(&self, option: OptionKind) -> bool {
        self.series.iter().any(|series| series.option == option && series.standing.is_in_the_running())
    }

    fn cost(&self, option: OptionKind, volume: f64) -> Option<f64> {
        self.series.iter().find(|series| series.option == option).map(|series| series.curve.total(volume))
    }

    /// The pair the article is about, where both are in the running.
    fn article_pair(&self) -> Option<&PairCrossovers> {
        let (api, slm) = (OptionKind::FrontierApi, OptionKind::SelfHostedSlm);
        if !(self.is_in_the_running(api) && self.is_in_the_running(slm)) {
            return None;
        }
        self.pairs
            .iter()
            .find(|pair| (pair.first, pair.second) == (api, slm) || (pair.first, pair.second) == (slm, api))
    }

    /// Crossovers worth marking: where the cheapest option changes, and where the article's pair does.
    fn crossings(&self) -> Vec<Crossing> {
        let mut volumes: Vec<(f64, OptionKind)> =
            self.cheapest.iter().skip(1).map(|range| (range.from, range.option)).collect();
        if let Some(pair) = self.article_pair() {
            let pair_volumes: Vec<f64> = pair.volumes().collect();
            // Steps can make a pair cross many times; the first and the last bound them all.
            let bounds = [pair_volumes.first(), pair_volumes.last()];
            volumes.extend(bounds.into_iter().flatten().map(|volume| (*volume, OptionKind::FrontierApi)));
        }
        volumes.sort_by(|a, b| a.0.total_cmp(&b.0));
        volumes.dedup_by(|b, a| b.0 < a.0 * 1.02);
        volumes
            .into_iter()
            .filter_map(|(volume, option)| Some(Crossing { volume, cost: self.cost(option, volume)? }))
            .collect()
    }

    fn layout(&self, size: Size) -> Layout {
        let span = self.span();
        let totals =
            self.series.iter().flat_map(|series| [series.curve.total(span.0), series.curve.total(span.1)]);
        let positive: Vec<f64> = totals.filter(|total| *total > 0.0 && total.is_finite()).collect();
        let highest = positive.iter().copied().fold(f64::NAN, f64::max);
        let highest = if highest.is_nan() { 1e6 } else { highest };
        let lowest = positive.iter().copied().fold(highest, f64::min);
        let floor = if highest > LOWEST_COST * 1e3 { lowest.max(LOWEST_COST) } else { lowest };
        let decade =
            |cost: f64, round: fn(f64) -> f64| libm::pow(10.0, round(libm::log10(cost) * (1.0 - 1e-12)));
        let (from, to) = (decade(floor, libm::floor), decade(highest, libm::ceil));
        let to = if to <= from { from * 10.0 } else { to };

        let ticks = LogScale::new(from, to, (0.0, 1.0)).decades();
        let texts: Vec<String> = ticks.iter().map(|tick| format::usd_short(*tick)).collect();
        let room =
            lines::label_room(self.series.iter().map(|series| (series.option, series.standing, None)), size);
        let frame = Frame::new(size, widest(&texts, size.tick_size()), room, 2.2);
        Layout {
            x: LogScale::new(span.0, span.1, (frame.left, frame.right)),
            y: LogScale::new(from, to, (frame.bottom, frame.top)),
            frame,
            span,
        }
    }

    /// Points of a curve in px, with both edges of each visible step.
    fn points(&self, series: &Series, layout: &Layout) -> Vec<Point> {
        let mut points = Vec::new();
        let mut add =
            |volume: f64| points.push((layout.x.at(volume), layout.y.at(series.curve.total(volume))));
        let growth = libm::pow(layout.span.1 / layout.span.0, 1.0 / f64::from(SAMPLES));
        let mut from = layout.span.0;
        add(from);
        for sample in 1..=SAMPLES {
            let to = layout.span.0 * libm::pow(growth, f64::from(sample));
            if let Some((before, after)) = step_between(&series.curve, from, to) {
                add(before);
                add(after);
            }
            add(to);
            from = to;
        }
        lines::above(&points, layout.frame.bottom)
    }

    fn draw_grid(&self, picture: &mut Picture, layout: &Layout) {
        let frame = &layout.frame;
        let decades = layout.y.decades();
        let room = (frame.bottom - frame.top) / (decades.len().max(2) - 1) as f64;
        let stride = if room < picture.size.tick_size() * 1.6 { 2 } else { 1 };
        for (place, decade) in decades.iter().enumerate() {
            let y = layout.y.at(*decade);
            frame.rule_across(picture, y, if place == 0 { Role::Muted } else { Role::Line });
            if place % stride == 0 {
                frame.tick_left(picture, y, format::usd_short(*decade));
            }
        }
        let columns = layout.x.decades();
        for decade in columns.iter().skip(1) {
            let stroke = Stroke { opacity: 0.6, ..Stroke::solid(Role::Line, 1.0) };
            frame.rule_down(picture, layout.x.at(*decade), stroke);
        }
        let ticks = columns.iter().map(|decade| (layout.x.at(*decade), format::volume(*decade))).collect();
        frame.ticks_below(picture, ticks);
        frame.title_below(picture, "Requests per month, log scale");
        let over = self.horizon_months.map_or(String::new(), |months| format!(" over {months} months"));
        frame.title_left(picture, &format!("Cost{over}, USD, log scale"));
    }

    fn draw_volume(&self, picture: &mut Picture, layout: &Layout, places: &mut Places) {
        let Some(volume) = self.volume else { return };
        let frame = &layout.frame;
        let x = layout.x.at(volume);
        frame.rule_down(picture, x, Stroke::solid(Role::Accent, 1.0));
        let text = format!("{} entered", format::volume(volume));
        let size = picture.size.tick_size();
        let half = text::width(&text, size, false) / 2.0;
        let (_, _, right, _) = frame.picture_extent();
        // Right of the labels of the vertical axis, whose topmost may stand on the same line.
        let centre = x.min(right - half).max(frame.left - 4.0 + half);
        picture.letter(text, (centre, frame.line_above(1.35)), Anchor::Middle, size, Role::Accent);
        places.take((x - 2.0, frame.top, x + 2.0, frame.bottom));
    }

    fn draw_crossings(&self, picture: &mut Picture, layout: &Layout, places: &mut Places) {
        let size = picture.size.label_size();
        let crossings = self.crossings();
        let visible: Vec<(Point, String)> = crossings
            .iter()
            .map(|crossing| {
                ((layout.x.at(crossing.volume), layout.y.at(crossing.cost)), format::volume(crossing.volume))
            })
            .filter(|(at, _)| at.1 <= layout.frame.bottom)
            .collect();
        for (at, _) in &visible {
            places.take((at.0 - 6.0, at.1 - 6.0, at.0 + 6.0, at.1 + 6.0));
        }
        for (at, text) in visible {
            picture.add(Mark::Dot(at, 4.5, Role::Surface, 1.0));
            picture.add(Mark::Ring(at, 4.0, Stroke::solid(Role::Ink, 1.6)));
            let width = text::width(&text, size, true) + 4.0;
            if let Some(place) = places.beside(at, width, size * text::LINE_HEIGHT, 7.0) {
                let (left, top, right, bottom) = place;
                let corners = vec![(left, top), (right, top), (right, bottom), (left, bottom)];
                picture.add(Mark::Area(corners, Role::Surface, 0.8));
                picture.add(Mark::Text(crate::picture::Lettering {
                    text,
                    at: ((left + right) / 2.0, (top + bottom) / 2.0),
                    anchor: Anchor::Middle,
                    size,
                    role: Role::Ink,
                    bold: true,
                }));
            }
        }
    }

    /// What the article's pair does, where the cheapest option does not already say it.
    fn pair_clause(&self) -> Option<String> {
        let pair = self.article_pair()?;
        let (api, slm) = (OptionKind::FrontierApi, OptionKind::SelfHostedSlm);
        let told = self.cheapest.windows(2).any(|two| (two[0].option, two[1].option) == (api, slm));
        if told {
            return None;
        }
        let finally = pair.ranges.last()?;
        let first = pair.volumes().next().map(format::volume);
        Some(match (finally.cheaper, first) {
            (Some(OptionKind::SelfHostedSlm), Some(_)) => {
                format!(
                    "the self-hosted SLM undercuts the frontier API above {}",
                    format::volume(finally.from)
                )
            }
            (Some(OptionKind::SelfHostedSlm), None) => {
                "the self-hosted SLM always undercuts the frontier API".to_owned()
            }
            (Some(_), None) => "the self-hosted SLM never undercuts the frontier API".to_owned(),
            (Some(_), Some(_)) => {
                format!(
                    "the frontier API costs less than the self-hosted SLM above {}",
                    format::volume(finally.from)
                )
            }
            (None, _) => format!(
                "the frontier API and the self-hosted SLM alternate above {}",
                format::volume(finally.from)
            ),
        })
    }

    fn cheapest_clause(&self) -> String {
        let top = format::volume(HIGHEST_VOLUME);
        let edge = |range: &CheapestRange| {
            format!("{}{}", if range.about { "about " } else { "" }, format::volume(range.from))
        };
        match &self.cheapest[..] {
            [] => "no option in the running can be costed yet".to_owned(),
            [only] if self.series.len() == 1 => {
                let volume = self.volume.unwrap_or(1e6);
                let cost = self
                    .cost(only.option, volume)
                    .map_or(String::new(), |cost| format::usd(Usd::from_result(cost)));
                format!(
                    "{} costs {cost} at {} requests/month",
                    cue::in_sentence(only.option),
                    format::volume(volume)
                )
            }
            [only] => format!(
                "{} is cheapest at every volume up to {top} requests/month",
                cue::in_sentence(only.option)
            ),
            [first, second] => format!(
                "{} is cheapest up to {} requests/month, {} above",
                cue::in_sentence(first.option),
                edge(second),
                cue::in_sentence(second.option)
            ),
            [first, second, third] => format!(
                "{} is cheapest up to {} requests/month, then {} up to {}, {} above",
                cue::in_sentence(first.option),
                edge(second),
                cue::in_sentence(second.option),
                edge(third),
                cue::in_sentence(third.option)
            ),
            [first, second, .., last] => format!(
                "{} is cheapest up to {} requests/month, {} above {}",
                cue::in_sentence(first.option),
                edge(second),
                cue::in_sentence(last.option),
                edge(last)
            ),
        }
    }
}

struct Layout {
    frame: Frame,
    x: LogScale,
    y: LogScale,
    span: (f64, f64),
}

/// The two sides of the first visible step between two volumes.
fn step_between(curve: &CostCurve, from: f64, to: f64) -> Option<(f64, f64)> {
    if curve.is_straight_between(from, to) || curve.total(to) < curve.total(from) * 1.02 {
        return None;
    }
    let (mut before, mut after) = (from, to);
    for _ in 0..24 {
        let middle = libm::sqrt(before * after);
        if curve.is_straight_between(from, middle) {
            before = middle;
        } else {
            after = middle;
        }
    }
    Some((before, after))
}

impl Figure for CostOverVolume {
    fn title(&self) -> String {
        let mut sentence = self.cheapest_clause();
        let some_are_out = self.series.iter().any(|series| !series.standing.is_in_the_running());
        if some_are_out && self.cheapest.len() == 1 && self.series.len() > 1 {
            sentence = format!("of the options in the running, {sentence}");
        }
        // A second finding only where both fit into two lines.
        if let Some(clause) =
            self.pair_clause().filter(|clause| sentence.len() + clause.len() < LONGEST_TITLE)
        {
            sentence = format!("{sentence}; {clause}");
        }
        match self.cheapest.first() {
            Some(range) if sentence.starts_with(cue::in_sentence(range.option)) => {
                let rest = sentence.strip_prefix(cue::in_sentence(range.option)).unwrap_or_default();
                format!("{}{rest}", at_start(range.option))
            }
            _ => capitalised(&sentence),
        }
    }

    fn picture(&self, size: Size) -> Picture {
        let layout = self.layout(size);
        let mut picture = Picture::new(size);
        self.draw_grid(&mut picture, &layout);
        let option_lines: Vec<OptionLine> = self
            .series
            .iter()
            .map(|series| OptionLine {
                option: series.option,
                standing: series.standing,
                points: self.points(series, &layout),
                detail: None,
            })
            .collect();
        let frame = &layout.frame;
        let mut places = Places::within((frame.left, frame.top, frame.right - 6.0, frame.bottom));
        places.avoid(option_lines.iter().flat_map(|line| line.points.iter().copied()));
        self.draw_volume(&mut picture, &layout, &mut places);
        lines::draw(&mut picture, frame, &option_lines);
        self.draw_crossings(&mut picture, &layout, &mut places);
        picture
    }

    fn table(&self) -> ChartTable {
        let mut columns = vec!["Requests per month".to_owned()];
        columns.extend(self.series.iter().map(|series| {
            let aside = match series.standing.label() {
                "" => String::new(),
                label => format!(", {label}"),
            };
            format!("{}{aside}, USD", series.option.label())
        }));
        let span = self.span();
        let mut volumes: Vec<(f64, &str)> = LogScale::new(span.0, span.1, (0.0, 1.0))
            .decades()
            .into_iter()
            .map(|volume| (volume, ""))
            .collect();
        volumes.extend(self.crossings().iter().map(|crossing| (crossing.volume, " (crossover)")));
        volumes.extend(self.volume.map(|volume| (volume, " (entered)")));
        volumes.sort_by(|a, b| a.0.total_cmp(&b.0));
        // The entered volume may itself be a power of ten: one row then, with its remark.
        volumes.dedup_by(|b, a| {
            let same = b.0 <= a.0 * (1.0 + 1e-9);
            if same && a.1.is_empty() {
                a.1 = b.1;
            }
            same
        });
        let rows = volumes
            .into_iter()
            .map(|(volume, remark)| {
                let mut row = vec![format!("{}{remark}", plain_number(libm::round(volume)))];
                row.extend(self.series.iter().map(|series| exact(series.curve.total(volume))));
                row
            })
            .collect();
        ChartTable { columns, rows }
    }

    fn read_out(&self, size: Size, x: f64, _: f64) -> Option<ReadOut> {
        let layout = self.layout(size);
        let frame = &layout.frame;
        if self.series.is_empty() || x < frame.left - SNAP || x > frame.right + SNAP {
            return None;
        }
        let x = x.clamp(frame.left, frame.right);
        let marked =
            self.volume.into_iter().chain(self.crossings().into_iter().map(|crossing| crossing.volume));
        let near = |volume: &f64| (layout.x.at(*volume) - x).abs();
        let volume = marked
            .filter(|volume| near(volume) <= SNAP)
            .min_by(|a, b| near(a).total_cmp(&near(b)))
            .unwrap_or_else(|| format::significant(layout.x.value(x), 2));
        let mut costs: Vec<(&Series, f64)> =
            self.series.iter().map(|series| (series, series.curve.total(volume))).collect();
        costs.sort_by(|a, b| a.1.total_cmp(&b.1));
        let lines = costs
            .into_iter()
            .map(|(series, cost)| ReadOutLine {
                label: series.option.label().to_owned(),
                value: format::usd(Usd::from_result(cost)),
                option: Some(series.option),
                excluded: series.standing == Standing::Excluded,
                y: Some(layout.y.at(cost)).filter(|y| *y <= frame.bottom),
            })
            .collect();
        let heading = format!("{} requests/month", format::volume(volume));
        Some(ReadOut { heading, lines, x: layout.x.at(volume), y: None, href: None })
    }

    fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        if self.series.is_empty() {
            return Vec::new();
        }
        let layout = self.layout(size);
        let mut volumes: Vec<f64> =
            layout.x.decades().iter().flat_map(|decade| [1.0, 2.0, 5.0].map(|f| decade * f)).collect();
        volumes.retain(|volume| *volume <= layout.span.1 * (1.0 + 1e-9));
        volumes.extend(self.volume);
        volumes.extend(self.crossings().iter().map(|crossing| crossing.volume));
        volumes.sort_by(f64::total_cmp);
        let middle = (layout.frame.top + layout.frame.bottom) / 2.0;
        let mut stops: Vec<(f64, f64)> =
            volumes.into_iter().map(|volume| (layout.x.at(volume), middle)).collect();
        stops.dedup_by(|b, a| b.0 - a.0 < 1.0);
        stops
    }
}

/// An amount to the cent, or the sign for unknown where it is not a number.
pub(crate) fn exact(dollars: f64) -> String {
    if dollars.is_finite() { format::usd_exact(Usd::from_result(dollars)) } else { UNKNOWN.to_owned() }
}
