//! `cargo xtask bench web`: builds the server as it is shipped and measures it from outside.

use std::{env, path::PathBuf};

use crate::{
    error::{Result, XtaskError},
    packages::{self, Install},
    process::Step,
    serve,
    workspace::{Profile, Workspace},
};

/// Names a server that is built already, to measure it instead.
const SERVER: &str = "PARSIMONY_BENCH_SERVER";

/// The figures as JSON, in the target folder.
const RESULTS: &str = "web-bench.json";

/// Measures the server: one that is named, or the site's own release build.
pub fn run(workspace: &Workspace) -> Result<()> {
    packages::ensure_postgres(Install::Allowed)?;
    let server = match env::var_os(SERVER).filter(|name| !name.is_empty()) {
        Some(name) => named(PathBuf::from(name))?,
        None => {
            serve::build_site(workspace, Profile::Release, Install::Allowed)?;
            serve::build_server(workspace, Profile::Release)?
        }
    };
    let results = workspace.target(RESULTS);
    let mut cargo = workspace.cargo(["run", "--quiet", "--release", "--package", "web-bench", "--"]);
    cargo.arg(&server).arg(&results);
    Step::new(cargo, "The benchmark of the server").run()?;
    println!("  The figures are in {}", results.display());
    Ok(())
}

/// The server at this place, seen from the folder that this program was called in: cargo runs in another.
fn named(server: PathBuf) -> Result<PathBuf> {
    server.canonicalize().map_err(XtaskError::file("find", &server))
}
