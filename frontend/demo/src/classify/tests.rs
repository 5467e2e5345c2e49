//! What holds for every table and every run.
#![allow(clippy::unwrap_used)]

mod numbers;
mod tables;
