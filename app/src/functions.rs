//! Server functions: the only way from a page to the store. Each one parses, authorises, calls the store or
//! the engine, and maps the error.

pub mod assess;
pub mod catalogue;
pub mod dates;
pub mod edit;
pub mod fragment;
pub mod links;
pub mod portfolio;
pub mod portfolios;
pub mod save;
pub mod scenario;
pub mod share;
pub mod theme;
pub mod use_case;
pub mod who;
