//! Checks of form: formatting, clippy for each compiler, licences.

use crate::{
    error::{Result, XtaskError},
    packages::Install,
    process::{self, Show, Step},
    report,
    wasm_target::WasmTarget,
    workspace::Workspace,
};

/// The packages of the workspace that run natively, apart from this one, as cargo lists them: all
/// but the browser's.
pub fn native_packages(workspace: &Workspace) -> Result<Vec<String>> {
    let metadata = workspace.cargo(["metadata", "--no-deps", "--format-version=1", "--offline"]);
    let finished = Step::new(metadata, "Asking cargo for the packages").within(60).show(Show::Kept).run()?;
    let metadata: serde_json::Value = serde_json::from_str(&finished.stdout)
        .map_err(|error| XtaskError::Finding(format!("cargo's list of packages cannot be read: {error}.")))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    Ok(packages
        .filter_map(|package| package["name"].as_str())
        .filter(|name| !matches!(*name, "frontend" | "xtask"))
        .map(str::to_owned)
        .collect())
}

/// Arguments that select the native packages with what the server makes of them: the same
/// features in every call, so that nothing is compiled twice.
pub fn select(packages: &[String]) -> Vec<&str> {
    let mut arguments: Vec<&str> = packages.iter().flat_map(|name| ["--package", name.as_str()]).collect();
    arguments.extend(["--features", "app/ssr,domain/evidence"]);
    arguments
}

/// Whether everything is formatted.
pub fn formatting(workspace: &Workspace) -> Result<()> {
    let fmt = workspace.cargo(["fmt", "--all", "--check"]);
    Step::new(fmt, "Checking the formatting with `cargo fmt --all --check`").run().map(drop)
}

/// Clippy on everything that runs on the server, tests and benchmarks included.
pub fn clippy_native(workspace: &Workspace) -> Result<()> {
    let packages = native_packages(workspace)?;
    let mut clippy = workspace.cargo(["clippy", "--all-targets"]);
    clippy.args(select(&packages)).args(["--", "-D", "warnings"]);
    Step::new(clippy, "Clippy on the server's code").run().map(drop)
}

/// Clippy on this program. Apart from the rest, whose dependencies would otherwise be built with
/// this program's features as well.
pub fn clippy_xtask(workspace: &Workspace) -> Result<()> {
    let clippy = workspace.cargo(["clippy", "--all-targets", "--package", "xtask", "--", "-D", "warnings"]);
    Step::new(clippy, "Clippy on xtask").run().map(drop)
}

/// Clippy on what runs in the browser.
pub fn clippy_wasm(workspace: &Workspace, install: Install) -> Result<()> {
    let target = WasmTarget::ensure(workspace, install)?;
    let mut clippy = target.clippy(workspace, install)?;
    clippy.args([
        "--package",
        "frontend",
        "--package",
        "slm",
        "--package",
        "app",
        "--features",
        "app/hydrate",
    ]);
    clippy.args(["--", "-D", "warnings"]);
    Step::new(clippy, "Clippy on the browser's code").run().map(drop)
}

/// Licences, sources and duplicates of dependencies, where cargo-deny is installed. `None` says
/// that it is not.
pub fn dependencies(workspace: &Workspace) -> Option<Result<()>> {
    if process::find_program("cargo-deny").is_none() {
        report::warning("dependencies", "licences not checked: cargo-deny is not installed");
        return None;
    }
    // The licence texts and sources are all local; only advisories would need a network.
    let deny = workspace.cargo(["deny", "--offline", "check", "licenses", "bans", "sources"]);
    Some(Step::new(deny, "Checking the dependencies with cargo-deny").run().map(drop))
}
