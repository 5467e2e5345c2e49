//! The `parsimony` program: the server, and what an operator does beside it.

use std::process::ExitCode;

use server::{
    Command,
    config::Config,
    error::{ServerError, with_causes},
    logs, run, run_command,
};

const USAGE: &str = "Usage: parsimony [COMMAND]

Without a command: runs the server.

  setup-link              prints a link that makes the first administrator, while there is no account
  reset-password E-MAIL   gives an account a new random password and prints it; ends its sessions
  run-jobs [--at TIME]    does once what the server does now and then: ends overrides, sweeps; as if it were TIME
                          (RFC 3339)
  verify-audit            recomputes the hash chain of every workspace's audit log

Everything else is configured by environment variables; see the README.";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let command = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => None,
        ["setup-link"] => Some(Command::SetupLink),
        ["reset-password", email] => Some(Command::ResetPassword { email: (*email).to_owned() }),
        ["verify-audit"] => Some(Command::VerifyAudit),
        ["run-jobs"] => Some(Command::RunJobs { at: None }),
        ["run-jobs", "--at", at] => Some(Command::RunJobs { at: Some((*at).to_owned()) }),
        ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match start(command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The log may not have started, and its filter may hide errors: this always shows.
            eprintln!("Parsimony: {}", with_causes(&error));
            ExitCode::FAILURE
        }
    }
}

fn start(command: Option<Command>) -> Result<(), ServerError> {
    let config = Config::from_env()?;
    logs::start(&config)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(ServerError::Runtime)?;
    match command {
        None => runtime.block_on(run(config)),
        Some(command) => runtime.block_on(run_command(config, command)),
    }
}
