//! Where things are: the repository, its build output, and cargo itself.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::error::{Result, XtaskError};

/// The repository and the folders derived from it. All paths are absolute.
#[derive(Debug, Clone)]
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
}

impl Workspace {
    /// Finds the repository this program was built from, or is run by cargo in.
    pub fn find() -> Result<Self> {
        let manifest = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let root = Path::new(&manifest).parent().map(Path::to_owned).unwrap_or_default();
        if !root.join("Cargo.lock").is_file() {
            return Err(XtaskError::Finding(format!(
                "{} does not look like the repository: it has no Cargo.lock.",
                root.display()
            )));
        }
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root, target })
    }

    /// The repository's root folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the repository.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path in cargo's output folder.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// Where this program keeps what it needs to know next time.
    pub fn memory(&self) -> PathBuf {
        self.target("xtask")
    }

    /// The browser tests' folder, which also holds the npm packages.
    pub fn end2end(&self) -> PathBuf {
        self.path("end2end")
    }

    /// The cargo that runs this program, in the repository, without this program's own build
    /// environment.
    pub fn cargo<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root);
        without_build_environment(&mut command);
        command
    }
}

/// Takes out of a command's environment what cargo set for this program (its package, its
/// library path) and any `LEPTOS_…` value of the caller: both would make cargo build again what
/// is already built, or build it differently.
pub fn without_build_environment(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let of_this_package = text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
            || matches!(
                text,
                "CARGO_BIN_NAME" | "CARGO_CRATE_NAME" | "CARGO_PRIMARY_PACKAGE" | "LD_LIBRARY_PATH"
            );
        if of_this_package || text.starts_with("LEPTOS_") {
            command.env_remove(&name);
        }
    }
}

/// A profile cargo builds with, and the folder its output goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build; what tests and `dev` run.
    Dev,
    /// What people are served.
    Release,
}

impl Profile {
    /// The folder in the target folder.
    pub fn folder(self) -> &'static str {
        match self {
            Profile::Dev => "debug",
            Profile::Release => "release",
        }
    }

    /// The profile of the browser module that goes with it.
    pub fn of_browser(self) -> &'static str {
        match self {
            Profile::Dev => "wasm-dev",
            Profile::Release => "wasm-release",
        }
    }
}
