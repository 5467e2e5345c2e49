//! System packages: what is there, what can be installed, and how to say what is missing.

use std::{
    fs, path::Path, process::Command, sync::atomic::AtomicBool, sync::atomic::Ordering, time::Instant,
};

use crate::{
    error::{Result, XtaskError},
    process::{self, Show, Step},
    report,
};

/// Limits for the two steps that need a network, in seconds.
const UPDATE_LIMIT: u64 = 120;
const INSTALL_LIMIT: u64 = 900;

static LISTS_ARE_FRESH: AtomicBool = AtomicBool::new(false);

/// Whether packages may be installed; `--no-install` forbids it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Install {
    /// Install what is missing, where that is possible.
    Allowed,
    /// Only say what is missing.
    Forbidden,
}

impl Install {
    /// Makes sure that Debian packages are installed. On Debian, as root, missing ones are
    /// installed with apt-get; elsewhere the error names them in one sentence.
    pub fn ensure(self, needed_for: &str, packages: &[&str]) -> Result<()> {
        let missing: Vec<&str> = if on_debian() {
            packages.iter().copied().filter(|package| !is_installed(package)).collect()
        } else {
            packages.to_vec()
        };
        if missing.is_empty() {
            return Ok(());
        }
        if self == Install::Forbidden || !on_debian() || !is_root() {
            return Err(XtaskError::MissingPackage {
                needed_for: needed_for.to_owned(),
                packages: missing.join(" "),
            });
        }
        let start = Instant::now();
        let names = missing.join(" ");
        report::started("packages", &format!("installing {names} with apt-get"));
        if !LISTS_ARE_FRESH.swap(true, Ordering::Relaxed) {
            // An outdated list may still name a version that can be fetched, so a failed update
            // is worth a warning only.
            if let Err(error) =
                quietly(apt_get(&["update", "-q"]), "Updating the package lists with apt-get", UPDATE_LIMIT)
            {
                report::warning("packages", &error.with_causes());
            }
        }
        let mut install = vec!["install", "-q", "-y", "--no-install-recommends"];
        install.extend(&missing);
        quietly(apt_get(&install), &format!("Installing {names} with apt-get"), INSTALL_LIMIT)?;
        report::done("packages", &format!("installed {names}"), start.elapsed());
        Ok(())
    }
}

/// Postgres: nothing to do with a database of one's own, or with server binaries in Debian's
/// place or on the search path.
pub fn ensure_postgres(install: Install) -> Result<()> {
    if std::env::var_os("DATABASE_URL").is_some() {
        report::skipped("Postgres", "the database of DATABASE_URL");
        return Ok(());
    }
    if let Some(folder) = postgres_binaries() {
        report::skipped("Postgres", &folder);
        return Ok(());
    }
    install.ensure("The private database (used because DATABASE_URL is not set)", &["postgresql"])
}

/// A Vulkan device without a GPU: the runtime's kernels are tested on it. A machine with one of its own uses that.
pub fn ensure_vulkan(install: Install) -> Result<()> {
    install.ensure(
        "A Vulkan device for the tests of the small-model runtime",
        &["libvulkan1", "mesa-vulkan-drivers"],
    )
}

fn postgres_binaries() -> Option<String> {
    let packaged = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<_> =
        packaged.map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).collect();
    folders.sort();
    let folder = folders.pop().or_else(|| {
        process::find_program("initdb").and_then(|program| program.parent().map(Path::to_owned))
    })?;
    Some(folder.display().to_string())
}

/// Chromium for the browser tests: `CHROMIUM_PATH`, or one on the search path, or Debian's.
pub fn ensure_chromium(install: Install) -> Result<std::path::PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM_PATH") {
        return Ok(path.into());
    }
    let installed =
        || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(process::find_program);
    if let Some(path) = installed() {
        report::skipped("Chromium", &path.display().to_string());
        return Ok(path);
    }
    install.ensure("Testing in a browser", &["chromium"])?;
    installed().ok_or_else(|| XtaskError::MissingPackage {
        needed_for: "Testing in a browser".to_owned(),
        packages: "chromium".to_owned(),
    })
}

/// Node and npm, which the browser tests cannot do without.
pub fn ensure_node(install: Install) -> Result<()> {
    if has_node() { Ok(()) } else { install.ensure("Testing in a browser", &["nodejs", "npm"]) }
}

/// Whether Node and npm are on the search path.
pub fn has_node() -> bool {
    process::find_program("node").is_some() && process::find_program("npm").is_some()
}

/// The files a package owns, as dpkg lists them; none if it is not installed.
pub fn files_of(package: &str) -> Vec<String> {
    if !on_debian() {
        return Vec::new();
    }
    let mut list = Command::new("dpkg-query");
    list.args(["--listfiles", package]);
    let listing = Step::new(list, "Listing a package with dpkg-query").within(30).show(Show::Kept).run();
    listing.map(|finished| finished.stdout.lines().map(str::to_owned).collect()).unwrap_or_default()
}

fn is_installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    Step::new(query, "Asking dpkg-query for a package")
        .within(30)
        .show(Show::Kept)
        .run()
        .is_ok_and(|finished| finished.stdout == "installed")
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// Runs without showing output, but shows it after all when the step fails.
fn quietly(command: Command, tried: &str, limit: u64) -> Result<()> {
    let finished = Step::new(command, tried).within(limit).show(Show::Kept).run_to_any_end()?;
    if finished.status.success() {
        return Ok(());
    }
    eprint!("{}{}", finished.stdout, finished.stderr);
    Err(XtaskError::Failed { tried: tried.to_owned(), status: process::describe(finished.status) })
}

/// Whether this system is Debian, or says it is like it, and has apt-get.
pub fn on_debian() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    names_debian(&release) && process::find_program("apt-get").is_some()
}

fn names_debian(os_release: &str) -> bool {
    os_release.lines().filter_map(|line| line.split_once('=')).any(|(key, value)| {
        let mut words = value.trim_matches('"').split_whitespace();
        (key == "ID" || key == "ID_LIKE") && words.any(|word| word == "debian")
    })
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn debian_and_its_relatives_are_recognised() {
        assert!(names_debian("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"));
        assert!(names_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(names_debian("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!names_debian("ID=fedora\nHOME_URL=\"https://debian.example\"\n"));
    }

    #[test]
    fn without_permission_missing_packages_are_named_in_one_sentence() {
        let error =
            Install::Forbidden.ensure("This test", &["no-such-package-a", "no-such-package-b"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "This test needs the package `no-such-package-a no-such-package-b`: \
             please install it and call this command again."
        );
    }

    #[test]
    fn an_absent_package_owns_no_files() {
        assert!(files_of("no-such-package-here").is_empty());
    }
}
