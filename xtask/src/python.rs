//! Python, for what only its package index has: the small model and a reference to check it against. Its own
//! installer is used, so that whatever mirror, proxy or certificate is configured for it holds here too.

use std::{ffi::OsStr, path::Path, process::Command};

use crate::{
    error::{Result, XtaskError},
    packages::Install,
    process::{self, Show, Step},
};

/// Debian's packages of the interpreter, its installer and its virtual environments.
const PACKAGES: [&str; 3] = ["python3", "python3-pip", "python3-venv"];

/// Limit for asking the interpreter something, in seconds.
const ASK_LIMIT: u64 = 60;

/// Makes sure that there is an interpreter with an installer.
pub fn ensure(install: Install, needed_for: &str) -> Result<()> {
    let has_pip =
        || process::find_program("python3").is_some() && succeeds(python(["-m", "pip", "--version"]));
    if has_pip() { Ok(()) } else { install.ensure(needed_for, &PACKAGES) }
}

/// The interpreter with these arguments.
pub fn python<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    with_arguments("python3".as_ref(), arguments)
}

/// Another interpreter, such as that of a virtual environment.
pub fn python_in<'a>(program: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    with_arguments(program.as_os_str(), arguments)
}

fn with_arguments<'a>(program: &OsStr, arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).env("PIP_DISABLE_PIP_VERSION_CHECK", "1").env("PIP_NO_INPUT", "1");
    command
}

/// Whether a question to the interpreter is answered.
pub fn succeeds(command: Command) -> bool {
    Step::new(command, "Asking Python").within(ASK_LIMIT).show(Show::Kept).run().is_ok()
}

/// Runs without showing output, but shows it after all when the step fails.
pub fn quietly(command: Command, tried: &str, limit: u64) -> Result<()> {
    let finished = Step::new(command, tried).within(limit).show(Show::Kept).run_to_any_end()?;
    if finished.status.success() {
        return Ok(());
    }
    eprint!("{}{}", finished.stdout, finished.stderr);
    Err(XtaskError::Failed { tried: tried.to_owned(), status: process::describe(finished.status) })
}
