//! Natively: our CPU backend and llama.cpp on one thread in turn, and our GPU backend on a Vulkan device.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    error::{Result, XtaskError},
    process::{Show, Step},
    report,
    workspace::Workspace,
};

/// Our program, an example of the package `slm`.
const EXAMPLE: &str = "native_bench";

/// Its profile: the arithmetic is compiled as it ships, without checks for overflow.
const CARGO_PROFILE: &str = "slm-release";

/// llama.cpp's side.
const LLAMA: &str = "llama_cpp.py";

/// Rounds on the GPU, which may be one that the CPU plays: then each takes a minute.
const GPU_ROUNDS: u32 = 3;

/// Limit for one call, in seconds.
const LIMIT: u64 = 900;

/// Who is measured, and with what.
pub struct Sides<'a> {
    /// Our program.
    pub ours: PathBuf,
    /// The Python that has llama.cpp.
    pub llama: PathBuf,
    /// The GGUF file.
    pub model: &'a Path,
    /// The prompts.
    pub cases: &'a Path,
}

/// Compiles our program and names it.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    let cargo =
        workspace.cargo(["build", "--package", "slm", "--example", EXAMPLE, "--profile", CARGO_PROFILE]);
    Step::new(cargo, "Compiling the small-model runtime natively with cargo").run()?;
    Ok(workspace.target(CARGO_PROFILE).join("examples").join(EXAMPLE))
}

/// All rounds. Each call is a process of its own; ours and llama.cpp begin in turn.
pub fn measure(sides: &Sides<'_>, rounds: u32) -> Result<Value> {
    let (mut ours, mut llama) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        for first in [true, false] {
            if first == (round % 2 == 0) {
                ours.push(sides.ours("cpu")?);
            } else {
                llama.push(sides.llama()?);
            }
        }
        report::skipped("native", &format!("round {} of {rounds}", round + 1));
    }
    let mut gpu = Vec::new();
    for _ in 0..rounds.min(GPU_ROUNDS) {
        gpu.push(sides.ours("gpu")?);
    }
    report::skipped("native", "Vulkan");
    Ok(json!({ "ours": ours, "llama.cpp": llama, "gpu": gpu }))
}

impl Sides<'_> {
    fn ours(&self, backend: &str) -> Result<Value> {
        let mut command = Command::new(&self.ours);
        command.arg(self.model).arg(self.cases).arg(backend);
        last_line(command, &format!("Measuring our runtime natively ({backend})"))
    }

    fn llama(&self) -> Result<Value> {
        let mut command = Command::new(&self.llama);
        let script = self.cases.with_file_name(LLAMA);
        command.arg(script).arg(self.model).arg(self.cases).arg("1");
        last_line(command, "Measuring llama.cpp")
    }
}

/// Runs a program whose last line says what it measured. What else it says is shown only if it fails.
fn last_line(command: Command, tried: &str) -> Result<Value> {
    let finished = Step::new(command, tried).within(LIMIT).show(Show::Kept).run_to_any_end()?;
    if !finished.status.success() {
        eprint!("{}{}", finished.stdout, finished.stderr);
        return Err(XtaskError::Failed {
            tried: tried.to_owned(),
            status: crate::process::describe(finished.status),
        });
    }
    super::read(finished.stdout.lines().last().unwrap_or_default(), "natively")
}
