//! A private Postgres cluster that lives in one folder.
//!
//! The server uses it when no `DATABASE_URL` is set; tests use it for a throw-away cluster that all
//! test processes of one user share. Everything is blocking: callers on an async runtime move the
//! calls to a blocking thread.
//!
//! What [`Cluster`] promises:
//! - only a Unix socket, in a folder only the owner can enter, and the kernel's word (peer
//!   authentication) for who connects; no TCP port, no password to leak;
//! - never a second postmaster on one folder: an exclusive file lock among ourselves, Postgres's own
//!   lock file and a look at the running processes for everybody else;
//! - a postmaster that outlives a killed server is found again, a killed postmaster is restarted and
//!   recovers what it had acknowledged;
//! - a half-finished initialisation is recognised and redone;
//! - Postgres's durability settings are left alone, except in clusters made for tests.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod account;
mod binaries;
mod cluster;
mod error;
mod initialise;
mod places;
mod postmaster;
mod test_cluster;
mod wire;

pub use binaries::{OLDEST_MAJOR, PostgresBinaries};
pub use cluster::{Cluster, ClusterConfig, Durability, Running};
pub use error::ClusterError;
pub use test_cluster::{FreshDatabase, TestCluster};
pub use wire::{Session, WireError};
