//! The browser modules: compiled by cargo, given their JavaScript side by wasm-bindgen, made small
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

/// The name the browser knows the main module by: `parsimony.js`, `parsimony.wasm`, `parsimony.css`.
pub const NAME: &str = "parsimony";

/// A package that becomes a module, and the name the browser knows it by.
#[derive(Debug, Clone, Copy)]
pub struct Module {
    package: &'static str,
    /// Name of its files, without their endings.
    pub name: &'static str,
}

/// What every live page loads.
pub const MAIN: Module = Module { package: "frontend", name: NAME };

/// What the demo's page loads.
pub const DEMO: Module = Module { package: "demo", name: "demo" };

/// The modules of pages. They are compiled in one call, which builds what they share once.
const MODULES: [Module; 2] = [MAIN, DEMO];

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
const RECIPE: &str = "bundle 2";

/// How a compiled module is made small.
#[derive(Debug, Clone, Copy)]
pub struct Optimising<'a> {
    /// wasm-opt; without it the module stays as it is.
    pub wasm_opt: Option<&'a Path>,
    /// What counts: `-Oz` for size, `-O3` for speed.
    pub level: &'a str,
    /// What the browsers that get this module understand besides [`WASM_FEATURES`].
    pub features: &'a [&'a str],
}

/// Where the parts of the site wait to be put together.
pub fn parts(workspace: &Workspace, profile: Profile) -> PathBuf {
    workspace.memory().join(profile.of_browser())
}

/// wasm-opt, where it pays: half a minute of optimising is not worth it while developing.
pub fn wasm_opt(workspace: &Workspace, profile: Profile, install: Install) -> Option<PathBuf> {
    if profile == Profile::Dev {
        return None;
    }
    npm::wasm_opt(workspace, install)
        .inspect_err(|reason| {
            report::warning("wasm-opt", &format!("left out, so the browser loads more: {reason}"));
        })
        .ok()
}

/// Builds the modules of pages unless their sources are those of last time.
pub fn build(
    workspace: &Workspace,
    target: &WasmTarget,
    profile: Profile,
    wasm_opt: Option<&Path>,
) -> Result<()> {
    let parts = parts(workspace, profile);
    let recipe = format!("{RECIPE} {} wasm-opt {}", profile.of_browser(), wasm_opt.is_some());
    let sources = Memory::of(&parts, "sources");
    let sources_now = source_fingerprint(workspace, target, &recipe)?;
    if sources.knows(&sources_now) && MODULES.iter().all(|module| is_complete(&parts, module.name)) {
        report::skipped("browser code", "sources unchanged");
        return Ok(());
    }

    let start = Instant::now();
    let packages = MODULES.map(|module| module.package);
    report::started(
        "browser code",
        &format!("cargo build of {}, profile {}", packages.join(" and "), profile.of_browser()),
    );
    let mut cargo = target.cargo(workspace, "build");
    cargo.args(packages.iter().flat_map(|package| ["--package", package]));
    cargo.args(["--lib", "--profile", profile.of_browser()]);
    Step::new(cargo, "Compiling for the browser with cargo").run()?;
    report::done("browser code", "compiled", start.elapsed());

    for module in MODULES {
        let compiled = WasmTarget::output(workspace, profile.of_browser(), module.package);
        let optimising = Optimising { wasm_opt, level: "-Oz", features: &[] };
        make(&compiled, &parts, module.name, &recipe, optimising)?;
    }
    sources.learn(&sources_now)
}

fn source_fingerprint(workspace: &Workspace, target: &WasmTarget, recipe: &str) -> Result<String> {
    let mut fingerprint = Fingerprint::default().text(recipe).text(&target.version(workspace)?);
    let inputs = [
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "app",
        "frontend/Cargo.toml",
        "frontend/src",
        "frontend/demo",
        "frontend/slm/messages",
    ];
    for input in inputs {
        fingerprint = fingerprint.tree(workspace.root(), input)?;
    }
    Ok(fingerprint.finish())
}

/// Whether a module's parts are there.
pub fn is_complete(parts: &Path, name: &str) -> bool {
    parts.join(format!("{name}.js")).is_file() && parts.join(format!("{name}.wasm")).is_file()
}

/// JavaScript that Rust crates bring along for a module, if any does.
pub fn snippets(parts: &Path, name: &str) -> PathBuf {
    parts.join("bindgen").join(name).join("snippets")
}

/// Makes the parts of a module out of what the compiler left, unless that is what it was last time.
pub fn make(
    compiled: &Path,
    parts: &Path,
    name: &str,
    recipe: &str,
    optimising: Optimising<'_>,
) -> Result<()> {
    let code = fs::read(compiled).map_err(XtaskError::file("read", compiled))?;
    let memory = Memory::of(parts, name);
    let now = Fingerprint::default().text(recipe).text(&fingerprint::content_hash(&code)).finish();
    if memory.knows(&now) && is_complete(parts, name) {
        report::skipped(name, "the compiler's output is unchanged");
        return Ok(());
    }
    memory.forget();
    process(compiled, parts, name, optimising, code.len() as u64)?;
    memory.learn(&now)
}

/// wasm-bindgen, then wasm-opt.
fn process(
    compiled: &Path,
    parts: &Path,
    name: &str,
    optimising: Optimising<'_>,
    compiled_size: u64,
) -> Result<()> {
    let start = Instant::now();
    let bound = parts.join("bindgen").join(name);
    // Snippets of an earlier build must not stay.
    if bound.exists() {
        fs::remove_dir_all(&bound).map_err(XtaskError::file("remove", &bound))?;
    }
    let bindgen_error = |error| XtaskError::Bindgen(format!("{error:#}"));
    Bindgen::new()
        .input_path(compiled)
        .out_name(name)
        .web(true)
        .map_err(bindgen_error)?
        .typescript(false)
        .remove_producers_section(true)
        // Whoever loads the module names it, by its hashed name.
        .omit_default_module_path(true)
        .generate(&bound)
        .map_err(bindgen_error)?;

    let unoptimised = bound.join(format!("{name}_bg.wasm"));
    let optimised = parts.join(format!("{name}.wasm"));
    match optimising.wasm_opt {
        Some(script) => optimise(script, optimising, &unoptimised, &optimised)?,
        None => copy(&unoptimised, &optimised)?,
    }
    copy(&bound.join(format!("{name}.js")), &parts.join(format!("{name}.js")))?;

    let size = |path: &Path| path.metadata().map_or(0, |metadata| metadata.len());
    let optimised =
        optimising.wasm_opt.map_or_else(|| "not run".to_owned(), |_| report::size(size(&optimised)));
    report::done(
        name,
        &format!(
            "{} compiled, {} after wasm-bindgen, {optimised} after wasm-opt",
            report::size(compiled_size),
            report::size(size(&unoptimised)),
        ),
        start.elapsed(),
    );
    Ok(())
}

fn optimise(script: &Path, optimising: Optimising<'_>, input: &Path, output: &Path) -> Result<()> {
    let mut node = Command::new("node");
    node.arg(script).arg(optimising.level).args(WASM_FEATURES).args(optimising.features);
    node.arg(input).arg("-o").arg(output);
    Step::new(node, "Making a browser module smaller with wasm-opt").within(WASM_OPT_LIMIT).run()?;
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
