//! The decision engine of Parsimony and its vocabulary.
//!
//! [`decide`] takes a use case, a policy and a price book and returns a [`decision::Decision`] that
//! explains itself. Nothing here reads a file, a clock or a random number: the same inputs give the same
//! bytes on any machine.

pub mod access;
pub mod audit;
pub mod constraints;
pub mod crossover;
pub mod curve;
pub mod decision;
pub mod dimensions;
mod engine;
pub mod evaluation;
#[cfg(feature = "evidence")]
pub mod evidence;
pub mod fact;
pub mod field;
pub mod flowchart;
pub mod format;
mod headline;
pub mod ids;
mod inputs;
pub mod measurement;
pub mod merge;
#[cfg(feature = "openapi")]
mod openapi;
pub mod override_rate;
pub mod policy;
pub mod preset;
pub mod prices;
pub mod provenance;
pub mod quadrant;
pub mod reprice;
pub mod review;
pub mod summary;
pub mod tco;
pub mod units;
pub mod use_case;
mod verdict;

pub use engine::decide;
