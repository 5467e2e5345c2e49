//! `cargo xtask bench slm`: the small-model runtime beside its peers, wllama in the same browser and llama.cpp on the
//! same machine.

mod native;
mod samples;
mod table;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use serde_json::{Value, json};

use crate::{
    error::{Result, XtaskError},
    llama, model, npm,
    packages::{self, Install},
    process::Step,
    report, serve,
    workspace::{Profile, Workspace},
};

/// Names the folder of a built site, to measure its files instead.
const SITE: &str = "PARSIMONY_BENCH_SITE";

/// How often each side is measured.
const ROUNDS: &str = "PARSIMONY_BENCH_ROUNDS";

/// Rounds unless told otherwise. The median of fewer moves with every accident.
const DEFAULT_ROUNDS: u32 = 5;

/// The prompts, which all sides are given.
const CASES: &str = "end2end/bench/cases.json";

/// All that was measured, in the target folder.
const RESULTS: &str = "slm-bench.json";

/// Limit for all rounds in the browser, in seconds. A round of all sides takes three minutes on two cores, sorting
/// messages another six.
const BROWSER_LIMIT: u64 = 2 * 3600;

/// Cores that others may keep busy without the figures meaning little.
const QUIET: f64 = 0.2;

/// How long the machine is watched for that.
const WATCH: Duration = Duration::from_secs(2);

/// Measures everything, writes it down and shows the medians.
///
/// # Errors
/// When something cannot be set up or fails, and when two sides did not do the same work; then everything has been
/// written down and shown before.
pub fn run(workspace: &Workspace) -> Result<()> {
    let rounds = rounds()?;
    packages::ensure_node(Install::Allowed)?;
    packages::ensure_vulkan(Install::Allowed)?;
    let chromium = packages::ensure_chromium(Install::Allowed)?;
    let model = absolute(&model::ensure(Install::Allowed)?)?;
    let llama = llama::ensure(Install::Allowed)?;
    npm::ensure(workspace, Install::Allowed)?;
    let site = match env::var_os(SITE).filter(|name| !name.is_empty()) {
        Some(name) => absolute(Path::new(&name))?,
        None => serve::build_site(workspace, Profile::Release, Install::Allowed)?.root,
    };
    let ours = native::build(workspace)?;

    let machine = machine();
    if let Some(busy) = machine["busy_cores_before"].as_f64().filter(|busy| *busy > QUIET) {
        let warning =
            format!("others keep {busy:.1} cores busy: the figures will be worse than they could be");
        report::warning("machine", &warning);
    }
    let cases = workspace.path(CASES);
    let native = native::measure(&native::Sides { ours, llama, model: &model, cases: &cases }, rounds)?;
    let browser = in_browser(workspace, &chromium, &site, &model, rounds)?;
    let results = json!({ "machine": machine, "rounds": rounds, "browser": browser, "native": native });

    let file = workspace.target(RESULTS);
    let text = serde_json::to_string_pretty(&results).unwrap_or_default();
    fs::write(&file, text).map_err(XtaskError::file("write", &file))?;
    print!("{}", table::of(&results));
    println!("  All rounds are in {}", file.display());
    table::same_work(&results)
}

fn rounds() -> Result<u32> {
    let Some(given) = env::var_os(ROUNDS).filter(|value| !value.is_empty()) else {
        return Ok(DEFAULT_ROUNDS);
    };
    let number = given.to_str().and_then(|text| text.parse().ok()).filter(|number| *number > 0);
    number.ok_or_else(|| {
        XtaskError::Finding(format!("{ROUNDS} must be a number of rounds, such as {DEFAULT_ROUNDS}."))
    })
}

/// A path seen from the folder that this program was called in: what it calls runs in others.
fn absolute(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(XtaskError::file("find", path))
}

/// Our side and wllama in Chromium.
fn in_browser(
    workspace: &Workspace,
    chromium: &Path,
    site: &Path,
    model: &Path,
    rounds: u32,
) -> Result<Value> {
    let out = workspace.memory().join("slm-browser.json");
    fs::create_dir_all(workspace.memory()).map_err(XtaskError::file("create", &workspace.memory()))?;
    fs::remove_file(&out).ok();
    let mut node = Command::new("node");
    node.current_dir(workspace.end2end()).env("CHROMIUM_PATH", chromium).arg("bench/slm.mjs");
    node.arg("--site").arg(site).arg("--model").arg(model).arg("--out").arg(&out);
    node.args(["--rounds", &rounds.to_string()]);
    Step::new(node, "Measuring in the browser").within(BROWSER_LIMIT).run()?;
    let text = fs::read_to_string(&out).map_err(XtaskError::file("read", &out))?;
    read(&text, "in the browser")
}

/// What a part printed or wrote.
fn read(text: &str, what: &str) -> Result<Value> {
    serde_json::from_str(text)
        .map_err(|error| XtaskError::Finding(format!("What was measured {what} cannot be read ({error}).")))
}

/// The machine, as Linux describes it, and what it does before anything is measured.
fn machine() -> Value {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let ticks = || ticks(&fs::read_to_string("/proc/stat").unwrap_or_default());
    let before = ticks();
    thread::sleep(WATCH);
    let busy = before.zip(ticks()).and_then(|(before, after)| {
        let passed = [after[0] - before[0], after[1] - before[1]];
        (passed[1] > 0.0).then(|| passed[0] / passed[1] * cores as f64)
    });
    json!({ "cpu": processor(&info), "cores": cores, "busy_cores_before": busy })
}

/// Ticks of all processors since the start, out of `/proc/stat`: those with work, and all.
fn ticks(stat: &str) -> Option<[f64; 2]> {
    let line = stat.lines().find(|line| line.starts_with("cpu "))?;
    // user, nice, system, idle, waiting for a disk, interrupts (twice), stolen; what guests use is part of user.
    let all: Vec<f64> =
        line.split_whitespace().skip(1).take(8).map_while(|number| number.parse().ok()).collect();
    let sum: f64 = all.iter().sum();
    Some([sum - all.get(3)? - all.get(4)?, sum])
}

/// The name of the first processor of `/proc/cpuinfo`.
fn processor(info: &str) -> &str {
    let model =
        info.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == "model name");
    model.map_or("unknown processor", |(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named_as_linux_names_it() {
        assert_eq!(
            processor("processor\t: 0\nmodel name\t: Fast 3000: X\nmodel name\t: Other\n"),
            "Fast 3000: X"
        );
        assert_eq!(processor("Processor: none of the kind\n"), "unknown processor");
    }

    #[test]
    fn idle_time_is_no_work() {
        let stat = "cpu  10 1 4 80 5 0 0 0 3 0\ncpu0 5 0 2 40 2 0 0 0 0 0\n";
        assert_eq!(ticks(stat), Some([15.0, 100.0]));
        assert_eq!(ticks("intr 1\n"), None);
    }
}
