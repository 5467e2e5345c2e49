//! The article's cost series beside the engine's.
//!
//! A dot plot with one row for each path at each volume: the gap between the two marks of a row is the
//! residual. Bars would spend their ink on the part both agree on.

use crate::cost_over_volume::exact;
use crate::cue;
use crate::frame::Frame;
use crate::palette::Role;
use crate::picture::{Anchor, Lettering, Mark, Picture, Stroke};
use crate::read_out::{ReadOut, ReadOutLine};
use crate::scale::LinearScale;
use crate::size::Size;
use crate::table::ChartTable;
use crate::{Figure, text};
use domain::decision::OptionKind;
use domain::field::plain_number;
use domain::format;
use domain::units::Usd;

/// The article's and the engine's cost at one volume.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ArticlePoint {
    /// Documents per month.
    pub docs_per_month: f64,
    /// The article's API cost over the horizon, USD.
    pub article_api_usd: f64,
    /// The engine's API cost over the horizon, USD.
    pub engine_api_usd: f64,
    /// The article's SLM cost over the horizon, USD.
    pub article_slm_usd: f64,
    /// The engine's SLM cost over the horizon, USD.
    pub engine_slm_usd: f64,
}

/// The article's cost series beside the engine's, over 36 months.
#[derive(Debug, Clone, PartialEq)]
pub struct ArticleSeries {
    points: Vec<ArticlePoint>,
}

/// One path at one volume.
#[derive(Clone, Copy)]
struct Row {
    option: OptionKind,
    name: &'static str,
    article: f64,
    engine: f64,
}

const API: OptionKind = OptionKind::FrontierApi;
const SLM: OptionKind = OptionKind::SelfHostedSlm;

impl ArticlePoint {
    fn rows(&self) -> [Row; 2] {
        [
            Row { option: API, name: "API", article: self.article_api_usd, engine: self.engine_api_usd },
            Row { option: SLM, name: "SLM", article: self.article_slm_usd, engine: self.engine_slm_usd },
        ]
    }
}

/// Height of the space between two volumes, in rows.
const BETWEEN_GROUPS: f64 = 0.55;

impl ArticleSeries {
    /// From points, which are shown by rising volume.
    #[must_use]
    pub fn new(mut points: Vec<ArticlePoint>) -> Self {
        points.sort_by(|a, b| a.docs_per_month.total_cmp(&b.docs_per_month));
        Self { points }
    }

    fn layout(&self, size: Size) -> Layout {
        let all = self.points.iter().flat_map(ArticlePoint::rows).flat_map(|row| [row.article, row.engine]);
        let highest = all.clone().filter(|cost| cost.is_finite()).fold(0.0, f64::max);
        let texts: Vec<String> = all.map(|cost| amount(cost, size)).collect();
        let tick = size.tick_size();
        let heading = text::width("Article", tick, false).max(text::width("Engine", tick, false)) + 14.0;
        let column = texts.iter().map(|text| text::width(text, tick, false)).fold(heading, f64::max) + 10.0;
        let volumes = self.points.iter().map(|point| format::volume(point.docs_per_month));
        let volume_width =
            volumes.map(|text| text::width(&text, size.label_size(), true)).fold(0.0, f64::max);
        let frame =
            Frame::new(size, volume_width + 12.0 + text::width("SLM", tick, false), 2.0 * column + 8.0, 2.4);
        let count = self.points.iter().map(|_| 1.0).sum::<f64>().max(1.0);
        let row = (frame.bottom - frame.top) / (count * (2.0 + BETWEEN_GROUPS));
        Layout {
            x: LinearScale::covering(
                highest,
                if size.is_narrow() { 2.0 } else { 4.0 },
                (frame.left + 6.0, frame.right),
            ),
            frame,
            column,
            row,
        }
    }

    /// The largest difference between the two for one path, USD.
    fn largest_gap(&self, option: OptionKind) -> f64 {
        let rows = self.points.iter().flat_map(ArticlePoint::rows).filter(|row| row.option == option);
        rows.map(|row| (row.article - row.engine).abs()).fold(0.0, f64::max)
    }

    fn describe(&self, place: usize, layout: &Layout) -> Option<ReadOut> {
        let point = self.points.get(place)?;
        let lines = point
            .rows()
            .into_iter()
            .flat_map(|row| {
                [("article", row.article), ("engine", row.engine)].map(|(whose, cost)| ReadOutLine {
                    label: format!("{}, {whose}", row.name),
                    value: format::usd(Usd::from_result(cost)),
                    option: Some(row.option),
                    excluded: false,
                    y: None,
                })
            })
            .collect();
        let heading = format!("{} documents/month", format::volume(point.docs_per_month));
        let x = (layout.frame.left + layout.frame.right) / 2.0;
        Some(ReadOut { heading, lines, x, y: Some(layout.centre(place)), href: None })
    }
}

struct Layout {
    frame: Frame,
    x: LinearScale,
    column: f64,
    row: f64,
}

impl Layout {
    /// Height of a row's middle.
    fn y(&self, place: usize, row: usize) -> f64 {
        let [place, row] = [place, row].map(|count| u32::try_from(count).map_or(0.0, f64::from));
        self.frame.top + self.row * (place * (2.0 + BETWEEN_GROUPS) + row + 0.5 + BETWEEN_GROUPS / 2.0)
    }

    /// Height of a volume's middle.
    fn centre(&self, place: usize) -> f64 {
        (self.y(place, 0) + self.y(place, 1)) / 2.0
    }
}

fn amount(dollars: f64, size: Size) -> String {
    if size.is_narrow() { format::usd_short(dollars) } else { format::usd(Usd::from_result(dollars)) }
}

impl Figure for ArticleSeries {
    fn title(&self) -> String {
        if self.points.is_empty() {
            return "The article gives no cost series to compare with".to_owned();
        }
        let gap = |option| format::usd(Usd::from_result(self.largest_gap(option)));
        format!("Article and engine differ by at most {} for the API and {} for the SLM", gap(API), gap(SLM))
    }

    fn picture(&self, size: Size) -> Picture {
        let layout = self.layout(size);
        let frame = &layout.frame;
        let tick = size.tick_size();
        let mut picture = Picture::new(size);
        let ticks = layout.x.ticks();
        for (place, value) in ticks.iter().enumerate() {
            let role = if place == 0 { Role::Muted } else { Role::Line };
            frame.rule_down(&mut picture, layout.x.at(*value), Stroke::solid(role, 1.0));
        }
        let labels = ticks.iter().map(|value| (layout.x.at(*value), format::usd_short(*value))).collect();
        frame.ticks_below(&mut picture, labels);
        frame.title_below(&mut picture, "Cost over 36 months, USD");
        frame.title_left(&mut picture, "Documents per month");
        let columns = [frame.right + layout.column + 4.0, frame.right + 2.0 * layout.column + 4.0];
        for (right, heading) in columns.iter().zip(["Article", "Engine"]) {
            let y = frame.line_above(1.4);
            picture.letter(heading, (*right, y), Anchor::End, tick, Role::Muted);
            let mark = (right - text::width(heading, tick, false) - 8.0, y);
            if heading == "Article" {
                picture.add(Mark::Ring(mark, 3.5, Stroke::solid(Role::Muted, 1.5)));
            } else {
                picture.add(Mark::Dot(mark, 4.0, Role::Muted, 1.0));
            }
        }
        for (place, point) in self.points.iter().enumerate() {
            picture.add(Mark::Text(Lettering {
                text: format::volume(point.docs_per_month),
                at: (1.0, layout.y(place, 0)),
                anchor: Anchor::Start,
                size: size.label_size(),
                role: Role::Ink,
                bold: true,
            }));
            for (row, cost) in point.rows().into_iter().enumerate() {
                let y = layout.y(place, row);
                let role = Role::Option(cost.option);
                frame.tick_left(&mut picture, y, cost.name.to_owned());
                let (article, engine) = (layout.x.at(cost.article), layout.x.at(cost.engine));
                picture.add(Mark::Line(
                    vec![(layout.x.at(0.0), y), (article.min(engine), y)],
                    Stroke { opacity: 0.35, ..Stroke::solid(role, 1.0) },
                ));
                picture.add(Mark::Line(vec![(article, y), (engine, y)], Stroke::solid(role, 2.5)));
                cue::draw_marker(&mut picture, cost.option, (engine, y), 4.5, 1.0);
                cue::draw_hollow_marker(&mut picture, cost.option, (article, y), 4.5);
                for (right, dollars) in columns.iter().zip([cost.article, cost.engine]) {
                    picture.letter(amount(dollars, size), (*right, y), Anchor::End, tick, Role::Ink);
                }
            }
        }
        picture
    }

    fn table(&self) -> ChartTable {
        let columns = [
            "Documents per month",
            "API, article, USD",
            "API, engine, USD",
            "SLM, article, USD",
            "SLM, engine, USD",
            "API, engine less article, USD",
            "SLM, engine less article, USD",
        ];
        let rows = self
            .points
            .iter()
            .map(|point| {
                let mut row = vec![plain_number(point.docs_per_month)];
                row.extend(point.rows().iter().flat_map(|row| [exact(row.article), exact(row.engine)]));
                row.extend(point.rows().iter().map(|row| exact(row.engine - row.article)));
                row
            })
            .collect();
        ChartTable { columns: columns.map(str::to_owned).to_vec(), rows }
    }

    fn read_out(&self, size: Size, _: f64, y: f64) -> Option<ReadOut> {
        let layout = self.layout(size);
        let distance = |place: &usize| (layout.centre(*place) - y).abs();
        let nearest = (0..self.points.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
        if distance(&nearest) > layout.row * 1.5 {
            return None;
        }
        self.describe(nearest, &layout)
    }

    fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        let layout = self.layout(size);
        let x = (layout.frame.left + layout.frame.right) / 2.0;
        (0..self.points.len()).map(|place| (x, layout.centre(place))).collect()
    }
}
