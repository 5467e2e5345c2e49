//! The small-model runtime: one package, compiled twice, because a browser must be given code that it understands
//! whole. The worker's script picks the build (`frontend/slm/src/web/worker.js`).

use std::{path::Path, time::Instant};

use crate::{
    bundle::{self, Optimising},
    error::Result,
    fingerprint::{Fingerprint, Memory},
    process::Step,
    report,
    wasm_target::WasmTarget,
    workspace::{Profile, Workspace},
};

/// The package.
const PACKAGE: &str = "slm";

/// Its profile, in development too: unoptimised arithmetic would be of no use to anybody.
const CARGO_PROFILE: &str = "slm-release";

/// The worker's script, with the places where names are filled in.
pub const WORKER: &str = "frontend/slm/src/web/worker.js";

/// All that is compiled. What lies beside it in the package's folder is trained, measured or published without being
/// built, and must not have the runtime built again.
const SOURCES: [&str; 6] = [
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "frontend/slm/Cargo.toml",
    "frontend/slm/src",
    "frontend/slm/messages",
];

/// Raise when this file changes what it makes out of the same inputs.
const RECIPE: &str = "runtime 1";

/// One build of the runtime.
#[derive(Debug, Clone, Copy)]
pub struct Variant {
    /// Name of its files, without their endings.
    pub name: &'static str,
    /// What the compiler may use. Only for the package itself: its arithmetic is there, and what it stands on is
    /// compiled once for both.
    target_features: &'static str,
    /// The same for wasm-opt.
    wasm_opt_features: &'static [&'static str],
    /// What stands for its JavaScript and its wasm in the worker's script.
    pub placeholders: (&'static str, &'static str),
}

/// Both builds.
pub const VARIANTS: [Variant; 2] = [
    Variant {
        name: "slm-simd128",
        target_features: "+simd128",
        wasm_opt_features: &["--enable-simd"],
        placeholders: ("SIMD_JS", "SIMD_WASM"),
    },
    Variant {
        name: "slm-relaxed-simd",
        target_features: "+simd128,+relaxed-simd",
        wasm_opt_features: &["--enable-simd", "--enable-relaxed-simd"],
        placeholders: ("RELAXED_JS", "RELAXED_WASM"),
    },
];

/// Builds both unless their sources are those of last time.
pub fn build(
    workspace: &Workspace,
    target: &WasmTarget,
    profile: Profile,
    wasm_opt: Option<&Path>,
) -> Result<()> {
    let parts = bundle::parts(workspace, profile);
    let recipe = format!("{RECIPE} {CARGO_PROFILE} wasm-opt {}", wasm_opt.is_some());
    let sources = Memory::of(&parts, "runtime-sources");
    let mut sources_now = Fingerprint::default().text(&recipe).text(&target.version(workspace)?);
    for input in SOURCES {
        sources_now = sources_now.tree(workspace.root(), input)?;
    }
    let sources_now = sources_now.finish();
    if sources.knows(&sources_now) && VARIANTS.iter().all(|variant| bundle::is_complete(&parts, variant.name))
    {
        report::skipped("runtime", "sources unchanged");
        return Ok(());
    }
    for variant in VARIANTS {
        let start = Instant::now();
        report::started("runtime", &format!("cargo rustc of {PACKAGE}, {}", variant.target_features));
        let mut cargo = target.cargo(workspace, "rustc");
        cargo.args([
            "--package",
            PACKAGE,
            "--lib",
            "--crate-type",
            "cdylib",
            "--profile",
            CARGO_PROFILE,
            "--",
        ]);
        cargo.arg(format!("-Ctarget-feature={}", variant.target_features));
        Step::new(cargo, "Compiling the small-model runtime with cargo").run()?;
        report::done("runtime", &format!("compiled with {}", variant.target_features), start.elapsed());
        // The next variant leaves its output in the same place.
        let compiled = WasmTarget::output(workspace, CARGO_PROFILE, PACKAGE);
        let optimising = Optimising { wasm_opt, level: "-O3", features: variant.wasm_opt_features };
        bundle::make(&compiled, &parts, variant.name, &recipe, optimising)?;
    }
    sources.learn(&sources_now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::fingerprint;

    #[test]
    fn the_sources_are_there_and_nothing_that_is_trained_is_one() {
        let root = Workspace::find().unwrap().root().to_owned();
        for input in SOURCES {
            let files = fingerprint::files_below(&root.join(input)).unwrap();
            assert!(!files.is_empty(), "{input} does not exist");
            let grown = ["frontend/slm/training", "frontend/slm/adapters"].map(|folder| root.join(folder));
            assert!(!files.iter().any(|file| grown.iter().any(|folder| file.starts_with(folder))), "{input}");
        }
        assert!(SOURCES.iter().any(|input| WORKER.starts_with(input)));
    }
}
