//! `test-postgres start|stop|url`: the shared test cluster by hand or from a build script.
//! `start` and `url` print the connection URL of its `postgres` database.

use std::{env, error::Error, process::ExitCode};

use embedded_postgres::TestCluster;

fn main() -> ExitCode {
    let command = env::args().nth(1).unwrap_or_default();
    let result = match command.as_str() {
        "start" | "url" => TestCluster::start().map(|cluster| println!("{}", cluster.url("postgres"))),
        "stop" => TestCluster::stop(),
        _ => {
            eprintln!("Usage: test-postgres start|stop|url");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("{error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprint!(": {inner}");
                cause = inner.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}
