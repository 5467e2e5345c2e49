//! The browser tests: Playwright against the built server and the bundle that is shipped.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use rustix::process::{Pid, Signal};

use crate::{
    error::{Result, XtaskError},
    llama, model, npm,
    packages::{self, Install},
    process::{self, Step},
    report, serve,
    site::Site,
    tally::{self, Tally},
    workspace::{Profile, Workspace},
};

/// The tests have their own port, so that a served site may go on running.
pub const ADDRESS: &str = "127.0.0.1:3100";

/// Limit for all browser tests together, in seconds. Each test has a shorter one of its own, and
/// Playwright's own limit for all (`globalTimeout`) is a little shorter too, so that it still reports.
const PLAYWRIGHT_LIMIT: u64 = 3600;

/// What a first visit may load: wasm, JavaScript and CSS, brotli bytes. The bar to build towards is 250 KB;
/// this keeps what is reached today from growing unnoticed.
const FIRST_LOAD_LIMIT: u64 = 500 * 1024;

/// What the demo's worker may load before the model, brotli bytes. The peers load megabytes.
const RUNTIME_LIMIT: u64 = 300 * 1024;

/// A folder for databases that live as long as the tests. Not below the repository: the database
/// may run under another user, who must be able to reach it.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Makes a fresh folder.
    pub fn create() -> Result<Self> {
        let parent = Some(PathBuf::from("/var/tmp")).filter(|parent| parent.is_dir());
        let name = format!("parsimony-check-{}", std::process::id());
        let folder = parent.unwrap_or_else(env::temp_dir).join(name);
        fs::create_dir_all(&folder).map_err(XtaskError::file("create", &folder))?;
        Ok(Self(folder))
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Scratch {
    /// Ends the databases that tests left running in it, then removes it.
    fn drop(&mut self) {
        for postmaster in postmasters_below(&self.0) {
            // A fast but orderly shutdown, in Postgres' own terms.
            rustix::process::kill_process(postmaster, Signal::INT).ok();
            for _ in 0..100 {
                if rustix::process::test_kill_process(postmaster).is_err() {
                    break;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        fs::remove_dir_all(&self.0).ok();
    }
}

/// The Postgres servers whose data folders lie two or three levels below a folder.
fn postmasters_below(folder: &Path) -> Vec<Pid> {
    let mut found = Vec::new();
    let mut level = vec![folder.to_owned()];
    for _ in 0..4 {
        let mut next = Vec::new();
        for folder in level {
            let lock = folder.join("postmaster.pid");
            if let Ok(text) = fs::read_to_string(&lock) {
                found.extend(postmaster_pid(&text));
                continue;
            }
            let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
            next.extend(entries.map(|entry| entry.path()).filter(|path| path.is_dir()));
        }
        level = next;
    }
    found
}

/// The first line of Postgres' lock file is its process id.
fn postmaster_pid(lock_file: &str) -> Option<Pid> {
    let number: i32 = lock_file.lines().next()?.trim().parse().ok()?;
    if number > 1 { Pid::from_raw(number) } else { None }
}

/// Whether a first visit stays within its limit.
pub fn first_load(site: &Site) -> Result<()> {
    let bytes = site.first_load.unwrap_or_default();
    let found = format!("{} brotli, limit {}", report::size(bytes), report::size(FIRST_LOAD_LIMIT));
    if bytes > FIRST_LOAD_LIMIT {
        return Err(XtaskError::Finding(format!("A first visit loads too much: {found}.")));
    }
    Ok(())
}

/// Whether the small-model runtime stays within its limit.
pub fn runtime_load(site: &Site) -> Result<()> {
    let bytes = site.runtime.unwrap_or_default();
    let found = format!("{} brotli, limit {}", report::size(bytes), report::size(RUNTIME_LIMIT));
    if bytes > RUNTIME_LIMIT {
        return Err(XtaskError::Finding(format!("The small-model runtime is too large: {found}.")));
    }
    let demo = report::size(site.demo.unwrap_or_default());
    report::skipped("runtime", &format!("{found}; the demo’s page {demo}"));
    Ok(())
}

/// Runs all browser tests and counts them.
pub fn playwright(
    workspace: &Workspace,
    site: &Site,
    binary: &Path,
    scratch: &Scratch,
    install: Install,
) -> Result<Tally> {
    packages::ensure_node(install)?;
    packages::ensure_postgres(install)?;
    model::ensure(install)?;
    let interpreter = llama::ensure(install)?;
    let chromium = packages::ensure_chromium(install)?;
    npm::ensure(workspace, install)?;

    let results = workspace.memory().join("playwright.json");
    fs::remove_file(&results).ok();
    let data = scratch.path("browser");
    fs::create_dir_all(&data).map_err(XtaskError::file("create", &data))?;

    let mut npx = Command::new("npx");
    npx.args(["--no-install", "playwright", "test", "--forbid-only", "--reporter=list,json"])
        .current_dir(workspace.end2end())
        .envs(serve::environment(site, Profile::Dev, ADDRESS))
        .env("PARSIMONY_BIN", binary)
        .env("PARSIMONY_DATA_DIR", &data)
        .env("CHROMIUM_PATH", &chromium)
        .env(llama::VARIABLE, &interpreter)
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &results)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &results)
        // Reports are files and terminal lines; nobody is there to look at a served page.
        .env("PLAYWRIGHT_HTML_OPEN", "never")
        // The tests write: never into somebody's own database, and never to a site served elsewhere.
        .env_remove("DATABASE_URL")
        .env_remove("BASE_URL")
        .env_remove("PARSIMONY_PUBLIC_URL")
        // The tests bring an endpoint and its key; a second key would be refused.
        .env_remove("PARSIMONY_LLM_API_KEY_FILE")
        .env_remove("LD_LIBRARY_PATH");
    let finished =
        Step::new(npx, "Testing in a browser with Playwright").within(PLAYWRIGHT_LIMIT).run_to_any_end()?;
    let reported = fs::read_to_string(&results).ok().and_then(|report| tally::of_playwright(&report));
    if reported.is_none() {
        report::failed(
            "browser",
            &format!("Playwright left no report ({})", process::describe(finished.status)),
        );
    }
    Ok(Tally::of_runner(reported, finished.status.success()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_lock_file_names_its_postmaster() {
        assert_eq!(postmaster_pid("4711\n/var/tmp/data\n").map(Pid::as_raw_nonzero).unwrap().get(), 4711);
        assert!(
            postmaster_pid("").is_none() && postmaster_pid("-1\n").is_none() && postmaster_pid("1").is_none()
        );
    }

    #[test]
    fn a_heavy_first_load_is_a_finding() {
        let site = |bytes| Site {
            root: PathBuf::new(),
            first_load: Some(bytes),
            runtime: Some(bytes),
            demo: Some(bytes),
        };
        assert!(first_load(&site(100_000)).is_ok());
        let error = first_load(&site(600 * 1024)).unwrap_err();
        assert_eq!(error.to_string(), "A first visit loads too much: 600.0 KB brotli, limit 500.0 KB.");
        assert!(runtime_load(&site(100_000)).is_ok() && runtime_load(&site(400 * 1024)).is_err());
    }
}
