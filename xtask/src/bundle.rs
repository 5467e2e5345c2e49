//! The browser module: compiled by cargo, given its JavaScript side by wasm-bindgen, made small
//! by wasm-opt. The results are parts; `site` gives them their public names.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use wasm_bindgen_cli_support::Bindgen;

use crate::{
    error::{Result, XtaskError},
    fingerprint::{self, Fingerprint, Memory},
    npm,
    packages::Install,
    process::Step,
    report,
    wasm_target::WasmTarget,
    workspace::{Profile, Workspace},
};

/// The package that becomes the browser module.
const PACKAGE: &str = "frontend";

/// The name the browser knows the module by: `parsimony.js`, `parsimony.wasm`, `parsimony.css`.
pub const NAME: &str = "parsimony";

/// Limit for wasm-opt, in seconds: 6 s for a small application, minutes would be a mistake.
const WASM_OPT_LIMIT: u64 = 300;

/// What rustc emits for the browser and every supported browser understands. Named one by one,
/// because `--all-features` would let the optimiser use what only some browsers have.
const WASM_FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Raise when this file changes what it makes out of the same inputs.
const RECIPE: &str = "bundle 1";

/// Where the parts of the site wait to be put together.
pub fn parts(workspace: &Workspace, profile: Profile) -> PathBuf {
    workspace.memory().join(profile.of_browser())
}

/// Builds the browser module unless its sources are those of last time.
pub fn build(workspace: &Workspace, target: &WasmTarget, profile: Profile, install: Install) -> Result<()> {
    let wasm_opt = match profile {
        // Half a minute of optimising is not worth it while developing.
        Profile::Dev => None,
        Profile::Release => npm::wasm_opt(workspace, install)
            .inspect_err(|reason| {
                report::warning("wasm-opt", &format!("left out, so the browser loads more: {reason}"));
            })
            .ok(),
    };
    let parts = parts(workspace, profile);
    let recipe = format!("{RECIPE} {} wasm-opt {}", profile.of_browser(), wasm_opt.is_some());
    let sources = Memory::of(&parts, "sources");
    let sources_now = source_fingerprint(workspace, target, &recipe)?;
    if sources.knows(&sources_now) && is_complete(&parts) {
        report::skipped("browser code", "sources unchanged");
        return Ok(());
    }

    let start = Instant::now();
    report::started("browser code", &format!("cargo build -p {PACKAGE}, profile {}", profile.of_browser()));
    let mut cargo = target.cargo(workspace, "build");
    cargo.args(["--package", PACKAGE, "--lib", "--profile", profile.of_browser()]);
    Step::new(cargo, "Compiling for the browser with cargo").run()?;
    report::done("browser code", "compiled", start.elapsed());

    let compiled = WasmTarget::output(workspace, profile.of_browser(), PACKAGE);
    let module = fs::read(&compiled).map_err(XtaskError::file("read", &compiled))?;
    let modules = Memory::of(&parts, "module");
    let module_now = Fingerprint::default().text(&recipe).text(&fingerprint::content_hash(&module)).finish();
    if modules.knows(&module_now) && is_complete(&parts) {
        report::skipped("browser module", "the compiler's output is unchanged");
    } else {
        modules.forget();
        process_module(&compiled, &parts, wasm_opt.as_deref(), module.len() as u64)?;
        modules.learn(&module_now)?;
    }
    sources.learn(&sources_now)
}

fn source_fingerprint(workspace: &Workspace, target: &WasmTarget, recipe: &str) -> Result<String> {
    let mut fingerprint = Fingerprint::default().text(recipe).text(&target.version(workspace)?);
    for input in ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "app", "frontend"] {
        fingerprint = fingerprint.tree(workspace.root(), input)?;
    }
    Ok(fingerprint.finish())
}

fn is_complete(parts: &Path) -> bool {
    parts.join(format!("{NAME}.js")).is_file() && parts.join(format!("{NAME}.wasm")).is_file()
}

/// wasm-bindgen, then wasm-opt.
fn process_module(compiled: &Path, parts: &Path, wasm_opt: Option<&Path>, compiled_size: u64) -> Result<()> {
    let start = Instant::now();
    let bound = parts.join("bindgen");
    // Snippets of an earlier build must not stay.
    if bound.exists() {
        fs::remove_dir_all(&bound).map_err(XtaskError::file("remove", &bound))?;
    }
    let bindgen_error = |error| XtaskError::Bindgen(format!("{error:#}"));
    Bindgen::new()
        .input_path(compiled)
        .out_name(NAME)
        .web(true)
        .map_err(bindgen_error)?
        .typescript(false)
        .remove_producers_section(true)
        // The page names the module itself, by its hashed name.
        .omit_default_module_path(true)
        .generate(&bound)
        .map_err(bindgen_error)?;

    let unoptimised = bound.join(format!("{NAME}_bg.wasm"));
    let optimised = parts.join(format!("{NAME}.wasm"));
    match wasm_opt {
        Some(script) => optimise(script, &unoptimised, &optimised)?,
        None => copy(&unoptimised, &optimised)?,
    }
    copy(&bound.join(format!("{NAME}.js")), &parts.join(format!("{NAME}.js")))?;

    let size = |path: &Path| path.metadata().map_or(0, |metadata| metadata.len());
    report::done(
        "browser module",
        &format!(
            "{} compiled, {} after wasm-bindgen, {} after wasm-opt",
            report::size(compiled_size),
            report::size(size(&unoptimised)),
            if wasm_opt.is_some() { report::size(size(&optimised)) } else { "not run".to_owned() }
        ),
        start.elapsed(),
    );
    Ok(())
}

fn optimise(script: &Path, input: &Path, output: &Path) -> Result<()> {
    let mut node = Command::new("node");
    node.arg(script).arg("-Oz").args(WASM_FEATURES).arg(input).arg("-o").arg(output);
    Step::new(node, "Making the browser module smaller with wasm-opt").within(WASM_OPT_LIMIT).run()?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).map(drop).map_err(XtaskError::file("write", to))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// wasm-bindgen refuses a module made by any other version of itself.
    #[test]
    fn the_wasm_bindgen_library_and_tool_have_the_same_version() {
        let lock = fs::read_to_string(Workspace::find().unwrap().path("Cargo.lock")).unwrap();
        let version = |name: &str| {
            let entry = format!("name = \"{name}\"\nversion = \"");
            let rest = lock.split_once(&entry).unwrap().1;
            rest.split('"').next().unwrap().to_owned()
        };
        assert_eq!(version("wasm-bindgen"), version("wasm-bindgen-cli-support"));
    }
}
