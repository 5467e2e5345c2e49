//! `cargo xtask bench`: measures, and prints the figures of each suite in one table.

use std::{fs, path::Path, time::SystemTime};

use serde_json::Value;

use crate::{
    error::{Result, XtaskError},
    fingerprint,
    process::Step,
    slm_bench, web_bench,
    workspace::Workspace,
};

/// What runs a suite and prints what it measured.
type Suite = fn(&Workspace) -> Result<()>;

/// The benchmark suites by name. Add further ones here.
const SUITES: [(&str, Suite); 3] = [("domain", domain), ("web", web_bench::run), ("slm", slm_bench::run)];

/// One measured benchmark. Times are nanoseconds per iteration.
#[derive(Debug, PartialEq)]
struct Measured {
    name: String,
    median: f64,
    low: f64,
    high: f64,
}

/// Names of all suites, for the help text and for errors.
pub fn suite_names() -> Vec<&'static str> {
    SUITES.iter().map(|(name, _)| *name).collect()
}

/// Runs one suite, or all of them one after the other.
pub fn bench(workspace: &Workspace, only: Option<&str>) -> Result<()> {
    let mut ran = false;
    for (name, suite) in SUITES {
        if only.is_none_or(|only| only == name) {
            suite(workspace)?;
            ran = true;
        }
    }
    if ran {
        return Ok(());
    }
    Err(XtaskError::Finding(format!(
        "There is no benchmark suite `{}`; there is {}.",
        only.unwrap_or_default(),
        suite_names().join(", ")
    )))
}

/// The engine's benchmarks, which Criterion runs.
fn domain(workspace: &Workspace) -> Result<()> {
    let start = SystemTime::now();
    let cargo = workspace.cargo(["bench", "--package", "domain-bench"]);
    Step::new(cargo, "The benchmarks of domain").run()?;
    print!("{}", table(&estimates(&workspace.target("criterion"), start)?));
    Ok(())
}

/// What Criterion wrote since `start`: results of other suites or older runs do not count.
fn estimates(folder: &Path, start: SystemTime) -> Result<Vec<Measured>> {
    let mut found = Vec::new();
    for file in fingerprint::files_below(folder)? {
        let is_new = file.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|time| time >= start);
        if !is_new || !file.ends_with("new/estimates.json") {
            continue;
        }
        let text = fs::read_to_string(&file).map_err(XtaskError::file("read", &file))?;
        let name = file.parent().and_then(Path::parent).and_then(|path| path.strip_prefix(folder).ok());
        if let Some(name) = name
            && let Some(measured) = parse(&name.display().to_string(), &text)
        {
            found.push(measured);
        }
    }
    Ok(found)
}

fn parse(name: &str, estimates: &str) -> Option<Measured> {
    let estimates: Value = serde_json::from_str(estimates).ok()?;
    let median = &estimates["median"];
    Some(Measured {
        name: name.to_owned(),
        median: median["point_estimate"].as_f64()?,
        low: median["confidence_interval"]["lower_bound"].as_f64()?,
        high: median["confidence_interval"]["upper_bound"].as_f64()?,
    })
}

fn table(measured: &[Measured]) -> String {
    let width = measured.iter().map(|row| row.name.chars().count()).max().unwrap_or_default().max(9);
    let mut text = format!("\n{:<width$}  {:>10}  {:>24}\n", "benchmark", "median", "95% confidence");
    for row in measured {
        let interval = format!("{} to {}", time(row.low), time(row.high));
        text.push_str(&format!("{:<width$}  {:>10}  {interval:>24}\n", row.name, time(row.median)));
    }
    text
}

/// Nanoseconds with a fitting unit, to three significant figures.
fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        ns if ns < 1e3 => (ns, "ns"),
        ns if ns < 1e6 => (ns / 1e3, "µs"),
        ns if ns < 1e9 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    let decimals = if value < 9.995 {
        2
    } else if value < 99.95 {
        1
    } else {
        0
    };
    format!("{value:.decimals$} {unit}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const ESTIMATES: &str = r#"{"mean": {"point_estimate": 50000.0},
        "median": {"confidence_interval": {"confidence_level": 0.95, "lower_bound": 48000.5, "upper_bound": 51000.0},
                   "point_estimate": 49123.4, "standard_error": 100.0}}"#;

    #[test]
    fn medians_are_read_and_shown_with_three_figures() {
        let measured = parse("decide/one", ESTIMATES).unwrap();
        assert_eq!(measured.median.to_bits(), 49123.4_f64.to_bits());
        let table = table(&[measured]);
        assert!(table.contains("decide/one     49.1 µs        48.0 µs to 51.0 µs"), "{table}");
    }

    #[test]
    fn units_fit() {
        assert_eq!(time(812.4), "812 ns");
        assert_eq!(time(1_234.0), "1.23 µs");
        assert_eq!(time(499_600_000.0), "500 ms");
        assert_eq!(time(2.5e9), "2.50 s");
    }

    #[test]
    fn other_json_is_no_estimate() {
        assert!(parse("x", "{}").is_none() && parse("x", "nothing").is_none());
    }
}
