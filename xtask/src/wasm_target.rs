//! The compiler for the browser: rustup's with its prebuilt standard library, or Debian's, which
//! builds the standard library from packaged source.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use crate::{
    error::{Result, XtaskError},
    packages::{self, Install},
    process::{self, Show, Step},
    report,
    workspace::{self, Workspace},
};

/// The target triple of everything that runs in the browser.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// With a closed network `rustup target add` hangs instead of failing.
const RUSTUP_LIMIT: u64 = 30;

const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];

/// A compiler that can build for the browser.
#[derive(Debug, Clone)]
pub enum WasmTarget {
    /// The compiler that builds everything else; it has the target's standard library.
    Prebuilt,
    /// Debian's compiler, with the standard library as source.
    FromSource(Debian),
}

/// Debian's compiler for the browser. It needs a build folder of its own, because artefacts of
/// two compilers in one folder invalidate each other.
#[derive(Debug, Clone)]
pub struct Debian {
    rustc: PathBuf,
    cargo: PathBuf,
    linker: PathBuf,
}

impl WasmTarget {
    /// Gets the target by the cheapest way that works: already there; Debian's packages already
    /// there; `rustup target add`; installing Debian's packages.
    pub fn ensure(workspace: &Workspace, install: Install) -> Result<Self> {
        if is_prebuilt(workspace)? {
            report::skipped("wasm target", "the standard library for the browser is installed");
            return Ok(Self::Prebuilt);
        }
        // Before asking the network: waiting for it every time would be tedious where it is closed.
        if let Some(debian) = Debian::find()? {
            report::skipped("wasm target", &format!("{}, standard library from source", debian.version()?));
            return Ok(Self::FromSource(debian));
        }
        if install == Install::Allowed && process::find_program("rustup").is_some() {
            let start = Instant::now();
            let mut add = Command::new("rustup");
            add.args(["target", "add", TARGET]).current_dir(workspace.root());
            let tried = format!("`rustup target add {TARGET}`");
            match Step::new(add, tried).within(RUSTUP_LIMIT).show(Show::Kept).run() {
                Ok(_) if is_prebuilt(workspace)? => {
                    report::done("wasm target", "added with rustup", start.elapsed());
                    return Ok(Self::Prebuilt);
                }
                Ok(_) => {}
                Err(XtaskError::Interrupted) => return Err(XtaskError::Interrupted),
                Err(error) => {
                    report::warning(
                        "wasm target",
                        &format!("{} Trying Debian's packages.", error.with_causes()),
                    );
                }
            }
        }
        let start = Instant::now();
        install.ensure("Building for the browser", &DEBIAN_PACKAGES)?;
        let debian = Debian::find()?.ok_or_else(|| XtaskError::MissingPackage {
            needed_for: format!("Building for the browser (no `{TARGET}` for this compiler)"),
            packages: DEBIAN_PACKAGES.join(" "),
        })?;
        report::done(
            "wasm target",
            &format!("{}, standard library from source", debian.version()?),
            start.elapsed(),
        );
        Ok(Self::FromSource(debian))
    }

    /// The compiler's version, as it says itself. Part of the fingerprint of what it builds.
    pub fn version(&self, workspace: &Workspace) -> Result<String> {
        match self {
            Self::Prebuilt => ask(rustc(workspace), "--version"),
            Self::FromSource(debian) => debian.version(),
        }
    }

    /// A cargo call for the browser: `build` or `check`, with the target, a build folder of its
    /// own and whatever this compiler needs besides.
    pub fn cargo(&self, workspace: &Workspace, call: &str) -> Command {
        let command = match self {
            Self::Prebuilt => workspace.cargo([call]),
            Self::FromSource(debian) => debian.command(&debian.cargo, workspace, call),
        };
        self.with_target(command, workspace)
    }

    /// Clippy for the browser, or nothing if this compiler's clippy is not installed and cannot be.
    pub fn clippy(&self, workspace: &Workspace, install: Install) -> Result<Command> {
        let command = match self {
            Self::Prebuilt => workspace.cargo(["clippy"]),
            Self::FromSource(debian) => {
                install.ensure("Linting the browser's code", &["rust-web-clippy"])?;
                let cargo_clippy = packaged("rust-web-clippy", "/bin/cargo-clippy").ok_or_else(|| {
                    XtaskError::MissingPackage {
                        needed_for: "Linting the browser's code".to_owned(),
                        packages: "rust-web-clippy".to_owned(),
                    }
                })?;
                // Called by its path: `cargo clippy` would find rustup's, of another version.
                let mut command = debian.command(&cargo_clippy, workspace, "clippy");
                command.env("CARGO", &debian.cargo);
                command
            }
        };
        Ok(self.with_target(command, workspace))
    }

    fn with_target(&self, mut command: Command, workspace: &Workspace) -> Command {
        command.args(["--target", TARGET, "--target-dir"]).arg(workspace.target("wasm"));
        if let Self::FromSource(_) = self {
            command.arg("-Zbuild-std=std,panic_abort");
        }
        command
    }

    /// Where cargo leaves the compiled browser module of a package.
    pub fn output(workspace: &Workspace, profile: &str, package: &str) -> PathBuf {
        let file = format!("{}.wasm", package.replace('-', "_"));
        workspace.target("wasm").join(TARGET).join(profile).join(file)
    }
}

impl Debian {
    /// The installed packages, if all of them are there. Other packages may bring a `rustc` too,
    /// so the files are asked for by package.
    fn find() -> Result<Option<Self>> {
        let (Some(rustc), Some(cargo)) =
            (packaged("rustc-web", "/bin/rustc"), packaged("cargo-web", "/bin/cargo"))
        else {
            return Ok(None);
        };
        let mut sysroot = Command::new(&rustc);
        sysroot.args(["--print", "sysroot"]);
        let sysroot = ask(sysroot, "")?;
        let source = Path::new(&sysroot).join("lib/rustlib/src/rust/library/Cargo.lock");
        if !source.is_file() {
            return Ok(None);
        }
        let Some(linker) = find_linker() else {
            return Err(XtaskError::MissingPackage {
                needed_for: "Linking for the browser".to_owned(),
                packages: "lld".to_owned(),
            });
        };
        Ok(Some(Self { rustc, cargo, linker }))
    }

    fn version(&self) -> Result<String> {
        ask(Command::new(&self.rustc), "--version")
    }

    fn command(&self, program: &Path, workspace: &Workspace, call: &str) -> Command {
        let mut command = Command::new(program);
        workspace::without_build_environment(&mut command);
        command
            .arg(call)
            .current_dir(workspace.root())
            .env_remove("RUSTUP_TOOLCHAIN")
            .env_remove("CARGO")
            .env("RUSTC", &self.rustc)
            // Building the standard library is a matter of unstable flags, which a released
            // compiler accepts only with this.
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", &self.linker);
        command
    }
}

/// The linker for the browser: the one rustup brings, else Debian's.
fn find_linker() -> Option<PathBuf> {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--print", "sysroot"]);
    let sysroot = PathBuf::from(ask(rustc, "").ok()?);
    let tools = fs::read_dir(sysroot.join("lib/rustlib")).into_iter().flatten().flatten();
    tools
        .map(|entry| entry.path().join("bin/rust-lld"))
        .find(|path| path.is_file())
        .or_else(|| process::find_program("wasm-ld"))
}

fn packaged(package: &str, ending: &str) -> Option<PathBuf> {
    packages::files_of(package).into_iter().find(|file| file.ends_with(ending)).map(PathBuf::from)
}

fn rustc(workspace: &Workspace) -> Command {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(workspace.root());
    rustc
}

fn is_prebuilt(workspace: &Workspace) -> Result<bool> {
    let mut rustc = rustc(workspace);
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    let folder = ask(rustc, "")?;
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names: Vec<String> = files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    Ok(has_core(names.iter().map(String::as_str)))
}

/// Whether a target folder holds a core library: an empty folder stays behind when a target is
/// removed.
fn has_core<'a>(mut files: impl Iterator<Item = &'a str>) -> bool {
    files.any(|name| name.starts_with("libcore") && name.ends_with(".rlib"))
}

/// The one line a compiler answers with.
fn ask(mut command: Command, argument: &str) -> Result<String> {
    if !argument.is_empty() {
        command.arg(argument);
    }
    let finished =
        Step::new(command, "Asking the compiler about itself").within(60).show(Show::Kept).run()?;
    Ok(finished.stdout.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_counts_as_installed_only_with_its_core_library() {
        assert!(has_core(["libstd-1a.rlib", "libcore-2b.rlib"].into_iter()));
        assert!(!has_core(["libcore-2b.rmeta", "README"].into_iter()));
        assert!(!has_core(std::iter::empty()));
    }
}
