//! What a table of messages goes through before and after the worker has sorted it.
//!
//! ```text
//! file ─ decode ─ table_in ─▶ rows ─▶ worker ─▶ answers ─┬─ order (unsure ones first) ─ table_out ─▶ file
//!                             └─ labels ─────────────────┴─ metrics, reliability, cascade
//! ```
//!
//! Nothing here knows of the page or of the worker, and nothing takes long: tables are read in slices.

mod cascade;
mod decode;
mod guard;
mod labels;
mod metrics;
mod order;
mod problem;
mod reliability;
mod table_in;
mod table_out;
#[cfg(test)]
mod tests;

pub(crate) use cascade::{Cascade, Judged, Point, hybrid, together};
pub(crate) use decode::Encoding;
pub(crate) use labels::Labels;
pub(crate) use metrics::{Confusion, Interval, NO_CLASS, wilson};
pub(crate) use order::unsure_first;
#[cfg(test)]
pub(crate) use problem::Problem;
pub(crate) use reliability::{Bin, Reliability};
pub(crate) use table_in::{Columns, End, Look, MOST_ROWS, NO_SEPARATOR, Row, TableIn};
pub(crate) use table_out::{Cell, TableOut};
