//! Writes every chart at both sizes into one page per theme, to be looked at:
//! `cargo run -p charts --features svg --example gallery -- <folder>`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../tests/common/mod.rs"]
mod common;

use charts::{Palette, Role, Size, svg};
use std::fmt::Write as _;
use std::path::PathBuf;

fn main() {
    let folder = PathBuf::from(std::env::args().nth(1).expect("the folder to write to"));
    std::fs::create_dir_all(&folder).expect("the folder can be made");
    let charts = common::all();
    for (theme, palette) in [("light", Palette::light()), ("dark", Palette::dark())] {
        let mut variables = String::new();
        for role in Role::ALL {
            let (red, green, blue) = palette.colour(role);
            let _ = write!(variables, "{}:rgb({red},{green},{blue});", role.css_name());
        }
        for (name, chart) in &charts {
            let page = format!(
                "<!doctype html><meta charset=utf-8><style>@font-face{{font-family:Inter;src:url(inter-latin.woff2)}}\
                 :root{{{variables}}}body{{margin:0;padding:16px;background:var(--chart-surface);color:var(--chart-ink);\
                 font-family:Inter,sans-serif;font-variant-numeric:tabular-nums;display:flex;gap:24px;align-items:start}}\
                 h3{{font-size:16px;margin:0 0 8px}}.wide{{width:720px}}.narrow{{width:358px}}svg{{display:block;width:100%}}</style>\
                 <div class=wide><h3>{title}</h3>{wide}</div><div class=narrow><h3>{title}</h3>{narrow}</div>",
                title = chart.title(),
                wide = svg(&**chart, Size::WIDE).expect("memory can be written to"),
                narrow = svg(&**chart, Size::NARROW).expect("memory can be written to"),
            );
            std::fs::write(folder.join(format!("{name}.{theme}.html")), page)
                .expect("the page can be written");
        }
    }
    for (name, chart) in &charts {
        println!(
            "{name}: {} ({} bytes)",
            chart.title(),
            svg(&**chart, Size::WIDE).map_or(0, |text| text.len())
        );
    }
}
