//! One page per file, named after what it shows.

pub mod assess;
pub mod not_found;
pub mod portfolio;
pub mod reviews;
pub mod scenario;
pub mod use_case;
pub mod use_case_edit;
