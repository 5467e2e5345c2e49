//! The `parsimony` program.

use std::process::ExitCode;

use server::{
    config::Config,
    error::{ServerError, with_causes},
    logs, run,
};

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The log may not have started, and its filter may hide errors: this always shows.
            eprintln!("Parsimony: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), ServerError> {
    let config = Config::from_env()?;
    logs::start(&config)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Runtime)?;
    runtime.block_on(run(config))
}
