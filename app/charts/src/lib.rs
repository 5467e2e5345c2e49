//! The product's charts: pure drawings of domain types over any plotters backend.
//!
//! A chart is laid out once as a [`picture::Picture`] for a [`Size`] and then drawn with plotters: as SVG
//! text on the server ([`svg`]) or on a canvas in the browser ([`Chart::draw`]). Beside the drawing, every
//! chart states its finding ([`Chart::title`]), gives the same numbers as a table ([`Chart::table`]) and
//! reads them out at any point ([`Chart::read_out`]).

mod article_series;
mod cost_over_volume;
pub mod cue;
mod cumulative_cost;
mod finding;
mod frame;
mod labels;
mod latency;
mod learning_curve;
mod lines;
mod palette;
pub mod picture;
mod quadrant;
mod read_out;
mod scale;
mod size;
#[cfg(feature = "svg")]
mod svg;
mod table;
pub mod text;

pub use article_series::{ArticlePoint, ArticleSeries};
pub use cost_over_volume::CostOverVolume;
pub use cumulative_cost::CumulativeCost;
pub use latency::{LatencyDistribution, Timed};
pub use learning_curve::{LearningCurve, LearningPoint, MeasuredShare};
pub use palette::{Palette, Role};
pub use quadrant::{QuadrantChart, QuadrantPoint};
pub use read_out::{ReadOut, ReadOutLine};
pub use size::Size;
#[cfg(feature = "svg")]
pub use svg::svg;
pub use table::ChartTable;

use picture::Picture;
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use plotters_backend::DrawingBackend;

/// A chart could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// The surface that is drawn on refused.
    #[error("the chart could not be drawn")]
    Drawing(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What every chart can do. Pages with one kind of chart use that kind by itself: [`Chart`] brings all the others
/// along, whether they are ever drawn or not.
pub trait Figure {
    /// The finding as a sentence with its numbers.
    fn title(&self) -> String;
    /// What is drawn, at a size.
    fn picture(&self, size: Size) -> Picture;
    /// The numbers that are drawn.
    fn table(&self) -> ChartTable;
    /// The numbers at a point of the picture.
    fn read_out(&self, size: Size, x: f64, y: f64) -> Option<ReadOut>;
    /// Points worth stopping at, in reading order.
    fn stops(&self, size: Size) -> Vec<(f64, f64)>;
}

/// Draws a chart over the whole area. `size` is in CSS pixels; an area with more pixels than that (a canvas on a dense
/// display) is drawn at its own density.
///
/// # Errors
/// [`ChartError::Drawing`] when the backend refuses.
pub fn draw<DB: DrawingBackend>(
    figure: &dyn Figure,
    area: &DrawingArea<DB, Shift>,
    size: Size,
    palette: &Palette,
) -> Result<(), ChartError>
where
    DB::ErrorType: 'static,
{
    figure.picture(size.at_least_legible()).draw(area, palette)
}

/// Any of the charts of decisions and portfolios.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    /// Cost over the horizon against requests per month.
    CostOverVolume(CostOverVolume),
    /// Cumulative cost against months.
    CumulativeCost(CumulativeCost),
    /// Use cases by specificity and volume.
    Quadrant(QuadrantChart),
    /// The article's cost series beside the engine's.
    ArticleSeries(ArticleSeries),
}

impl Chart {
    fn figure(&self) -> &dyn Figure {
        match self {
            Self::CostOverVolume(chart) => chart,
            Self::CumulativeCost(chart) => chart,
            Self::Quadrant(chart) => chart,
            Self::ArticleSeries(chart) => chart,
        }
    }

    /// The finding as a sentence with its numbers, without a full stop: the heading above the chart.
    #[must_use]
    pub fn title(&self) -> String {
        self.figure().title()
    }

    /// What is drawn, at a size, as marks in logical units.
    #[must_use]
    pub fn picture(&self, size: Size) -> Picture {
        self.figure().picture(size.at_least_legible())
    }

    /// Draws the chart over the whole area. `size` is in CSS pixels; an area with more pixels than that
    /// (a canvas on a dense display) is drawn at its own density.
    ///
    /// # Errors
    /// [`ChartError::Drawing`] when the backend refuses.
    pub fn draw<DB: DrawingBackend>(
        &self,
        area: &DrawingArea<DB, Shift>,
        size: Size,
        palette: &Palette,
    ) -> Result<(), ChartError>
    where
        DB::ErrorType: 'static,
    {
        draw(self.figure(), area, size, palette)
    }

    /// The same numbers as a table, exact where the drawing is rounded.
    #[must_use]
    pub fn table(&self) -> ChartTable {
        self.figure().table()
    }

    /// The numbers nearest to a point given in CSS pixels of a chart of `size`; `None` away from the data.
    #[must_use]
    pub fn read_out(&self, size: Size, x: f64, y: f64) -> Option<ReadOut> {
        self.figure().read_out(size.at_least_legible(), x, y)
    }

    /// Points to visit with the arrow keys, left to right: each has a [`Self::read_out`].
    #[must_use]
    pub fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        self.figure().stops(size.at_least_legible())
    }
}

impl Figure for Chart {
    fn title(&self) -> String {
        self.title()
    }

    fn picture(&self, size: Size) -> Picture {
        self.picture(size)
    }

    fn table(&self) -> ChartTable {
        self.table()
    }

    fn read_out(&self, size: Size, x: f64, y: f64) -> Option<ReadOut> {
        self.read_out(size, x, y)
    }

    fn stops(&self, size: Size) -> Vec<(f64, f64)> {
        self.stops(size)
    }
}
