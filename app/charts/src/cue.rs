//! What tells options apart besides colour: a name, a dash pattern and a marker.

use crate::palette::Role;
use crate::picture::{Mark, Picture, Point, Stroke};
use domain::decision::OptionKind;

/// Marker of an option: the same shape at the end of its line and on the quadrant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Marker {
    /// ●
    Circle,
    /// ▲
    Triangle,
    /// ■
    Square,
    /// ◆
    Diamond,
    /// ⬢
    Hexagon,
    /// ✚
    Cross,
}

/// The marker of an option.
#[must_use]
pub const fn marker(option: OptionKind) -> Marker {
    match option {
        OptionKind::FrontierApi => Marker::Circle,
        OptionKind::SmallApi => Marker::Triangle,
        OptionKind::HostedOpenWeight => Marker::Square,
        OptionKind::SelfHostedSlm => Marker::Diamond,
        OptionKind::Hybrid => Marker::Hexagon,
        OptionKind::CpuEncoder => Marker::Cross,
    }
}

/// The dash pattern of an option, in px; empty for a solid line.
#[must_use]
pub const fn dash(option: OptionKind) -> &'static [f64] {
    match option {
        OptionKind::SelfHostedSlm => &[],
        OptionKind::FrontierApi => &[14.0, 4.0],
        OptionKind::SmallApi => &[7.0, 4.0],
        OptionKind::HostedOpenWeight => &[2.5, 3.5],
        OptionKind::Hybrid => &[10.0, 3.5, 2.5, 3.5],
        OptionKind::CpuEncoder => &[10.0, 3.0, 2.0, 3.0, 2.0, 3.0],
    }
}

/// The dash pattern of every excluded option, whichever it is.
pub const EXCLUDED_DASH: &[f64] = &[1.5, 4.0];

/// A short name for the end of a line, in one or two pieces that may stand above each other.
#[must_use]
pub const fn short_name(option: OptionKind) -> &'static [&'static str] {
    match option {
        OptionKind::FrontierApi => &["Frontier API"],
        OptionKind::SmallApi => &["Small API"],
        OptionKind::HostedOpenWeight => &["Hosted", "open-weight"],
        OptionKind::SelfHostedSlm => &["Self-hosted", "SLM"],
        OptionKind::Hybrid => &["Hybrid"],
        OptionKind::CpuEncoder => &["CPU encoder"],
    }
}

/// The option as the subject of a sentence.
#[must_use]
pub const fn in_sentence(option: OptionKind) -> &'static str {
    match option {
        OptionKind::FrontierApi => "the frontier API",
        OptionKind::SmallApi => "the small API",
        OptionKind::HostedOpenWeight => "the hosted open-weight model",
        OptionKind::SelfHostedSlm => "the self-hosted SLM",
        OptionKind::Hybrid => "the hybrid",
        OptionKind::CpuEncoder => "the CPU encoder",
    }
}

/// Corners of a marker round a point; empty for the circle, which has none.
#[must_use]
pub fn corners(marker: Marker, (x, y): Point, radius: f64) -> Vec<Point> {
    // Factors that give all shapes about the same area as the circle.
    let around = |shape: &[(f64, f64)], factor: f64| {
        shape.iter().map(|(dx, dy)| (x + dx * radius * factor, y + dy * radius * factor)).collect()
    };
    match marker {
        Marker::Circle => Vec::new(),
        Marker::Triangle => around(&[(0.0, -1.0), (0.95, 0.75), (-0.95, 0.75)], 1.2),
        Marker::Square => around(&[(-0.88, -0.88), (0.88, -0.88), (0.88, 0.88), (-0.88, 0.88)], 1.0),
        Marker::Diamond => around(&[(0.0, -1.0), (1.0, 0.0), (0.0, 1.0), (-1.0, 0.0)], 1.25),
        Marker::Hexagon => {
            around(&[(0.5, -0.87), (1.0, 0.0), (0.5, 0.87), (-0.5, 0.87), (-1.0, 0.0), (-0.5, -0.87)], 1.1)
        }
        Marker::Cross => {
            let arm = 0.36;
            around(
                &[
                    (-arm, -1.0),
                    (arm, -1.0),
                    (arm, -arm),
                    (1.0, -arm),
                    (1.0, arm),
                    (arm, arm),
                    (arm, 1.0),
                    (-arm, 1.0),
                    (-arm, arm),
                    (-1.0, arm),
                    (-1.0, -arm),
                    (-arm, -arm),
                ],
                1.15,
            )
        }
    }
}

/// Draws an option's marker with a gap of surface round it, so that it stays whole on lines and on others.
pub(crate) fn draw_marker(picture: &mut Picture, option: OptionKind, at: Point, radius: f64, opacity: f64) {
    let role = Role::Option(option);
    match marker(option) {
        Marker::Circle => {
            picture.add(Mark::Dot(at, radius + 1.25, Role::Surface, 1.0));
            picture.add(Mark::Dot(at, radius, role, opacity));
        }
        shape => {
            picture.add(Mark::Area(corners(shape, at, radius + 1.5), Role::Surface, 1.0));
            picture.add(Mark::Area(corners(shape, at, radius), role, opacity));
        }
    }
}

/// Draws an option's marker as an outline.
pub(crate) fn draw_hollow_marker(picture: &mut Picture, option: OptionKind, at: Point, radius: f64) {
    let role = Role::Option(option);
    match marker(option) {
        Marker::Circle => {
            picture.add(Mark::Dot(at, radius, Role::Surface, 1.0));
            picture.add(Mark::Ring(at, radius - 0.5, Stroke::solid(role, 1.5)));
        }
        shape => {
            picture.add(Mark::Area(corners(shape, at, radius), role, 1.0));
            picture.add(Mark::Area(corners(shape, at, radius - 1.75), Role::Surface, 1.0));
        }
    }
}
