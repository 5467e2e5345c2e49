//! `cargo xtask …`: set-up, build, serve, test and bench.
//!
//! Every subcommand may be called on a fresh machine. Each step looks first whether it is done
//! already and says so in one line; each step that needs a network has a time limit.

mod bench;
mod browser;
mod bundle;
mod cache;
mod css;
mod dev;
mod error;
mod fingerprint;
mod lint;
mod llama;
mod model;
mod npm;
mod packages;
mod process;
mod python;
mod report;
mod runtime;
mod serve;
mod site;
mod slm_bench;
mod tally;
mod test;
mod wasm_target;
mod web_bench;
mod workspace;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::{
    error::Result,
    packages::Install,
    test::Part,
    workspace::{Profile, Workspace},
};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set-up, build, serve, test and bench of Parsimony.")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing, build everything and run the site until Ctrl-C
    Serve(SetUp),
    /// Build everything that `serve` runs
    Build(SetUp),
    /// Serve a development build that follows the sources
    Dev(SetUp),
    /// Run all checks; the last line counts them
    Test {
        /// Run one part of the checks only
        #[arg(long, value_enum)]
        only: Option<Part>,
        #[command(flatten)]
        set_up: SetUp,
    },
    /// What an integration server runs: all checks, after a line that names the tools
    Ci(SetUp),
    /// Run the benchmarks and print their figures
    Bench {
        /// Name of one suite, `domain`, `web` or `slm`; all of them unless given
        suite: Option<String>,
    },
}

#[derive(Args, Clone, Copy)]
struct SetUp {
    /// Install nothing; name what is missing instead
    #[arg(long)]
    no_install: bool,
}

impl SetUp {
    fn install(self) -> Install {
        if self.no_install { Install::Forbidden } else { Install::Allowed }
    }
}

fn main() -> ExitCode {
    match run(Cli::parse().task) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\n{}", error.with_causes());
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<ExitCode> {
    process::watch_signals()?;
    let workspace = Workspace::find()?;
    match task {
        Task::Serve(set_up) => serve::serve(&workspace, set_up.install())?,
        Task::Build(set_up) => {
            serve::build_site(&workspace, Profile::Release, set_up.install())?;
            serve::build_server(&workspace, Profile::Release)?;
        }
        Task::Dev(set_up) => dev::dev(&workspace, set_up.install())?,
        Task::Test { only, set_up } => return Ok(code(test::test(&workspace, only, set_up.install())?)),
        Task::Ci(set_up) => {
            test::name_tools(&workspace);
            return Ok(code(test::test(&workspace, None, set_up.install())?));
        }
        Task::Bench { suite } => bench::bench(&workspace, suite.as_deref())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn code(everything_passed: bool) -> ExitCode {
    if everything_passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
