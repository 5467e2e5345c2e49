//! The npm packages of `end2end/`: the browser-test runner, and the wasm optimiser of the build.

use std::{path::PathBuf, process::Command, time::Instant};

use crate::{
    error::{Result, XtaskError},
    fingerprint::{Fingerprint, Memory},
    packages::{self, Install},
    process::{Show, Step},
    report,
    workspace::Workspace,
};

/// Limit for fetching the packages, in seconds. It takes 30 s on a slow machine.
const CI_LIMIT: u64 = 300;

/// Makes sure that `end2end/node_modules` is what the lock file says.
pub fn ensure(workspace: &Workspace, install: Install) -> Result<()> {
    let folder = workspace.end2end();
    let memory = Memory::of(&workspace.memory(), "npm");
    let fingerprint = Fingerprint::default()
        .tree(workspace.root(), "end2end/package.json")?
        .tree(workspace.root(), "end2end/package-lock.json")?
        .finish();
    if memory.knows(&fingerprint) && folder.join("node_modules/binaryen").is_dir() {
        report::skipped("npm packages", "as the lock file says");
        return Ok(());
    }
    if !packages::has_node() || install == Install::Forbidden {
        return Err(XtaskError::MissingPackage {
            needed_for: "Installing the npm packages of end2end".to_owned(),
            packages: "nodejs npm".to_owned(),
        });
    }
    let start = Instant::now();
    memory.forget();
    report::started("npm packages", "npm ci in end2end");
    let mut npm = Command::new("npm");
    npm.args(["ci", "--no-progress", "--loglevel=error"])
        .current_dir(&folder)
        // The browser comes from the system.
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    let tried = "Fetching the npm packages with `npm ci`";
    let finished = Step::new(npm, tried).within(CI_LIMIT).show(Show::Kept).run_to_any_end()?;
    if !finished.status.success() {
        eprint!("{}{}", finished.stdout, finished.stderr);
        return Err(XtaskError::Failed {
            tried: tried.to_owned(),
            status: crate::process::describe(finished.status),
        });
    }
    memory.learn(&fingerprint)?;
    report::done("npm packages", "as the lock file says", start.elapsed());
    Ok(())
}

/// The wasm optimiser of the npm package `binaryen`, as a JavaScript file for Node; or the reason
/// why there is none.
pub fn wasm_opt(workspace: &Workspace, install: Install) -> Result<PathBuf, String> {
    if !packages::has_node() {
        return Err("Node and npm are not installed".to_owned());
    }
    ensure(workspace, install).map_err(|error| error.with_causes())?;
    let script = workspace.end2end().join("node_modules/binaryen/bin/wasm-opt");
    if script.is_file() { Ok(script) } else { Err("the npm package binaryen has no wasm-opt".to_owned()) }
}
