//! SVG text through plotters, small enough to be part of every page.
//!
//! plotters' own SVG backend writes one element with a dozen attributes for every dash and knows whole
//! pixels and fixed colours only. This one joins neighbouring strokes of one style into a single path,
//! keeps tenths of a pixel, and writes colours as CSS variables so that the picture follows the page's
//! theme. Lettering inherits the page's font.

use crate::palette::{Palette, Rgb, role_of};
use crate::size::Size;
use crate::{ChartError, Figure};
use plotters::drawing::IntoDrawingArea;
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};
use std::convert::Infallible;
use std::fmt::Write as _;

/// Steps in a CSS pixel.
const STEPS: u32 = 10;

/// A chart as an `<svg>` element that scales to the width it is given, in the colours of the page.
///
/// # Errors
/// [`ChartError::Drawing`]; writing into memory does not fail in practice.
pub fn svg(chart: &dyn Figure, size: Size) -> Result<String, ChartError> {
    let picture = chart.picture(size.at_least_legible());
    let mut body = String::new();
    {
        let size = (picture.size.width * STEPS, picture.size.height * STEPS);
        let area = SvgBackend { out: &mut body, size, stroke: None }.into_drawing_area();
        picture.draw(&area, &Palette::css_variables())?;
        area.present().map_err(|error| ChartError::Drawing(Box::new(error)))?;
    }
    let mut text = String::with_capacity(body.len() + 256);
    text.push_str(r#"<svg class="chart-svg" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 "#);
    let _ = write!(text, "{} {}\" role=\"img\" aria-label=\"", picture.size.width, picture.size.height);
    escape(&chart.title(), &mut text);
    text.push_str("\" fill=\"none\" stroke-linejoin=\"round\">");
    text.push_str(&body);
    text.push_str("</svg>");
    Ok(text)
}

struct SvgBackend<'a> {
    out: &'a mut String,
    size: (u32, u32),
    stroke: Option<OpenPath>,
}

/// A path that the next strokes of the same style join.
struct OpenPath {
    rgb: Rgb,
    alpha: f64,
    width: u32,
    crisp: bool,
    data: String,
}

impl SvgBackend<'_> {
    fn add_stroke(
        &mut self,
        colour: BackendColor,
        width: u32,
        crisp: bool,
        points: impl Iterator<Item = BackendCoord>,
    ) {
        let same = self.stroke.as_ref().is_some_and(|open| {
            open.rgb == colour.rgb
                && open.alpha.total_cmp(&colour.alpha).is_eq()
                && open.width == width
                && open.crisp == crisp
        });
        if !same {
            self.close_path();
        }
        let open = self.stroke.get_or_insert_with(|| OpenPath {
            rgb: colour.rgb,
            alpha: colour.alpha,
            width,
            crisp,
            data: String::new(),
        });
        path_data(points, &mut open.data);
    }

    fn close_path(&mut self) {
        let Some(path) = self.stroke.take() else { return };
        self.out.push_str("<path d=\"");
        self.out.push_str(&path.data);
        self.out.push_str("\" stroke=\"");
        paint(path.rgb, self.out);
        let _ = write!(self.out, "\" stroke-width=\"{}\"", Tenths(path.width.cast_signed()));
        if path.alpha < 1.0 {
            let _ = write!(self.out, " stroke-opacity=\"{}\"", path.alpha);
        }
        if path.crisp {
            self.out.push_str(" shape-rendering=\"crispEdges\"");
        }
        self.out.push_str("/>");
    }

    fn fill(&mut self, colour: BackendColor) {
        self.out.push_str(" fill=\"");
        paint(colour.rgb, self.out);
        self.out.push('"');
        if colour.alpha < 1.0 {
            let _ = write!(self.out, " fill-opacity=\"{}\"", colour.alpha);
        }
        self.out.push_str("/>");
    }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

impl DrawingBackend for SvgBackend<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        self.close_path();
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.close_path();
        let _ = write!(self.out, "<path d=\"M{} {}h.1v.1h-.1z\"", Tenths(x), Tenths(y));
        self.fill(colour);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.add_stroke(style.color(), style.stroke_width(), true, [from, to].into_iter());
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        self.add_stroke(style.color(), style.stroke_width(), false, path.into_iter());
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        (x, y): BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.close_path();
        let radius = Tenths(radius.cast_signed());
        let _ = write!(self.out, "<circle cx=\"{}\" cy=\"{}\" r=\"{radius}\"", Tenths(x), Tenths(y));
        if fill {
            self.fill(style.color());
        } else {
            self.out.push_str(" stroke=\"");
            paint(style.color().rgb, self.out);
            let _ = write!(self.out, "\" stroke-width=\"{}\"", Tenths(style.stroke_width().cast_signed()));
            if style.color().alpha < 1.0 {
                let _ = write!(self.out, " stroke-opacity=\"{}\"", style.color().alpha);
            }
            self.out.push_str("/>");
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.close_path();
        self.out.push_str("<path d=\"");
        path_data(corners.into_iter(), self.out);
        self.out.push_str("z\"");
        self.fill(style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, (x, y): BackendCoord) -> Drawn {
        self.close_path();
        let tenths_of_size = style.size();
        // Baselines: `dominant-baseline` is read differently by different browsers, an offset is not.
        let drop = match style.anchor().v_pos {
            VPos::Top => 0.76,
            VPos::Center => 0.36,
            VPos::Bottom => -0.2,
        };
        #[expect(clippy::cast_possible_truncation, reason = "a part of a font size")]
        let baseline = y + libm::round(tenths_of_size * drop) as i32;
        #[expect(clippy::cast_possible_truncation, reason = "a font size")]
        let size = libm::round(tenths_of_size) as i32;
        let _ = write!(
            self.out,
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"",
            Tenths(x),
            Tenths(baseline),
            Tenths(size)
        );
        match style.anchor().h_pos {
            HPos::Left => {}
            HPos::Center => self.out.push_str(" text-anchor=\"middle\""),
            HPos::Right => self.out.push_str(" text-anchor=\"end\""),
        }
        match style.style() {
            FontStyle::Normal => {}
            FontStyle::Bold => self.out.push_str(" font-weight=\"600\""),
            slanted => {
                let _ = write!(self.out, " font-style=\"{}\"", slanted.as_str());
            }
        }
        let turn = match style.transform() {
            FontTransform::None => 0,
            FontTransform::Rotate90 => 90,
            FontTransform::Rotate180 => 180,
            FontTransform::Rotate270 => 270,
        };
        if turn != 0 {
            let _ = write!(self.out, " transform=\"rotate({turn} {} {})\"", Tenths(x), Tenths(y));
        }
        self.out.push_str(" fill=\"");
        paint(style.color().rgb, self.out);
        self.out.push_str("\">");
        escape(text, self.out);
        self.out.push_str("</text>");
        Ok(())
    }
}

/// Steps written as CSS pixels.
struct Tenths(i32);

impl std::fmt::Display for Tenths {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let steps = STEPS.cast_signed();
        let (whole, rest) = (self.0.abs() / steps, self.0.abs() % steps);
        let sign = if self.0 < 0 { "-" } else { "" };
        if rest == 0 { write!(f, "{sign}{whole}") } else { write!(f, "{sign}{whole}.{rest}") }
    }
}

fn path_data(points: impl Iterator<Item = BackendCoord>, out: &mut String) {
    for (place, (x, y)) in points.enumerate() {
        let _ = write!(out, "{}{} {}", if place == 0 { 'M' } else { 'L' }, Tenths(x), Tenths(y));
    }
}

fn paint(rgb: Rgb, out: &mut String) {
    let _ = match role_of(rgb) {
        Some(role) => write!(out, "var({})", role.css_name()),
        None => write!(out, "#{:02x}{:02x}{:02x}", rgb.0, rgb.1, rgb.2),
    };
}

/// Text as it may stand in an element or between double quotes. Control characters have no place in XML.
fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            control if control.is_control() => out.push(' '),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tenths_are_written_briefly() {
        let texts: Vec<String> =
            [0, 5, 10, -3, -27, 7_200].iter().map(|steps| Tenths(*steps).to_string()).collect();
        assert_eq!(texts, ["0", "0.5", "1", "-0.3", "-2.7", "720"]);
    }

    #[test]
    fn markup_in_names_stays_text() {
        let mut out = String::new();
        escape("<b> & \"x\"\u{0}", &mut out);
        assert_eq!(out, "&lt;b&gt; &amp; &quot;x&quot; ");
    }
}
