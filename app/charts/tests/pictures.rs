//! What holds for every chart at every size.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use charts::picture::{Lettering, Mark};
use charts::{ArticlePoint, ArticleSeries, Chart, Palette, QuadrantPoint, Role, Size, svg};

const SIZES: [Size; 4] =
    [Size::WIDE, Size::NARROW, Size { width: 320, height: 300 }, Size { width: 1_400, height: 700 }];

fn overlap(a: &Lettering, b: &Lettering) -> bool {
    let (a, b) = (a.extent(), b.extent());
    a.0 < b.2 - 0.01 && b.0 < a.2 - 0.01 && a.1 < b.3 - 0.01 && b.1 < a.3 - 0.01
}

#[test]
fn lettering_never_overlaps_and_stays_inside_the_picture() {
    for (name, chart) in common::all() {
        for size in SIZES {
            let picture = chart.picture(size);
            let lettering: Vec<&Lettering> = picture.lettering().collect();
            for (place, one) in lettering.iter().enumerate() {
                let (left, top, right, bottom) = one.extent();
                let (width, height) = (f64::from(size.width), f64::from(size.height));
                assert!(
                    left >= -0.01 && top >= -0.01 && right <= width + 0.01 && bottom <= height + 0.01,
                    "{name} at {size:?}: “{}” leaves the picture: {:?}",
                    one.text,
                    one.extent()
                );
                for other in &lettering[place + 1..] {
                    assert!(
                        !overlap(one, other),
                        "{name} at {size:?}: “{}” and “{}” overlap",
                        one.text,
                        other.text
                    );
                }
            }
        }
    }
}

#[test]
fn every_mark_lies_at_finite_coordinates_inside_the_picture() {
    for (name, chart) in common::all() {
        for size in SIZES {
            let (width, height) = (f64::from(size.width), f64::from(size.height));
            for mark in chart.picture(size).marks {
                let points = match &mark {
                    Mark::Rule(from, to, _) => vec![*from, *to],
                    Mark::Line(points, _) | Mark::Area(points, ..) => points.clone(),
                    Mark::Dot(centre, ..) | Mark::Ring(centre, ..) => vec![*centre],
                    Mark::Text(lettering) => vec![lettering.at],
                };
                for (x, y) in points {
                    assert!(
                        (-1.0..=width + 1.0).contains(&x) && (-1.0..=height + 1.0).contains(&y),
                        "{name} at {size:?}: {mark:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_title_is_a_finding_without_a_full_stop() {
    for (name, chart) in common::all() {
        let title = chart.title();
        assert!(title.starts_with(|first: char| first.is_uppercase()), "{name}: {title}");
        assert!(!title.ends_with('.') && !title.contains("NaN") && !title.contains("inf"), "{name}: {title}");
        assert!(title.chars().count() <= 170, "{name}: {title}");
    }
}

#[test]
fn every_table_is_rectangular() {
    for (name, chart) in common::all() {
        let table = chart.table();
        assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{name}");
    }
}

#[test]
fn every_stop_reads_out() {
    for (name, chart) in common::all() {
        for size in [Size::WIDE, Size::NARROW] {
            for (x, y) in chart.stops(size) {
                let read_out =
                    chart.read_out(size, x, y).unwrap_or_else(|| panic!("{name}: nothing at {x}, {y}"));
                assert!(!read_out.heading.is_empty() && !read_out.lines.is_empty(), "{name}");
                assert!((0.0..=f64::from(size.width)).contains(&read_out.x), "{name}");
            }
        }
    }
}

#[test]
fn far_from_the_data_nothing_is_read_out() {
    for (name, chart) in common::all() {
        assert_eq!(chart.read_out(Size::WIDE, -500.0, -500.0), None, "{name}");
    }
}

#[test]
fn an_svg_scales_and_follows_the_theme() {
    for (name, chart) in common::all() {
        let text = svg(&*chart, Size::WIDE).unwrap();
        assert!(text.starts_with("<svg class=\"chart-svg\"") && text.ends_with("</svg>"), "{name}");
        assert!(text.contains("viewBox=\"0 0 720 400\" role=\"img\" aria-label=\""), "{name}");
        let root = &text[..text.find('>').unwrap()];
        assert!(!root.contains(" width=") && !root.contains(" height="), "{name}: {root}");
        for absent in ["style=", " id=", "font-family", "NaN", "inf", "#"] {
            assert!(!text.contains(absent), "{name} contains {absent}");
        }
    }
}

#[test]
fn names_cannot_break_out_of_the_drawing() {
    let point = QuadrantPoint {
        label: "<script>alert(1)</script> \" & 中文".to_owned(),
        specificity: 0.5,
        requests_per_month: 1.0,
        option: None,
        href: None,
        is_current: true,
    };
    let text = svg(&common::quadrant(vec![point]), Size::NARROW).unwrap();
    assert!(!text.contains("<script"), "{text}");
}

#[test]
fn points_that_cannot_be_placed_are_left_out() {
    let point = |specificity: f64, requests_per_month: f64| QuadrantPoint {
        label: "x".to_owned(),
        specificity,
        requests_per_month,
        option: None,
        href: None,
        is_current: false,
    };
    let chart = common::quadrant(vec![
        point(f64::NAN, 1.0),
        point(0.5, f64::INFINITY),
        point(0.5, 0.0),
        point(0.5, -1.0),
        point(7.0, 1e300),
        point(-3.0, 1e-300),
    ]);
    assert_eq!(chart.table().rows.len(), 2);
    for size in SIZES {
        assert!(!chart.picture(size).marks.is_empty());
    }
}

#[test]
fn one_row_no_row_and_huge_numbers_are_drawn() {
    let point = |cost: f64| ArticlePoint {
        docs_per_month: 1e10,
        article_api_usd: cost,
        engine_api_usd: 0.0,
        article_slm_usd: cost,
        engine_slm_usd: cost,
    };
    for points in [vec![], vec![point(0.0)], vec![point(9e12)], vec![point(1e300)]] {
        let chart = Chart::ArticleSeries(ArticleSeries::new(points));
        for size in SIZES {
            assert!(svg(&chart, size).is_ok());
        }
    }
}

#[test]
fn a_canvas_that_has_no_size_yet_is_drawn_on_all_the_same() {
    for (name, chart) in common::all() {
        assert!(!chart.picture(Size { width: 0, height: 0 }).marks.is_empty(), "{name}");
    }
}

/// The contrast of WCAG 2.2 between two colours.
fn contrast(one: (u8, u8, u8), other: (u8, u8, u8)) -> f64 {
    let luminance = |(red, green, blue): (u8, u8, u8)| {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            if share <= 0.04045 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    };
    let (a, b) = (luminance(one), luminance(other));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn every_colour_that_letters_are_set_in_is_legible_in_both_themes() {
    for palette in [Palette::light(), Palette::dark()] {
        for role in Role::ALL {
            if matches!(role, Role::Line | Role::Surface) {
                continue;
            }
            let contrast = contrast(palette.colour(role), palette.colour(Role::Surface));
            assert!(contrast >= 4.5, "{role:?}: {contrast}");
        }
    }
}
