//! The log: readable sentences with fields, on standard error.

use std::{io::IsTerminal, panic};

use tracing_subscriber::{EnvFilter, fmt};

use crate::{
    config::{Config, LogFormat},
    error::ServerError,
};

/// Starts logging as configured, and logs panics like any other error.
///
/// # Errors
/// [`ServerError::LogFilter`] when the filter cannot be read.
pub fn start(config: &Config) -> Result<(), ServerError> {
    let filter =
        EnvFilter::try_new(&config.log_filter).map_err(|error| ServerError::LogFilter(Box::new(error)))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A subscriber may be there already when several servers run in one test process.
    let _ = match config.log_format {
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).with_target(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    panic::set_hook(Box::new(|info| {
        let location = info.location().map(ToString::to_string).unwrap_or_default();
        let message = info.payload_as_str().unwrap_or("no message");
        tracing::error!(location, "The program panicked: {message}");
    }));
    Ok(())
}
