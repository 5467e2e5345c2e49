//! llama.cpp's own server, which the tests talk to as to any LLM endpoint: PyPI's `xllamacpp`, in a virtual
//! environment in the cache.

use std::{path::PathBuf, time::Instant};

use crate::{cache, error::Result, packages::Install, python, report};

/// Where the tests look for the interpreter of that environment.
pub const VARIABLE: &str = "PARSIMONY_TEST_LLAMA";

/// The package. MIT, like llama.cpp.
const PACKAGE: &str = "xllamacpp";

/// Its version: the recorded answers are those of one.
const VERSION: &str = "2026.10.11549";

/// Limits in seconds; the package has 35 MB.
const VENV_LIMIT: u64 = 120;
const INSTALL_LIMIT: u64 = 600;

/// Makes sure that the environment is there, and names its interpreter.
///
/// # Errors
/// When it is not there and cannot be made, in a sentence that says what was tried.
pub fn ensure(install: Install) -> Result<PathBuf> {
    let folder = cache::folder()?.join(PACKAGE);
    let interpreter = folder.join("bin/python");
    let works = || {
        interpreter.is_file() && python::succeeds(python::python_in(&interpreter, ["-c", "import xllamacpp"]))
    };
    if works() {
        report::skipped("llama.cpp", &folder.display().to_string());
        return Ok(interpreter);
    }
    if install == Install::Forbidden {
        return Err(crate::error::XtaskError::Finding(format!(
            "The tests need llama.cpp’s server: install {PACKAGE} into a virtual environment at {}, or call this \
             command without --no-install.",
            folder.display()
        )));
    }
    let start = Instant::now();
    python::ensure(install, "A real LLM endpoint for the tests")?;
    report::started("llama.cpp", &format!("installing {PACKAGE} with pip, 35 MB"));
    let place = folder.display().to_string();
    // `--clear`: half an environment is what an interrupted run leaves.
    let make = python::python(["-m", "venv", "--clear", &place]);
    python::quietly(make, &format!("Making a virtual environment at {place}"), VENV_LIMIT)?;
    let pinned = format!("{PACKAGE}=={VERSION}");
    let fill =
        python::python_in(&interpreter, ["-m", "pip", "install", "--quiet", "--only-binary=:all:", &pinned]);
    python::quietly(fill, &format!("Installing {PACKAGE} with pip"), INSTALL_LIMIT)?;
    report::done("llama.cpp", &place, start.elapsed());
    Ok(interpreter)
}
