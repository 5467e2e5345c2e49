//! The server: configuration, start-up, middleware, probes, the private Postgres, shutdown.
//!
//! Start-up in order: configuration, log, data folder, listener, then everything else in the
//! background while `/healthz` answers and pages say that Parsimony is starting.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod api;
mod assets;
mod audit_export;
mod command;
pub mod config;
mod demo;
pub mod error;
mod health;
mod jobs;
mod live;
pub mod logs;
mod mail;
mod middleware;
mod models;
mod offline;
mod organisation;
pub mod problem;
mod race;
pub mod readiness;
mod refusal;
mod router;
mod serve;
mod shutdown;
mod supervisor;

pub use command::{Command, run_command};
pub use middleware::body_limit::BODY_LIMIT_BYTES;
pub use router::{Extras, router, router_with, router_with_extras};
pub use serve::run;
