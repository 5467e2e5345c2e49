//! What a chart says about the point under the pointer.

use domain::decision::OptionKind;

/// The numbers at a point of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOut {
    /// The volume, month or use case that is read out.
    pub heading: String,
    /// One line for each number, cheapest first where they are costs.
    pub lines: Vec<ReadOutLine>,
    /// Where it lies, in CSS pixels from the left: the place for a hairline.
    pub x: f64,
    /// Where it lies, in CSS pixels from the top, for charts of points; `None` for charts of lines.
    pub y: Option<f64>,
    /// Page of what is read out, if it has one.
    pub href: Option<String>,
}

/// One number of a [`ReadOut`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReadOutLine {
    /// What it is.
    pub label: String,
    /// The number with its unit.
    pub value: String,
    /// The option it belongs to, for its colour.
    pub option: Option<OptionKind>,
    /// Whether a constraint excludes that option.
    pub excluded: bool,
    /// Where its mark lies, in CSS pixels from the top, if it is in view.
    pub y: Option<f64>,
}
