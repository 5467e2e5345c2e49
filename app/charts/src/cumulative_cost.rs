//! Cumulative cost month by month, from zero.

use crate::Figure;
use crate::cost_over_volume::exact;
use crate::cue;
use crate::finding::at_start;
use crate::frame::{Frame, widest};
use crate::lines::{self, OptionLine};
use crate::palette::Role;
use crate::picture::{Mark, Picture, Stroke};
use crate::read_out::{ReadOut, ReadOutLine};
use crate::scale::LinearScale;
use crate::size::Size;
use crate::table::{ChartTable, UNKNOWN};
use domain::decision::{Decision, OptionKind, Standing};
use domain::field::Choice;
use domain::format;
use domain::units::Usd;

/// Cumulative present value of every option that can be costed, after each month of the horizon.
#[derive(Debug, Clone, PartialEq)]
pub struct CumulativeCost {
    series: Vec<Series>,
}

#[derive(Debug, Clone, PartialEq)]
struct Series {
    option: OptionKind,
    standing: Standing,
    /// USD after each month; the first is the cost before the first request.
    cumulative: Vec<f64>,
}

impl Series {
    fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }
}

impl CumulativeCost {
    /// From a decision.
    #[must_use]
    pub fn from_decision(decision: &Decision) -> Self {
        let series = decision
            .options
            .iter()
            .filter_map(|result| {
                let standing = decision.standing(result);
                let cumulative: Vec<f64> =
                    result.cost.as_ref()?.cumulative.iter().map(|cost| cost.dollars()).collect();
                (!cumulative.is_empty()).then_some(Series { option: result.option, standing, cumulative })
            })
            .collect();
        Self { series }
    }

    /// Months of the horizon.
    fn months(&self) -> usize {
        self.series.iter().map(|series| series.cumulative.len().saturating_sub(1)).max().unwrap_or(0)
    }

    fn layout(&self, size: Size) -> Layout {
        let highest =
            self.series.iter().flat_map(|series| series.cumulative.iter().copied()).fold(0.0, f64::max);
        let steps = if size.height < 360 { 4.0 } else { 5.0 };
        let ticks = LinearScale::covering(highest, steps, (0.0, 1.0)).ticks();
        let texts: Vec<String> = ticks.iter().map(|tick| format::usd_short(*tick)).collect();
        let details: Vec<(OptionKind, Standing, String)> = self
            .series
            .iter()
            .map(|series| (series.option, series.standing, total_text(series, size)))
            .collect();
        let room = lines::label_room(
            details.iter().map(|(option, standing, text)| (*option, *standing, Some(text))),
            size,
        );
        let frame = Frame::new(size, widest(&texts, size.tick_size()), room, 1.4);
        let months = as_f64(self.months().max(1));
        let month_step = if months <= 12.0 {
            1.0
        } else if months <= 24.0 {
            3.0
        } else {
            libm::ceil(months / 60.0) * 6.0
        };
        Layout {
            x: LinearScale::with_step(months, month_step, (frame.left, frame.right)),
            y: LinearScale::covering(highest, steps, (frame.bottom, frame.top)),
            frame,
        }
    }

    /// The option the finding is about, and the one it is held against.
    fn protagonists(&self) -> Option<(&Series, Option<&Series>)> {
        let running = || self.series.iter().filter(|series| series.standing.is_in_the_running());
        let by_total = |a: &&Series, b: &&Series| a.total().total_cmp(&b.total());
        let hero = running()
            .find(|series| series.standing == Standing::Leading)
            .or_else(|| running().min_by(by_total))?;
        let frontier = running().find(|series| series.option == OptionKind::FrontierApi);
        let rival = frontier
            .filter(|frontier| frontier.option != hero.option)
            .or_else(|| running().filter(|series| series.option != hero.option).min_by(by_total));
        Some((hero, rival))
    }
}

struct Layout {
    frame: Frame,
    x: LinearScale,
    y: LinearScale,
}

fn total_text(series: &Series, size: Size) -> String {
    if size.is_narrow() {
        format::usd_short(series.total())
    } else {
        format::usd(Usd::from_result(series.total()))
    }
}

fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

fn rounded(dollars: f64) -> String {
    format::usd(Usd::from_result(dollars))
}

/// The month from which one series stays below another; `None` if it ends above it.
fn stays_below_from(hero: &Series, rival: &Series) -> Option<usize> {
    let months = hero.cumulative.len().min(rival.cumulative.len());
    let above = (0..months).rev().find(|month| hero.cumulative[*month] > rival.cumulative[*month]);
    match above {
        None => Some(0),
        Some(month) if month + 1 < months => Some(month + 1),
        Some(_) => None,
    }
}

impl Figure for CumulativeCost {
    fn title(&self) -> String {
        let Some((hero, rival)) = self.protagonists() else {
            return "No option in the running can be costed yet".to_owned();
        };
        let months = hero.cumulative.len().saturating_sub(1);
        let (name, total) = (at_start(hero.option), rounded(hero.total()));
        let Some(rival) = rival else {
            return format!("{name} adds up to {total} over {months} months");
        };
        let other = cue::in_sentence(rival.option);
        match stays_below_from(hero, rival) {
            Some(month) if month <= 1 => {
                format!(
                    "{name} stays below {other} from the start: {total} against {} after {months} months",
                    rounded(rival.total())
                )
            }
            Some(month) => {
                format!(
                    "{name} is cheaper than {other} from month {month} on: {total} against {} after {months} months",
                    rounded(rival.total())
                )
            }
            None => format!(
                "{name} costs {total} over {months} months, {} more than {other}",
                rounded(hero.total() - rival.total())
            ),
        }
    }

    fn picture(&self, size: Size) -> Picture {
        let layout = self.layout(size);
        let frame = &layout.frame;
        let mut picture = Picture::new(size);
        for (place, tick) in layout.y.ticks().into_iter().enumerate() {
            let y = layout.y.at(tick);
            frame.rule_across(&mut picture, y, if place == 0 { Role::Muted } else { Role::Line });
            frame.tick_left(&mut picture, y, format::usd_short(tick));
        }
        let ticks: Vec<f64> = layout.x.ticks();
        for tick in &ticks {
            let x = layout.x.at(*tick).round();
            picture.add(Mark::Rule(
                (x, frame.bottom),
                (x, frame.bottom + 4.0),
                Stroke::solid(Role::Muted, 1.0),
            ));
        }
        frame.ticks_below(
            &mut picture,
            ticks.iter().map(|tick| (layout.x.at(*tick), format::volume(*tick))).collect(),
        );
        frame.title_below(&mut picture, "Month");
        frame.title_left(&mut picture, "Cumulative cost, USD");
        let option_lines: Vec<OptionLine> = self
            .series
            .iter()
            .map(|series| OptionLine {
                option: series.option,
                standing: series.standing,
                points: series
                    .cumulative
                    .iter()
                    .enumerate()
                    .map(|(month, cost)| (layout.x.at(as_f64(month)), layout.y.at(*cost)))
                    .collect(),
                detail: Some(total_text(series, size)),
            })
            .collect();
        lines::draw(&mut picture, frame, &option_lines);
        picture
    }

    fn table(&self) -> ChartTable {
        let mut columns = vec!["After month".to_owned()];
        columns.extend(self.series.iter().map(|series| {
            let aside = match series.standing.label() {
                "" => String::new(),
                label => format!(", {label}"),
            };
            format!("{}{aside}, USD", series.option.label())
        }));
        if self.series.is_empty() {
            return ChartTable { columns, rows: Vec::new() };
        }
        let rows = (0..=self.months())
            .map(|month| {
                let mut row = vec![month.to_string()];
                row.extend(self.series.iter().map(|series| {
                    series.cumulative.get(month).map_or_else(|| UNKNOWN.to_owned(), |cost| exact(*cost))
                }));
                row
            })
            .collect();
        ChartTable { columns, rows }
    }

    fn read_out(&self, size: Size, x: f64, _: f64) -> Option<ReadOut> {
        let layout = self.layout(size);
        let frame = &layout.frame;
        if self.series.is_empty() || x < frame.left - 5.0 || x > frame.right + 5.0 {
            return None;
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a month of the horizon")]
        let month = (layout.x.value(x).round().max(0.0) as usize).min(self.months());
        let mut costs: Vec<(&Series, f64)> =
            self.series.iter().filter_map(|series| Some((series, *series.cumulative.get(month)?))).collect();
        costs.sort_by(|a, b| a.1.total_cmp(&b.1));
        let lines = costs
            .into_iter()
            .map(|(series, cost)| ReadOutLine {
                label: series.option.label().to_owned(),
                value: rounded(cost),
                option: Some(series.option),
                excluded: series.standing == Standing::Excluded,
                y: Some(layout.y.at(cost)),
            })
            .collect();
        let heading =
            if month == 0 { "Before the first request".to_owned() } else { format!("After month {month}") };
        Some(ReadOut { heading, lines, x: layout.x.at(as_f64(month)), y: None, href: None })
    }

    fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        if self.series.is_empty() {
            return Vec::new();
        }
        let layout = self.layout(size);
        let middle = (layout.frame.top + layout.frame.bottom) / 2.0;
        (0..=self.months()).map(|month| (layout.x.at(as_f64(month)), middle)).collect()
    }
}
