//! `cargo xtask test`: every check, none stopping the next, and a count of all as the last line.

use std::{
    ffi::OsString,
    fmt::Write,
    panic::resume_unwind,
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use crate::{
    browser::{self, Scratch},
    error::{Result, XtaskError},
    lint, llama, model,
    packages::{self, Install},
    process::{self, Show, Step},
    report, serve,
    site::Site,
    tally::{self, Tally},
    wasm_target::WasmTarget,
    workspace::{Profile, Workspace},
};

/// A part of the checks, for `--only`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Part {
    /// Formatting, clippy (server, xtask, browser) and licences
    Lint,
    /// All tests written in Rust
    Rust,
    /// All journeys in a real browser
    Browser,
}

/// What ran so far, with its counts and times.
struct Course {
    total: Tally,
    lines: Vec<(String, Tally, Duration)>,
    interrupted: bool,
}

impl Course {
    /// Runs one check that passes or fails as a whole.
    fn check(&mut self, name: &str, run: impl FnOnce() -> Result<()>) -> bool {
        self.run(name, || run().map(|()| Tally::of(true))).is_some()
    }

    /// Runs one group of tests. `None` if it broke.
    fn run(&mut self, name: &str, run: impl FnOnce() -> Result<Tally>) -> Option<Tally> {
        self.produce(name, || run().map(|tally| (tally, tally)))
    }

    /// Runs one step that makes something later steps need. `None` if it broke, which counts as one
    /// failure.
    fn produce<T>(&mut self, name: &str, run: impl FnOnce() -> Result<(T, Tally)>) -> Option<T> {
        if self.interrupted {
            return None;
        }
        println!("\n{name}");
        let start = Instant::now();
        let (product, tally) = match run() {
            Ok((product, tally)) => (Some(product), tally),
            Err(error) => {
                self.interrupted = matches!(error, XtaskError::Interrupted);
                report::failed(name, &error.with_causes());
                (None, Tally::of(false))
            }
        };
        self.total.add(tally);
        self.lines.push((name.to_owned(), tally, start.elapsed()));
        product
    }

    fn summary(&self) -> String {
        let mut text = String::from("\n");
        for (name, tally, took) in &self.lines {
            let mark = if tally.failed == 0 { "ok    " } else { "FAILED" };
            // Writing to a string cannot fail.
            writeln!(text, "  {mark}  {name:<22} {:>28} {:>14}", tally.to_string(), report::seconds(*took))
                .ok();
        }
        text
    }
}

/// Runs the checks and prints the count. True if nothing failed.
pub fn test(workspace: &Workspace, only: Option<Part>, install: Install) -> Result<bool> {
    let wanted = |part| only.is_none_or(|only| only == part);
    let mut course = Course { total: Tally::default(), lines: Vec::new(), interrupted: false };
    thread::scope(|scope| {
        // Half of it is one compiler on one core, and the checks before leave one idle at times. Only where the target
        // is installed: two who install at once would be in each other's way.
        let is_ready = only.is_none() && WasmTarget::ensure(workspace, install).is_ok();
        let ahead = is_ready.then(|| scope.spawn(|| bundle(workspace, install)));
        if wanted(Part::Lint) {
            lints(workspace, &mut course, install);
        }
        if wanted(Part::Rust) || wanted(Part::Browser) {
            let scratch = Scratch::create()?;
            if wanted(Part::Rust) {
                rust(workspace, &mut course, &scratch, install);
            }
            if wanted(Part::Browser) {
                let site = || match ahead {
                    Some(ahead) => ahead.join().unwrap_or_else(|panic| resume_unwind(panic)),
                    None => bundle(workspace, install),
                };
                browser(workspace, &mut course, &scratch, install, site);
            }
        }
        Ok(())
    })?;
    print!("{}", course.summary());
    println!("{}", course.total);
    Ok(course.total.failed == 0 && !course.interrupted)
}

/// The bundle of the tests is the one that is shipped.
fn bundle(workspace: &Workspace, install: Install) -> Result<Site> {
    serve::build_site(workspace, Profile::Release, install)
}

/// One line with the versions of the tools, for logs that are read much later.
pub fn name_tools(workspace: &Workspace) {
    let mut versions = Vec::new();
    let mut node = Command::new("node");
    node.arg("--version");
    let tools = [
        ("", workspace.cargo(["--version"])),
        ("", workspace.cargo(["nextest", "--version"])),
        ("node ", node),
    ];
    for (name, command) in tools {
        // A tool that is not there is simply not named.
        let said = Step::new(command, "Asking a tool for its version").within(60).show(Show::Kept).run();
        let line = said.ok().and_then(|finished| finished.stdout.lines().next().map(str::to_owned));
        versions.extend(line.map(|line| format!("{name}{line}")));
    }
    println!("{}", versions.join(" · "));
}

fn lints(workspace: &Workspace, course: &mut Course, install: Install) {
    course.check("formatting", || lint::formatting(workspace));
    course.check("clippy, server", || lint::clippy_native(workspace));
    course.check("clippy, xtask", || lint::clippy_xtask(workspace));
    course.check("clippy, browser", || lint::clippy_wasm(workspace, install));
    if let Some(result) = lint::dependencies(workspace) {
        course.check("dependencies", || result);
    }
}

fn rust(workspace: &Workspace, course: &mut Course, scratch: &Scratch, install: Install) {
    course.run("Rust tests, server", || {
        packages::ensure_postgres(install)?;
        let model = (model::VARIABLE, OsString::from(model::ensure(install)?));
        let llama = (llama::VARIABLE, OsString::from(llama::ensure(install)?));
        packages::ensure_vulkan(install)?;
        let packages = lint::native_packages(workspace)?;
        let database = test_database(workspace, scratch)?;
        run_tests(workspace, &lint::select(&packages), &[database, cluster_folder(scratch), model, llama])
    });
    // Apart from the server's, whose side of Leptos the page's must not meet in one build.
    course.run("Rust tests, demo", || run_tests(workspace, &["--package", "demo"], &[]));
    course.run("Rust tests, xtask", || run_tests(workspace, &["--package", "xtask"], &[]));
}

/// Variable and value that give the tests a database cluster of their own. It lies in the scratch
/// folder and is ended together with it.
fn cluster_folder(scratch: &Scratch) -> (&'static str, OsString) {
    ("PARSIMONY_TEST_POSTGRES_DIR", scratch.path("tests").into())
}

/// Starts that cluster. The variable and value tell the tests where it is; each makes a database
/// for itself in it.
fn test_database(workspace: &Workspace, scratch: &Scratch) -> Result<(&'static str, OsString)> {
    let (variable, folder) = cluster_folder(scratch);
    let mut start = workspace.cargo([
        "run",
        "--quiet",
        "--package",
        "embedded-postgres",
        "--bin",
        "test-postgres",
        "url",
    ]);
    start.env(variable, folder);
    let finished = Step::new(start, "Starting a database for the tests").show(Show::Kept).run_to_any_end()?;
    let url = finished.stdout.lines().last().unwrap_or_default().trim();
    if !finished.status.success() || url.is_empty() {
        eprint!("{}", finished.stderr);
        return Err(XtaskError::Failed {
            tried: "Starting a database for the tests".to_owned(),
            status: process::describe(finished.status),
        });
    }
    Ok(("DATABASE_URL", url.into()))
}

/// Runs the tests of some packages, with cargo-nextest where it is installed.
fn run_tests(workspace: &Workspace, selection: &[&str], variables: &[(&str, OsString)]) -> Result<Tally> {
    let nextest = process::find_program("cargo-nextest").is_some();
    let mut command = if nextest {
        workspace.cargo(["nextest", "run", "--no-fail-fast", "--no-tests=pass", "--color=never"])
    } else {
        // Examples in the documentation are few and run as tests of their own; compiling each
        // apart would take longer than all other tests.
        workspace.cargo(["test", "--no-fail-fast", "--color=never", "--lib", "--bins", "--tests"])
    };
    command.args(selection).envs(variables.iter().map(|(name, value)| (name, value)));
    let finished = Step::new(command, "Running the Rust tests").show(Show::LiveAndKept).run_to_any_end()?;
    let reported = if nextest {
        tally::of_nextest(&finished.stderr).or_else(|| tally::of_nextest(&finished.stdout))
    } else {
        tally::of_cargo_test(&finished.stdout)
    };
    Ok(Tally::of_runner(reported, finished.status.success()))
}

/// The server as its own tests in Rust run it. Built by itself it would get what it stands on with fewer features, all of
/// it compiled once more.
fn tested_server(workspace: &Workspace) -> Result<PathBuf> {
    let packages = lint::native_packages(workspace)?;
    let mut cargo = workspace.cargo(["test", "--no-run", "--quiet"]);
    // One that runs the server, so that cargo builds it for it.
    cargo.args(lint::select(&packages)).args(["--test", "process"]);
    Step::new(cargo, "Compiling the server with cargo").run()?;
    Ok(workspace.target(Profile::Dev.folder()).join(serve::BINARY))
}

fn browser(
    workspace: &Workspace,
    course: &mut Course,
    scratch: &Scratch,
    install: Install,
    site: impl FnOnce() -> Result<Site>,
) {
    let site = course.produce("browser bundle", || site().map(|site| (site, Tally::of(true))));
    if let Some(site) = &site {
        course.check("first load", || browser::first_load(site));
        course.check("runtime load", || browser::runtime_load(site));
    }
    let binary =
        course.produce("server build", || tested_server(workspace).map(|binary| (binary, Tally::of(true))));
    if let (Some(site), Some(binary)) = (site, binary) {
        course.run("browser tests", || {
            crate::site::publish_hashes(workspace, Profile::Release, Profile::Dev)?;
            browser::playwright(workspace, &site, &binary, scratch, install)
        });
    }
}
