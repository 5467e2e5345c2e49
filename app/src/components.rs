//! Parts that several pages share.

pub mod chart;
pub mod cited;
pub mod crossovers;
#[cfg(feature = "ssr")]
pub mod data_table;
pub mod decision;
pub mod dimensions;
pub mod failure;
pub mod flowchart;
pub mod fragment;
pub mod inputs;
pub mod inputs_read;
pub mod layout;
pub mod links;
pub mod options;
pub mod portfolio_fields;
pub mod share;
pub mod textarea;
pub mod toast;
pub mod unsent;
pub mod verdict;
pub mod workbench;

/// Class names are codes of the domain with `-` for `_` and blanks.
#[must_use]
pub fn class_code(code: &str) -> String {
    code.replace(['_', ' '], "-")
}
